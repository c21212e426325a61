"""Says when a growing text is no longer one to show as Markdown.

Invariant: `feed` costs what it is given, and its verdict depends on the text, not on the chunks it
came in (except that a verdict may come a line earlier or later). Every limit is a size at which
parsing or laying out once more would no longer fit a frame of 250 ms on a slow laptop.
"""

from __future__ import annotations

import re
from typing import Final

MAX_TOTAL: Final = 200_000
"""Characters in the whole text: all of them are wrapped again when the width changes."""
MAX_LINE: Final = 10_000
MAX_CODE: Final = 20_000
"""Characters in one code block: it is parsed and coloured as one piece."""
MAX_BLOCK: Final = 24_000
"""Characters in one list, quote or paragraph: it is parsed as one piece."""
MAX_TABLE_ROWS: Final = 200
MAX_TABLE_COLUMNS: Final = 40
MAX_TABLE_CELLS: Final = 2_000
MAX_LINES: Final = 8_000
MAX_NESTING: Final = 10
"""Lists and quotes within each other; deeper, there is no room for text anyway."""
MAX_BRACKETS: Final = 2_000
"""Opening brackets in one paragraph: each makes the parser look ahead for the end of a link."""

_FENCE = re.compile(r"[ >]*(?:(?:[-*+]|\d{1,9}[.)]) +)*(`{3,}(?=[^`]*$)|~{3,})")
_MARKER = re.compile(r"[ \t]*(>|[-*+](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))")
_DELIMITER_ROW = frozenset("|:- \t>")


class MarkdownGate:
    """Watches one text. Call `feed` with every piece in order."""

    def __init__(self) -> None:
        self.reason: str | None = None
        """Why the text should be plain, a short sentence; None while it need not be."""
        self._partial = ""
        self._total = 0
        self._lines = 0
        self._fence = ""
        self._code = 0
        self._columns = 0
        self._table_rows = 0
        self._brackets = 0
        self._pipes_above = 0
        self._marker_columns: list[int] = []

    def feed(self, text: str) -> str | None:
        """Take the next piece.

        Args:
            text: Cleaned text, any length.

        Returns:
            `reason`; once it is set it stays.
        """
        if self.reason is not None:
            return self.reason
        self._total += len(text)
        if self._total > MAX_TOTAL:
            return self._refuse(f"more than {MAX_TOTAL:,} characters")
        *lines, partial = text.split("\n")
        if lines:
            lines[0] = self._partial + lines[0]
            self._partial = ""
        self._lines += len(lines)
        if self._lines > MAX_LINES:
            return self._refuse(f"more than {MAX_LINES:,} lines")
        for line in lines:
            self._check_length(line)
            self._take_line(line)
            if self.reason is not None:
                return self.reason
        self._partial += partial
        self._check_length(self._partial)
        if not self._fence:
            self._check_nesting(self._partial, list(self._marker_columns))
        return self.reason

    def check_block(self, characters: int) -> str | None:
        """Take the size of the piece that is parsed again and again, and return `reason`."""
        if self.reason is None and characters > MAX_BLOCK:
            self._refuse(f"one list or paragraph of more than {MAX_BLOCK:,} characters")
        return self.reason

    def _refuse(self, what: str) -> str:
        self.reason = f"Shown as plain text: {what}."
        return self.reason

    def _check_length(self, line: str) -> None:
        if len(line) > MAX_LINE:
            self._refuse(f"a line of more than {MAX_LINE:,} characters")
        elif self._fence and self._code + len(line) > MAX_CODE:
            self._refuse(f"a code block of more than {MAX_CODE:,} characters")

    def _take_line(self, line: str) -> None:
        if self._fence:
            self._code += len(line) + 1
            if self._closes_fence(line):
                self._fence = ""
            return
        if opening := _FENCE.match(line):
            self._fence = opening[1]
            self._code = 0
            self._columns = 0
            return
        self._check_nesting(line, self._marker_columns)
        self._check_table(line)
        self._brackets = self._brackets + line.count("[") if line.strip() else 0
        if self._brackets > MAX_BRACKETS:
            self._refuse(f"a paragraph of more than {MAX_BRACKETS:,} opening brackets")

    def _closes_fence(self, line: str) -> bool:
        rest = line.lstrip(" >").rstrip()
        return len(rest) >= len(self._fence) and not rest.strip(self._fence[0])

    def _check_table(self, line: str) -> None:
        pipes = line.count("|")
        if self._columns:
            self._table_rows = self._table_rows + 1 if line.strip() else 0
            if not line.strip():
                self._columns = 0
        elif pipes and "-" in line and _DELIMITER_ROW.issuperset(line):
            self._columns = pipes
            self._table_rows = 0
            if min(pipes, self._pipes_above) > MAX_TABLE_COLUMNS + 1:
                self._refuse(f"a table of more than {MAX_TABLE_COLUMNS} columns")
        if self._table_rows > MAX_TABLE_ROWS:
            self._refuse(f"a table of more than {MAX_TABLE_ROWS} rows")
        elif self._table_rows * self._columns > MAX_TABLE_CELLS:
            self._refuse(f"a table of more than {MAX_TABLE_CELLS:,} cells")
        self._pipes_above = pipes

    def _check_nesting(self, line: str, columns: list[int]) -> None:
        """Count quotes and list markers within each other, by the column the markers stand at."""
        if not line.strip(" \t-") or not line.strip(" \t*"):
            return  # a rule, however many marks it is made of
        quotes = position = 0
        while quotes + len(columns) <= MAX_NESTING and (marker := _MARKER.match(line, position)):
            position = marker.end()
            if marker[1] == ">":
                quotes += 1
                continue
            column = marker.start(1)
            while columns and columns[-1] >= column:
                columns.pop()
            columns.append(column)
        if position == 0 and line[:1].strip():
            columns.clear()  # text at the left edge ends every list
        if quotes + len(columns) > MAX_NESTING:
            self._refuse(f"lists or quotes more than {MAX_NESTING} deep")
