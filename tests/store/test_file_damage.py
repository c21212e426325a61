"""Damaged files are moved aside, said so, and replaced."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sutra_tui.store import files
from sutra_tui.store.cache import DemonstrationCache, KeyParts

from .cache_support import aside, fill, keep
from .file_support import DAMAGE, overwrite


@pytest.mark.parametrize("damage", DAMAGE)
def test_S5_a_damaged_file_is_moved_aside_and_work_goes_on(path: Path, damage: str) -> None:
    keys = fill(path)
    DAMAGE[damage](path)
    spoiled = path.read_bytes()
    cache = DemonstrationCache(path=path)
    for key in keys:
        cache.get(key)
    key = keep(cache)
    assert cache.get(key) == ["first", "second", "third"]
    assert cache.persistent and cache.count("merge") == 1
    cache.close()
    (kept,) = aside(path)
    assert len(cache.warnings) == 1 and str(kept) in cache.warnings[0]
    assert kept.read_bytes() == spoiled or len(kept.read_bytes()) >= len(spoiled)
    with DemonstrationCache(path=path) as again:
        assert (again.get(key), again.warnings) == (["first", "second", "third"], [])
        assert again._read(lambda c: c.execute("PRAGMA quick_check").fetchone()[0]) == "ok"


def test_one_bad_page_found_in_the_middle_of_work_is_told_once(path: Path) -> None:
    keys = fill(path)
    with DemonstrationCache(path=path) as cache:
        told: list[str] = []
        cache._on_warning = told.append
        overwrite(path, 4096, b"\xff" * (path.stat().st_size - 4096))
        # Another program's change makes this one read the file again.
        overwrite(path, 24, b"\x7f\x00\x00\x01")
        assert [cache.get(key) for key in keys] == [None] * len(keys)
        assert told == cache.warnings and len(told) == 1
        assert cache.get(keep(cache)) is not None


def test_S5_an_empty_file_is_a_fresh_start(path: Path) -> None:
    path.touch()
    with DemonstrationCache(path=path) as cache:
        keep(cache)
        assert cache.persistent and cache.warnings == [] and aside(path) == []


def test_S5_a_journal_of_the_damaged_file_is_not_played_into_the_new_one(path: Path) -> None:
    fill(path)
    path.write_text("garbage " * 1000)
    journal = path.with_name("cache.db-journal")
    journal.write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 600)
    with DemonstrationCache(path=path) as cache:
        keep(cache)
        assert cache.persistent
        assert cache._read(lambda c: c.execute("PRAGMA quick_check").fetchone()[0]) == "ok"
    assert not journal.exists()


def test_what_sqlite_keeps_beside_a_file_goes_aside_with_it(path: Path) -> None:
    for suffix in ("", *files.SIDE_FILES):
        path.with_name(path.name + suffix).write_text(suffix)
    target = files.move_aside(path, "corrupt", "stamp")
    assert sorted(p.name for p in path.parent.iterdir()) == sorted(
        target.name + suffix for suffix in ("", *files.SIDE_FILES)
    )


def test_a_second_damage_gets_a_name_of_its_own(path: Path) -> None:
    for _ in range(3):
        path.write_text("garbage " * 100)
        DemonstrationCache(path=path).close()
    assert len(aside(path)) == 3


def test_damage_that_cannot_be_moved_ends_in_memory(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("garbage " * 100)

    def refuse(*_: Any) -> Path:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files, "move_aside", refuse)
    cache = DemonstrationCache(path=path)
    assert cache.get(keep(cache)) is not None and not cache.persistent
    assert path.read_text().startswith("garbage") and len(cache.warnings) == 1


def test_two_programs_that_find_the_same_damage_move_it_once(path: Path) -> None:
    fill(path)
    first, second = DemonstrationCache(path=path), DemonstrationCache(path=path)
    path.write_text("garbage " * 5_000)
    a = keep(first, parts=KeyParts("a"))
    b = keep(second, parts=KeyParts("b"))
    assert first.get(b) is not None and second.get(a) is not None
    assert len(aside(path)) == 1 and len(first.warnings) + len(second.warnings) == 1


def test_a_file_deleted_under_a_running_program_is_made_anew(path: Path) -> None:
    cache = DemonstrationCache(path=path)
    keep(cache)
    path.unlink()
    key = keep(cache, parts=KeyParts("after"))
    assert len(cache) == 1
    with DemonstrationCache(path=path) as other:
        assert other.get(key) is not None
