"""Entries as rows: reading, writing, evicting. Every function works on the caller's transaction.

Invariant: an entry is written whole, with its demonstrations, and read whole; nothing outside this
file and the schema knows a column's name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from .cache_entry import CachedDemonstration, CacheEntry
from .cache_key import canonical_json, text_hash
from .connection import storable

if TYPE_CHECKING:
    import sqlite3

Sort = Literal[
    "used", "created", "expires", "hits", "last_hit", "tokens", "seconds", "size", "model", "query"
]
"""What a listing can be sorted by; `used` is written or hit last."""
SORTS: Final[dict[Sort, str]] = {
    "used": "used",
    "created": "created_at",
    "expires": "expires_at",
    "hits": "hits",
    "last_hit": "last_hit_at",
    "tokens": "tokens",
    "seconds": "seconds",
    "size": "bytes",
    "model": "model_a",
    "query": "query COLLATE NOCASE",
}
COLUMNS: Final = (
    "key, query, model_a, digest, template_hash, count, answer_order, options, draft, created_at,"
    " expires_at, hits, last_hit_at, tokens, seconds, pinned, edited, source, is_foreign"
)
_ENTRY: Final = ", ".join(f"entry.{column.strip()}" for column in ("id, " + COLUMNS).split(","))
_DEMONSTRATION: Final = "d.id, d.text, d.pinned, b.hash IS NOT NULL, d.edited, d.source"
_JOIN: Final = (
    " LEFT JOIN demonstration d ON d.entry_id = entry.id LEFT JOIN ban b ON b.hash = d.hash"
)
OWN_WORK: Final = (
    "(entry.pinned OR entry.edited OR entry.source = 'hand'"
    " OR EXISTS (SELECT 1 FROM demonstration d WHERE d.entry_id = entry.id"
    " AND (d.pinned OR d.edited OR d.source = 'hand')))"
)
"""Condition on `entry`: it holds the user's own work."""
_WIDTH: Final = len(_ENTRY.split(","))


def find(connection: sqlite3.Connection, key: str) -> CacheEntry | None:
    """The entry with that key, in one query and so at one moment."""
    rows = connection.execute(
        f"SELECT {_ENTRY}, {_DEMONSTRATION} FROM entry{_JOIN}"
        " WHERE entry.key = ? ORDER BY d.position",
        (storable(key),),
    ).fetchall()
    return _entry(rows) if rows else None


def page(
    connection: sqlite3.Connection,
    where: str,
    parameters: Sequence[Any],
    order: str,
    limit: int,
    offset: int = 0,
) -> list[CacheEntry]:
    """Entries that meet a condition, in order."""
    ids = connection.execute(
        f"SELECT id FROM entry WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
        (*parameters, limit, offset),
    )
    entries = []
    for (row_id,) in ids.fetchall():
        rows = connection.execute(
            f"SELECT {_ENTRY}, {_DEMONSTRATION} FROM entry{_JOIN}"
            " WHERE entry.id = ? ORDER BY d.position",
            (row_id,),
        ).fetchall()
        if rows:
            entries.append(_entry(rows))
    return entries


def put(connection: sqlite3.Connection, entry: CacheEntry) -> None:
    """Write an entry in the place of the one with its key, if there is one."""
    values = (
        storable(entry.key),
        storable(entry.query),
        storable(entry.model_a),
        storable(entry.digest),
        storable(entry.template_hash),
        whole(entry.count),
        storable(entry.order),
        canonical_json(entry.options),
        storable(entry.draft),
        entry.created_at,
        entry.expires_at,
        whole(entry.hits),
        entry.last_hit_at,
        whole(entry.tokens),
        amount(entry.seconds),
        entry.pinned,
        entry.edited,
        entry.source,
        entry.foreign,
        weigh(entry),
        _next_use(connection),
    )
    columns = [column.strip() for column in f"{COLUMNS}, bytes, used".split(",")]
    found = connection.execute("SELECT id FROM entry WHERE key = ?", values[:1]).fetchone()
    if found:
        row_id = found[0]
        connection.execute("DELETE FROM demonstration WHERE entry_id = ?", (row_id,))
        assignments = ", ".join(f"{column} = ?" for column in columns)
        connection.execute(f"UPDATE entry SET {assignments} WHERE id = ?", (*values, row_id))
    else:
        marks = ", ".join("?" * len(columns))
        row_id = connection.execute(
            f"INSERT INTO entry ({', '.join(columns)}) VALUES ({marks})", values
        ).lastrowid
    for position, demonstration in enumerate(entry.demonstrations):
        _put_demonstration(connection, row_id, position, demonstration)


