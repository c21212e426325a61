"""What the main screen marks as stale, and why, in words.

Invariant: pure; a mark is always a word, for whom the colour says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ..core.revision import Change, Revision

STALE: Final = "stale"
WHY: Final[dict[Change, str]] = {
    "query": "query edited",
    "method": "another method",
    "system": "another system text",
    "model a": "another Model A",
    "prompt a": "Model A's prompt edited",
    "order": "another order",
    "count": "another number wanted",
    "options a": "Model A's options changed",
    "other": "something else changed",
    "draft": "Model B wants the draft",
    "demonstrations": "demonstrations edited",
    "model b": "another Model B",
    "prompt b": "Model B's prompt edited",
    "options b": "Model B's options changed",
}


@dataclass(frozen=True, slots=True)
class StaleMarks:
    """Why each part of the run on the screen is stale; empty where it is not.

    Args:
        a: Model A's draft.
        demonstrations: What was lifted out of its reply.
        b: Model B's answer.
        query: The query was edited and not asked yet.
        edits: What was edited of the demonstrations and not run yet: "1 edited"; empty for nothing.
        retry: The key that asks Model B alone again; empty when that is not to be done.
    """

    a: str = ""
    demonstrations: str = ""
    b: str = ""
    query: bool = False
    edits: str = ""
    retry: str = ""


NOT_STALE: Final = StaleMarks()


def marks_of(revision: Revision, edits: str, key: str) -> StaleMarks:
    """The marks of a run.

    Args:
        revision: The run and what has changed since.
        edits: What was edited of its demonstrations, in words.
        key: The key that runs again.
    """
    a, parse, b = (revision.reason(stage) for stage in ("A", "parse", "B"))
    stage = revision.result.stage("B")
    cut_off = stage is not None and stage.status in ("failed", "stopped")
    return StaleMarks(
        a=WHY[a] if a else "",
        demonstrations=WHY[parse] if parse else "",
        b=WHY[b] if b else "",
        query="query" in revision.changes,
        edits=edits,
        retry=key if cut_off and revision.reuses and not revision.outdated else "",
    )
