"""One SQLite file that keeps working whatever the disk does.

Invariant: every change is one short BEGIN IMMEDIATE transaction, and no `sqlite3` error leaves this
room. A damaged file is moved aside and a new one started; a full, read-only or missing disk turns
into memory until it is closed. Both are told once, through `warn`, and the work that met
the fault is done again where it now can be, so it must be safe to repeat.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..core.errors import StoreError
from . import files
from .connection import (
    check_soundness,
    close_quietly,
    connect,
    copy,
    ended_badly,
    patiently,
    schema_version,
    set_journal,
    transaction,
)
from .faults import Fault, classify, explain
from .journal import SAFE_WAL_VERSION, Journal, choose_journal, filesystem_of

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")


class StoreBusy(StoreError):
    """Another program has been holding the file for longer than `BUSY_SECONDS`."""


class _Refused(Exception):
    """The file is sound, but not one that we may write."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a database of ours looks like.

    Args:
        name: What people call the file, as in "the cache".
        application_id: Written into the file's header, so that no other program's file is touched.
        migrations: Statements that bring version n to version n + 1, in order, never edited later.
        attach: Statements for every new connection, outside any transaction.
        prepare: Called on every new connection after the migrations; changes through `transaction`.
    """

    name: str
    application_id: int
    migrations: tuple[tuple[str, ...], ...]
    attach: tuple[str, ...] = ()
    prepare: Callable[[sqlite3.Connection], None] | None = None

    @property
    def version(self) -> int:
        """The newest version this program knows."""
        return len(self.migrations)


class Database:
    """A connection that any thread may use.

    Args:
        path: The file; None keeps everything in memory.
        schema: What it must look like.
        warn: Called with a sentence for the user when something was repaired or given up.
    """

    def __init__(self, path: Path | None, schema: Schema, warn: Callable[[str], None]) -> None:
        self.path = path
        self.schema = schema
        self.journal: Journal | None = None
        self._warn = warn
        self._lock = threading.RLock()
        self._on_disk = False
        self._identity: tuple[int, int] | None = None
        self._connection: sqlite3.Connection | None = None
        self._open()

    @property
    def persistent(self) -> bool:
        """Whether changes reach the disk."""
        return self._on_disk

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection.

        Raises:
            StoreError: The database was closed.
        """
        if self._connection is None:
            raise StoreError(f"The {self.schema.name} is closed.", "Open it again.")
        return self._connection

    def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run queries.

        Raises:
            StoreBusy: Another program kept the file locked.
            StoreError: The database was closed, or SQLite refuses the query.
        """
        return self._guarded(lambda connection: patiently(lambda: work(connection)))

    def write(self, work: Callable[[sqlite3.Connection], T], *, wait: bool = True) -> T:
        """Run changes as one transaction: all of them or none.

        Args:
            work: Makes the changes; may run again after a repair.
            wait: Whether to wait up to `BUSY_SECONDS` for another program.

        Raises:
            StoreBusy: Another program kept the file locked.
            StoreError: The database was closed, or SQLite refuses the change.
        """
        seconds = None if wait else 0.0
        return self._guarded(lambda connection: transaction(connection, work, seconds=seconds))

    def compact(self) -> None:
        """Give free pages back to the disk, unless another program is at work: it can wait."""
        import sqlite3

        with self._lock, contextlib.suppress(sqlite3.Error):
            self.connection.execute("VACUUM")

    def close(self) -> None:
        """Close the connection; harmless when it is closed already."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                close_quietly(connection)

    def _guarded(self, action: Callable[[sqlite3.Connection], T]) -> T:
        import sqlite3

        with self._lock:
            is_open = self._connection is not None
            if is_open and self._on_disk and files.identity(self._file) != self._identity:
                # Deleted, or moved aside by another program: ours would write to a nameless file.
                self.close()
                self._open()
            for _ in range(3):
                try:
                    return action(self.connection)
                except sqlite3.Error as error:
                    self._recover(error)
            raise StoreError(
                f"The {self.schema.name} could not be repaired.", "Start the program again."
            )

    def _recover(self, error: sqlite3.Error) -> None:
        """Repair what can be repaired, so that the caller may try again, or raise."""
        fault = classify(error)
        if fault is Fault.BUSY:
            raise StoreBusy(
                f"Another program is using the {self.schema.name} and does not let go.",
                "Try again in a moment.",
            ) from error
        if self._on_disk and fault is Fault.CORRUPT:
            self.close()
            self._put_aside()
            self._open()
        elif self._on_disk and fault is Fault.UNWRITABLE:
            self._fall_back(explain(error), self.connection)
        else:
            raise StoreError(
                f"The {self.schema.name} could not be used: {error}.", "Start the program again."
            ) from error

    @property
    def _file(self) -> Path:
        assert self.path is not None
        return self.path

    def _open(self) -> None:
        import sqlite3

        if self.path is None:
            self._connection = self._in_memory()
            return
        reason, source = "it is damaged and could not be replaced", None
        for _ in range(2):
            try:
                self._connection = patiently(self._on_file)
                self._on_disk = True
                return
            except (_Refused, OSError, ValueError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                break
            except sqlite3.Error as error:
                fault = classify(error)
                if fault is not Fault.CORRUPT:
                    reason = explain(error)
                    # What another program is writing this moment must not be read around its lock.
                    source = self._read_only() if fault is Fault.UNWRITABLE else None
                    break
                self._put_aside()
        self._fall_back(reason, source)

    def _on_file(self) -> sqlite3.Connection:
        import sqlite3

        files.claim(self._file)
        self._identity = files.identity(self._file)
        connection = connect(str(self._file))
        try:
            self._check_ours(connection)
            if ended_badly(self._file):
                check_soundness(connection)
            modern = sqlite3.sqlite_version_info >= SAFE_WAL_VERSION
            kind = filesystem_of(self._file) if modern else None
            self.journal = choose_journal(sqlite3.sqlite_version_info, kind)
            set_journal(connection, self.journal.mode)
            self._set_up(connection, on_file=True)
        except BaseException:
            close_quietly(connection)
            raise
        return connection

    def _check_ours(self, connection: sqlite3.Connection) -> None:
        version, owner, tables = connection.execute(
            "SELECT (SELECT user_version FROM pragma_user_version),"
            " (SELECT application_id FROM pragma_application_id),"
            " (SELECT COUNT(*) FROM sqlite_master)"
        ).fetchone()
        if owner != self.schema.application_id and (tables or version or owner):
            raise _Refused("it belongs to another program")
        if version > self.schema.version:
            raise _Refused(
                f"it was written by a newer sutra (version {version}, known {self.schema.version})"
            )

    def _set_up(self, connection: sqlite3.Connection, *, on_file: bool = False) -> None:
        for statement in self.schema.attach:
            connection.execute(statement)
        version = schema_version(connection)
        if 0 < version < self.schema.version and on_file:
            self._keep_copy(connection, version)
        if version < self.schema.version:
            transaction(connection, self._migrate)
        if self.schema.prepare is not None:
            self.schema.prepare(connection)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        # Read again inside the transaction: another first run may have been quicker.
        for statements in self.schema.migrations[schema_version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id={self.schema.application_id}")
        connection.execute(f"PRAGMA user_version={self.schema.version}")

    def _keep_copy(self, connection: sqlite3.Connection, version: int) -> None:
        """Leave the old version beside the file, so that a downgrade finds what it knows."""
        target = self._file.with_name(f"{self._file.name}.version-{version}")
        if files.identity(target) is not None:
            return
        part = target.with_name(target.name + ".part")
        part.unlink(missing_ok=True)
        files.claim(part)
        kept = connect(str(part))
        try:
            copy(connection, kept)
        finally:
            close_quietly(kept)
        part.replace(target)

    def _put_aside(self) -> None:
        if files.identity(self._file) != self._identity:
            return  # another program has replaced it already
        stamp = time.strftime("%Y%m%d-%H%M%S")
        try:
            target = files.move_aside(self._file, "corrupt", stamp)
        except OSError:
            return  # still damaged when opened again, which ends in memory
        self._warn(
            f"The {self.schema.name} file was damaged and is now {target}; a new one was started."
            " Delete the old file when you no longer need it."
        )

    def _fall_back(self, reason: str, source: sqlite3.Connection | None) -> None:
        """Go on in memory, with everything that can still be read."""
        memory = self._in_memory(source)
        if source is not None:
            close_quietly(source)
        self._connection, self._on_disk = memory, False
        self._warn(
            f"The {self.schema.name} file {self.path} cannot be used: {reason}."
            " Everything works, but what is new is forgotten when you leave."
        )

    def _in_memory(self, source: sqlite3.Connection | None = None) -> sqlite3.Connection:
        import sqlite3

        if source is not None:
            memory = connect(":memory:")
            try:
                copy(source, memory)
                self._set_up(memory)
                return memory
            except sqlite3.Error:
                close_quietly(memory)
        memory = connect(":memory:")
        self._set_up(memory)
        return memory

    def _read_only(self) -> sqlite3.Connection | None:
        """The file as it can still be read, for instance in a directory that cannot be written."""
        import sqlite3

        for option in ("mode=ro", "immutable=1"):
            connection = None
            try:
                connection = connect(f"{self._file.absolute().as_uri()}?{option}", uri=True)
                self._check_ours(connection)
                return connection
            except (sqlite3.Error, _Refused):
                if connection is not None:
                    close_quietly(connection)
        return None
