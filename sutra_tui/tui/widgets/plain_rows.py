"""Text exactly as written, wrapped to the width: for what would be slow as Markdown.

Invariant: appending costs what is appended. Rows are offsets into the lines, and only the last row
can change.
"""

from __future__ import annotations

from itertools import pairwise

from textual.content import Content

from .line_wrap import breaks
from .row_view import Row, RowView

TAB = "    "
"""Tabs become four cells wherever they stand: real tab stops would depend on the chunks."""


class PlainRows(RowView):
    """The rows of an append-only cleaned text."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = [""]
        self._rows: list[tuple[int, int, int]] = []

    def append(self, text: str) -> None:
        """Add cleaned text at the end."""
        if not text:
            return
        before = len(self._rows)
        first, *others = text.replace("\t", TAB).split("\n")
        last = len(self._lines) - 1
        self._lines[last] += first
        self._lines += others
        if self.row_width:
            start = 0
            if self._rows and self._rows[-1][0] == last:
                _, start, _ = self._rows.pop()
            self._wrap(last, start)
        self.rows_changed(max(before - 1, 0), before)

    def clear(self) -> None:
        """Back to empty."""
        before = len(self._rows)
        self._lines = [""]
        self._rows = []
        self.rows_changed(0, before)

    def row_count(self) -> int:
        """Rows at the present width."""
        return len(self._rows)

    def row(self, y: int) -> Row:
        """Row `y`."""
        line, start, end = self._rows[y]
        return Row(Content(self._lines[line][start:end]), "" if start else "\n")

    def wrap_again(self) -> None:
        """Wrap everything to `row_width`: about 0.2 s for a megabyte of wide characters."""
        self._rows = []
        self._wrap(0, 0)

    def _wrap(self, line: int, start: int) -> None:
        """Wrap from offset `start` of line number `line` to the end of the text."""
        last = len(self._lines) - 1
        for number in range(line, last + 1):
            text = self._lines[number]
            if number == last and not text:
                return  # nothing follows the last newline yet
            edges = [start, *breaks(text, self.row_width, start=start), len(text)]
            self._rows += [(number, a, b) for a, b in pairwise(edges)]
            start = 0
