"""The cache's file, its waiting counts and its warnings: what every other part stands on.

Invariant: a change writes what was waiting in the same transaction, and waiting counts are dropped
only after it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from ..core.errors import StoreError
from .cache_schema import SCHEMA
from .database import StoreBusy
from .expiry import Timekeeper
from .file_store import FileStore
from .pending import Pending

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

MAX_BYTES: Final = 64_000_000
"""Above this, the least recently used entries are evicted."""
HELD_UP: Final = (
    "Another program is using the cache and does not let go."
    " What is new is kept in memory and written as soon as it does."
)


class CacheStore(FileStore):
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
        self._lock = threading.RLock()
        self._time = Timekeeper(clock, monotonic)
        self._pending = Pending()
        super().__init__(path, SCHEMA, on_warning)

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
            super().close()

    def _change(self, work: Callable[[sqlite3.Connection], T], *, wait: bool = True) -> T:
        def everything(connection: sqlite3.Connection) -> T:
            self._pending.write(connection, self.max_bytes)
            return work(connection)

        with self._lock:
            result = super()._change(everything, wait=wait)
            self._pending.clear()
            return result
