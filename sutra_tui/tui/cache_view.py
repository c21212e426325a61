"""What the cache inspector shows, as one frozen value.

Invariant: pure. Only summaries of a few pages are held, however many entries there are, and an
answer to another question than the present one is dropped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..core.clean import clean_line
from ..store.cache_entry import CachedDemonstration, CacheEntry, CacheStats
from .asked_now import AskedNow
from .cache_columns import COLUMNS, Listing
from .paging import PagedView

QUERY_LIMIT: Final = 240
"""Characters of a query that a row keeps: more than the widest screen shows."""


@dataclass(frozen=True, slots=True)
class Row:
    """One entry in the table.

    Args:
        entry: The entry without its texts; query and Model A are safe to show.
        usable: Demonstrations that may be used.
        held: Demonstrations it has, banned ones included.
    """

    entry: CacheEntry
    usable: int
    held: int

    @property
    def key(self) -> str:
        return self.entry.key


def row_of(entry: CacheEntry) -> Row:
    """What the table needs of an entry, so that pages of long texts are not held in memory."""
    summary = replace(
        entry,
        query=clean_line(entry.query, QUERY_LIMIT),
        model_a=clean_line(entry.model_a, 60),
        digest="",
        template_hash="",
        options={},
        demonstrations=(),
        draft="",
    )
    return Row(summary, len(entry.texts), len(entry.demonstrations))


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known of the cache as a whole.

    Args:
        stats: Its totals.
        unsaved: Entries and demonstrations with text that was typed and not saved.
    """

    stats: CacheStats
    unsaved: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Detail:
    """The entry under the cursor, whole.

    Args:
        entry: With its texts and banned demonstrations.
        served: Whether the cache would serve it for its own key now.
        unsaved: Text typed and not saved, by demonstration; 0 is one being added.
    """

    entry: CacheEntry
    served: bool
    unsaved: Mapping[int, str] = field(default_factory=dict)

    def demonstration(self, name: int) -> CachedDemonstration | None:
        """One of its demonstrations."""
        return next((d for d in self.entry.demonstrations if d.id == name), None)


@dataclass(frozen=True)
class CacheView(PagedView[Row]):
    """Everything the inspector shows.

    Args:
        query: What stands in the main screen's query box.
        asked: What a run started there would ask for.
        now: Seconds since the epoch.
        listing: What is to be listed.
        overview: The cache as a whole; None before it is known.
        detail: The entry under the cursor, once it is read.
        chosen: The demonstration that has the focus; None when an entry has.
        undoable: What undo would take back, in words; empty for nothing.
    """

    query: str = ""
    asked: AskedNow = field(default_factory=AskedNow)
    now: float = 0.0
    listing: Listing = field(default_factory=Listing)
    overview: Overview | None = None
    detail: Detail | None = None
    chosen: int | None = None
    undoable: str = ""

    @property
    def question(self) -> object:
        return self.listing

    @property
    def at_hand(self) -> Detail | None:
        """The entry under the cursor, whole, unless it is still being read."""
        row, detail = self.current, self.detail
        return detail if row and detail and detail.entry.key == row.key else None

    @property
    def demonstration(self) -> CachedDemonstration | None:
        """The demonstration that has the focus."""
        if self.at_hand is None or self.chosen is None:
            return None
        return self.at_hand.demonstration(self.chosen)

    def is_unsaved(self, key: str) -> bool:
        """Whether text of that entry was typed and not saved."""
        unsaved = self.overview.unsaved if self.overview else frozenset()
        return any(entry == key for entry, _ in unsaved)

    def sorted_by(self, column: int) -> CacheView:
        """Sort by a column, or the other way round when it is that one already."""
        same = column == self.listing.column
        ascending = not self.listing.ascending if same else COLUMNS[column].ascending
        return self._asking(replace(self.listing, column=column, ascending=ascending))

    def searching(self, search: str) -> CacheView:
        """List what contains these words."""
        return self._asking(replace(self.listing, search=search))

    def with_unsaved(self, key: str, demonstration: int) -> CacheView:
        """Text was typed and is kept, not saved."""
        name, overview = (key, demonstration), self.overview
        if overview is None or name in overview.unsaved:
            return self
        return replace(self, overview=replace(overview, unsaved=overview.unsaved | {name}))

    def _asking(self, listing: Listing) -> CacheView:
        return replace(self, listing=listing, edition=self.edition + 1)
