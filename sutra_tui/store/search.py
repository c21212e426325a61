"""Finding entries by what they say, and queries that resemble another one.

Invariant: what a person types is looked for, never obeyed: no character of it has a meaning for
SQLite. The index is a convenience that may be missing (an SQLite without FTS5) or dropped at any
time; everything here then works without it, by reading.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from .connection import storable, transaction

if TYPE_CHECKING:
    import sqlite3

MODULE: Final = "fts5"
_TOKENS: Final = "unicode61 remove_diacritics 2"
_INDEXED: Final = (("query_index", "entry", "query"), ("text_index", "demonstration", "text"))
_MAX_WORDS: Final = 32
_CANDIDATES: Final = 100
"""Queries compared with the one asked for; the index hands over the likeliest."""
_COMPARED: Final = 2_000
"""Characters of a search or a query that are looked at."""
MIN_SIMILARITY: Final = 0.3
"""Below this, shared trigrams are chance."""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the index, or bring it up to date after an SQLite without FTS5 used the file."""
    triggers = connection.execute(
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%\\_index\\_%'"
        " ESCAPE '\\'"
    ).fetchone()[0]
    wanted = 3 * len(_INDEXED)
    if _works(connection):
        if triggers != wanted:
            transaction(connection, _build)
    elif triggers:
        # They would make every change fail with "no such module".
        transaction(connection, drop_triggers)


def _works(connection: sqlite3.Connection) -> bool:
    """Whether this SQLite can read the index, or could make one."""
    import sqlite3

    try:
        if has_index(connection):
            connection.execute("SELECT rowid FROM query_index LIMIT 0")
        else:
            connection.execute(f"CREATE VIRTUAL TABLE temp.probe USING {MODULE}(text)")
            connection.execute("DROP TABLE temp.probe")
    except sqlite3.OperationalError as error:
        if "no such module" in str(error):
            return False
        raise
    return True


def has_index(connection: sqlite3.Connection) -> bool:
    """Whether the file has an index, usable here or not."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'query_index'")
    return found.fetchone() is not None


def is_indexed(connection: sqlite3.Connection) -> bool:
    """Whether the index is kept up to date and can be asked."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'query_index_added'")
    return found.fetchone() is not None


def _build(connection: sqlite3.Connection) -> None:
    for index, table, column in _INDEXED:
        connection.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} USING {MODULE}("
            f"{column}, content='{table}', content_rowid='id', tokenize='{_TOKENS}')"
        )
        connection.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
    drop_triggers(connection)
    create_triggers(connection)


def create_triggers(connection: sqlite3.Connection) -> None:
    """Keep the index up to date from now on."""
    for index, table, column in _INDEXED:
        add = f"INSERT INTO {index}(rowid, {column}) VALUES (new.id, new.{column});"
        remove = (
            f"INSERT INTO {index}({index}, rowid, {column})"
            f" VALUES ('delete', old.id, old.{column});"
        )
        for name, event, body in (
            ("added", f"INSERT ON {table}", add),
            ("removed", f"DELETE ON {table}", remove),
            ("changed", f"UPDATE OF {column} ON {table}", remove + add),
        ):
            connection.execute(f"CREATE TRIGGER {index}_{name} AFTER {event} BEGIN {body} END")


def drop_triggers(connection: sqlite3.Connection) -> None:
    """Stop keeping the index up to date."""
    for index, _, _ in _INDEXED:
        for name in ("added", "removed", "changed"):
            connection.execute(f"DROP TRIGGER IF EXISTS {index}_{name}")


def forget_everything(connection: sqlite3.Connection) -> None:
    """Empty the index in one step; for when every entry is removed."""
    for index, _, _ in _INDEXED:
        connection.execute(f"INSERT INTO {index}({index}) VALUES ('delete-all')")


def condition(connection: sqlite3.Connection, text: str) -> tuple[str, list[str]]:
    """An SQL condition on `entry` for entries that say all words of `text`, and its parameters.

    The last word may be the beginning of a longer one, since people search while they type.
    """
    words = _words(text)[:_MAX_WORDS]
    if not words:
        return "1", []
    if is_indexed(connection) and all(_is_indexable(word) for word in words):
        first = [" ".join(_quoted(word) for word in words) + " *"]
        in_query = ["entry.id IN (SELECT rowid FROM query_index WHERE query_index MATCH ?)"]
        in_text = ["d.id IN (SELECT rowid FROM text_index WHERE text_index MATCH ?)"]
        # The index knows no punctuation, so what it finds is read again for it.
        words = [word for word in words if not word.isalnum()]
    else:
        first, in_query, in_text = [], [], []
    parameters = first + [f"%{_escaped(word)}%" for word in words]
    in_query += ["entry.query LIKE ? ESCAPE '\\'"] * len(words)
    in_text += ["d.text LIKE ? ESCAPE '\\'"] * len(words)
    return (
        f"(({' AND '.join(in_query)}) OR entry.id IN"
        f" (SELECT d.entry_id FROM demonstration d WHERE {' AND '.join(in_text)}))",
        parameters + parameters,
    )


def _words(text: str) -> list[str]:
    # SQLite refuses patterns of 50,000 bytes, and nobody types that much to find something.
    return storable(text[:_COMPARED]).replace("\0", " ").split()


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _is_indexable(word: str) -> bool:
    """Whether the index holds this as words: not "&&", and no script written without blanks."""
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


def nearest(connection: sqlite3.Connection, query: str, limit: int) -> list[tuple[str, float]]:
    """Keys of the entries whose queries resemble `query` most, with their similarity."""
    wanted = trigrams(query)
    scored = [
        (dice(wanted, trigrams(candidate)), key)
        for key, candidate in _candidates(connection, query[:_COMPARED])
    ]
    near = sorted((pair for pair in scored if pair[0] >= MIN_SIMILARITY), reverse=True)
    return [(key, similarity) for similarity, key in near[:limit]]


def _candidates(connection: sqlite3.Connection, query: str) -> list[tuple[str, str]]:
    words = {word for word in _words(query) if _is_indexable(word)}
    if words and is_indexed(connection):
        # Long words are rare words, and rare words tell queries apart.
        likeliest = sorted(words, key=lambda word: (-len(word), word))[:8]
        return connection.execute(
            "SELECT entry.key, entry.query FROM query_index"
            " JOIN entry ON entry.id = query_index.rowid"
            " WHERE query_index MATCH ? ORDER BY rank LIMIT ?",
            (" OR ".join(_quoted(word) for word in likeliest), _CANDIDATES),
        ).fetchall()
    return connection.execute(
        "SELECT key, query FROM entry WHERE query != '' ORDER BY used DESC LIMIT ?",
        (_CANDIDATES * 10,),
    ).fetchall()


def trigrams(text: str) -> frozenset[str]:
    """Runs of three characters of the text, case and blanks evened out, ends marked by blanks."""
    plain = unicodedata.normalize("NFKC", text[:_COMPARED]).casefold()
    padded = f"  {' '.join(plain.split())} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def dice(a: frozenset[str], b: frozenset[str]) -> float:
    """Dice coefficient, twice what both share over the sum of both: 1 for equal, 0 for nothing."""
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0
