"""`sutra run --continue`: the conversation that the last answered run of the history belongs to.

Invariant: only a whole answer is gone on from, and which one it is is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..core.clean import clean_line
from ..core.errors import InvalidRequest
from ..core.sent_before import conversation_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.turns import Turn
    from ..store.history import History

LOOKED_AT: Final = 20
"""Runs looked at for one with a whole answer, the newest first."""


def last_conversation(history: History | None, say: Callable[[str], None]) -> tuple[Turn, ...]:
    """The turns up to the last whole answer, the oldest first. It may wait for a disk.

    Args:
        history: Where runs are written down; None when this run keeps none.
        say: Told which query is gone on from.

    Raises:
        InvalidRequest: There is no history, or no run of late has a whole answer.
    """
    if history is None:
        raise InvalidRequest(
            "There is no history to go on from.", "Leave out --no-history, or --demo."
        )
    for summary in history.runs(limit=LOOKED_AT):
        if summary.ended_as != "complete" or summary.source != "run":
            continue
        past = history.run(summary.run_id)
        turns = conversation_of(past.result) if past else ()
        if past is not None and turns and turns[-1].query == past.result.query:
            said = clean_line(turns[-1].query, 60)
            count = f"{len(turns)} turn{'' if len(turns) == 1 else 's'}"
            say(f"Continues \u201c{said}\u201d ({count}).")
            return turns
    raise InvalidRequest(
        "No run of late has a whole answer to go on from.", "Leave out --continue."
    )
