"""Plain tables: columns of text, a row a line, that can be read aloud and cut up.

Invariant: cells are lines that are safe to show; only `shorten` ever cuts one.
"""

from __future__ import annotations

from collections.abc import Sequence

from .streams import cells, fit

GAP = "  "


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows under each other, columns as wide as their widest cell, a newline after each row."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    return "".join(
        GAP.join(
            text + " " * (width - cells(text)) for text, width in zip(row, widths, strict=True)
        ).rstrip()
        + "\n"
        for row in rows
    )


def shorten(line: str, columns: int) -> str:
    """The line, or as much of its beginning as fits in front of an ellipsis."""
    return line if cells(line) <= columns else fit(line, columns - 1) + "…"
