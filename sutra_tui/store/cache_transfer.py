"""Carrying the cache to a file and back.

Invariant: a file is written whole or not at all, and taken in whole or not at all; what is taken in
never replaces the user's own work.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..core.errors import StoreError
from . import cache_file, files
from . import cache_records as records
from .cache_edits import holds_own_work
from .cache_entry import CacheEntry, ImportReport
from .cache_key import text_hash
from .cache_store import CacheStore
from .connection import storable
from .search import condition

if TYPE_CHECKING:
    import sqlite3

_PAGE: Final = 500
_MIN_IMPORT: Final = 8 * 2**20
"""Bytes of a document that are read in any case, however small the cache."""


class Transfer(CacheStore):
    """See `DemonstrationCache`, which is the class to use."""

    def save(self, path: str | os.PathLike[str]) -> int:
        """Write everything as a JSON document, replacing the file. Returns the number of entries.

        Raises:
            StoreError: The file cannot be written, or is the cache's own.
        """
        return self.export(path, overwrite=True)

    def export(
        self,
        path: str | os.PathLike[str],
        *,
        search: str = "",
        overwrite: bool = False,
    ) -> int:
        """Write the entries that `search` finds as a JSON document (0600, whole or not at all).

        Returns:
            How many entries it holds.

        Raises:
            StoreError: The file cannot be written, exists already, or is the cache's own.
        """
        target = Path(path)
        entries = _Counted(self._all(search))
        try:
            if self.path is not None and target.resolve() == self.path.resolve():
                raise OSError("it is the cache itself")
            self.flush()
            bans = self._read(records.bans)
            files.write_atomically(target, cache_file.pieces(entries, bans), overwrite=overwrite)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise StoreError(
                f"The cache was not written to {target}: {reason}.", "Choose another file name."
            ) from error
        return entries.number

    def load(self, path: str | os.PathLike[str]) -> ImportReport:
        """Read a document that `save` wrote; the same as `import_`."""
        return self.import_(path)

    def import_(self, path: str | os.PathLike[str]) -> ImportReport:
        """Add a document's entries and bans: all of them or, if anything is wrong, none.

        The file wins over an entry with the same key, except where that holds the user's own work.
        Files of the system that this one succeeds are read too; see `adopt`.

        Raises:
            InvalidCacheFile: The file is not such a document; nothing was changed.
        """
        limit = max(_MIN_IMPORT, 2 * self.max_bytes)
        document = cache_file.read(Path(path), limit, self._time.now())
        return self._change(lambda c: self._take_in(c, document.entries, document.bans))

    def _take_in(
        self, connection: sqlite3.Connection, entries: Iterable[CacheEntry], bans: Iterable[str]
    ) -> ImportReport:
        added = replaced = kept = foreign = 0
        last = ""
        for entry in entries:
            old = records.find(connection, entry.key)
            if old is not None and holds_own_work(old):
                kept += 1
                continue
            records.put(connection, entry)
            last = entry.key
            added += old is None
            replaced += old is not None
            foreign += entry.foreign
        for text in bans:
            row = (text_hash(text), storable(text), self._time.now())
            connection.execute("INSERT OR IGNORE INTO ban VALUES (?, ?, ?)", row)
        evicted = records.evict(connection, self.max_bytes, last)
        return ImportReport(added, replaced, kept, foreign, evicted)

    def _all(self, search: str) -> Iterator[CacheEntry]:
        """Every entry in pages, so that no other program waits for the end of a long file."""
        last = 0
        while True:
            found = self._read(partial(_page_after, last=last, search=search))
            yield from found
            if len(found) < _PAGE:
                return
            last = found[-1].id


def _page_after(connection: sqlite3.Connection, last: int, search: str) -> list[CacheEntry]:
    where, parameters = condition(connection, search)
    return records.page(connection, f"id > ? AND {where}", (last, *parameters), "id", _PAGE)


class _Counted:
    """Counts what passes through."""

    def __init__(self, entries: Iterable[CacheEntry]) -> None:
        self._entries = entries
        self.number = 0

    def __iter__(self) -> Iterator[CacheEntry]:
        for entry in self._entries:
            self.number += 1
            yield entry
