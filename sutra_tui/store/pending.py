"""What waits to be written with the next change: counts, and entries another program held up.

Invariant: nothing here is forgotten before the transaction that wrote it has ended well.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import cache_records
from .cache_edits import merge
from .cache_entry import CacheEntry

if TYPE_CHECKING:
    import sqlite3


class Pending:
    """Hits, misses and entries not yet written."""

    def __init__(self) -> None:
        self.entries: dict[str, CacheEntry] = {}
        self.misses = 0
        self.tokens = 0
        self.seconds = 0.0
        self._hits: dict[str, tuple[int, float]] = {}

    def __bool__(self) -> bool:
        return bool(self.entries or self._hits or self.misses)

    @property
    def hits(self) -> int:
        """Hits of all entries together."""
        return sum(count for count, _ in self._hits.values())

    @property
    def counted(self) -> int:
        """How many keys have hits that wait."""
        return len(self._hits)

    def hit(self, entry: CacheEntry, at: float) -> None:
        """Count a hit and what it saved."""
        count = self._hits.pop(entry.key, (0, at))[0]
        self._hits[entry.key] = (count + 1, at)  # at the end: the order of use is kept
        self.tokens += entry.tokens
        self.seconds += entry.seconds

    def miss(self) -> None:
        """Count a query that was not served."""
        self.misses += 1

    def overlay(self, entry: CacheEntry) -> CacheEntry:
        """The entry with its waiting hits counted in."""
        count, at = self._hits.get(entry.key, (0, None))
        return replace(entry, hits=entry.hits + count, last_hit_at=at) if count else entry

    def write(self, connection: sqlite3.Connection, max_bytes: int) -> None:
        """Write everything as part of the caller's transaction, which may yet fail."""
        for entry in self.entries.values():
            keep(connection, entry, max_bytes)
        for key, (count, at) in self._hits.items():
            cache_records.count_hit(connection, key, count, at)
        if self._hits or self.misses:
            connection.execute(
                "UPDATE totals SET hits = hits + ?, misses = misses + ?,"
                " tokens_saved = tokens_saved + ?, seconds_saved = seconds_saved + ?",
                (self.hits, self.misses, self.tokens, self.seconds),
            )

    def clear(self) -> None:
        """Forget what was written."""
        self.entries.clear()
        self._hits.clear()
        self.misses = self.tokens = 0
        self.seconds = 0.0


def keep(connection: sqlite3.Connection, entry: CacheEntry, max_bytes: int) -> None:
    """Write a fresh run's entry beside the user's own work, and make room for it."""
    old = cache_records.find(connection, entry.key)
    cache_records.put(connection, merge(old, entry) if old else entry)
    cache_records.evict(connection, max_bytes, entry.key)
