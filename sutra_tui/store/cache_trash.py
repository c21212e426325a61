"""Taking many entries out at once so that they can come back.

Invariant: what was removed leaves the file at once, and lives on only in a private unnamed database
that vanishes with the connection, so that a crash never brings back what a person cleared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..core.errors import StoreError
from . import search
from .cache_entry import Removed

if TYPE_CHECKING:
    import sqlite3


def remove(connection: sqlite3.Connection, where: str, parameters: Sequence[Any]) -> Removed:
    """Take out the entries that meet a condition."""
    removed = _copy(connection, where, parameters)
    connection.execute(
        "DELETE FROM main.entry WHERE id IN (SELECT id FROM trash.entry WHERE batch = ?)",
        (removed.batch,),
    )
    return removed


def remove_all(connection: sqlite3.Connection) -> Removed:
    """Take out every entry, without taking each out of the index: that would last seconds."""
    removed = _copy(connection, "1", ())
    indexed = search.is_indexed(connection)
    search.drop_triggers(connection)
    connection.execute("DELETE FROM main.demonstration")
    connection.execute("DELETE FROM main.entry")
    if indexed:
        search.forget_everything(connection)
        search.create_triggers(connection)
    return removed


def _copy(connection: sqlite3.Connection, where: str, parameters: Sequence[Any]) -> Removed:
    for table in ("entry", "demonstration"):
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS trash.{table} AS SELECT 0 AS batch, * FROM main.{table}"
            " WHERE 0"
        )
    found = connection.execute("SELECT COALESCE(MAX(batch), 0) + 1 FROM trash.entry")
    batch = int(found.fetchone()[0])
    entries = connection.execute(
        f"INSERT INTO trash.entry SELECT ?, entry.* FROM main.entry WHERE {where}",
        (batch, *parameters),
    ).rowcount
    connection.execute(
        "INSERT INTO trash.demonstration SELECT ?, d.* FROM main.demonstration d"
        " WHERE d.entry_id IN (SELECT id FROM trash.entry WHERE batch = ?)",
        (batch, batch),
    )
    return Removed(batch, entries)


def restore(connection: sqlite3.Connection, removed: Removed) -> int:
    """Put a batch back, except entries whose key has been written again since.

    Raises:
        StoreError: The batch is gone, because the cache was closed or had to be repaired.
    """
    found = connection.execute("SELECT 1 FROM trash.sqlite_master WHERE name = 'entry'").fetchone()
    held = (
        found
        and connection.execute(
            "SELECT COUNT(*) FROM trash.entry WHERE batch = ?", (removed.batch,)
        ).fetchone()
    )
    if removed.entries and not (held and held[0]):
        raise StoreError(
            "What was removed cannot be brought back any more.",
            "It was kept only until the cache was closed or brought back once.",
        )
    if not removed.entries:
        return 0
    connection.execute(
        f"CREATE TABLE trash.back AS SELECT id FROM trash.entry WHERE batch = {removed.batch:d}"
        " AND key NOT IN (SELECT key FROM main.entry)"
    )
    returning = int(connection.execute("SELECT COUNT(*) FROM trash.back").fetchone()[0])
    for table, column in (("entry", "id"), ("demonstration", "entry_id")):
        columns = _columns(connection, table)
        connection.execute(
            f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM trash.{table}"
            f" WHERE batch = ? AND {column} IN (SELECT id FROM trash.back)",
            (removed.batch,),
        )
        connection.execute(f"DELETE FROM trash.{table} WHERE batch = ?", (removed.batch,))
    connection.execute("DROP TABLE trash.back")
    return returning


def _columns(connection: sqlite3.Connection, table: str) -> str:
    rows = connection.execute(f"PRAGMA main.table_info({table})").fetchall()
    return ", ".join(row[1] for row in rows)
