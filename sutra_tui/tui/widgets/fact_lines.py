"""Facts as lines: a name and what is to be said of it, wrapped below itself.

Invariant: outside text has passed `clean_line` before it comes here; nothing here is markup.
"""

from __future__ import annotations

from itertools import pairwise

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ..cache_words import MUTED
from .line_wrap import breaks


class FactLines(VerticalScroll):
    """Scrolls over facts. A subclass says what they are."""

    DEFAULT_CSS = """
    FactLines {
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > Static { height: auto; }
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: list[Content] = []

    def compose(self) -> ComposeResult:
        yield Static("")

    def on_resize(self) -> None:
        self.show_facts()

    def lines(self, width: int) -> list[Content]:
        """What to show in lines of `width` cells."""
        raise NotImplementedError

    def show_facts(self) -> None:
        """Show what is to be shown now."""
        width = self.scrollable_content_region.width - 1
        lines = self.lines(width) if width > 0 else []
        if lines != self._lines:
            self._lines = lines
            self.query_one(Static).update(Content("\n").join(lines))


def indented(name: str, text: str, indent: int, width: int, style: str = "") -> list[Content]:
    """A name and a text beside it, which goes on below itself.

    Args:
        name: Padded to `indent`.
        text: One line.
        indent: Cells that the text stands to the right.
        width: Cells of a line.
        style: Of both; without one the name is muted.
    """
    edges = [0, *breaks(text, max(2, width - indent)), len(text)]
    return [
        Content.assemble(
            (name.ljust(indent) if start == 0 else " " * indent, style or MUTED),
            (text[start:end].rstrip(), style),
        )
        for start, end in pairwise(edges)
    ]
