"""Reading the cache for its inspector. Every method may wait for a disk: call them in threads.

Invariant: questions are answered one after the other, and one that nobody asks any more when its
turn comes is not answered at all, so that fast typing never queues up slow searches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import cast

from ..store.cache import DemonstrationCache
from ..store.cache_entry import CacheEntry
from ..store.cache_records import Sort
from .cache_columns import Listing
from .cache_view import Detail, Overview, Row, row_of
from .paging import PAGE, Rows

Wanted = Callable[[], bool]
"""Whether the answer is still wanted."""


class CacheReader:
    """Pages, counts and single entries of a cache.

    Args:
        cache: The cache.
    """

    def __init__(self, cache: DemonstrationCache) -> None:
        self._cache = cache
        self._turn = threading.Lock()

    def rows(self, listing: Listing, page: int, wanted: Wanted) -> Rows[Row] | None:
        """One page, or the last if there are not that many; None when it is not wanted any more.

        The total is left out where counting could take longer than reading the page did.
        """
        with self._turn:
            if not wanted():
                return None
            rows = self._page(listing, page)
            if not rows and page:
                page = max(0, self._cache.count(listing.search) - 1) // PAGE
                rows = self._page(listing, page)
            total = None if listing.search.strip() else self._cache.size
            if len(rows) < PAGE:
                total = page * PAGE + len(rows)
            return Rows(page, rows, total)

    def total(self, listing: Listing, wanted: Wanted) -> int | None:
        """How many entries are listed; None when that is not wanted any more."""
        with self._turn:
            return self._cache.count(listing.search) if wanted() else None

    def overview(self) -> Overview:
        """The totals, and what was typed and not saved."""
        unsaved = self._cache.unsaved_edits()
        return Overview(self._cache.stats(), frozenset((e.key, e.demonstration) for e in unsaved))

    def detail(self, key: str) -> Detail | None:
        """One entry, whole; None when it is not there (any more)."""
        entry = self._cache.entry(key)
        return None if entry is None else self._detail(entry)

    def detail_for(self, blank: CacheEntry) -> Detail:
        """The same, or one of an entry that is still to be made."""
        return self._detail(self._cache.entry(blank.key) or blank)

    def _detail(self, entry: CacheEntry) -> Detail:
        key = entry.key
        unsaved = {e.demonstration: e.text for e in self._cache.unsaved_edits() if e.key == key}
        return Detail(entry, self._cache.peek(key) is not None, unsaved)

    def _page(self, listing: Listing, page: int) -> tuple[Row, ...]:
        sort = cast(Sort, listing.sort)
        found = self._cache.entries(
            page * PAGE, PAGE, sort, descending=listing.descending, search=listing.search
        )
        return tuple(row_of(entry) for entry in found)
