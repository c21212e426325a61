"""The demonstration cache: what Model A wrote, kept so that it need not be written twice.

Invariant: a demonstration is only ever served for the exact key it was kept under, while it is live
and not banned. Whatever goes wrong with the disk, a run goes on: the worst that happens is a miss.

Hits are counted in memory and written with the next change, listing or `close`, since a hit must
not wait for a disk. A killed program may lose such counts, and nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ..core.errors import InvalidRequest
from . import cache_file, cache_trash
from . import cache_records as records
from .cache_curation import Curation
from .cache_entry import (
    SOURCES,
    CachedDemonstration,
    CacheEntry,
    CacheStats,
    Removed,
    Source,
)
from .cache_key import KeyParts, canonical_json
from .cache_listing import Listing
from .cache_store import HELD_UP, MAX_BYTES
from .cache_transfer import Transfer
from .connection import storable
from .database import StoreBusy
from .pending import keep

if TYPE_CHECKING:
    import sqlite3

__all__ = ["CacheEntry", "CacheStats", "DemonstrationCache", "KeyParts"]

DEFAULT_TTL: Final = 3600
"""Seconds; one hour, as in the system this one succeeds."""
_MAX_TTL: Final = 1e10
"""Seconds, three centuries: longer is for ever."""
_FLUSH_AFTER: Final = 1_000


class DemonstrationCache(Curation, Listing, Transfer):
    """Demonstrations by key, in memory or in one SQLite file, for any number of threads.

    Several processes may use one file. Calls may wait up to five seconds for another process.

    Args:
        default_ttl: Seconds an entry is served; 0 or None is for ever.
        path: The file; without one the cache lives in memory and behaves the same.
        max_bytes: Above this, the least recently used entries are evicted.
        on_warning: Called with each sentence added to `warnings`.
        clock: Seconds since the epoch.
        monotonic: Seconds since any moment, never set back.
    """

    def __init__(
        self,
        default_ttl: float | None = DEFAULT_TTL,
        path: str | os.PathLike[str] | None = None,
        *,
        max_bytes: int = MAX_BYTES,
        on_warning: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        _expiry(0.0, default_ttl)
        self.default_ttl = default_ttl
        super().__init__(path, max_bytes, on_warning, clock, monotonic)

    @staticmethod
    def make_key(
        query: str,
        model_a: str = "",
        digest: str = "",
        template_hash: str = "",
        count: int = 3,
        order: str = "answer-first",
        options: Mapping[str, Any] | None = None,
    ) -> str:
        """The key for everything that can change what Model A writes; see `KeyParts`.

        Raises:
            InvalidRequest: An option is not a JSON value.
        """
        parts = KeyParts(query, model_a, digest, template_hash, count, order, options or {})
        return parts.key

    # -- serving -----------------------------------------------------------------------------

    def get(self, key: str) -> list[str] | None:
        """Texts kept under `key`, as a fresh list, or None. Counts a hit or a miss."""
        entry = self.lookup(key)
        return None if entry is None else list(entry.texts)

    def lookup(self, key: str) -> CacheEntry | None:
        """The live entry under `key` without its banned demonstrations. Counts a hit or a miss.

        Returns:
            The entry, whose `tokens` and `seconds` are what the hit saved; None if there is none,
            it is not live, or no usable demonstration is left.
        """
        with self._lock:
            entry = self._usable(key)
            if entry is None:
                self._pending.miss()
            else:
                self._pending.hit(entry, self._time.now())
                entry = replace(entry, hits=entry.hits + 1, last_hit_at=self._time.now())
            if self._pending.counted >= _FLUSH_AFTER:
                self.flush()
            return entry

    def peek(self, key: str) -> CacheEntry | None:
        """What `lookup` would return, without counting."""
        with self._lock:
            return self._usable(key)

    def _usable(self, key: str) -> CacheEntry | None:
        try:
            entry = self.entry(key)
        except StoreBusy:
            self._warn(HELD_UP)
            return None
        if entry is None or entry.state(self._time.now()) != "live":
            return None
        if entry.expires_at is not None and not entry.pinned:
            if self._time.passed(key, entry.created_at, entry.expires_at):
                return None
            self._time.watch(key, entry.created_at, entry.expires_at)
        kept = tuple(d for d in entry.demonstrations if not d.banned)
        return replace(entry, demonstrations=kept) if kept else None

    def set(
        self,
        key: str,
        demos: Sequence[str],
        ttl: float | None = None,
        *,
        query: str = "",
        model_a: str = "",
        digest: str = "",
        template_hash: str = "",
        count: int = 3,
        order: str = "",
        options: Mapping[str, Any] | None = None,
        draft: str = "",
        tokens: int = 0,
        seconds: float = 0.0,
        source: Source = "model",
    ) -> None:
        """Keep demonstrations under `key`, replacing what a run (not a person) left there.

        Demonstrations that were pinned, edited or added by hand stay in front, and a pinned entry
        stays as it is. If another program holds the file, the entry waits in memory.

        Args:
            key: From `make_key`, or any text of the caller's own.
            demos: The texts, in order.
            ttl: Seconds it is served; None is the default of this cache, 0 is for ever.
            query: And the following five: what the key was made of.
            model_a: Model A's name.
            digest: Model A's digest.
            template_hash: Hash of its template.
            count: Demonstrations wanted.
            order: What Model A was to write first.
            options: Sampling options.
            draft: Model A's own answer.
            tokens: What it cost Model A.
            seconds: The same in time.
            source: Who wrote the demonstrations.

        Raises:
            InvalidRequest: There is nothing to keep, or an argument is of the wrong kind.
        """
        now = self._time.now()
        entry = CacheEntry(
            id=0,
            key=_checked_key(key),
            query=query,
            model_a=model_a,
            digest=digest,
            template_hash=template_hash,
            count=count,
            order=order,
            options=_checked_options(options),
            demonstrations=_checked_demonstrations(demos, source),
            draft=draft,
            created_at=now,
            expires_at=_expiry(now, self.default_ttl if ttl is None else ttl),
            tokens=tokens,
            seconds=seconds,
            source=source,
        )
        if records.weigh(entry) > self.max_bytes:
            self._warn("An answer too large for the cache was not kept in it.")
            return
        with self._lock:
            if entry.expires_at is not None:
                self._time.watch(entry.key, now, entry.expires_at)
            try:
                self._change(lambda connection: keep(connection, entry, self.max_bytes))
            except StoreBusy:
                self._pending.entries[entry.key] = entry
                self._warn(HELD_UP)

    def __contains__(self, key: object) -> bool:
        """Whether `get` would serve it; does not count."""
        return isinstance(key, str) and self.peek(key) is not None

    def __bool__(self) -> bool:
        """An empty cache is still a cache: `cache or DemonstrationCache()` must not lose it."""
        return True

    def __repr__(self) -> str:
        place = str(self.path) if self.persistent else "memory"
        return f"<{type(self).__name__} in {place}, default_ttl={self.default_ttl}>"

    # -- taking out and bringing back --------------------------------------------------------

    def delete(self, key: str) -> CacheEntry | None:
        """Remove one entry and return it, for `restore`; None if there was none."""

        def work(connection: sqlite3.Connection) -> CacheEntry | None:
            entry = records.find(connection, key)
            if entry is not None:
                records.remove(connection, entry)
            return entry

        return self._change(work)

    def clear(self) -> Removed:
        """Remove every entry, pinned ones too, for `restore` until the cache is closed.

        Bans and the totals of hits and misses stay.
        """
        removed = self._change(cache_trash.remove_all)
        self._database.compact()
        return removed

    def purge(self) -> Removed:
        """Remove expired entries that hold nothing of the user's own, for `restore`."""
        where = f"expires_at <= ? AND NOT {records.OWN_WORK}"
        now = self._time.now()
        return self._change(lambda connection: cache_trash.remove(connection, where, (now,)))

    def restore(self, what: CacheEntry | Removed) -> int:
        """Bring back what `delete`, `clear` or `purge` removed, or an entry as it was before a
        change. Entries of a batch whose key has been written again since stay away.

        Returns:
            How many entries came back.

        Raises:
            StoreError: The batch is gone.
        """
        if isinstance(what, Removed):
            return self._change(lambda connection: cache_trash.restore(connection, what))
        self._change(lambda connection: records.put(connection, what))
        return 1


