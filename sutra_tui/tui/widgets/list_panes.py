"""A list over two panes about what is under its cursor, and how the three are arranged.

Wide: the list over both. Medium: the list over one of them. Narrow or short: one pane at a time.
The style sheet arranges them by the screen's breakpoints; this file says which one is forward where
there is not room for all.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widget import Widget

from .chip import Chip


class ListPanes(Container):
    """Three panes, the list first; their ids are their titles.

    Args:
        table: The list.
        detail: The wider pane below it.
        facts: The narrower one.
    """

    def __init__(self, table: Widget, detail: Widget, facts: Widget) -> None:
        super().__init__()
        panes = (table, detail, facts)
        self._names = tuple(pane.id or "" for pane in panes)
        self._by_name = dict(zip(self._names, panes, strict=True))
        for pane, part in zip(panes, ("-list", "-detail", "-facts"), strict=True):
            pane.add_class("-pane", part)
        self._forward, self._below = self._names[:2]

    def compose(self) -> ComposeResult:
        table, detail, facts = self._by_name.values()
        yield table
        with Horizontal(id="tabs"):
            for name in self._names:
                yield Chip("Show this pane", id=f"tab-{name}")
        with Container(id="lower"):
            yield detail
            yield facts

    def on_mount(self) -> None:
        for name, pane in self._by_name.items():
            pane.border_title = Content(name)
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    def target(self, name: str) -> Widget | None:
        """What takes the focus in a pane; None when there is nothing."""
        raise NotImplementedError

    @property
    def _one_at_a_time(self) -> bool:
        return self.screen.has_class("-narrow") or self.screen.has_class("-short")

    def next_pane(self) -> None:
        """The pane after the one that is forward, or the other one below the table."""
        if self.screen.has_class("-medium") and not self._one_at_a_time:
            _, detail, facts = self._names
            self.reveal(facts if self._below == detail else detail)
        else:
            place = self._names.index(self._forward)
            self.reveal(self._names[(place + 1) % len(self._names)])

    def reveal(self, name: str) -> None:
        """Bring a pane forward and give it the focus."""
        self.bring(name)
        self.focus_in(name)

    def focus_in(self, name: str) -> None:
        """Give the focus to a pane, if there is something in it that takes it."""
        if (target := self.target(name)) is not None:
            target.focus()

    def note_focus(self, focused: Widget | None) -> None:
        """The focus moved: the pane it is in is the one that is forward."""
        for name, pane in self._by_name.items():
            if focused is not None and pane in focused.ancestors_with_self:
                self.bring(name)
                return

    def on_chip_pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        self.reveal((event.chip.id or "").removeprefix("tab-"))

    def bring(self, name: str) -> None:
        """Bring a pane forward, wherever the focus is."""
        if name != self._forward:
            self._forward = name
            self._below = self._below if name == self._names[0] else name
            self._arrange()

    def _arrange(self) -> None:
        for name, pane in self._by_name.items():
            pane.set_class(name == self._forward, "-forward")
            pane.set_class(name == self._below, "-below")
            chip = self.query_one(f"#tab-{name}", Chip)
            chip.set_class(name == self._names[0], "-of-list")
            chosen = name == (self._forward if self._one_at_a_time else self._below)
            chip.set_class(chosen, "-chosen")
            chip.content = Content(f"{'▣' if chosen else '▢'} {name}")
        self.query_one("#lower").set_class(self._forward != self._names[0], "-forward")
