"""What is known of how a run was made, for as long as it may come back to the main screen.

Invariant: values only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.options import Method
    from ..core.protocol import HandoffResult
    from ..core.request import RunRequest


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a run that was on the screen.

    Args:
        asked: What it was made with.
        method: The method that was chosen then; a quick run has another.
        said: What is to be said when it has ended well; empty for nothing.
        before: The run that it is to be compared with; None for none.
        exact: All of `asked` is known; of a run of the past, prompts and options are not.
    """

    asked: RunRequest
    method: Method
    said: str = ""
    before: HandoffResult | None = None
    exact: bool = True
