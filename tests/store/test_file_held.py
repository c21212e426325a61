"""Files held by another program, and errors by their names."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sutra_tui.core.errors import StoreError
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.store.database import StoreBusy
from sutra_tui.store.faults import Fault, classify, explain

from .cache_support import fill, keep
from .file_support import held


def test_S3_an_entry_waits_in_memory_while_the_file_is_held(path: Path, impatient: None) -> None:
    cache = DemonstrationCache(path=path)
    old = keep(cache)
    with held(path):
        new = keep(cache, "waiting", parts=KeyParts("new"))
        keep(cache, "waiting too", parts=KeyParts("newer"))
        assert cache.get(old) is not None
        assert cache.get(new) == ["waiting"], "served although not written yet"
        assert len(cache.warnings) == 1 and "database is locked" not in cache.warnings[0]
        with DemonstrationCache(path=path) as other:
            assert other.get(new) is None and other.persistent
        assert [entry.key for entry in cache.entries()] == [old]
        assert cache.stats().hits == 2
        with pytest.raises(StoreBusy) as caught:
            cache.pin(old)
        assert "locked" not in str(caught.value) and caught.value.remedy
    assert cache.count() == 1
    cache.flush()
    with DemonstrationCache(path=path) as other:
        assert other.get(new) == ["waiting"] and len(other) == 3
    assert cache.persistent and cache.stats().hits == 3


def test_S3_what_waited_is_written_when_the_cache_is_closed(path: Path, impatient: None) -> None:
    cache = DemonstrationCache(path=path)
    with held(path):
        key = keep(cache)
    cache.close()
    with DemonstrationCache(path=path) as other:
        assert other.get(key) is not None


def test_S3_when_even_reading_is_held_up_a_run_has_a_miss(path: Path, impatient: None) -> None:
    cache = DemonstrationCache(path=path)
    key = keep(cache)
    with held(path, "EXCLUSIVE"):
        assert cache.get(key) is None and cache.peek(key) is None
        assert not cache.is_banned("x")
        assert len(cache.warnings) == 1
    assert cache.get(key) is not None


def test_S3_a_file_held_from_the_start_is_left_alone(path: Path, impatient: None) -> None:
    fill(path, 1)
    with held(path, "EXCLUSIVE"):
        cache = DemonstrationCache(path=path)
        assert cache.get(keep(cache)) is not None and not cache.persistent
    assert len(cache.warnings) == 1 and "locked" not in cache.warnings[0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("database is locked", Fault.BUSY),
        ("database table is locked", Fault.BUSY),
        ("database disk image is malformed", Fault.CORRUPT),
        ("malformed database schema (x)", Fault.CORRUPT),
        ("file is not a database", Fault.CORRUPT),
        ("database or disk is full", Fault.UNWRITABLE),
        ("attempt to write a readonly database", Fault.UNWRITABLE),
        ("disk I/O error", Fault.UNWRITABLE),
        ("unable to open database file", Fault.UNWRITABLE),
        ("no such table: entry", Fault.OTHER),
    ],
)
def test_errors_without_a_code_are_known_by_their_text(text: str, fault: Fault) -> None:
    error = sqlite3.OperationalError(text)
    assert classify(error) is fault
    assert "database" not in explain(error) or fault in (Fault.CORRUPT, Fault.OTHER)


def test_an_error_that_nobody_foresaw_is_still_ours(path: Path) -> None:
    cache = DemonstrationCache(path=path)
    key = keep(cache)
    with pytest.raises(StoreError) as caught:
        cache._read(lambda c: c.execute("SELECT nonsense"))
    assert isinstance(caught.value.__cause__, sqlite3.Error)
    assert cache.get(key) is not None and cache.persistent


def test_a_failed_change_leaves_no_trace(path: Path) -> None:
    cache = DemonstrationCache(path=path)
    key = keep(cache)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM entry")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache._change(half)
    assert cache.get(key) is not None and len(cache) == 1
