"""The columns of the history's table, and which of them fit a width.

Invariant: pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

GUTTER: Final = 3
"""Cells before the first column: the cursor's sign, the star or the mark to compare, a blank."""
NAME_ROOM: Final = 22
"""Cells the query keeps at least before another column is shown."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table.

    Args:
        name: Its heading.
        width: Cells it takes; 0 is what is left.
        rank: Columns of a low rank are shown first when there is little room.
        right: Numbers, aligned to the right.
    """

    name: str
    width: int
    rank: int
    right: bool = False


COLUMNS: Final = (
    Column("query", 0, 0),
    Column("models", 26, 4),
    Column("method", 8, 6),
    Column("age", 6, 2, right=True),
    Column("took", 10, 3, right=True),
    Column("tokens", 7, 5, right=True),
    Column("status", 10, 1),
)
NAME, MODELS, METHOD, AGE, TOOK, TOKENS, STATUS = range(len(COLUMNS))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands.

    Args:
        column: Place in `COLUMNS`.
        start: Its first cell.
        width: Its cells, without the blank behind it.
    """

    column: int
    start: int
    width: int


def arrange(width: int) -> tuple[Place, ...]:
    """The columns that fit, from left to right.

    Args:
        width: Cells of the table, without its frame and scrollbar.
    """
    room = width - GUTTER - NAME_ROOM
    widths: dict[int, int] = {NAME: 0}
    for place in sorted(range(1, len(COLUMNS)), key=lambda place: COLUMNS[place].rank):
        needed = COLUMNS[place].width + 2
        if needed > room:
            break
        widths[place] = COLUMNS[place].width
        room -= needed
    widths[NAME] = max(1, min(width - GUTTER, NAME_ROOM + max(0, room)))
    places, start = [], GUTTER
    for column in sorted(widths):
        places.append(Place(column, start, widths[column]))
        start += widths[column] + 2
    return tuple(places)
