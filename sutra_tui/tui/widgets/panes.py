"""The three panels and their arrangement: side by side, stacked, or one at a time in tabs.

The style sheet arranges them by the screen's breakpoints; this file decides which are visible when
one is zoomed or when there is room for one only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widget import Widget

from .chip import Chip
from .demonstrations_pane import DemonstrationsPane
from .pane import Pane

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from ...core.events import Event
    from .frame import Frame

NAMES = ("draft", "demonstrations", "answer")
TAB_WORDS = {"draft": "A draft", "demonstrations": "demonstrations", "answer": "B answer"}


class Panes(Container):
    """Draft, demonstrations and final answer.

    Args:
        zoomed: The pane to show alone; anything that is none shows them all.
    """

    def __init__(self, zoomed: str = "") -> None:
        super().__init__()
        self.draft = Pane("A · draft", id="draft")
        self.demonstrations = DemonstrationsPane("demonstrations", id="demonstrations")
        self.answer = Pane("B · final answer", id="answer")
        self._by_name: dict[str, Frame] = {
            "draft": self.draft,
            "demonstrations": self.demonstrations,
            "answer": self.answer,
        }
        self._zoomed: str | None = zoomed if zoomed in NAMES else None
        self._tab = "answer"
        self._tab_chosen = False

    def compose(self) -> ComposeResult:
        with Horizontal(id="tabs"):
            for name in NAMES:
                yield Chip("Show this pane", id=f"tab-{name}")
        with Container(id="arranged"):
            with Container(id="left"):
                yield self.draft
                yield self.demonstrations
            yield self.answer

    def on_mount(self) -> None:
        self._arrange()

    def take(self, event: Event) -> None:
        """Put an event's text where it belongs."""
        from .pane_routes import route  # brings the chain's events, which an empty screen lacks

        route(event, self)

    def clear(self) -> None:
        for pane in self._by_name.values():
            pane.clear()
        self._tab_chosen = False

    def finish(self) -> None:
        self.draft.finish()
        self.answer.finish()

    def show_empty(self, name: str, text: str) -> None:
        self._by_name[name].show_empty(text)

    def follow(self, name: str) -> None:
        """Bring a tab forward because something happens in it, unless the reader chose one."""
        if name and not self._tab_chosen and name != self._tab:
            self._tab = name
            self._arrange()

    def reveal(self, name: str) -> None:
        """Show a pane because the reader asked for it, and give it the focus."""
        self._tab, self._tab_chosen = name, True
        if self._zoomed is not None:
            self._zoomed = name
        self._arrange()
        for view in self._by_name[name].query("StreamView, VerticalScroll").results(Widget):
            view.focus()
            break

    @property
    def zoomed(self) -> str:
        """The pane that is shown alone; empty for none."""
        return self._zoomed or ""

    def zoom_next(self) -> None:
        """One pane alone, then the next, then all again; with room for one only, the next tab."""
        if self.screen.has_class("-narrow") or self.screen.has_class("-short"):
            self._tab = NAMES[(NAMES.index(self._tab) + 1) % len(NAMES)]
            self._tab_chosen = True
        else:
            steps: list[str | None] = [None, "answer", "demonstrations", "draft"]
            self._zoomed = steps[(steps.index(self._zoomed) + 1) % len(steps)]
        self._arrange()

    def on_chip_pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        self.reveal((event.chip.id or "").removeprefix("tab-"))

    def pane_of(self, stage: str) -> Pane:
        """The pane of a model stage."""
        return self.draft if stage == "A" else self.answer

    def _arrange(self) -> None:
        """Mark what is zoomed and which tab is forward; the style sheet does the rest."""
        if not self.is_mounted:
            return
        self.set_class(self._zoomed is not None, "-zoomed")
        for name, pane in self._by_name.items():
            pane.set_class(name == self._zoomed, "-zoom")
            pane.set_class(name == self._tab, "-tab")
            chip = self.query_one(f"#tab-{name}", Chip)
            chip.set_class(name == self._tab, "-chosen")
            mark = "▣" if name == self._tab else "▢"
            chip.content = Content(f"{mark} {TAB_WORDS[name]}")
        left = self.query_one("#left")
        left.set_class(self._zoomed in ("draft", "demonstrations"), "-zoom")
        left.set_class(self._tab in ("draft", "demonstrations"), "-tab")
