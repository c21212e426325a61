"""The tables of the cache file, as numbered migrations.

Invariant: a migration that was released is never edited; a change is a new one at the end. Totals
are kept by triggers, so that no count ever has to walk the entries. Small columns come first: a
listing sorted by one of them then skips the pages that hold long texts.
"""

from __future__ import annotations

from typing import Final

from . import search
from .database import Schema

_VERSION_1: Final = (
    """
    CREATE TABLE entry (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      key TEXT NOT NULL UNIQUE,
      created_at REAL NOT NULL,
      expires_at REAL,
      used INTEGER NOT NULL,
      hits INTEGER NOT NULL DEFAULT 0,
      last_hit_at REAL,
      tokens INTEGER NOT NULL DEFAULT 0,
      seconds REAL NOT NULL DEFAULT 0,
      bytes INTEGER NOT NULL,
      pinned INTEGER NOT NULL DEFAULT 0,
      edited INTEGER NOT NULL DEFAULT 0,
      is_foreign INTEGER NOT NULL DEFAULT 0,
      source TEXT NOT NULL,
      model_a TEXT NOT NULL,
      digest TEXT NOT NULL,
      template_hash TEXT NOT NULL,
      count INTEGER NOT NULL,
      answer_order TEXT NOT NULL,
      options TEXT NOT NULL,
      query TEXT NOT NULL,
      draft TEXT NOT NULL
    )
    """,
    "CREATE INDEX entry_created ON entry (created_at)",
    # A sequence, not a time: what was used last must not depend on a clock.
    "CREATE INDEX entry_used ON entry (used)",
    """
    CREATE TABLE demonstration (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      entry_id INTEGER NOT NULL REFERENCES entry (id),
      position INTEGER NOT NULL,
      hash TEXT NOT NULL,
      pinned INTEGER NOT NULL DEFAULT 0,
      edited INTEGER NOT NULL DEFAULT 0,
      source TEXT NOT NULL,
      text TEXT NOT NULL
    )
    """,
    "CREATE INDEX demonstration_entry ON demonstration (entry_id, position)",
    "CREATE TABLE ban (hash TEXT PRIMARY KEY, text TEXT NOT NULL, banned_at REAL NOT NULL)",
    """
    CREATE TABLE unsaved_edit (
      key TEXT NOT NULL,
      demonstration_id INTEGER NOT NULL,
      text TEXT NOT NULL,
      noted_at REAL NOT NULL,
      PRIMARY KEY (key, demonstration_id)
    )
    """,
    """
    CREATE TABLE totals (
      entries INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      hits INTEGER NOT NULL,
      misses INTEGER NOT NULL,
      tokens_saved INTEGER NOT NULL,
      seconds_saved REAL NOT NULL
    )
    """,
    "INSERT INTO totals VALUES (0, 0, 0, 0, 0, 0)",
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
)

SCHEMA: Final = Schema(
    name="cache",
    application_id=0x53555443,  # "SUTC"
    migrations=(_VERSION_1,),
    # An unnamed database: private to this connection and gone with it, on disk only when large.
    attach=("ATTACH DATABASE '' AS trash", "PRAGMA trash.journal_mode=MEMORY"),
    prepare=search.prepare,
)
