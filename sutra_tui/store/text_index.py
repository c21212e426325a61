"""Full-text indexes beside tables, and what a person types as something to look for in them.

Invariant: what a person types is looked for, never obeyed: no character of it has a meaning for
SQLite. An index is a convenience that may be missing (an SQLite without FTS5) or dropped at any
time; everything then works without it, by reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .connection import storable, transaction

if TYPE_CHECKING:
    import sqlite3

MODULE: Final = "fts5"
MAX_WORDS: Final = 32
COMPARED: Final = 2_000
"""Characters of a search or a query that are looked at."""
_TOKENS: Final = "unicode61 remove_diacritics 2"


@dataclass(frozen=True, slots=True)
class Index:
    """A full-text index over columns of a table whose rows have an `id`.

    Args:
        name: Of the index; no other table's or trigger's begins with it.
        table: The table.
        columns: What is indexed.
    """

    name: str
    table: str
    columns: tuple[str, ...]


def prepare(connection: sqlite3.Connection, indexes: Sequence[Index]) -> None:
    """Make the indexes, or bring them up to date after an SQLite without FTS5 used the file."""
    triggers = connection.execute(
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_index\\_%'"
        " ESCAPE '\\'"
    ).fetchone()[0]
    wanted = 3 * len(indexes)
    if _works(connection, indexes[0]):
        if triggers != wanted:
            transaction(connection, lambda c: _build(c, indexes))
    elif triggers:
        # They would make every change fail with "no such module".
        transaction(connection, lambda c: drop_triggers(c, indexes))


def _works(connection: sqlite3.Connection, index: Index) -> bool:
    """Whether this SQLite can read the index, or could make one."""
    import sqlite3

    try:
        if has_index(connection, index):
            connection.execute(f"SELECT rowid FROM {index.name} LIMIT 0")
        else:
            connection.execute(f"CREATE VIRTUAL TABLE temp.probe USING {MODULE}(text)")
            connection.execute("DROP TABLE temp.probe")
    except sqlite3.OperationalError as error:
        if "no such module" in str(error):
            return False
        raise
    return True


def has_index(connection: sqlite3.Connection, index: Index) -> bool:
    """Whether the file has the index, usable here or not."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (index.name,))
    return found.fetchone() is not None


def is_indexed(connection: sqlite3.Connection, index: Index) -> bool:
    """Whether the index is kept up to date and can be asked."""
    trigger = (f"{index.name}_added",)
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", trigger)
    return found.fetchone() is not None


def _build(connection: sqlite3.Connection, indexes: Sequence[Index]) -> None:
    for index in indexes:
        connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {index.name} USING {MODULE}("
            f"{', '.join(index.columns)}, content='{index.table}', content_rowid='id',"
            f" tokenize='{_TOKENS}')"
        )
        connection.execute(f"INSERT INTO {index.name}({index.name}) VALUES ('rebuild')")
    drop_triggers(connection, indexes)
    create_triggers(connection, indexes)


def create_triggers(connection: sqlite3.Connection, indexes: Sequence[Index]) -> None:
    """Keep the indexes up to date from now on."""
    for index in indexes:
        name, table, columns = index.name, index.table, ", ".join(index.columns)
        new = ", ".join(f"new.{column}" for column in index.columns)
        old = ", ".join(f"old.{column}" for column in index.columns)
        add = f"INSERT INTO {name}(rowid, {columns}) VALUES (new.id, {new});"
        remove = f"INSERT INTO {name}({name}, rowid, {columns}) VALUES ('delete', old.id, {old});"
        for suffix, event, body in (
            ("added", f"INSERT ON {table}", add),
            ("removed", f"DELETE ON {table}", remove),
            ("changed", f"UPDATE OF {columns} ON {table}", remove + add),
        ):
            connection.execute(f"CREATE TRIGGER {name}_{suffix} AFTER {event} BEGIN {body} END")


def drop_triggers(connection: sqlite3.Connection, indexes: Sequence[Index]) -> None:
    """Stop keeping the indexes up to date."""
    for index in indexes:
        for suffix in ("added", "removed", "changed"):
            connection.execute(f"DROP TRIGGER IF EXISTS {index.name}_{suffix}")


def forget_everything(connection: sqlite3.Connection, indexes: Sequence[Index]) -> None:
    """Empty the indexes in one step; for when every row is removed."""
    for index in indexes:
        connection.execute(f"INSERT INTO {index.name}({index.name}) VALUES ('delete-all')")


def words(text: str) -> list[str]:
    """What is to be looked for; the last may be the beginning of a longer word."""
    # SQLite refuses patterns of 50,000 bytes, and nobody types that much to find something.
    return storable(text[:COMPARED]).replace("\0", " ").split()


def beginning_with(wanted: Sequence[str]) -> str:
    """The expression that matches all these words, the last as the beginning of a longer one."""
    return " ".join(quoted(word) for word in wanted) + " *"


def quoted(word: str) -> str:
    """A word as FTS5 takes it literally."""
    return '"' + word.replace('"', '""') + '"'


def pattern(word: str) -> str:
    """A word as LIKE takes it literally, anywhere in a text; with `ESCAPE '\\'`."""
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def is_indexable(word: str) -> bool:
    """Whether an index holds this as words: not "&&", and no script written without blanks."""
    return any(c.isalnum() for c in word) and not any(_without_blanks(c) for c in word)


def _without_blanks(character: str) -> bool:
    point = ord(character)
    return (
        0x0E00 <= point <= 0x0EFF  # Thai, Lao
        or 0x1000 <= point <= 0x109F  # Burmese
        or 0x1780 <= point <= 0x17FF  # Khmer
        or 0x3040 <= point <= 0x30FF  # kana
        or 0x3400 <= point <= 0x9FFF  # Han
        or 0xAC00 <= point <= 0xD7AF  # Hangul: words carry endings
        or 0xF900 <= point <= 0xFAFF
        or point >= 0x20000
    )
