"""What goes along with a query: the attached files, and the conversation it goes on with.

Invariant: pure values. A run sent again takes along what it took the first time, whatever is chosen
now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..attaching import HeldFile
    from ..core.protocol import HandoffResult
    from ..core.request import RunRequest
    from ..core.turns import Turn
    from .workbench import Workbench


@dataclass(frozen=True, slots=True)
class Along:
    """What goes along with one query.

    Args:
        files: Attached files.
        earlier: Turns of the conversation, the oldest first; empty for a fresh start.
    """

    files: tuple[HeldFile, ...] = ()
    earlier: tuple[Turn, ...] = ()

    def added_to(self, request: RunRequest) -> RunRequest:
        """A run that takes it along."""
        files = tuple(file.attachment for file in self.files)
        return replace(request, files=files, earlier=self.earlier)


def chosen(bench: Workbench) -> Along:
    """What would go along with a query sent now."""
    return Along(bench.files, turns(bench) if bench.follow else ())


def turns(bench: Workbench) -> tuple[Turn, ...]:
    """The conversation up to the run on the screen; a run without a whole answer adds no turn."""
    run = bench.run
    result = run.result
    if result is None:
        return run.along.earlier
    from ..core.sent_before import WHOLE  # the first frame does without
    from ..core.turns import Turn

    if result.status not in WHOLE or not result.answer.strip():
        return run.along.earlier
    return (*run.along.earlier, Turn(result.query, result.answer))


def of_past(result: HandoffResult) -> Along:
    """What went along with a run that was written down, as far as it was sent."""
    from ..attaching import HeldFile
    from ..core.sent_before import files_of, turns_of

    return Along(tuple(map(HeldFile, files_of(result))), turns_of(result))


def of_request(request: RunRequest) -> Along:
    """What a request takes along, as texts of no known place."""
    if not request.files:
        return Along(earlier=request.earlier)
    from ..attaching import HeldFile

    return Along(tuple(map(HeldFile, request.files)), request.earlier)


def follow_words(bench: Workbench, num_ctx: int, width: int, key: str) -> str:
    """What the frame of the query box says of the conversation; empty before a whole answer.

    Args:
        bench: The workbench.
        num_ctx: Model B's context, in tokens.
        width: Cells there are.
        key: What switches between the two.
    """
    spoken = turns(bench)
    if not spoken:
        return ""
    if not bench.follow:
        hint = f"starts fresh ({key} continues)"
        return hint if len(hint) <= width else "starts fresh"
    from ..core.turns import SHARE_B, likely_tokens, newest_within

    kept = newest_within(spoken, int(num_ctx * SHARE_B))
    said = f"{len(spoken)} turn{'' if len(spoken) == 1 else 's'}"
    if len(kept) < len(spoken):
        said = f"last {len(kept)} of {said}"
    tokens = f"{likely_tokens(kept):,} tokens"
    variants = (
        f"continues the last answer · {said} · about {tokens}",
        f"continues · {said} · about {tokens}",
        f"continues · {said}",
    )
    return next((text for text in variants if len(text) <= width), "continues")
