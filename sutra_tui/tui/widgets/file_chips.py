"""The chips above the query box: what is attached, what it costs, and a cross to take it off.

Invariant: it shows what it is given; taking a file off is the screen's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from ...attaching import HeldFile
    from ..chip_words import FileChip, Lines

MOST_LINES: Final = 2
ROOMY: Final = 30
"""Rows of a screen from which on chips may take more than one line."""


class FileChips(Widget):
    """Absent while nothing is attached."""

    class Dropped(Message):
        """A cross was clicked.

        Args:
            place: Of the file among those attached.
        """

        def __init__(self, place: int) -> None:
            self.place = place
            super().__init__()

    DEFAULT_CSS = """
    FileChips {
        display: none; height: auto; padding: 0 2; background: $background;
        &.-filled { display: block; }
    }
    """

    files: reactive[tuple[HeldFile, ...]] = reactive((), layout=True)

    def watch_files(self, files: tuple[HeldFile, ...]) -> None:
        self.set_class(bool(files), "-filled")
        self.tooltip = Content("These files go along with every query. ✕ takes one off.")

    def render(self) -> Content:
        return Content("\n").join(_line(chips) for chips in self._lines(self.content_size.width))

    def get_content_height(self, container: object, viewport: object, width: int) -> int:
        """As many lines as the chips take at that width."""
        return len(self._lines(width))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        offset = event.get_content_offset(self)
        lines = self._lines(self.content_size.width)
        if offset is None or offset.y >= len(lines):
            return
        from ..chip_words import GAP

        end = 0
        for chip in lines[offset.y]:
            end += chip.width(_cells)
            # The cross is one cell; the blanks around it belong to it.
            if chip.place is not None and end - 3 <= offset.x < end:
                self.post_message(self.Dropped(chip.place))
                return
            end += GAP

    def _lines(self, width: int) -> Lines:
        if not self.files:
            return ()
        from ..chip_words import chip_lines  # the first frame does without

        most = MOST_LINES if self.screen.size.height >= ROOMY else 1
        return chip_lines(self.files, max(1, width), most, _cells)


def _cells(text: str) -> int:
    return Content(text).cell_length


def _line(chips: tuple[FileChip, ...]) -> Content:
    from ..chip_words import GAP

    return Content(" " * GAP).join(_chip(chip) for chip in chips)


def _chip(chip: FileChip) -> Content:
    from ..chip_words import CROSS

    name = (f" {chip.name}", "bold")
    facts = (f"  {chip.facts} " if chip.facts else " ", "$foreground-muted")
    if chip.place is None:
        return Content.assemble(name, facts).stylize("on $panel")
    return Content.assemble(name, facts, (f"{CROSS} ", "$text-accent")).stylize("on $panel")
