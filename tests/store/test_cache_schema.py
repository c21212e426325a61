"""Files of every released version open, with everything in them. One fixture per version."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

import pytest

from sutra_tui.store import connection as connections
from sutra_tui.store import database as databases
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.cache_schema import SCHEMA

from .cache_support import PARTS, keep

# What version 1 wrote, frozen: never change these, also when the schema moves on.
VERSION_1 = (
    """
    CREATE TABLE entry (
      id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, created_at REAL NOT NULL,
      expires_at REAL, used INTEGER NOT NULL, hits INTEGER NOT NULL DEFAULT 0, last_hit_at REAL,
      tokens INTEGER NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0, bytes INTEGER NOT NULL,
      pinned INTEGER NOT NULL DEFAULT 0, edited INTEGER NOT NULL DEFAULT 0,
      is_foreign INTEGER NOT NULL DEFAULT 0, source TEXT NOT NULL, model_a TEXT NOT NULL,
      digest TEXT NOT NULL, template_hash TEXT NOT NULL, count INTEGER NOT NULL,
      answer_order TEXT NOT NULL, options TEXT NOT NULL, query TEXT NOT NULL, draft TEXT NOT NULL
    )
    """,
    "CREATE INDEX entry_created ON entry (created_at)",
    "CREATE INDEX entry_used ON entry (used)",
    """
    CREATE TABLE demonstration (
      id INTEGER PRIMARY KEY AUTOINCREMENT, entry_id INTEGER NOT NULL REFERENCES entry (id),
      position INTEGER NOT NULL, hash TEXT NOT NULL, pinned INTEGER NOT NULL DEFAULT 0,
      edited INTEGER NOT NULL DEFAULT 0, source TEXT NOT NULL, text TEXT NOT NULL
    )
    """,
    "CREATE INDEX demonstration_entry ON demonstration (entry_id, position)",
    "CREATE TABLE ban (hash TEXT PRIMARY KEY, text TEXT NOT NULL, banned_at REAL NOT NULL)",
    """
    CREATE TABLE unsaved_edit (
      key TEXT NOT NULL, demonstration_id INTEGER NOT NULL, text TEXT NOT NULL,
      noted_at REAL NOT NULL, PRIMARY KEY (key, demonstration_id)
    )
    """,
    """
    CREATE TABLE totals (
      entries INTEGER NOT NULL, bytes INTEGER NOT NULL, hits INTEGER NOT NULL,
      misses INTEGER NOT NULL, tokens_saved INTEGER NOT NULL, seconds_saved REAL NOT NULL
    )
    """,
    "INSERT INTO totals VALUES (1, 900, 5, 3, 500, 250.0)",
    f"""
    INSERT INTO entry VALUES (4, '{PARTS.key}', 1700000000.0, NULL, 9, 5, 1700000100.0, 100, 50.0,
      900, 1, 1, 0, 'model', 'small:3b', 'abc', 't1', 3, 'answer-first', '{{"seed":1}}',
      'Write a merge sort', 'the draft')
    """,
    "INSERT INTO demonstration VALUES (7, 4, 1, 'h2', 0, 1, 'hand', 'second')",
    "INSERT INTO demonstration VALUES (8, 4, 0, 'h1', 1, 0, 'model', 'first')",
    "INSERT INTO unsaved_edit VALUES ('k', 7, 'being typed', 1700000000.0)",
    """
    CREATE TRIGGER entry_added AFTER INSERT ON entry BEGIN
      UPDATE totals SET entries = entries + 1, bytes = bytes + new.bytes;
    END
    """,
    """
    CREATE TRIGGER entry_weighed AFTER UPDATE OF bytes ON entry BEGIN
      UPDATE totals SET bytes = bytes + new.bytes - old.bytes;
    END
    """,
    """
    CREATE TRIGGER entry_removed AFTER DELETE ON entry BEGIN
      DELETE FROM demonstration WHERE entry_id = old.id;
      UPDATE totals SET entries = entries - 1, bytes = bytes - old.bytes;
    END
    """,
    "PRAGMA application_id=1398101059",
    "PRAGMA user_version=1",
)


@pytest.fixture
def version_1(tmp_path: Path) -> Path:
    path = tmp_path / "version-1.db"
    connection = sqlite3.connect(path)
    for statement in VERSION_1:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_S10_a_file_of_version_1_opens_with_everything_in_it(version_1: Path) -> None:
    with DemonstrationCache(path=version_1) as cache:
        assert cache.warnings == [] and cache.persistent and len(cache) == 1
        entry = cache.lookup(PARTS.key)
        assert entry is not None and entry.parts == PARTS and entry.texts == ("first", "second")
        assert (entry.hits, entry.tokens, entry.draft) == (6, 100, "the draft")
        assert [(d.id, d.pinned, d.source) for d in entry.demonstrations] == [
            (8, True, "model"),
            (7, False, "hand"),
        ]
        assert (cache.stats().hits, cache.stats().misses) == (6, 3)
        assert cache.unsaved_edits()[0].text == "being typed"
        assert cache.count("merge") == 1, "the index is made when it is missing"
        cache.delete(PARTS.key)
        assert (cache.stats().bytes, cache.count("first")) == (0, 0)


def test_version_1_is_what_new_files_are(tmp_path: Path, version_1: Path) -> None:
    """When this fails the schema has changed: it needs a migration, and a fixture of its own."""
    fresh = tmp_path / "fresh.db"
    for path in (fresh, version_1):
        DemonstrationCache(path=path).close()
    assert SCHEMA.version == 1
    assert shape(fresh) == shape(version_1)


def test_S14_no_common_call_walks_the_entries(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening, serving and keeping cost the same however many entries there are."""
    asked: list[str] = []

    def traced(target: str, *, uri: bool = False) -> sqlite3.Connection:
        connection = connections.connect(target, uri=uri)
        connection.set_trace_callback(asked.append)
        return connection

    DemonstrationCache(path=path).close()
    monkeypatch.setattr(databases, "connect", traced)
    with DemonstrationCache(path=path) as cache:
        key = keep(cache)
        for call in (cache.get, cache.peek, cache.entry, cache.is_banned, cache.pin):
            call(key)
        cache.stats()
        cache.entries(sort="used")
        cache.entries(sort="created", descending=False)
        assert (cache.size, cache.count()) == (1, 1)
        plans = [
            row[3]
            for statement in list(asked)
            if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")
            for row in cache._read(partial(explain, statement=statement))
        ]
    assert any("SEARCH entry" in plan for plan in plans)
    walks = [plan for plan in plans if plan.startswith(("SCAN entry", "SCAN demo", "SCAN d"))]
    assert all("INDEX entry_" in plan for plan in walks), walks


def explain(connection: sqlite3.Connection, statement: str) -> list[tuple[int, int, int, str]]:
    return connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()


def shape(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    connection.close()
    return sorted(
        (kind, name, table, "".join((sql or "").split())) for kind, name, table, sql in rows
    )
