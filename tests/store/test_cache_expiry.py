"""Expiry, and clocks that jump."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.errors import InvalidRequest
from sutra_tui.store.cache import DemonstrationCache, KeyParts

from .cache_support import PARTS, Clock, keep, timed

YEAR = 365 * 86_400.0


@pytest.mark.parametrize("ttl", [0, None, float("inf"), 1e300])
def test_no_ttl_is_for_ever(ttl: float | None) -> None:
    clock = Clock()
    cache = timed(clock, default_ttl=ttl)
    key = keep(cache)
    clock.advance(1000 * YEAR)
    assert cache.get(key) is not None
    assert cache.entry(key).expires_at is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("default", "own", "lives"),
    [(3600, None, 3600), (3600, 60, 60), (60, 3600, 3600), (0, 60, 60), (60, 0.5, 0.5)],
)
def test_an_own_ttl_wins_over_the_default(default: int, own: float | None, lives: float) -> None:
    clock = Clock()
    cache = timed(clock, default_ttl=default)
    key = keep(cache, ttl=own)
    clock.advance(lives - 0.25)
    assert cache.get(key) is not None
    clock.advance(0.5)
    assert cache.get(key) is None and key not in cache
    entry = cache.entry(key)
    assert entry is not None and entry.state(clock.wall()) == "expired"
    assert len(cache) == 1


@pytest.mark.parametrize("ttl", [-1, float("nan"), "soon", True])
def test_a_ttl_that_is_none_is_refused(ttl: Any) -> None:
    with pytest.raises(InvalidRequest):
        DemonstrationCache(default_ttl=ttl)
    with pytest.raises(InvalidRequest):
        DemonstrationCache().set("k", ["x"], ttl=ttl)


def test_a_pinned_entry_never_expires() -> None:
    clock = Clock()
    cache = timed(clock)
    key = keep(cache)
    cache.pin(key)
    clock.advance(10 * YEAR)
    assert cache.get(key) == ["first", "second", "third"]
    cache.pin(key, False)
    assert cache.get(key) is None


def reopened(cache: DemonstrationCache, clock: Clock, path: Path) -> DemonstrationCache:
    cache.close()
    return timed(clock, path)


def test_S11_an_entry_from_the_future_is_not_served_but_shown_as_such(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "c.db"
    cache = timed(clock, path)
    key = keep(cache)
    clock.jump(-YEAR)
    for _ in range(2):
        assert cache.get(key) is None
        entry = cache.entries()[0]
        assert entry.state(clock.wall()) == "stale-clock"
        assert entry.age(clock.wall()) == 0.0
        cache = reopened(cache, clock, path)
    clock.jump(YEAR)
    assert cache.get(key) is not None


@pytest.mark.parametrize("seconds", [-59, 59, 3_599])
def test_small_differences_of_clocks_do_not_matter(seconds: float) -> None:
    clock = Clock()
    cache = timed(clock)
    key = keep(cache)
    clock.jump(seconds)
    assert cache.get(key) is not None


@pytest.mark.parametrize("reopen", [False, True])
def test_S11_a_clock_ahead_for_a_moment_kills_nothing(tmp_path: Path, reopen: bool) -> None:
    clock, path = Clock(), tmp_path / "c.db"
    cache = timed(clock, path)
    key = keep(cache)
    clock.jump(YEAR)
    if reopen:
        cache = reopened(cache, clock, path)
    assert cache.get(key) is None
    other = PARTS.__class__("another query")
    keep(cache, parts=other)  # writing meanwhile throws nothing away either
    clock.jump(-YEAR)
    if reopen:
        cache = reopened(cache, clock, path)
    assert cache.get(key) == ["first", "second", "third"]
    assert cache.get(other.key) is None, "written in a time that has not come"
    keep(cache, parts=other)
    assert cache.get(other.key) is not None, "and healed by the next run"


def test_S11_a_clock_set_back_does_not_bring_an_expired_entry_back() -> None:
    clock = Clock()
    cache = timed(clock)
    key = keep(cache)
    clock.advance(4_000)
    clock.jump(-3_990)  # ten seconds after it was written, says the wall clock
    assert cache.get(key) is None
    keep(cache)
    assert cache.get(key) is not None


def test_S11_a_clock_set_back_does_not_prolong_an_entry_this_process_served(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "c.db"
    key = keep(first := timed(clock, path))
    first.close()
    clock.advance(3_000)
    cache = timed(clock, path)
    assert cache.get(key) is not None
    clock.jump(-2_990)
    clock.advance(601)
    assert cache.get(key) is None


def test_entries_without_expiry_and_pinned_ones_ignore_the_clock() -> None:
    clock = Clock()
    cache = timed(clock)
    endless, pinned = keep(cache, ttl=0), keep(cache, parts=KeyParts("pinned"))
    cache.pin(pinned)
    clock.jump(-YEAR)
    assert cache.get(endless) is not None and cache.get(pinned) is not None
