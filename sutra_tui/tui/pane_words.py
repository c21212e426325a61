"""What the panes say in their frames and while they are empty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from ..wording import age, seconds, stage_stats
from .stale_marks import NOT_STALE, STALE, StaleMarks

if TYPE_CHECKING:
    from ..core.options import Method
    from .run_view import RunView, StageView
    from .workbench import Workbench

PaneName = str

NO_DEMONSTRATION: Final = "Model A wrote no usable demonstration."
DEMO_HINT: Final = "\n\nPress ↑ for queries that the demo has scripts for."
_WORDS: Final[dict[Method, dict[PaneName, str]]] = {
    "handoff": {
        "draft": "Model A's own answer appears here first, within seconds. It is for you to read; "
        "Model B does not see it.",
        "demonstrations": "Model A then writes three worked examples of the same skill. "
        "Each appears here while it is written.",
        "answer": "Model B reads the demonstrations and writes the final answer here.\n\n"
        "Type a query below and press enter.",
    },
    "raw": {
        "draft": "Method raw: Model A is not asked.",
        "demonstrations": "Method raw: no demonstrations.",
        "answer": "Model B alone answers here.\n\nType a query below and press enter.",
    },
}


def empty_words(bench: Workbench) -> dict[PaneName, str]:
    """What each pane says while it has no text."""
    words = dict(_WORDS[bench.method])
    if bench.server.is_demo:
        words["answer"] += DEMO_HINT
    if bench.run.fell_back:
        words["demonstrations"] = NO_DEMONSTRATION
    return words


END_WORDS: Final = {
    "reused": ("reused", "$text-primary"),
    "stopped": ("stopped", "$text-warning"),
    "failed": ("failed", "$text-error"),
    "incomplete": ("incomplete", "$text-warning"),
    "cached": ("from the cache", "$text-primary"),
}


def pane_status(
    stage: StageView, now: float, width: int, *, raw: bool = False, stale: str = "", retry: str = ""
) -> Content:
    """A model pane's lower frame: what the model is doing, then what it cost.

    Args:
        stage: Its stage.
        now: Clock time.
        width: Cells the frame has.
        raw: Demonstrations were wanted and there are none.
        stale: Why what it shows is stale; empty when it is not.
        retry: The key that runs this stage alone again; empty when that is not to be done.
    """
    parts = [_stale(stale, width)] if stale else []
    if raw:
        parts.append(("raw: without demonstrations", "$text-warning"))
    if stage.state == "active":
        waited = max(0.0, now - stage.phase_since)
        words = stage.phase or "starting"
        parts.append((f"{words} {seconds(waited)}" if words != "writing" else words, "$accent"))
    elif stage.state in END_WORDS:
        parts.append(_reused(width) if stage.state == "reused" else END_WORDS[stage.state])
        if retry:
            parts.append((f"{retry} tries it again", "$foreground"))
    if stage.badge:
        parts.append((f"! {stage.badge}", "$text-warning"))
    room = width - sum(len(text) + 3 for text, _ in parts)
    if stats := stage_stats(stage.stats, room):
        parts.append((stats, "$text-muted"))
    return _joined(parts)


def demonstrations_status(run: RunView, width: int = 80, marks: StaleMarks = NOT_STALE) -> Content:
    """The demonstrations pane's lower frame: how many, and where they came from.

    Args:
        run: The run.
        width: Cells the frame has.
        marks: What is stale of it.
    """
    if run.demonstrations == "idle":
        return Content("")
    parts: list[tuple[str, str]] = []
    if marks.edits:
        later = "" if marks.demonstrations else ", not run yet"
        parts.append((f"{marks.edits}{later}", "$text-warning"))
    if marks.demonstrations:
        taken = len(marks.edits) + 3 if marks.edits else 0
        parts.append(_stale(marks.demonstrations, width - taken))
    if parts:
        return _joined(parts)
    if run.cache is not None:
        when = age(run.cache.age_s)
        parts.append(
            ("cached just now" if when == "now" else f"cached {when} ago", "$text-primary")
        )
        parts.append((f"saved {seconds(run.cache.saved_ms / 1000)}", "$text-muted"))
        if run.cache.pinned:
            parts.append(("pinned", "$text-primary"))
        if run.cache.edited:
            parts.append(("edited", "$text-primary"))
        return _joined(parts)
    count = f"{run.found} of {run.wanted}"
    if run.demonstrations == "active":
        parts.append((f"{count} so far" if run.found else "being written", "$accent"))
    elif run.demonstrations == "reused":
        parts.append((f"{run.found}", "$text-muted"))
        parts.insert(0, _reused(width - 5))
    elif run.given:
        parts.append((f"chosen by you · {run.found}", "$text-primary"))
    elif run.found >= run.wanted:
        fresh = "fresh, cache bypassed" if run.bypassed else "fresh"
        parts.append((f"{fresh} · {count}", "$text-muted"))
    else:
        parts.append((f"only {count}", "$text-warning"))
    return _joined(parts)


def _reused(width: int) -> tuple[str, str]:
    whole = "reused from an earlier run"
    return (whole if len(whole) <= width else "reused", "$text-primary")


def _stale(why: str, width: int) -> tuple[str, str]:
    whole = f"{STALE}: {why}"
    return (whole if len(whole) <= width else STALE, "$text-warning")


def _joined(parts: list[tuple[str, str]]) -> Content:
    pieces: list[str | tuple[str, str]] = []
    for part in parts:
        if pieces:
            pieces.append((" · ", "$text-muted"))
        pieces.append(part)
    return Content.assemble(*pieces)
