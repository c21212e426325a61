"""Runs as rows: reading and writing. Every function works on the caller's transaction.

Invariant: a run that is written again keeps what a person did to it, its star and its title;
nothing outside this file, its listing and the schema knows a column's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from ..core import fields
from ..core.protocol import HandoffResult, StageRecord
from .connection import storable
from .history_run import HistoryRun, result_from

if TYPE_CHECKING:
    import sqlite3

_WRITTEN: Final = (
    "run_id", "started_at", "seen_at", "over", "status", "method", "model_a", "model_b", "engine",
    "source", "parent", "cache_hit", "fell_back", "held", "latency_ms", "tokens", "query", "facts",
    "lengths", "demonstrations", "draft", "answer",
)  # fmt: skip
"""Columns that a run writes itself; `starred` and `title` are a person's."""
_OWN: Final = ("starred", "title")
_STAGE: Final = (
    "name", "model", "digest", "status", "done_reason", "facts", "output", "thinking",
)  # fmt: skip
_MOST: Final = 2**53


def save(
    connection: sqlite3.Connection, run: HistoryRun, written: Sequence[StageRecord] = ()
) -> None:
    """Write a run as it is now, in the place of what it was before.

    Args:
        connection: In a transaction.
        run: The run.
        written: Its stages as they were last written; those that did not change stay.
    """
    values = _values(run)
    row_id = _row_id(connection, run.run_id)
    if row_id is None:
        # Also after the file was damaged and begun anew: then no stage is there any more.
        row_id, written = _insert(connection, run, values), ()
    else:
        changes = ", ".join(f"{column} = ?" for column in _WRITTEN)
        connection.execute(f"UPDATE run SET {changes} WHERE id = ?", (*values, row_id))
    marks = ", ".join("?" * (2 + len(_STAGE)))
    for position, stage in enumerate(run.result.stages):
        if position >= len(written) or written[position] != stage:
            connection.execute(
                f"INSERT OR REPLACE INTO stage (run, position, {', '.join(_STAGE)})"
                f" VALUES ({marks})",
                (row_id, position, *_stage_values(stage)),
            )


def _insert(connection: sqlite3.Connection, run: HistoryRun, values: Sequence[Any]) -> int:
    columns = (*_WRITTEN, *_OWN)
    row_id = connection.execute(
        f"INSERT INTO run ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
        (*values, run.starred, storable(run.title)),
    ).lastrowid
    assert row_id is not None
    return row_id


def touch(connection: sqlite3.Connection, run_id: str, now: float) -> None:
    """Note that a run still goes on."""
    connection.execute("UPDATE run SET seen_at = ? WHERE run_id = ?", (now, storable(run_id)))


def find(connection: sqlite3.Connection, run_id: str) -> HistoryRun | None:
    """The run with that id, whole; None if there is none."""
    columns = (*_WRITTEN, *_OWN)
    row = connection.execute(
        f"SELECT id, {', '.join(columns)} FROM run WHERE run_id = ?", (storable(run_id),)
    ).fetchone()
    if row is None:
        return None
    stages = connection.execute(
        f"SELECT {', '.join(_STAGE)} FROM stage WHERE run = ? ORDER BY position", (row[0],)
    ).fetchall()
    return _run(dict(zip(columns, row[1:], strict=True)), stages)


def remove(connection: sqlite3.Connection, run_id: str) -> None:
    """Take a run out, with its stages."""
    connection.execute("DELETE FROM run WHERE run_id = ?", (storable(run_id),))


def mark(connection: sqlite3.Connection, run_id: str, **changes: Any) -> bool:
    """Change what is a person's: `starred`, `title`. Says whether the run is there."""
    names = ", ".join(f"{name} = ?" for name in changes)
    values = [storable(value) if isinstance(value, str) else value for value in changes.values()]
    done = connection.execute(
        f"UPDATE run SET {names} WHERE run_id = ?", (*values, storable(run_id))
    )
    return done.rowcount > 0


