"""One SQLite connection: how it is opened, asked and closed.

Invariant: nothing here decides what an error means. It comes out as SQLite raised it, and only
`Database` and a schema's `prepare` see it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from .faults import Fault, classify

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

BUSY_SECONDS: Final = 5.0
"""How long a change waits for another program's change to end."""

_BUSY_CODES: Final = (5, 6)


def connect(target: str, *, uri: bool = False) -> sqlite3.Connection:
    """Open a database in the way all of ours are opened."""
    import sqlite3

    connection = sqlite3.connect(
        target, timeout=0, isolation_level=None, check_same_thread=False, uri=uri
    )
    # FULL: with a rollback journal, NORMAL may lose the file itself when the power fails.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")  # what the user deletes leaves the disk
    return connection


def storable(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, made U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)
    return text


def close_quietly(connection: sqlite3.Connection) -> None:
    """Close a connection that may be past closing."""
    import sqlite3

    with contextlib.suppress(sqlite3.Error):
        connection.close()


def transaction(
    connection: sqlite3.Connection,
    work: Callable[[sqlite3.Connection], T],
    *,
    seconds: float | None = None,
) -> T:
    """Run `work` between BEGIN IMMEDIATE and COMMIT; whatever it raises undoes all of it.

    IMMEDIATE, because a transaction that reads first and writes later cannot wait for its turn.

    Args:
        connection: Not in a transaction.
        work: Makes the changes.
        seconds: How long to wait for another program's change; None is `BUSY_SECONDS`.

    Raises:
        sqlite3.Error: As SQLite raised it; only `Database` and a schema's `prepare` call this.
    """
    import sqlite3

    patiently(lambda: connection.execute("BEGIN IMMEDIATE"), seconds)
    try:
        # From here on it is SQLite that waits, for readers to finish.
        connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    finally:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("PRAGMA busy_timeout=0")
    return result


def patiently(action: Callable[[], T], seconds: float | None = None) -> T:
    """Try again while another program holds the file.

    SQLite's own waiting sleeps for up to a tenth of a second, and can miss the gaps between the
    changes of a busy program for many seconds. Short naps of uneven length do not.

    Args:
        action: May be tried any number of times.
        seconds: For how long; None is `BUSY_SECONDS`.

    Raises:
        sqlite3.OperationalError: The file was held all the time.
    """
    import sqlite3

    give_up = time.monotonic() + (BUSY_SECONDS if seconds is None else seconds)
    while True:
        try:
            return action()
        except sqlite3.OperationalError as error:
            if classify(error) is not Fault.BUSY or time.monotonic() >= give_up:
                raise
        time.sleep(0.0005 + os.urandom(1)[0] / 200_000)


def copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy a whole database into another. Raises sqlite3.OperationalError when it stays locked."""
    import sqlite3

    give_up = time.monotonic() + BUSY_SECONDS

    def progress(status: int, remaining: int, total: int) -> None:
        # Python itself would wait for the lock for ever.
        if status in _BUSY_CODES and time.monotonic() > give_up:
            raise sqlite3.OperationalError("database is locked")

    source.backup(target, progress=progress, sleep=0.05)


def set_journal(connection: sqlite3.Connection, mode: str) -> None:
    """Change the journal mode, unless another program is using the file."""
    import sqlite3

    if connection.execute("PRAGMA journal_mode").fetchone()[0] == mode:
        return
    with contextlib.suppress(sqlite3.OperationalError):  # in use: stays as it is for now
        connection.execute(f"PRAGMA journal_mode={mode}").fetchone()


def schema_version(connection: sqlite3.Connection) -> int:
    """The version of the schema, 0 in a new file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def ended_badly(path: Path) -> bool:
    """Whether the last writer was cut off in the middle of a change (or is at work this moment).

    A journal that begins with a zero byte was never begun in earnest: the file is untouched.
    """
    for suffix in ("-journal", "-wal"):
        with (
            contextlib.suppress(OSError),
            path.with_name(path.name + suffix).open("rb") as file,
        ):
            if file.read(1) not in (b"", b"\0"):
                return True
    return False


def check_soundness(connection: sqlite3.Connection) -> None:
    """Read every page. Raises sqlite3.DatabaseError when one is damaged."""
    import sqlite3

    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("database disk image is malformed")
