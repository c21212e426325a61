"""The columns of the cache inspector's table: what they sort by and which of them fit a width.

Invariant: pure. Places in `COLUMNS` are what the keys 1 to 8 mean, however many columns fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..store.cache_records import SORTS

GUTTER: Final = 3
"""Cells before the first column: the cursor's sign, the sign of what would be a hit, a blank."""
QUERY_ROOM: Final = 26
"""Cells the query keeps at least before another column is shown."""
FLAGS_IN_WORDS: Final = 12
"""Cells from which the flags are words and not letters."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table.

    Args:
        name: Its heading.
        sort: What the cache calls sorting by it.
        width: Cells it takes; 0 is what is left.
        rank: Columns of a low rank are shown first when there is little room.
        right: Numbers, aligned to the right.
        ascending: Whether it is sorted upwards when it is chosen.
        inverse: What is shown grows while what is sorted falls: an age, for a time of writing.
    """

    name: str
    sort: str
    width: int
    rank: int
    right: bool = False
    ascending: bool = False
    inverse: bool = False

    @property
    def sortable(self) -> bool:
        """Whether the cache can sort by it."""
        return self.sort in SORTS


COLUMNS: Final = (
    Column("query", "query", 0, 0, ascending=True),
    Column("Model A", "model", 16, 6, ascending=True),
    Column("demos", "demonstrations", 7, 4, right=True),
    Column("age", "created", 7, 2, right=True, ascending=True, inverse=True),
    Column("expires", "expires", 10, 5, right=True, ascending=True),
    Column("hits", "hits", 6, 1, right=True),
    Column("saved", "saved", 8, 7, right=True),
    Column("flags", "flags", 7, 3),
)
QUERY, MODEL, DEMONSTRATIONS, AGE, EXPIRES, HITS, SAVED, FLAGS = range(len(COLUMNS))
_WIDE_FLAGS: Final = 19


@dataclass(frozen=True, slots=True)
class Listing:
    """Which entries are listed and how.

    Args:
        column: Place of the column they are sorted by.
        ascending: Whether what that column shows grows from row to row.
        search: Words they must contain.
    """

    column: int = AGE
    ascending: bool = True
    search: str = ""

    @property
    def sort(self) -> str:
        """What the cache calls it."""
        return COLUMNS[self.column].sort

    @property
    def descending(self) -> bool:
        """Likewise."""
        return self.ascending == COLUMNS[self.column].inverse


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
    room = width - GUTTER - QUERY_ROOM
    widths: dict[int, int] = {}
    for place in sorted(range(len(COLUMNS)), key=lambda place: COLUMNS[place].rank):
        needed = COLUMNS[place].width + 1
        if place != QUERY and needed > room:
            break
        widths[place] = COLUMNS[place].width
        room -= needed if place != QUERY else 0
    extra = _WIDE_FLAGS - COLUMNS[FLAGS].width
    if FLAGS in widths and len(widths) == len(COLUMNS) and room >= extra:
        widths[FLAGS], room = _WIDE_FLAGS, room - extra
    widths[QUERY] = max(1, min(width - GUTTER, QUERY_ROOM + max(0, room)))
    places, start = [], GUTTER
    for column in sorted(widths):
        # Flags stand beside a column of numbers: a blank more keeps them apart.
        blank = 1 if column == FLAGS else 0
        places.append(Place(column, start + blank, widths[column] - blank))
        start += widths[column] + 1
    return tuple(places)
