"""Finding entries by what they say, and queries that resemble another one.

Invariant: the index may be missing; everything here then works without it, by reading.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from . import text_index
from .text_index import COMPARED, MAX_WORDS, Index, beginning_with, is_indexable, pattern, words

if TYPE_CHECKING:
    import sqlite3

_QUERIES: Final = Index("query_index", "entry", ("query",))
INDEXES: Final = (_QUERIES, Index("text_index", "demonstration", ("text",)))
_CANDIDATES: Final = 100
"""Queries compared with the one asked for; the index hands over the likeliest."""
MIN_SIMILARITY: Final = 0.3
"""Below this, shared trigrams are chance."""


def prepare(connection: sqlite3.Connection) -> None:
    """Make the index, or bring it up to date after an SQLite without FTS5 used the file."""
    text_index.prepare(connection, INDEXES)


def is_indexed(connection: sqlite3.Connection) -> bool:
    """Whether the index is kept up to date and can be asked."""
    return text_index.is_indexed(connection, _QUERIES)


def create_triggers(connection: sqlite3.Connection) -> None:
    """Keep the index up to date from now on."""
    text_index.create_triggers(connection, INDEXES)


def drop_triggers(connection: sqlite3.Connection) -> None:
    """Stop keeping the index up to date."""
    text_index.drop_triggers(connection, INDEXES)


def forget_everything(connection: sqlite3.Connection) -> None:
    """Empty the index in one step; for when every entry is removed."""
    text_index.forget_everything(connection, INDEXES)


def condition(connection: sqlite3.Connection, text: str) -> tuple[str, list[str]]:
    """An SQL condition on `entry` for entries that say all words of `text`, and its parameters.

    The last word may be the beginning of a longer one, since people search while they type.
    """
    wanted = words(text)[:MAX_WORDS]
    if not wanted:
        return "1", []
    if is_indexed(connection) and all(is_indexable(word) for word in wanted):
        first = [beginning_with(wanted)]
        in_query = ["entry.id IN (SELECT rowid FROM query_index WHERE query_index MATCH ?)"]
        in_text = ["d.id IN (SELECT rowid FROM text_index WHERE text_index MATCH ?)"]
        # The index knows no punctuation, so what it finds is read again for it.
        wanted = [word for word in wanted if not word.isalnum()]
    else:
        first, in_query, in_text = [], [], []
    parameters = first + [pattern(word) for word in wanted]
    in_query += ["entry.query LIKE ? ESCAPE '\\'"] * len(wanted)
    in_text += ["d.text LIKE ? ESCAPE '\\'"] * len(wanted)
    return (
        f"(({' AND '.join(in_query)}) OR entry.id IN"
        f" (SELECT d.entry_id FROM demonstration d WHERE {' AND '.join(in_text)}))",
        parameters + parameters,
    )


def nearest(connection: sqlite3.Connection, query: str, limit: int) -> list[tuple[str, float]]:
    """Keys of the entries whose queries resemble `query` most, with their similarity."""
    wanted = trigrams(query)
    scored = [
        (dice(wanted, trigrams(candidate)), key)
        for key, candidate in _candidates(connection, query[:COMPARED])
    ]
    near = sorted((pair for pair in scored if pair[0] >= MIN_SIMILARITY), reverse=True)
    return [(key, similarity) for similarity, key in near[:limit]]


def _candidates(connection: sqlite3.Connection, query: str) -> list[tuple[str, str]]:
    known = {word for word in words(query) if is_indexable(word)}
    if known and is_indexed(connection):
        # Long words are rare words, and rare words tell queries apart.
        likeliest = sorted(known, key=lambda word: (-len(word), word))[:8]
        return connection.execute(
            "SELECT entry.key, entry.query FROM query_index"
            " JOIN entry ON entry.id = query_index.rowid"
            " WHERE query_index MATCH ? ORDER BY rank LIMIT ?",
            (" OR ".join(text_index.quoted(word) for word in likeliest), _CANDIDATES),
        ).fetchall()
    return connection.execute(
        "SELECT key, query FROM entry WHERE query != '' ORDER BY used DESC LIMIT ?",
        (_CANDIDATES * 10,),
    ).fetchall()


def trigrams(text: str) -> frozenset[str]:
    """Runs of three characters of the text, case and blanks evened out, ends marked by blanks."""
    plain = unicodedata.normalize("NFKC", text[:COMPARED]).casefold()
    padded = f"  {' '.join(plain.split())} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def dice(a: frozenset[str], b: frozenset[str]) -> float:
    """Dice coefficient, twice what both share over the sum of both: 1 for equal, 0 for nothing."""
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0