def _row_id(connection: sqlite3.Connection, run_id: str) -> int | None:
    found = connection.execute("SELECT id FROM run WHERE run_id = ?", (storable(run_id),))
    row = found.fetchone()
    return None if row is None else int(row[0])


def _values(run: HistoryRun) -> tuple[Any, ...]:
    result = run.result
    texts = [storable(text) for text in result.demonstrations]
    facts = {
        "token_counts": result.token_counts,
        "notices": result.notices,
        "error": run.error,
        "cache": run.cache,
        "files": [asdict(note) for note in result.files],
    }
    return (
        storable(run.run_id),
        run.started_at,
        run.seen_at,
        run.over,
        result.status,
        storable(result.method),
        storable(result.model_a),
        storable(result.model_b),
        storable(result.engine),
        run.source,
        storable(run.parent),
        result.cache_hit,
        result.fell_back_to_raw,
        len(texts),
        _amount(result.latency_ms),
        _whole(result.token_counts.get("completion_tokens", 0)),
        storable(result.query),
        _json(facts),
        " ".join(str(len(text)) for text in texts),
        "\n\n".join(texts),
        storable(result.draft),
        storable(result.answer),
    )


def _stage_values(stage: StageRecord) -> tuple[Any, ...]:
    facts = {
        "messages": [asdict(message) for message in stage.messages],
        "options": stage.options,
        "problems": stage.problems,
        "stats": asdict(stage.stats),
    }
    return (
        storable(stage.name),
        storable(stage.model),
        storable(stage.digest),
        stage.status,
        storable(stage.done_reason),
        _json(facts),
        storable(stage.output),
        storable(stage.thinking),
    )


def _run(row: Mapping[str, Any], stages: Sequence[Sequence[Any]]) -> HistoryRun:
    facts = _facts(row["facts"])
    data = {
        **{name: row[name] for name in ("query", "answer", "model_a", "model_b", "latency_ms")},
        **{name: row[name] for name in ("draft", "method", "status", "engine", "run_id")},
        "demonstrations": _apart(row["demonstrations"], row["lengths"]),
        "cache_hit": bool(row["cache_hit"]),
        "fell_back_to_raw": bool(row["fell_back"]),
        "token_counts": facts.get("token_counts", {}),
        "notices": facts.get("notices", []),
        "files": facts.get("files", []),
        "stages": [_stage(values) for values in stages],
    }
    try:
        result = result_from(data)
    except ValueError:  # a flipped bit that SQLite cannot notice: the texts are worth more
        result = HandoffResult(row["query"], row["answer"], run_id=row["run_id"], status="failed")
    error = facts.get("error", {})
    return HistoryRun(
        result=result,
        started_at=row["started_at"],
        seen_at=row["seen_at"],
        over=bool(row["over"]),
        title=row["title"],
        starred=bool(row["starred"]),
        parent=row["parent"],
        source=row["source"],
        error={str(k): str(v) for k, v in error.items()} if isinstance(error, dict) else {},
        cache=facts["cache"] if isinstance(facts.get("cache"), dict) else {},
    )


def _stage(values: Sequence[Any]) -> dict[str, Any]:
    stage = dict(zip(_STAGE, values, strict=True))
    return {**stage, **_facts(stage.pop("facts"))}


def _facts(text: str) -> dict[str, Any]:
    try:
        facts = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _apart(joined: str, lengths: str) -> list[str]:
    """Demonstrations out of the one text in which they are searched."""
    texts, start = [], 0
    for length in map(int, lengths.split()):
        texts.append(joined[start : start + length])
        start += length + 2
    return texts


def _json(data: Mapping[str, Any]) -> str:
    plain: dict[str, Any] = fields.plain(data)
    return fields.dump(plain, None)


def _whole(number: float) -> int:
    return int(max(0, min(number, _MOST))) if number == number else 0


def _amount(number: float) -> float:
    return float(min(number, 1e15)) if number >= 0 else 0.0
