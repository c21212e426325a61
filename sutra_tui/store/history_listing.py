"""Looking through the history: pages of runs, counts, and what they can be narrowed down by.

Invariant: looking changes nothing, and no page costs more because the history is long: the list
goes on from a mark, and what narrows it down is in one index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .connection import storable
from .history_run import LOST_S, Mark, RunFilter, RunSummary
from .history_schema import INDEX, TEXTS
from .text_index import MAX_WORDS, beginning_with, is_indexable, is_indexed, pattern, words

if TYPE_CHECKING:
    import sqlite3

QUERY_LIMIT: Final = 240
"""Characters of a query that a list has: more than the widest screen shows."""
_SUMMARY: Final = (
    "run.id, run_id, started_at, seen_at, over, status, method, model_a, model_b, engine, starred,"
    f" source, cache_hit, held, latency_ms, tokens, title, substr(query, 1, {QUERY_LIMIT})"
)


def page(
    connection: sqlite3.Connection,
    filter: RunFilter,
    now: float,
    after: Mark | None,
    skip: int,
    limit: int,
) -> list[RunSummary]:
    """Runs, newest first.

    Args:
        connection: To read from.
        filter: Which ones.
        now: Seconds since the epoch.
        after: The list goes on behind this run; None begins at the newest.
        skip: Runs to leave out first.
        limit: Runs to return at most.
    """
    where, parameters = _condition(connection, filter, now)
    if after is not None:
        where += " AND (started_at, run.id) < (?, ?)"
        parameters += [after.started_at, after.id]
    rows = connection.execute(
        f"SELECT {_SUMMARY} FROM run WHERE {where}"
        " ORDER BY started_at DESC, run.id DESC LIMIT ? OFFSET ?",
        (*parameters, limit, skip),
    )
    return [_summary(row) for row in rows.fetchall()]


def count(connection: sqlite3.Connection, filter: RunFilter, now: float) -> int:
    """How many runs a list has."""
    where, parameters = _condition(connection, filter, now)
    found = connection.execute(f"SELECT COUNT(*) FROM run WHERE {where}", parameters)
    return int(found.fetchone()[0])


def mark_of(connection: sqlite3.Connection, run_id: str) -> Mark | None:
    """A run's place in the list; None if it is not there."""
    query = "SELECT started_at, id FROM run WHERE run_id = ?"
    row = connection.execute(query, (storable(run_id),)).fetchone()
    return None if row is None else Mark(*row)


def ids_beginning(connection: sqlite3.Connection, prefix: str, limit: int) -> list[str]:
    """Ids of runs that begin with `prefix`, in order."""
    rows = connection.execute(
        "SELECT run_id FROM run WHERE run_id >= ? AND run_id < ? ORDER BY run_id LIMIT ?",
        (storable(prefix), storable(prefix) + "\U0010ffff", limit),
    )
    return [run_id for (run_id,) in rows.fetchall()]


def choices(connection: sqlite3.Connection) -> tuple[list[str], list[str]]:
    """Methods and models that occur."""
    methods = connection.execute("SELECT DISTINCT method FROM run ORDER BY method")
    models = connection.execute(
        "SELECT model_a FROM run WHERE model_a != ''"
        " UNION SELECT model_b FROM run WHERE model_b != '' ORDER BY 1"
    )
    return [name for (name,) in methods.fetchall()], [name for (name,) in models.fetchall()]


def _condition(
    connection: sqlite3.Connection, filter: RunFilter, now: float
) -> tuple[str, list[Any]]:
    conditions: list[str] = ["1"]
    parameters: list[Any] = []
    if filter.method:
        conditions.append("method = ?")
        parameters.append(storable(filter.method))
    if filter.model:
        conditions.append("(model_a LIKE ? ESCAPE '\\' OR model_b LIKE ? ESCAPE '\\')")
        parameters += [pattern(storable(filter.model[:200]))] * 2
    if filter.starred:
        conditions.append("starred")
    if filter.failed:
        conditions.append("CASE WHEN over THEN status != 'complete' ELSE abs(? - seen_at) > ? END")
        parameters += [now, LOST_S]
    search, wanted = _search(connection, filter.search)
    return " AND ".join(conditions + search), parameters + wanted


def _search(connection: sqlite3.Connection, text: str) -> tuple[list[str], list[str]]:
    """Conditions for runs that say all words of a text, wherever in them, and their parameters."""
    wanted = words(text)[:MAX_WORDS]
    conditions: list[str] = []
    parameters: list[str] = []
    if wanted and is_indexed(connection, INDEX) and all(is_indexable(word) for word in wanted):
        conditions = [f"run.id IN (SELECT rowid FROM {INDEX.name} WHERE {INDEX.name} MATCH ?)"]
        parameters = [beginning_with(wanted)]
        # The index knows no punctuation, so what it finds is read again for it.
        wanted = [word for word in wanted if not word.isalnum()]
    for word in wanted:
        said = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in TEXTS)
        conditions.append(f"({said})")
        parameters += [pattern(word)] * len(TEXTS)
    return conditions, parameters


def _summary(row: Any) -> RunSummary:
    (row_id, run_id, started_at, seen_at, over, status, method, model_a, model_b) = row[:9]
    (engine, starred, source, cache_hit, held, latency_ms, tokens, title, query) = row[9:]
    return RunSummary(
        row_id,
        run_id,
        started_at,
        seen_at,
        bool(over),
        status,
        method,
        model_a,
        model_b,
        engine,
        bool(starred),
        source,
        bool(cache_hit),
        held,
        latency_ms,
        tokens,
        title,
        query,
    )
