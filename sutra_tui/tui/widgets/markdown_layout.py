"""Leaves of a document into rows for one width. Pure: no widget, no state.

Invariant: every character of a leaf ends up in a row (trailing spaces of a wrapped row excepted),
and no row is wider than asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual.content import Content

from .line_wrap import breaks
from .markdown_parse import Alignment, Leaf, Table
from .row_view import Row

CODE_MARGIN: Final = "  "
"""Before code, so that it stands apart without colour as well."""
_SEPARATOR: Final = " │ "
_MIN_COLUMN: Final = 3


def wants_gap(above: Leaf | None, leaf: Leaf) -> bool:
    """Whether an empty row goes between two leaves; a heading keeps close to what it heads."""
    if above is None:
        return False
    if above.kind == "heading":
        return leaf.kind == "heading"
    return leaf.spaced or above.kind in {"code", "table"}


def leaf_rows(leaf: Leaf, width: int) -> list[Row]:
    """The rows of one leaf.

    Args:
        leaf: What to lay out; code as it is to be coloured.
        width: Cells per row, at least 8.
    """
    marker, indent = _fitting(leaf.marker, width), _fitting(leaf.indent, width)
    available = width - indent.cell_length
    rows: list[Row] = []
    for line, glue, fill in _lines(leaf, available):
        margin = len(indent) + len(CODE_MARGIN) if fill else 0 if glue == "\n" else len(indent)
        rows.append(Row((indent if rows else marker) + line, glue, fill, margin))
    return rows


def wrap(content: Content, width: int, *, words: bool = True) -> list[Content]:
    """Cut one line of content into rows no wider than `width` cells."""
    pieces = content.divide(breaks(content.plain, width, words=words))
    if not words:
        return pieces
    return [piece.rstrip(" ") for piece in pieces[:-1]] + [pieces[-1]]


def _fitting(prefix: Content, width: int) -> Content:
    """Bullets and bars take at most half of a row."""
    return prefix if prefix.cell_length <= width // 2 else prefix[-(width // 2) :]


def _lines(leaf: Leaf, width: int) -> Iterable[tuple[Content, str, str]]:
    """The leaf's own lines with their glue and fill."""
    if leaf.kind == "rule":
        yield Content.styled("─" * width, ".markdown--rule"), "\n", ""
    elif leaf.kind == "table" and leaf.table is not None:
        for line in table_lines(leaf.table, width):
            yield line, "\n", ""
    elif leaf.kind == "code":
        for line in leaf.content.expand_tabs(4).split("\n", allow_blank=True):
            for number, piece in enumerate(wrap(line, width - len(CODE_MARGIN), words=False)):
                yield CODE_MARGIN + piece, "" if number else "\n", "markdown--code"
    else:
        for line in leaf.content.split("\n", allow_blank=True):
            for number, piece in enumerate(wrap(line, width)):
                yield piece, " " if number else "\n", ""


def table_lines(table: Table, width: int) -> Iterable[Content]:
    """A table in columns, or cell under cell where the columns would be too narrow to read."""
    columns = len(table.alignments)
    room = width - len(_SEPARATOR) * (columns - 1)
    if room < columns * _MIN_COLUMN:
        for row in table.rows:
            for cell in row:
                yield from wrap(cell, width)
            yield Content.styled("─" * width, ".markdown--rule")
        return
    widths = _column_widths(table, room)
    separator = Content.styled(_SEPARATOR, ".markdown--rule")
    for number, row in enumerate(table.rows):
        cells = [wrap(_one_line(cell), size) for cell, size in zip(row, widths, strict=False)]
        for line in range(max(map(len, cells), default=0)):
            padded = [
                _aligned(cell[line] if line < len(cell) else Content(), size, alignment)
                for cell, size, alignment in zip(cells, widths, table.alignments, strict=False)
            ]
            joined = separator.join(padded)
            yield joined if number else joined.stylize_before(".markdown--strong")
        if number == 0:
            rule = "─┼─".join("─" * size for size in widths)
            yield Content.styled(rule, ".markdown--rule")


def _one_line(cell: Content) -> Content:
    return Content(" ").join(cell.split("\n")) if "\n" in cell.plain else cell


def _column_widths(table: Table, room: int) -> list[int]:
    """Natural widths if they fit; otherwise the widest columns give way first."""
    natural = [_MIN_COLUMN] * len(table.alignments)
    for row in table.rows:
        for column, cell in enumerate(row[: len(natural)]):
            natural[column] = max(natural[column], cell.cell_length)
    if sum(natural) <= room:
        return natural
    low, high = _MIN_COLUMN, room
    while low < high:  # the largest cap under which all columns fit
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in natural) <= room:
            low = middle
        else:
            high = middle - 1
    return [min(size, low) for size in natural]


def _aligned(cell: Content, width: int, alignment: Alignment) -> Content:
    space = width - cell.cell_length
    if alignment == "right":
        return cell.pad(space, 0)
    if alignment == "center":
        return cell.pad(space // 2, space - space // 2)
    return cell.pad(0, space)
