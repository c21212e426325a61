"""What every store of ours stands on: one database, and the sentences it has for the user.

Invariant: nothing is printed; what the user should know is in `warnings`, each sentence once.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from .database import Database, Schema

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")
S = TypeVar("S", bound="FileStore")


class FileStore:
    """A database in a file or in memory, for any number of threads.

    Args:
        path: The file; without one everything lives in memory and behaves the same.
        schema: What the database looks like.
        on_warning: Called with each sentence added to `warnings`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        schema: Schema,
        on_warning: Callable[[str], None] | None,
    ) -> None:
        self.warnings: list[str] = []
        self._on_warning = on_warning
        self._database = Database(Path(path) if path is not None else None, schema, self._warn)

    @property
    def path(self) -> Path | None:
        """The file that was asked for; None for a store in memory."""
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

    def close(self) -> None:
        """Close the file; harmless when it is closed already."""
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
        return self._database.write(work, wait=wait)

    def _warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)
            if self._on_warning is not None:
                self._on_warning(sentence)
