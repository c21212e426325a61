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

if TYPE_CHECKING:
    from textual import events

BEADS: dict[BeadState, tuple[str, str, str]] = {
    "idle": ("○", "", "$text-muted"),
    "active": ("◐", "", "$accent"),
    "complete": ("●", "", "$text-success"),
    "cached": ("◆", "from the cache", "$text-primary"),
    "incomplete": ("◍", "incomplete", "$text-warning"),
    "stopped": ("■", "stopped", "$text-warning"),
    "failed": ("✗", "failed", "$text-error"),
}
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
        return self._bead("query", state, "query")

    def _stage(self, name: str, stage: StageView) -> Content:
        words = [name]
        if (taken := stage.seconds(self.now)) is not None and stage.state != "cached":
            words.append(seconds(taken))
        if stage.phase and stage.phase != "writing" and self.size.width >= 70:
            words.append(stage.phase)
        return self._bead(name.lower(), stage.state, " ".join(words))

    def _demonstrations(self, run: RunView) -> Content:
        label = "demonstrations" if self.size.width >= 60 else "demos"
        count = f" {run.found}/{run.wanted}" if run.demonstrations != "idle" else ""
        return self._bead("demonstrations", run.demonstrations, label + count)

    def _bead(self, target: str, state: BeadState, label: str) -> Content:
        sign, word, style = BEADS[state]
        if state == "active":
            sign = SPIN[self.tick % len(SPIN)]
        text = f"{sign} {label}" + (f" {word}" if word and self.size.width >= 70 else "")
        bead = Content.styled(text, style if state != "complete" else "$foreground")
        return bead.stylize(style, 0, 1).stylize(Style.from_meta({"bead": BEAD_ACTION[target]}))
