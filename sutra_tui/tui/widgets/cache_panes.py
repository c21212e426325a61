"""The inspector's three panes and their arrangement.

Wide: the table over demonstrations and key. Medium: the table over one of these two. Narrow or
short: one pane at a time. The style sheet arranges them by the screen's breakpoints; this file says
which one is forward where there is not room for all.
"""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content
from textual.widget import Widget

from .cache_detail import CacheDetail
from .cache_facts import CacheFacts
from .cache_table import CacheRows, CacheTable
from .chip import Chip

NAMES: Final = ("entries", "demonstrations", "key")


class CachePanes(Container):
    """Entries, demonstrations and key."""

    def __init__(self) -> None:
        super().__init__()
        self.table = CacheTable(id="entries")
        self.detail = CacheDetail(id="demonstrations")
        self.facts = CacheFacts(id="key")
        self._by_name: dict[str, Widget] = {
            "entries": self.table,
            "demonstrations": self.detail,
            "key": self.facts,
        }
        self._forward, self._below = NAMES[:2]

    def compose(self) -> ComposeResult:
        yield self.table
        with Horizontal(id="tabs"):
            for name in NAMES:
                yield Chip("Show this pane", id=f"tab-{name}")
        with Container(id="lower"):
            yield self.detail
            yield self.facts

    def on_mount(self) -> None:
        for name, pane in self._by_name.items():
            pane.border_title = Content(name)
        self._arrange()

    def on_resize(self) -> None:
        self._arrange()

    @property
    def rows(self) -> CacheRows:
        return self.query_one(CacheRows)

    @property
    def _one_at_a_time(self) -> bool:
        return self.screen.has_class("-narrow") or self.screen.has_class("-short")

    def next_pane(self) -> None:
        """The pane after the one that is forward, or the other one below the table."""
        if self.screen.has_class("-medium") and not self._one_at_a_time:
            self.reveal("key" if self._below == "demonstrations" else "demonstrations")
        else:
            self.reveal(NAMES[(NAMES.index(self._forward) + 1) % len(NAMES)])

    def reveal(self, name: str) -> None:
        """Bring a pane forward and give it the focus."""
        self.bring(name)
        self.focus_in(name)

    def focus_in(self, name: str) -> None:
        """Give the focus to a pane, if there is something in it that takes it."""
        target: Widget | None = self.rows if name == "entries" else self.facts
        if name == "demonstrations":
            target = self.detail.first
        if target is not None:
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
            self._below = self._below if name == "entries" else name
            self._arrange()

    def _arrange(self) -> None:
        for name, pane in self._by_name.items():
            pane.set_class(name == self._forward, "-forward")
            pane.set_class(name == self._below, "-below")
            chip = self.query_one(f"#tab-{name}", Chip)
            chosen = name == (self._forward if self._one_at_a_time else self._below)
            chip.set_class(chosen, "-chosen")
            chip.content = Content(f"{'▣' if chosen else '▢'} {name}")
        self.query_one("#lower").set_class(self._forward != "entries", "-forward")
