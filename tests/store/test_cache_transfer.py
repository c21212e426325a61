"""Saving and loading: our documents, the original's, and hostile ones."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from sutra_tui.core.errors import StoreError
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.store.cache_entry import CacheEntry

from .cache_support import PARTS, START, Clock, ids, keep, timed

YEAR = 365 * 86_400.0


def plain(entry: CacheEntry | None) -> CacheEntry:
    """The entry without what only this cache's own numbers and the way it came say."""
    assert entry is not None
    demonstrations = tuple(replace(d, id=0) for d in entry.demonstrations)
    return replace(entry, id=0, source="model", demonstrations=demonstrations)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_library_saves_and_loads_in_two_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cache = DemonstrationCache(default_ttl=86_400)
    key = keep(cache)
    cache.save("demo_cache.json")
    new_cache = DemonstrationCache()
    new_cache.load("demo_cache.json")
    assert new_cache.get(key) == ["first", "second", "third"]


def test_everything_known_survives_the_way(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    cache = DemonstrationCache()
    key = keep(
        cache, 'a "quoted" \u2028 \x1b[31m\0 text', "two", draft="é\n", tokens=7, seconds=1.5
    )
    cache.edit(key, ids(cache.entry(key))[1], "zwei")
    cache.pin(key)
    cache.pin(key, demonstration=ids(cache.entry(key))[0])
    cache.get(key)
    cache.ban("never again")
    cache.set("own key", ["x"], ttl=0)
    assert cache.save(path) == 2
    other = DemonstrationCache()
    report = other.load(path)
    assert (report.added, report.replaced, report.kept, report.foreign) == (2, 0, 0, 0)
    for name in (key, "own key"):
        assert plain(other.entry(name)) == plain(cache.entry(name))
        assert other.entry(name).source == "import"  # type: ignore[union-attr]
    assert other.bans() == ["never again"]
    other.save(tmp_path / "again.json")
    third = DemonstrationCache()
    third.load(tmp_path / "again.json")
    assert plain(third.entry(key)) == plain(cache.entry(key))


def test_an_expired_entry_is_loaded_but_still_expired(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "saved.json"
    cache = timed(clock)
    key = keep(cache)
    cache.save(path)
    clock.advance(4_000)
    other = timed(clock)
    assert other.load(path).added == 1 and other.get(key) is None
    assert other.entry(key).created_at == START  # type: ignore[union-attr]


def test_the_file_wins_except_over_the_users_own_work(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    saved = DemonstrationCache()
    keys = [keep(saved, "theirs", parts=KeyParts(q)) for q in "abcd"]
    saved.save(path)
    cache = DemonstrationCache()
    for q in "abc":
        keep(cache, "ours", parts=KeyParts(q))
    cache.pin(keys[1])
    cache.edit(keys[2], ids(cache.entry(keys[2]))[0], "mine")
    report = cache.import_(path)
    assert (report.added, report.replaced, report.kept) == (1, 1, 2)
    assert [cache.get(key) for key in keys] == [["theirs"], ["ours"], ["mine"], ["theirs"]]


def test_an_import_respects_the_size_and_says_what_went(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    saved = DemonstrationCache()
    for n in range(10):
        keep(saved, "x" * 4_000, parts=KeyParts(f"q{n}"))
    saved.save(path)
    cache = DemonstrationCache(max_bytes=20_000)
    report = cache.load(path)
    assert report.added == 10 and report.evicted == 10 - len(cache) > 0
    assert cache.stats().bytes <= 20_000 and KeyParts("q9").key in cache


def test_an_export_holds_what_was_searched_for(tmp_path: Path) -> None:
    cache = DemonstrationCache()
    keep(cache, parts=KeyParts("alpha"))
    keep(cache, parts=KeyParts("beta"))
    assert cache.export(tmp_path / "e.json", search="alp") == 1
    other = DemonstrationCache()
    other.load(tmp_path / "e.json")
    assert [entry.query for entry in other.entries()] == ["alpha"]


def test_more_entries_than_a_page_are_saved_and_loaded(tmp_path: Path) -> None:
    cache = DemonstrationCache()
    document = {f"{n:064x}": {"demonstrations": [f"d{n}"]} for n in range(1_201)}
    (tmp_path / "in.json").write_text(json.dumps(document))
    assert cache.load(tmp_path / "in.json").added == 1_201
    assert cache.save(tmp_path / "out.json") == 1_201
    other = DemonstrationCache()
    assert other.load(tmp_path / "out.json").foreign == 1_201


# -- files --------------------------------------------------------------------------------------


def test_S9_Z9_a_saved_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    cache = DemonstrationCache()
    keep(cache)
    old = os.umask(0)
    try:
        cache.save(tmp_path / "new" / "deep" / "saved.json")
        cache.export(tmp_path / "new" / "exported.json")
    finally:
        os.umask(old)
    assert mode(tmp_path / "new" / "deep" / "saved.json") == 0o600
    assert mode(tmp_path / "new" / "exported.json") == 0o600
    assert mode(tmp_path / "new") == mode(tmp_path / "new" / "deep") == 0o700


def test_Z9_save_replaces_and_export_does_not(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    cache = DemonstrationCache()
    cache.save(path)
    keep(cache)
    with pytest.raises(StoreError, match="exists"):
        cache.export(path)
    assert DemonstrationCache().load(path).added == 0
    cache.save(path)
    assert DemonstrationCache().load(path).added == 1
    assert cache.export(path, overwrite=True) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["saved.json"]


def test_Z9_a_save_that_fails_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "saved.json"
    cache = DemonstrationCache()
    cache.save(path)
    before = path.read_bytes()
    keep(cache)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        cache.save(path)
    with pytest.raises(StoreError, match="No space left"):
        cache.export(tmp_path / "other.json")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["saved.json"]


def test_Z9_nothing_but_a_regular_file_is_ever_replaced(tmp_path: Path) -> None:
    database = tmp_path / "c.db"
    with DemonstrationCache(path=database) as cache:
        key = keep(cache)
        directory, pipe, link = (tmp_path / name for name in ("directory", "pipe", "link"))
        directory.mkdir()
        os.mkfifo(pipe)
        link.symlink_to(tmp_path / "elsewhere")
        alias = tmp_path / "alias"
        alias.symlink_to(database)
        for target in (
            directory,
            pipe,
            link,
            database,
            alias,
            tmp_path / "c.db" / "x",
            tmp_path / "nul\0",
        ):
            with pytest.raises(StoreError):
                cache.save(target)
        assert cache.get(key) is not None and cache.warnings == []
        assert stat.S_ISFIFO(pipe.lstat().st_mode) and link.is_symlink()
        assert not (tmp_path / "elsewhere").exists()


# -- the original's files -----------------------------------------------------------------------


ORIGINAL = {
    "a" * 64: {"demonstrations": ["one", "two"], "expires_at": START + 3600, "cached_at": START},
    "b" * 64: {"demonstrations": ["three"], "expires_at": None},
}


def original(tmp_path: Path) -> Path:
    path = tmp_path / "demo_cache.json"
    path.write_text(json.dumps(ORIGINAL, indent=2))
    return path


def test_entries_of_the_original_are_listed_and_searched_but_never_served(tmp_path: Path) -> None:
    clock = Clock()
    cache = timed(clock, tmp_path / "c.db")
    report = cache.load(original(tmp_path))
    assert (report.added, report.foreign) == (2, 2)
    assert cache.get("a" * 64) is None and "b" * 64 not in cache
    assert {e.state(clock.wall()) for e in cache.entries()} == {"foreign"}
    assert (cache.count("three"), cache.entry("a" * 64).created_at) == (1, START)  # type: ignore[union-attr]
    cache.pin("a" * 64)
    assert cache.get("a" * 64) is None, "a pin does not say who wrote it"
    cache.save(tmp_path / "ours.json")
    other = DemonstrationCache()
    assert other.load(tmp_path / "ours.json").foreign == 2


def test_an_adopted_entry_is_served_for_the_query_and_model_it_was_given(tmp_path: Path) -> None:
    cache = DemonstrationCache()
    cache.load(original(tmp_path))
    entry = cache.adopt("a" * 64, PARTS)
    assert (entry.key, entry.query, entry.model_a) == (PARTS.key, PARTS.query, PARTS.model_a)
    assert not entry.foreign and entry.expires_at is None and entry.source == "import"
    assert cache.get(PARTS.key) == ["one", "two"]
    assert cache.entry("a" * 64) is None and len(cache) == 2


def test_adopting_onto_an_entry_keeps_the_users_own_work_there(tmp_path: Path) -> None:
    cache = DemonstrationCache()
    cache.load(original(tmp_path))
    key = keep(cache, "old")
    cache.add(key, "mine")
    cache.adopt("a" * 64, PARTS)
    assert cache.get(key) == ["mine", "one", "two"]