def _put_demonstration(
    connection: sqlite3.Connection, row_id: int, position: int, demonstration: CachedDemonstration
) -> None:
    name = demonstration.id or None
    if name and connection.execute("SELECT 1 FROM demonstration WHERE id = ?", (name,)).fetchone():
        name = None  # an entry of another cache: its numbers mean nothing here
    text = storable(demonstration.text)
    connection.execute(
        "INSERT INTO demonstration (id, entry_id, position, hash, pinned, edited, source, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            name,
            row_id,
            position,
            text_hash(text),
            demonstration.pinned,
            demonstration.edited,
            demonstration.source,
            text,
        ),
    )


def remove(connection: sqlite3.Connection, entry: CacheEntry) -> None:
    """Take an entry out, with its demonstrations."""
    connection.execute("DELETE FROM entry WHERE id = ?", (entry.id,))


def count_hit(connection: sqlite3.Connection, key: str, hits: int, at: float) -> None:
    """Add hits to an entry and make it the one used last."""
    connection.execute(
        "UPDATE entry SET hits = hits + ?, last_hit_at = ?, used = ? WHERE key = ?",
        (hits, at, _next_use(connection), key),
    )


def evict(connection: sqlite3.Connection, max_bytes: int, spare: str) -> int:
    """Remove the least recently used entries until the rest fits.

    Args:
        connection: In a transaction.
        max_bytes: What may remain.
        spare: Key of the entry just written.

    Returns:
        How many went. What is pinned or the user's own work never does.
    """
    evicted = 0
    while total_bytes(connection) > max_bytes:
        oldest = connection.execute(
            f"SELECT id FROM entry WHERE NOT {OWN_WORK} AND key != ? ORDER BY used LIMIT 1",
            (spare,),
        ).fetchone()
        if oldest is None:
            break
        connection.execute("DELETE FROM entry WHERE id = ?", oldest)
        evicted += 1
    return evicted


def bans(connection: sqlite3.Connection) -> list[str]:
    """Banned texts, the latest first."""
    rows = connection.execute("SELECT text FROM ban ORDER BY banned_at DESC, hash")
    return [text for (text,) in rows.fetchall()]


def total_bytes(connection: sqlite3.Connection) -> int:
    """What all entries take, from the running total."""
    return int(connection.execute("SELECT bytes FROM totals").fetchone()[0])


def weigh(entry: CacheEntry) -> int:
    """Bytes an entry takes on disk, search index included, estimated from its texts."""
    texts = [entry.query, entry.draft, *(d.text for d in entry.demonstrations)]
    content = sum(len(text.encode("utf-8", "replace")) for text in texts)
    return 500 + 150 * len(entry.demonstrations) + content * 3 // 2


def whole(number: float) -> int:
    """A count that SQLite can hold."""
    return int(max(0, min(number, 2**53))) if number == number else 0


def amount(number: float) -> float:
    """A finite duration that is not negative."""
    return float(min(number, 1e12)) if number >= 0 else 0.0


def _next_use(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT COALESCE(MAX(used), 0) + 1 FROM entry").fetchone()[0])


def _entry(rows: Iterable[Sequence[Any]]) -> CacheEntry:
    demonstrations = []
    row: Sequence[Any] = ()
    for row in rows:
        if row[_WIDTH] is not None:
            name, text, pinned, banned, edited, source = row[_WIDTH:]
            demonstrations.append(
                CachedDemonstration(name, text, bool(pinned), bool(banned), bool(edited), source)
            )
    (row_id, key, query, model_a, digest, template_hash, count, order, options, draft) = row[:10]
    (created_at, expires_at, hits, last_hit_at, tokens, seconds) = row[10:16]
    (pinned, edited, source, is_foreign) = row[16:_WIDTH]
    return CacheEntry(
        row_id,
        key,
        query,
        model_a,
        digest,
        template_hash,
        count,
        order,
        _options(options),
        tuple(demonstrations),
        draft,
        created_at,
        expires_at,
        hits,
        last_hit_at,
        tokens,
        seconds,
        bool(pinned),
        bool(edited),
        source,
        bool(is_foreign),
    )


def _options(text: str) -> dict[str, Any]:
    try:
        options = json.loads(text)
    except ValueError:  # a flipped bit that SQLite cannot notice; the key no longer needs them
        return {}
    return options if isinstance(options, dict) else {}
