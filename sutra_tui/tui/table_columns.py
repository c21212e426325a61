"""What the columns of a table are, and which of them fit a width.

Invariant: pure. A column keeps its number however many columns fit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Args:
        name: Its heading.
        width: Cells it takes; 0 is what is left.
        rank: Columns of a low rank are shown first when there is little room.
        right: Numbers, aligned to the right.
        ascending: Whether it is sorted upwards when it is chosen.
    """

    name: str
    width: int
    rank: int
    right: bool = False
    ascending: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands.

    Args:
        column: Its number.
        start: Its first cell.
        width: Its cells, without the blank behind it.
    """

    column: int
    start: int
    width: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A table's columns.

    Args:
        columns: All of them; their places here are their numbers.
        arrange: Those that fit a table of so many cells, without its frame and scrollbar, from
            left to right; never none.
    """

    columns: Sequence[Column]
    arrange: Callable[[int], tuple[Place, ...]]


def fit(
    columns: Sequence[Column], width: int, *, gutter: int, room: int, blank: int = 1
) -> tuple[Place, ...]:
    """The columns that fit, from left to right; the first takes what the others leave.

    Args:
        columns: All of them; their places here are their numbers.
        width: Cells of the table, without its frame and scrollbar.
        gutter: Cells before the first column.
        room: Cells the first column keeps at least before another one is shown.
        blank: Cells between two columns.
    """
    left = width - gutter - room
    widths = {0: 0}
    for number in sorted(range(1, len(columns)), key=lambda number: columns[number].rank):
        needed = columns[number].width + blank
        if needed > left:
            break
        widths[number] = columns[number].width
        left -= needed
    widths[0] = max(1, min(width - gutter, room + max(0, left)))
    places, start = [], gutter
    for number in sorted(widths):
        places.append(Place(number, start, widths[number]))
        start += widths[number] + blank
    return tuple(places)


def sort_keys(columns: Sequence[Column]) -> list[Binding]:
    """The digits: each sorts by the column with its number, 0 by the tenth."""
    return [
        Binding(str((place + 1) % 10), f"sort({place})", f"Sort by {column.name}", show=False)
        for place, column in enumerate(columns)
    ]
