"""The tables of the history file, as numbered migrations.

Invariant: a migration that was released is never edited; a change is a new one at the end. Small
columns come first, so that a listing skips the pages that hold long texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import text_index
from .database import Schema
from .text_index import Index

if TYPE_CHECKING:
    import sqlite3

TEXTS: Final = ("title", "query", "demonstrations", "draft", "answer")
"""Columns of a run that are searched."""
INDEX: Final = Index("run_index", "run", TEXTS)

_VERSION_1: Final = (
    """
    CREATE TABLE run (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run_id TEXT NOT NULL UNIQUE,
      started_at REAL NOT NULL,
      seen_at REAL NOT NULL,
      over INTEGER NOT NULL,
      status TEXT NOT NULL,
      method TEXT NOT NULL,
      model_a TEXT NOT NULL,
      model_b TEXT NOT NULL,
      engine TEXT NOT NULL,
      starred INTEGER NOT NULL DEFAULT 0,
      source TEXT NOT NULL,
      parent TEXT NOT NULL,
      cache_hit INTEGER NOT NULL,
      fell_back INTEGER NOT NULL,
      held INTEGER NOT NULL,
      latency_ms REAL NOT NULL,
      tokens INTEGER NOT NULL,
      title TEXT NOT NULL DEFAULT '',
      query TEXT NOT NULL,
      facts TEXT NOT NULL,
      lengths TEXT NOT NULL,
      demonstrations TEXT NOT NULL,
      draft TEXT NOT NULL,
      answer TEXT NOT NULL
    )
    """,
    # Everything a list is narrowed down by, so that counting reads no run.
    """
    CREATE INDEX run_listed ON run
      (started_at, id, method, starred, over, status, model_a, model_b)
    """,
    """
    CREATE TABLE stage (
      run INTEGER NOT NULL REFERENCES run (id),
      position INTEGER NOT NULL,
      name TEXT NOT NULL,
      model TEXT NOT NULL,
      digest TEXT NOT NULL,
      status TEXT NOT NULL,
      done_reason TEXT NOT NULL,
      facts TEXT NOT NULL,
      output TEXT NOT NULL,
      thinking TEXT NOT NULL,
      PRIMARY KEY (run, position)
    )
    """,
    """
    CREATE TRIGGER run_removed AFTER DELETE ON run BEGIN
      DELETE FROM stage WHERE run = old.id;
    END
    """,
)


def _prepare(connection: sqlite3.Connection) -> None:
    text_index.prepare(connection, (INDEX,))


SCHEMA: Final = Schema(
    name="history",
    application_id=0x53555448,  # "SUTH"
    migrations=(_VERSION_1,),
    prepare=_prepare,
)
