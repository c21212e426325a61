"""The thread: one bead per step of the run, always true. Each bead can be pressed.

State is told by the bead's shape and by a word, never by colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from ...wording import seconds
from ..run_view import BeadState, RunView, StageView
from ..stale_marks import STALE, StaleMarks

if TYPE_CHECKING:
    from textual import events

BEADS: dict[BeadState, tuple[str, str, str]] = {
    "idle": ("○", "", "$text-muted"),
    "active": ("◐", "", "$accent"),
    "complete": ("●", "", "$text-success"),
    "cached": ("◆", "from the cache", "$text-primary"),
    "reused": ("◇", "reused", "$text-primary"),
    "incomplete": ("◍", "incomplete", "$text-warning"),
    "stopped": ("■", "stopped", "$text-warning"),
    "failed": ("✗", "failed", "$text-error"),
}
STALE_BEAD = "◌"
NARROW = 70
"""Cells below which a bead says what it must and no more."""
SPIN = "◐◓◑◒"
BEAD_ACTION = {"query": "query", "a": "draft", "demonstrations": "demonstrations", "b": "answer"}


class ThreadLine(Widget):
    """Shows a `RunView` as beads on a line.

    Args:
        id: Widget id.
    """

    class BeadPressed(Message):
        """A bead was pressed; `target` is `query`, `draft`, `demonstrations` or `answer`."""

        def __init__(self, target: str) -> None:
            self.target = target
            super().__init__()

    DEFAULT_CSS = """
    ThreadLine { height: 1; padding: 0 1; background: $background; }
    """

    run_view: reactive[RunView] = reactive(RunView())
    marks: reactive[StaleMarks] = reactive(StaleMarks())
    now: reactive[float] = reactive(0.0)
    tick: reactive[int] = reactive(0)

    def render(self) -> Content:
        run = self.run_view
        beads = [self._query(run)]
        if run.method == "handoff":
            beads += [self._stage("A", run.a), self._demonstrations(run)]
        beads.append(self._stage("B", run.b))
        room = self.content_size.width - sum(bead.cell_length for bead in beads)
        thread = max(1, min(16, room // max(1, len(beads) - 1) - 2))
        line: list[Content | tuple[str, str]] = []
        for index, bead in enumerate(beads):
            if index:
                line += [(" " + "━" * thread + " ", "$border")]
            line.append(bead)
        return Content.assemble(*line)

    def on_click(self, event: events.Click) -> None:
        target = event.style.meta.get("bead")
        if isinstance(target, str):
            event.stop()
            self.post_message(self.BeadPressed(target))

    def _query(self, run: RunView) -> Content:
        state: BeadState = "complete" if run.query else "idle"
        edited = self.marks.query and self.size.width >= NARROW
        return self._bead("query", state, "query edited" if edited else "query")

    def _stage(self, name: str, stage: StageView) -> Content:
        words = [name]
        stale = bool(self.marks.a if name == "A" else self.marks.b)
        timed = stage.state not in ("cached", "reused") and not (stale and self._is_narrow)
        if (taken := stage.seconds(self.now)) is not None and timed:
            words.append(seconds(taken))
        if stage.phase and stage.phase != "writing" and not self._is_narrow:
            words.append(stage.phase)
        return self._bead(name.lower(), stage.state, " ".join(words), stale=stale)

    def _demonstrations(self, run: RunView) -> Content:
        marks = self.marks
        marked = self._is_narrow and (marks.edits or marks.b)
        label = "demonstrations" if self.size.width >= 60 and not marked else "demos"
        count = f" {run.found}/{run.wanted}" if run.demonstrations != "idle" else ""
        stale = bool(marks.demonstrations)
        if marks.edits:
            count = " edited"
        elif stale and self._is_narrow:
            count = ""
        return self._bead("demonstrations", run.demonstrations, label + count, stale=stale)

    @property
    def _is_narrow(self) -> bool:
        return self.size.width < NARROW

    def _bead(self, target: str, state: BeadState, label: str, *, stale: bool = False) -> Content:
        sign, word, style = BEADS[state]
        if stale:
            # Its own state has become unimportant, and there is not always room for both.
            sign, word, style, label = STALE_BEAD, "", "$text-warning", f"{label} {STALE}"
        if state == "active":
            sign = SPIN[self.tick % len(SPIN)]
        text = f"{sign} {label}" + (f" {word}" if word and not self._is_narrow else "")
        plain = state == "complete" and not stale
        bead = Content.styled(text, "$foreground" if plain else style)
        return bead.stylize(style, 0, 1).stylize(Style.from_meta({"bead": BEAD_ACTION[target]}))