def _checked_key(key: str) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= cache_file.MAX_KEY:
        raise InvalidRequest(
            f"A cache key is a text of 1 to {cache_file.MAX_KEY:,} characters.", "Use `make_key`."
        )
    return storable(key)


def _checked_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    canonical_json(options or {})
    return dict(options or {})


def _checked_demonstrations(
    demos: Sequence[str], source: Source
) -> tuple[CachedDemonstration, ...]:
    if isinstance(demos, str) or not all(isinstance(text, str) for text in demos):
        raise InvalidRequest("Demonstrations are a list of texts.", "Put a single one in a list.")
    if source not in SOURCES:
        raise InvalidRequest(f"{source!r} is no source.", f"Use one of {', '.join(SOURCES)}.")
    found = tuple(CachedDemonstration(0, t, source=source) for t in demos if t.strip())
    if not found:
        raise InvalidRequest(
            "There is no demonstration to keep.", "Keep only what a model has written."
        )
    return found


def _expiry(now: float, ttl: float | None) -> float | None:
    """When something written `now` expires; None is never."""
    if ttl is None:
        return None
    if isinstance(ttl, bool) or not isinstance(ttl, (int, float)) or not ttl >= 0:
        raise InvalidRequest(
            f"{ttl!r} is no time to live.", "Give seconds, or 0 to keep entries for ever."
        )
    return now + ttl if 0 < ttl <= _MAX_TTL else None
