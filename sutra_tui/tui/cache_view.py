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

PAGE: Final = 200
"""Entries read at a time."""
KEPT_PAGES: Final = 8
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
class Rows:
    """One page as it was read.

    Args:
        page: Its number, from 0.
        rows: What it holds.
        total: Entries on all pages; None when they have not been counted yet.
    """

    page: int
    rows: tuple[Row, ...]
    total: int | None


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


@dataclass(frozen=True, slots=True)
class CacheView:
    """Everything the inspector shows.

    Args:
        query: What stands in the main screen's query box.
        asked: What a run started there would ask for.
        now: Seconds since the epoch.
        listing: What is to be listed.
        edition: Number of that question; answers to earlier ones are dropped.
        answered: The listing that `pages` show; None before the first answer.
        shown: Number of the question that they answer.
        total: Entries listed on all pages, at least.
        pages: Those read, by number.
        cursor: Place of the entry under the cursor.
        sought: Key of the entry the cursor goes to with the next answer; empty for none.
        overview: The cache as a whole; None before it is known.
        detail: The entry under the cursor, once it is read.
        chosen: The demonstration that has the focus; None when an entry has.
        undoable: What undo would take back, in words; empty for nothing.
    """

    query: str = ""
    asked: AskedNow = field(default_factory=AskedNow)
    now: float = 0.0
    listing: Listing = field(default_factory=Listing)
    edition: int = 0
    answered: Listing | None = None
    shown: int = -1
    total: int = 0
    pages: Mapping[int, tuple[Row, ...]] = field(default_factory=dict)
    cursor: int = 0
    sought: str = ""
    overview: Overview | None = None
    detail: Detail | None = None
    chosen: int | None = None
    undoable: str = ""

    def row(self, place: int) -> Row | None:
        """The entry at a place; None when its page is not here (any more)."""
        rows = self.pages.get(place // PAGE, ())
        return rows[place % PAGE] if 0 <= place % PAGE < len(rows) else None

    @property
    def current(self) -> Row | None:
        """The entry under the cursor."""
        return self.row(self.cursor)

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

    @property
    def is_answered(self) -> bool:
        """The pages show what is asked for."""
        return self.shown == self.edition

    @property
    def is_empty(self) -> bool:
        """Nothing is listed, and that is certain."""
        return self.is_answered and not self.total

    def is_unsaved(self, key: str) -> bool:
        """Whether text of that entry was typed and not saved."""
        unsaved = self.overview.unsaved if self.overview else frozenset()
        return any(entry == key for entry, _ in unsaved)

    def missing(self, first: int, last: int) -> tuple[int, ...]:
        """Numbers of the pages that places `first` to `last` lie on and that are not here."""
        if not self.total or not self.is_answered:
            return ()
        last = min(last, self.total - 1)
        pages = range(max(0, first) // PAGE, last // PAGE + 1)
        return tuple(page for page in pages if page not in self.pages)

    def sorted_by(self, column: int) -> CacheView:
        """Sort by a column, or the other way round when it is that one already."""
        same = column == self.listing.column
        ascending = not self.listing.ascending if same else COLUMNS[column].ascending
        return self._asking(replace(self.listing, column=column, ascending=ascending))

    def searching(self, search: str) -> CacheView:
        """List what contains these words."""
        return self._asking(replace(self.listing, search=search))

    def again(self) -> CacheView:
        """The same question once more, because the cache changed."""
        return self._asking(self.listing)

    def moved(self, place: int) -> CacheView:
        """The cursor at another place, or at the end nearest to it."""
        return replace(self, cursor=max(0, min(place, self.total - 1)))

    def with_rows(self, edition: int, read: Rows) -> CacheView:
        """A page has been read.

        What was shown before stays until the first page of a new edition is here. The cursor then
        stays on its entry if the listing is the same one, and begins at the top of another.
        """
        if edition != self.edition:
            return self
        if self.shown == edition:
            return replace(self, pages=_with_page(self.pages, read))
        total = read.page * PAGE + len(read.rows) if read.total is None else read.total
        same, old = self.answered == self.listing, self.current
        view = replace(
            self,
            pages={read.page: read.rows},
            shown=edition,
            answered=self.listing,
            total=total,
            sought="",
        )
        if not same:
            return view.moved(0)
        key = self.sought or (old.key if old else "")
        place = next((n for n, row in enumerate(read.rows) if row.key == key), None)
        return view.moved(self.cursor if place is None else read.page * PAGE + place)

    def with_total(self, edition: int, total: int) -> CacheView:
        """The entries have been counted."""
        return replace(self, total=total) if edition == self.edition else self

    def with_unsaved(self, key: str, demonstration: int) -> CacheView:
        """Text was typed and is kept, not saved."""
        name, overview = (key, demonstration), self.overview
        if overview is None or name in overview.unsaved:
            return self
        return replace(self, overview=replace(overview, unsaved=overview.unsaved | {name}))

    def _asking(self, listing: Listing) -> CacheView:
        return replace(self, listing=listing, edition=self.edition + 1)


def _with_page(pages: Mapping[int, tuple[Row, ...]], read: Rows) -> Mapping[int, tuple[Row, ...]]:
    """The pages with one more, without those that lie too far from it."""
    together = {**pages, read.page: read.rows}
    nearest = sorted(together, key=lambda page: abs(page - read.page))[:KEPT_PAGES]
    return {page: together[page] for page in nearest}
