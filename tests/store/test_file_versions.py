"""Files of other versions and other programs; the journal; permissions."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from sutra_tui.store import database as databases
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.cache_schema import SCHEMA
from sutra_tui.store.database import Database
from sutra_tui.store.journal import choose_journal, filesystem_of

from .cache_support import aside, fill, keep, mode


def test_S10_a_newer_file_is_not_touched(path: Path) -> None:
    fill(path, 2)
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version=99")
    raw.execute("ALTER TABLE entry ADD COLUMN mood TEXT")
    raw.commit()
    raw.close()
    before = path.read_bytes()
    cache = DemonstrationCache(path=path)
    assert cache.get(keep(cache)) is not None and not cache.persistent
    cache.close()
    assert path.read_bytes() == before and aside(path) == []
    assert len(cache.warnings) == 1 and "newer" in cache.warnings[0]


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE bookmarks (x)", "PRAGMA user_version=1", "PRAGMA application_id=77"]
)
def test_S10_a_database_of_another_program_is_not_touched(path: Path, statement: str) -> None:
    raw = sqlite3.connect(path)
    raw.execute("CREATE TABLE t (x)")
    raw.execute(statement)
    raw.commit()
    raw.close()
    before = path.read_bytes()
    cache = DemonstrationCache(path=path)
    assert cache.get(keep(cache)) is not None and not cache.persistent
    assert path.read_bytes() == before and "another program" in cache.warnings[0]
    assert [p.name for p in path.parent.iterdir()] == ["cache.db"]


TWO = replace(
    SCHEMA,
    migrations=(
        *SCHEMA.migrations,
        ("ALTER TABLE entry ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",),
    ),
)


def test_S10_an_older_file_is_brought_forward_and_a_copy_kept(path: Path) -> None:
    fill(path, 3)
    warnings: list[str] = []
    database = Database(path, TWO, warnings.append)
    rows = database.read(lambda c: c.execute("SELECT mood FROM entry").fetchall())
    assert rows == [("calm",)] * 3 and database.persistent and warnings == []
    database.close()
    copy = path.with_name("cache.db.version-1")
    assert mode(copy) == 0o600
    with DemonstrationCache(path=copy) as old:
        assert len(old) == 3 and old.warnings == []
    again = Database(path, TWO, warnings.append)
    assert again.persistent and warnings == []
    again.close()


def test_S10_a_migration_that_fails_changes_nothing(path: Path) -> None:
    fill(path, 3)
    broken = replace(
        TWO, migrations=(*TWO.migrations, ("CREATE UNIQUE INDEX one_each ON entry (count)",))
    )
    warnings: list[str] = []
    database = Database(path, broken, warnings.append)
    assert not database.persistent and len(warnings) == 1
    database.close()
    with DemonstrationCache(path=path) as cache:
        assert len(cache) == 3 and cache.persistent


def test_S9_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deeper" / "cache.db"
    old = os.umask(0)
    try:
        cache = DemonstrationCache(path=path)
        seen: dict[str, int] = {}

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO ban VALUES ('h', 't', 0)")
            seen.update({p.name: mode(p) for p in path.parent.iterdir()})

        cache._change(work)
        cache.close()
        path.write_text("garbage " * 99)
        DemonstrationCache(path=path).close()
    finally:
        os.umask(old)
    assert seen == {"cache.db": 0o600, "cache.db-journal": 0o600}
    assert {mode(p) for p in path.parent.iterdir()} == {0o600}
    assert mode(tmp_path / "new") == mode(tmp_path / "new" / "deeper") == 0o700


def test_S9_the_side_files_of_a_write_ahead_log_are_private_too(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "SAFE_WAL_VERSION", (3, 0, 0))
    monkeypatch.setattr(databases, "choose_journal", lambda v, k: choose_journal((4,), "ext4"))
    old = os.umask(0)
    try:
        cache = DemonstrationCache(path=path)
        key = keep(cache)
        modes = {p.name: mode(p) for p in path.parent.iterdir()}
    finally:
        os.umask(old)
    assert modes == dict.fromkeys(("cache.db", "cache.db-wal", "cache.db-shm"), 0o600)
    assert cache.journal_reason.startswith("wal:")
    cache.close()
    monkeypatch.undo()
    with DemonstrationCache(path=path) as older:
        assert older.get(key) is not None
        current = older._read(lambda c: c.execute("PRAGMA journal_mode").fetchone()[0])
        assert current == choose_journal(sqlite3.sqlite_version_info, filesystem_of(path)).mode


def test_a_file_open_to_others_is_closed_to_them(path: Path) -> None:
    fill(path, 1)
    path.chmod(0o644)
    DemonstrationCache(path=path).close()
    assert mode(path) == 0o600


@pytest.mark.parametrize(
    ("version", "kind", "expected"),
    [
        ((3, 40, 1), "ext4", "delete"),
        ((3, 51, 2), "ext4", "delete"),
        ((3, 51, 3), "ext4", "wal"),
        ((3, 52, 0), "btrfs", "wal"),
        ((4, 0, 0), "tmpfs", "wal"),
        ((3, 52, 0), "nfs4", "delete"),
        ((3, 52, 0), "9p", "delete"),
        ((3, 52, 0), "fuse.sshfs", "delete"),
        ((3, 52, 0), "cifs", "delete"),
        ((3, 52, 0), None, "delete"),
    ],
)
def test_S16_the_journal_suits_the_sqlite_and_the_disk(
    version: tuple[int, ...], kind: str | None, expected: str
) -> None:
    choice = choose_journal(version, kind)
    assert choice.mode == expected and choice.reason


def test_S16_the_file_system_is_that_of_the_longest_mount_point(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "root / ext4 rw 0 0\n"
        f"server:/x {tmp_path}/home nfs4 rw 0 0\n"
        f"tmp {tmp_path}/home/a\\040b tmpfs rw 0 0\n"
        "odd line\n"
    )
    assert filesystem_of(tmp_path / "else" / "c.db", mounts) == "ext4"
    assert filesystem_of(tmp_path / "home" / "me" / "c.db", mounts) == "nfs4"
    assert filesystem_of(tmp_path / "homely" / "c.db", mounts) == "ext4"
    assert filesystem_of(tmp_path / "home" / "a b" / "c.db", mounts) == "tmpfs"
    assert filesystem_of(tmp_path, tmp_path / "absent") is None
