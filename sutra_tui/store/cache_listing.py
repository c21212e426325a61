"""Looking at the cache: pages of entries, searches, neighbours, totals.

Invariant: looking never serves, counts or changes anything but what was waiting to be written. No
call costs more because the cache is large, beyond what it returns and what it has to search.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..core.errors import InvalidRequest
from . import cache_records as records
from .cache_entry import CacheEntry, CacheStats, Neighbour
from .cache_store import CacheStore
from .connection import storable
from .search import condition, nearest

if TYPE_CHECKING:
    import sqlite3


LAST_CHARACTER: Final = "\U0010ffff"


class Listing(CacheStore):
    """See `DemonstrationCache`, which is the class to use."""

    def entry(self, key: str) -> CacheEntry | None:
        """The entry under `key` in whatever state, banned demonstrations included."""
        with self._lock:
            if key in self._pending.entries:
                self.flush()
            entry = self._read(lambda connection: records.find(connection, key))
            entry = self._pending.entries.get(key, entry)
            return None if entry is None else self._pending.overlay(entry)

    def keys_beginning(self, prefix: str, limit: int) -> list[str]:
        """Keys that begin with `prefix`, in order, `limit` of them at most; found by the index."""
        query = "SELECT key FROM entry WHERE key >= ? AND key < ? ORDER BY key LIMIT ?"
        last = prefix + LAST_CHARACTER

        def work(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(query, (storable(prefix), storable(last), limit))
            return [key for (key,) in rows]

        with self._lock:
            self.flush()
            return self._read(work)

    @property
    def size(self) -> int:
        """Number of entries, expired ones included."""
        query = "SELECT entries FROM totals"
        return int(self._read(lambda connection: connection.execute(query).fetchone()[0]))

    def __len__(self) -> int:
        return self.size

    def entries(
        self,
        offset: int = 0,
        limit: int = 50,
        sort: records.Sort = "used",
        descending: bool = True,
        search: str = "",
    ) -> list[CacheEntry]:
        """One page of entries in whatever state.

        Args:
            offset: Entries to skip.
            limit: Entries to return at most.
            sort: What to sort by; `used` is written or served last.
            descending: Largest, latest or last first.
            search: Words that the query or one demonstration must all contain.
        """
        if sort not in records.SORTS:
            raise InvalidRequest(
                f"Entries cannot be sorted by {sort!r}.", f"Use one of {', '.join(records.SORTS)}."
            )
        direction = "DESC" if descending else "ASC"
        order = f"{records.SORTS[sort]} {direction}, id {direction}"

        def work(connection: sqlite3.Connection) -> list[CacheEntry]:
            where, parameters = condition(connection, search)
            return records.page(connection, where, parameters, order, max(0, limit), max(0, offset))

        with self._lock:
            self.flush()
            return [self._pending.overlay(entry) for entry in self._read(work)]

    def count(self, search: str = "") -> int:
        """How many entries a listing with this `search` has."""
        if not search.strip():
            return self.size

        def work(connection: sqlite3.Connection) -> int:
            where, parameters = condition(connection, search)
            found = connection.execute(f"SELECT COUNT(*) FROM entry WHERE {where}", parameters)
            return int(found.fetchone()[0])

        return self._read(work)

    def suggest(self, query: str, limit: int = 5) -> list[Neighbour]:
        """Entries whose queries resemble this one, likest first, for the user to accept or not.

        They are in whatever state and of whatever Model A, and never served by themselves.
        """

        def work(connection: sqlite3.Connection) -> list[Neighbour]:
            near = nearest(connection, query, limit)
            found = [(records.find(connection, key), similarity) for key, similarity in near]
            return [Neighbour(entry, similarity) for entry, similarity in found if entry]

        return self._read(work)

    def stats(self) -> CacheStats:
        """Totals over the life of the cache, up to this moment."""
        query = "SELECT totals.*, (SELECT COUNT(*) FROM ban) FROM totals"
        with self._lock:
            self.flush()
            row = self._read(lambda connection: connection.execute(query).fetchone())
            waiting = self._pending
            return CacheStats(
                entries=row[0],
                bytes=row[1],
                max_bytes=self.max_bytes,
                hits=row[2] + waiting.hits,
                misses=row[3] + waiting.misses,
                tokens_saved=row[4] + waiting.tokens,
                seconds_saved=row[5] + waiting.seconds,
                banned=row[6],
                persistent=self.persistent,
                path=self.path,
            )
