"""What a person does to the cache: pin, ban, edit, reorder, add, adopt.

Invariant: each action is one transaction on the entry as it is then, not as it was on the screen,
and is on the disk when the method returns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.errors import InvalidRequest
from . import cache_edits as edits
from . import cache_records as records
from .cache_entry import CacheEntry, Source, UnsavedEdit
from .cache_key import KeyParts, text_hash
from .cache_store import HELD_UP, CacheStore
from .connection import storable
from .database import StoreBusy
from .pending import keep

if TYPE_CHECKING:
    import sqlite3


class Curation(CacheStore):
    """See `DemonstrationCache`. Methods that change an entry return it as it is afterwards.

    They raise `InvalidRequest` when the entry or the demonstration does not exist (any more) and
    `StoreError` when another program holds the file for too long.
    """

    def pin(self, key: str, pinned: bool = True, *, demonstration: int | None = None) -> CacheEntry:
        """Pin an entry, so that it never expires and is never evicted or replaced by a fresh run;
        or one of its demonstrations, so that a fresh run keeps it. `pinned=False` lets go."""
        return self._edit(key, lambda entry: edits.pin(entry, demonstration, pinned))

    def edit(self, key: str, demonstration: int, text: str) -> CacheEntry:
        """Give a demonstration another text. What `note_edit` held for it is dropped."""
        return self._edit(
            key, lambda entry: edits.edit(entry, demonstration, text), saves=demonstration
        )

    def reorder(self, key: str, order: Sequence[int]) -> CacheEntry:
        """Put demonstrations in the order of the given ids; those left out follow."""
        return self._edit(key, lambda entry: edits.reorder(entry, order))

    def drop(self, key: str, demonstration: int) -> CacheEntry:
        """Take one demonstration out of an entry; `restore` with an older snapshot undoes it."""
        return self._edit(key, lambda entry: edits.drop(entry, demonstration))

    def add(
        self, key: str, text: str, *, source: Source = "hand", parts: KeyParts | None = None
    ) -> CacheEntry:
        """Add a demonstration, written by hand or made from a final answer.

        Args:
            key: Of the entry.
            text: The demonstration.
            source: Who wrote it.
            parts: What the key is made of; an entry that does not exist is then created, without
                an expiry, since what a person made should not vanish within the hour.
        """

        def create() -> CacheEntry | None:
            return None if parts is None else self._by_hand(key, parts, source)

        return self._edit(key, lambda entry: edits.add(entry, text, source), create, saves=0)

    def _by_hand(self, key: str, parts: KeyParts, source: Source) -> CacheEntry:
        return replace(
            _entry_of(parts), key=key, created_at=self._time.now(), source=source, edited=True
        )

    def adopt(self, key: str, parts: KeyParts) -> CacheEntry:
        """Make a foreign entry a usable one by saying which query and Model A it belongs to.

        It moves to the key of `parts`, counts as written now, without an expiry. If there is an
        entry with that key, its user's own demonstrations are kept in front.
        """
        if not parts.query.strip() or not parts.model_a:
            raise InvalidRequest(
                "An entry needs a query and Model A before it can be used.", "Say both."
            )
        target = parts.key

        def work(connection: sqlite3.Connection) -> CacheEntry:
            old = records.find(connection, key)
            if old is None or not old.foreign:
                raise InvalidRequest("There is no such entry to adopt.", "Look at the list again.")
            adopted = replace(
                _entry_of(parts),
                key=target,
                demonstrations=old.demonstrations,
                created_at=self._time.now(),
                source="import",
            )
            records.remove(connection, old)
            keep(connection, adopted, self.max_bytes)
            return _found(connection, target)

        return self._change(work)

    def ban(self, text: str, banned: bool = True) -> None:
        """Never use a text again, in whatever entry and whoever writes it anew.

        Case, blanks and Unicode form make no difference. `banned=False` allows it again.
        """
        name = text_hash(text)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM ban WHERE hash = ?", (name,))
            if banned:
                row = (name, storable(text), self._time.now())
                connection.execute("INSERT INTO ban VALUES (?, ?, ?)", row)

        self._change(work)

    def is_banned(self, text: str) -> bool:
        """Whether the text is never to be used."""
        query, name = "SELECT 1 FROM ban WHERE hash = ?", text_hash(text)
        try:
            return self._read(lambda c: c.execute(query, (name,)).fetchone()) is not None
        except StoreBusy:  # a run asks this, and goes on; `lookup` asks again
            self._warn(HELD_UP)
            return False

    def bans(self) -> list[str]:
        """Banned texts, the latest first."""
        return self._read(records.bans)

    def note_edit(self, key: str, demonstration: int, text: str) -> None:
        """Keep what is being typed, so that a crash before `edit` or `add` loses nothing.

        Args:
            key: Of the entry.
            demonstration: Which one; 0 for one that is being added.
            text: As it stands. It is not served.
        """
        row = (storable(key), demonstration, storable(text), self._time.now())
        query = "INSERT OR REPLACE INTO unsaved_edit VALUES (?, ?, ?, ?)"
        self._change(lambda connection: connection.execute(query, row) and None)

    def unsaved_edits(self) -> list[UnsavedEdit]:
        """Texts that were noted and neither saved nor forgotten, the latest first."""
        query = "SELECT * FROM unsaved_edit ORDER BY noted_at DESC, key, demonstration_id"
        rows = self._read(lambda connection: connection.execute(query).fetchall())
        return [UnsavedEdit(*row) for row in rows]

    def forget_edit(self, key: str, demonstration: int) -> None:
        """Drop a noted text."""
        self._change(lambda connection: _forget(connection, key, demonstration))

    def _edit(
        self,
        key: str,
        step: Callable[[CacheEntry], CacheEntry],
        create: Callable[[], CacheEntry | None] = lambda: None,
        saves: int | None = None,
    ) -> CacheEntry:
        def work(connection: sqlite3.Connection) -> CacheEntry:
            old = records.find(connection, key) or create()
            if old is None:
                raise InvalidRequest(
                    "The cache has no such entry (any more).", "Look at the list again."
                )
            records.put(connection, step(old))
            if saves is not None:
                _forget(connection, key, saves)
            return _found(connection, key)

        return self._change(work)


def _entry_of(parts: KeyParts) -> CacheEntry:
    return CacheEntry(
        id=0,
        key=parts.key,
        query=parts.query,
        model_a=parts.model_a,
        digest=parts.digest,
        template_hash=parts.template_hash,
        count=parts.count,
        order=parts.order,
        options=dict(parts.options),
    )


def _found(connection: sqlite3.Connection, key: str) -> CacheEntry:
    entry = records.find(connection, key)
    assert entry is not None, "written in this transaction"
    return entry


def _forget(connection: sqlite3.Connection, key: str, demonstration: int) -> None:
    row = (storable(key), demonstration)
    connection.execute("DELETE FROM unsaved_edit WHERE key = ? AND demonstration_id = ?", row)
