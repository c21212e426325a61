"""The cache's file, its waiting counts and its warnings: what every other part stands on.

Invariant: a change writes what was waiting in the same transaction, and waiting counts are dropped
only after it. Nothing is printed: what the user should know is in `warnings`, each sentence once.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from ..core.errors import StoreError
from .cache_schema import SCHEMA
from .database import Database, StoreBusy
from .expiry import Timekeeper
from .pending import Pending

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")
S = TypeVar("S", bound="CacheStore")

MAX_BYTES: Final = 64_000_000
"""Above this, the least recently used entries are evicted."""
HELD_UP: Final = (
    "Another program is using the cache and does not let go."
    " What is new is kept in memory and written as soon as it does."
)


class CacheStore:
    """See `DemonstrationCache`, which is the class to use."""

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        max_bytes: int,
        on_warning: Callable[[str], None] | None,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self.max_bytes = max_bytes
        self.warnings: list[str] = []
        self._on_warning = on_warning
        self._lock = threading.RLock()
        self._time = Timekeeper(clock, monotonic)
        self._pending = Pending()
        self._database = Database(Path(path) if path is not None else None, SCHEMA, self._warn)

    @property
    def path(self) -> Path | None:
        """The file that was asked for; None for a cache in memory."""
        return self._database.path

    @property
    def persistent(self) -> bool:
        """Whether changes reach the disk."""
        return self._database.persistent

    @property
    def journal_reason(self) -> str:
        """How SQLite keeps the file whole and why that way; empty in memory."""
        journal = self._database.journal
        return f"{journal.mode}: {journal.reason}" if journal else ""

    def flush(self) -> None:
        """Write what is waiting, unless another program holds the file: then it waits on."""
        with self._lock:
            if self._pending:
                with contextlib.suppress(StoreBusy):
                    self._change(lambda _: None, wait=False)

    def close(self) -> None:
        """Write what is waiting and close the file; harmless when it is closed already."""
        with self._lock:
            with contextlib.suppress(StoreError):
                if self._pending:
                    self._change(lambda _: None)
            self._database.close()

    def __enter__(self: S) -> S:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self._database.close()

    def _read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return self._database.read(work)

    def _change(self, work: Callable[[sqlite3.Connection], T], *, wait: bool = True) -> T:
        def everything(connection: sqlite3.Connection) -> T:
            self._pending.write(connection, self.max_bytes)
            return work(connection)

        with self._lock:
            result = self._database.write(everything, wait=wait)
            self._pending.clear()
            return result

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)
            if self._on_warning is not None:
                self._on_warning(sentence)
