"""What was taken out comes back; what must go, goes; eviction."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sutra_tui.core.errors import StoreError
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.store.cache_entry import Removed

from .cache_support import Clock, ids, keep, timed

YEAR = 365 * 86_400.0


def test_a_deleted_entry_comes_back_whole(cache: DemonstrationCache) -> None:
    key = keep(cache, "one", "two", draft="d", tokens=5)
    cache.get(key)
    before = cache.entry(key)
    removed = cache.delete(key)
    assert removed == before and key not in cache and len(cache) == 0
    assert removed is not None and cache.restore(removed) == 1
    after = cache.entry(key)
    assert after is not None and before is not None and replace(after, id=before.id) == before


def test_an_older_snapshot_undoes_a_change(cache: DemonstrationCache) -> None:
    key = keep(cache)
    before = cache.entry(key)
    assert before is not None
    cache.drop(key, ids(before)[0])
    cache.restore(before)
    assert cache.entry(key) == before


def test_clear_takes_everything_and_gives_it_back_once(cache: DemonstrationCache) -> None:
    a, b = keep(cache), keep(cache, "other", parts=KeyParts("another question"))
    cache.pin(a)
    cache.ban("nothing in particular")
    before = [cache.entry(a), cache.entry(b)]
    removed = cache.clear()
    assert removed.entries == 2 and len(cache) == 0 and cache.get(a) is None
    assert cache.entries() == [] and cache.count("merge") == 0 and cache.suggest("merge sort") == []
    assert cache.bans() == ["nothing in particular"]
    c = keep(cache, "new", parts=KeyParts("third question"))
    keep(cache, "newer", parts=KeyParts("another question"))
    assert cache.restore(removed) == 1, "what was written since stays"
    assert [cache.entry(a), cache.get(b), cache.get(c)] == [
        before[0],
        ["newer"],
        ["new"],
    ]
    assert cache.count("merge") == 1
    with pytest.raises(StoreError):
        cache.restore(removed)


def test_clearing_nothing_can_be_undone_too(cache: DemonstrationCache) -> None:
    assert cache.restore(cache.clear()) == 0


def test_what_was_cleared_is_gone_once_the_cache_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with DemonstrationCache(path=path) as cache:
        keep(cache, "a very private demonstration " * 50)
        removed = cache.clear()
        assert b"very private" not in path.read_bytes()
    with DemonstrationCache(path=path) as cache, pytest.raises(StoreError, match="brought back"):
        cache.restore(removed)
    assert [p.name for p in tmp_path.iterdir()] == ["c.db"]


def test_purge_takes_the_expired_but_no_work_of_the_users_own() -> None:
    clock = Clock()
    cache = timed(clock)
    plain, edited, pinned, endless = (keep(cache, parts=KeyParts(q)) for q in "abcd")
    cache.edit(edited, ids(cache.entry(edited))[0], "mine")
    cache.pin(pinned)
    keep(cache, parts=KeyParts("d"), ttl=0)
    clock.advance(5_000)
    fresh = keep(cache, parts=KeyParts("e"))
    removed = cache.purge()
    left = {entry.key for entry in cache.entries()}
    assert removed.entries == 1 and left == {edited, pinned, endless, fresh}
    assert cache.restore(removed) == 1 and cache.entry(plain) is not None


def test_an_unknown_batch_is_an_error() -> None:
    with pytest.raises(StoreError):
        DemonstrationCache().restore(Removed(7, 3))


def test_S14_the_least_recently_used_goes_first_and_what_is_the_users_own_never() -> None:
    clock = Clock()
    cache = timed(clock, max_bytes=40_000, default_ttl=None)
    keys = [keep(cache, "x" * 4_000, parts=KeyParts(f"q{n}")) for n in range(5)]
    cache.pin(keys[0])
    cache.edit(keys[1], ids(cache.entry(keys[1]))[0], "y" * 4_000)
    cache.pin(keys[2], demonstration=ids(cache.entry(keys[2]))[0])
    assert cache.get(keys[3]) is not None  # used after keys[4]
    clock.jump(-YEAR)  # what was used last does not depend on the clock
    newer = [keep(cache, "x" * 4_000, parts=KeyParts(f"n{n}")) for n in range(2)]
    assert [key in cache for key in keys] == [True, True, True, True, False]
    assert all(key in cache for key in newer)
    assert cache.stats().bytes <= 40_000


def test_the_running_total_is_the_sum_of_all_entries(tmp_path: Path) -> None:
    with DemonstrationCache(path=tmp_path / "c.db") as cache:
        for n in range(20):
            keep(cache, "x" * n * 10 + "x", parts=KeyParts(f"q{n % 7}"))
        cache.delete(KeyParts("q3").key)
        cache.restore(cache.clear())
        total, count, stored = cache._read(
            lambda c: c.execute(
                "SELECT SUM(bytes), COUNT(*), (SELECT COUNT(DISTINCT entry_id) FROM demonstration)"
                " FROM entry"
            ).fetchone()
        )
        assert (cache.stats().bytes, cache.stats().entries, stored) == (total, count, count)


def test_S12_an_entry_larger_than_the_cache_is_not_kept_and_evicts_nothing() -> None:
    cache = DemonstrationCache(max_bytes=10_000)
    key = keep(cache)
    cache.set("huge", ["x" * 20_000])
    assert cache.get("huge") is None and key in cache
    assert len(cache.warnings) == 1
