"""The columns of the cache inspector's table: what they sort by and which of them fit a width.

Invariant: pure. Places in `COLUMNS` are what the keys 1 to 8 mean, however many columns fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ..store.cache_records import SORTS
from .table_columns import Column, Layout, Place, fit

GUTTER: Final = 3
"""Cells before the first column: the cursor's sign, the sign of what would be a hit, a blank."""
QUERY_ROOM: Final = 26
"""Cells the query keeps at least before another column is shown."""
FLAGS_IN_WORDS: Final = 12
"""Cells from which the flags are words and not letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheColumn(Column):
    """One column of the table.

    Args:
        sort: What the cache calls sorting by it.
        inverse: What is shown grows while what is sorted falls: an age, for a time of writing.
    """

    sort: str
    inverse: bool = False

    @property
    def sortable(self) -> bool:
        """Whether the cache can sort by it."""
        return self.sort in SORTS


COLUMNS: Final = (
    CacheColumn("query", 0, 0, sort="query"),
    CacheColumn("Model A", 16, 6, sort="model"),
    CacheColumn("demos", 7, 4, right=True, ascending=False, sort="demonstrations"),
    CacheColumn("age", 7, 2, right=True, sort="created", inverse=True),
    CacheColumn("expires", 10, 5, right=True, sort="expires"),
    CacheColumn("hits", 6, 1, right=True, ascending=False, sort="hits"),
    CacheColumn("saved", 8, 7, right=True, ascending=False, sort="saved"),
    CacheColumn("flags", 7, 3, ascending=False, sort="flags"),
)
QUERY, MODEL, DEMONSTRATIONS, AGE, EXPIRES, HITS, SAVED, FLAGS = range(len(COLUMNS))
_WITH_WIDE_FLAGS: Final = (*COLUMNS[:FLAGS], replace(COLUMNS[FLAGS], width=19))


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


def arrange(width: int) -> tuple[Place, ...]:
    """The columns that fit a table of so many cells, without its frame and scrollbar."""
    places = fit(_WITH_WIDE_FLAGS, width, gutter=GUTTER, room=QUERY_ROOM)
    if len(places) < len(COLUMNS):
        places = fit(COLUMNS, width, gutter=GUTTER, room=QUERY_ROOM)
    return tuple(_apart(place) if place.column == FLAGS else place for place in places)


LAYOUT: Final = Layout(COLUMNS, arrange)


def _apart(place: Place) -> Place:
    """With one blank more before it: flags stand beside a column of numbers."""
    return replace(place, start=place.start + 1, width=place.width - 1)
