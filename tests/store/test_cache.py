"""Serving and keeping: hits, misses, bans in runs, threads, closing."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core.errors import InvalidRequest, StoreError
from sutra_tui.store import cache_store
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from tests.thorough import examples

from .cache_support import PARTS, START, Clock, keep, timed


def test_P15_what_is_kept_comes_back_as_a_list_of_ones_own(cache: DemonstrationCache) -> None:
    demos = ["one", "two"]
    cache.set("key", demos)
    demos.append("three")
    first = cache.get("key")
    assert first == ["one", "two"]
    first.clear()
    assert cache.get("key") == ["one", "two"]


def test_a_missing_key_is_none_everywhere(cache: DemonstrationCache) -> None:
    assert cache.get("key") is None
    assert cache.lookup("key") is None
    assert cache.peek("key") is None
    assert cache.entry("key") is None
    assert "key" not in cache
    assert 5 not in cache
    assert cache.delete("key") is None


def test_size_len_and_truth(cache: DemonstrationCache) -> None:
    assert (len(cache), cache.size, bool(cache)) == (0, 0, True)
    cache.set("a", ["x"])
    cache.set("b", ["y"])
    cache.set("a", ["z"])
    assert (len(cache), cache.size) == (2, 2)
    assert ("a" in cache and "memory" in repr(cache)) or str(cache.path) in repr(cache)


def test_an_entry_knows_everything_about_itself(tmp_path: Path) -> None:
    clock = Clock()
    cache = timed(clock, tmp_path / "c.db")
    key = keep(cache, "demo", draft="draft", tokens=212, seconds=53.5)
    clock.advance(10)
    cache.get(key)
    cache.close()
    entry = timed(clock, tmp_path / "c.db").peek(key)
    assert entry is not None
    assert (entry.query, entry.model_a, entry.digest) == (PARTS.query, "small:3b", "abc")
    assert entry.parts.key == key
    assert (entry.created_at, entry.expires_at) == (START, START + 3600)
    assert (entry.hits, entry.last_hit_at) == (1, START + 10)
    assert (entry.tokens, entry.seconds, entry.draft) == (212, 53.5, "draft")
    assert (entry.pinned, entry.edited, entry.source) == (False, False, "model")
    assert [d.text for d in entry.demonstrations] == ["demo"]
    assert entry.age(clock.wall()) == 10 and entry.age(0.0) == 0.0


def test_hits_say_what_they_saved_and_totals_add_up(cache: DemonstrationCache) -> None:
    key = keep(cache, tokens=100, seconds=50.0)
    assert cache.stats().hit_rate == 0.0
    first, second = cache.lookup(key), cache.lookup(key)
    cache.get("absent")
    assert first is not None and second is not None
    assert (first.hits, second.hits, second.tokens, second.seconds) == (1, 2, 100, 50.0)
    for _ in range(2):  # written or not yet written, the numbers are the same
        stats = cache.stats()
        assert (stats.hits, stats.misses, stats.entries) == (2, 1, 1)
        assert stats.hit_rate == pytest.approx(2 / 3)
        assert (stats.tokens_saved, stats.seconds_saved) == (200, 100.0)


def test_peek_contains_and_entry_do_not_count(cache: DemonstrationCache) -> None:
    key = keep(cache)
    assert cache.peek(key) is not None and key in cache and cache.entry(key) is not None
    assert (cache.stats().hits, cache.stats().misses) == (0, 0)


def test_counts_survive_a_close_without_any_listing(tmp_path: Path) -> None:
    with DemonstrationCache(path=tmp_path / "c.db") as cache:
        key = keep(cache)
        cache.get(key)
        cache.get("absent")
    with DemonstrationCache(path=tmp_path / "c.db") as cache:
        stats = cache.stats()
        assert (stats.hits, stats.misses, cache.entries()[0].hits) == (1, 1, 1)


def test_many_counts_are_written_before_they_pile_up(tmp_path: Path) -> None:
    with DemonstrationCache(path=tmp_path / "c.db") as cache:
        cache._change(put_many)
        for n in range(1_000):
            assert cache.get(f"k{n}") == ["x"]
        assert not cache._pending


def put_many(connection: Any) -> None:
    from sutra_tui.store import cache_records
    from sutra_tui.store.cache_entry import CachedDemonstration, CacheEntry

    for n in range(1_000):
        entry = CacheEntry(0, f"k{n}", demonstrations=(CachedDemonstration(0, "x"),))
        cache_records.put(connection, entry)


def test_a_banned_demonstration_is_left_out_also_when_written_anew() -> None:
    cache = DemonstrationCache()
    key = keep(cache, "Good one", "Bad  One", "Also good")
    cache.ban("bad one")
    assert cache.get(key) == ["Good one", "Also good"]
    assert [d.banned for d in cache.entry(key).demonstrations] == [False, True, False]  # type: ignore[union-attr]
    other = keep(cache, " BAD one\n", "fine", parts=KeyParts("another"))
    assert cache.get(other) == ["fine"]
    assert cache.is_banned("Bad One") and not cache.is_banned("fine")
    assert cache.bans() == ["bad one"]
    cache.ban("BAD ONE", banned=False)
    assert cache.get(key) == ["Good one", "Bad  One", "Also good"]


def test_an_entry_of_which_everything_is_banned_is_a_miss() -> None:
    cache = DemonstrationCache()
    key = keep(cache, "only")
    cache.ban("only")
    assert cache.lookup(key) is None and cache.peek(key) is None and key not in cache
    assert cache.stats().misses == 1 and len(cache) == 1


@pytest.mark.parametrize(
    ("key", "demos"),
    [
        ("", ["x"]),
        ("k" * 5_000, ["x"]),
        (3, ["x"]),
        ("k", "text"),
        ("k", []),
        ("k", [" \n"]),
        ("k", [1]),
        ("k", [None]),
    ],
)
def test_S12_what_cannot_be_kept_is_refused(key: Any, demos: Any) -> None:
    cache = DemonstrationCache()
    with pytest.raises(InvalidRequest):
        cache.set(key, demos)
    with pytest.raises(InvalidRequest):
        cache.set("k", ["x"], source="rumour")  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest):
        cache.set("k", ["x"], options={"x": object()})
    assert len(cache) == 0


awkward = st.text(st.characters() | st.sampled_from("\0\ud800\udfff\x1b\ufeff"), max_size=40)


@settings(max_examples=examples(60))
@given(awkward, awkward, st.integers(), st.floats())
def test_S12_T12_any_text_and_number_is_kept(
    text: str, query: str, tokens: int, seconds: float
) -> None:
    cache = DemonstrationCache()
    cache.set("k", [text + "."], query=query, tokens=tokens, seconds=seconds, draft=text)
    expected = "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)
    assert cache.get("k") == [expected + "."]
    entry = cache.entry("k")
    assert entry is not None and entry.draft == expected
    assert entry.tokens == max(0, min(tokens, 2**53)) and 0 <= entry.seconds <= 1e12


def test_many_threads_share_one_cache(cache: DemonstrationCache) -> None:
    key = keep(cache)
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for n in range(20):
                assert cache.get(key) == ["first", "second", "third"]
                cache.set(f"{number}-{n}", ["x"])
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert (len(cache), cache.stats().hits) == (81, 80)


def test_a_closed_cache_says_so(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    cache = DemonstrationCache(path=path)
    cache.close()
    cache.close()
    path.unlink()
    for call in (
        lambda: cache.get("k"),
        lambda: cache.set("k", ["x"]),
        lambda: cache.size,
        cache.clear,
    ):
        with pytest.raises(StoreError, match="closed"):
            call()
    assert not path.exists()


def test_importing_the_cache_loads_no_sqlite() -> None:
    code = (
        "import sys, sutra_tui.store.cache as c; assert 'sqlite3' not in sys.modules;"
        "c.DemonstrationCache.make_key('q'); assert 'sqlite3' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_default_size_is_64_mb() -> None:
    assert DemonstrationCache().stats().max_bytes == cache_store.MAX_BYTES == 64_000_000
