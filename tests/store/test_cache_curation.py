"""What a person does to entries, and that none of it is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.errors import InvalidRequest
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.store.cache_entry import CachedDemonstration, CacheEntry

from .cache_support import PARTS, Clock, ids, keep, timed


@pytest.fixture
def cache() -> DemonstrationCache:
    return DemonstrationCache()


def texts(entry: CacheEntry | None) -> list[str]:
    assert entry is not None
    return list(entry.texts)


def test_an_edit_is_served_known_as_such_and_found(cache: DemonstrationCache) -> None:
    key = keep(cache)
    second = ids(cache.entry(key))[1]
    entry = cache.edit(key, second, "rewritten\nby hand")
    assert cache.get(key) == ["first", "rewritten\nby hand", "third"]
    assert entry.edited and [d.edited for d in entry.demonstrations] == [False, True, False]
    assert ids(entry) == ids(cache.entry(key)) and entry.demonstrations[1].id == second
    assert (cache.count("rewritten"), cache.count("second")) == (1, 0)
    assert entry.expires_at is not None, "an edit does not prolong what a model wrote"


def test_demonstrations_can_be_reordered_dropped_and_added(cache: DemonstrationCache) -> None:
    key = keep(cache)
    a, b, c = ids(cache.entry(key))
    assert texts(cache.reorder(key, [c, a])) == ["third", "first", "second"]
    assert texts(cache.drop(key, a)) == ["third", "second"]
    entry = cache.add(key, "made by hand")
    assert texts(entry) == ["third", "second", "made by hand"]
    assert [d.source for d in entry.demonstrations] == ["model", "model", "hand"]
    assert ids(entry)[:2] == [c, b] and ids(entry)[2] not in (a, b, c)
    assert cache.get(key) == ["third", "second", "made by hand"]


def test_a_final_answer_becomes_an_entry_that_stays() -> None:
    clock = Clock()
    cache = timed(clock)
    entry = cache.add(PARTS.key, "Model B's answer", source="hand", parts=PARTS)
    assert (entry.query, entry.model_a, entry.source) == (PARTS.query, PARTS.model_a, "hand")
    assert entry.parts.key == PARTS.key and entry.expires_at is None
    clock.advance(1e8)
    assert cache.get(PARTS.key) == ["Model B's answer"]
    assert texts(cache.add(PARTS.key, "another", parts=PARTS)) == ["Model B's answer", "another"]


def test_an_entry_emptied_by_hand_is_a_miss_and_still_there(cache: DemonstrationCache) -> None:
    key = keep(cache, "only")
    cache.drop(key, ids(cache.entry(key))[0])
    assert cache.get(key) is None and cache.entries()[0].demonstrations == ()


@pytest.mark.parametrize("flag", ["pin", "edit", "add"])
def test_a_fresh_run_keeps_what_the_user_made(cache: DemonstrationCache, flag: str) -> None:
    key = keep(cache, "one", "two", "three")
    second = ids(cache.entry(key))[1]
    own = "two"
    if flag == "pin":
        cache.pin(key, demonstration=second)
    elif flag == "edit":
        cache.edit(key, second, own := "my own two")
    else:
        cache.add(key, own := "added")
    cache.get(key)
    keep(cache, "four", "five", "six", draft="new")
    assert cache.get(key) == [own, "four", "five"]
    entry = cache.entry(key)
    assert entry is not None and (entry.draft, entry.hits) == ("new", 2)
    keep(cache, own.upper(), "seven", "eight")
    assert cache.get(key) == [own, "seven", "eight"], "a twin is not kept twice"


def test_a_banned_pin_does_not_take_a_place(cache: DemonstrationCache) -> None:
    key = keep(cache, "one", "two", "three")
    cache.pin(key, demonstration=ids(cache.entry(key))[0])
    cache.ban("one")
    keep(cache, "four", "five", "six")
    assert cache.get(key) == ["four", "five", "six"]


def test_an_unpinned_demonstration_goes_with_the_next_run(cache: DemonstrationCache) -> None:
    key = keep(cache, "one")
    first = ids(cache.entry(key))[0]
    cache.pin(key, demonstration=first)
    cache.pin(key, False, demonstration=first)
    keep(cache, "two")
    assert cache.get(key) == ["two"]


def test_a_pinned_entry_is_not_replaced_by_a_fresh_run(cache: DemonstrationCache) -> None:
    key = keep(cache, "one", draft="old")
    cache.pin(key)
    keep(cache, "two", draft="new")
    entry = cache.entry(key)
    assert entry is not None and (texts(entry), entry.draft) == (["one"], "old")


def test_what_is_not_there_cannot_be_changed(cache: DemonstrationCache) -> None:
    key = keep(cache)
    first = ids(cache.entry(key))[0]
    wrong: list[Any] = [
        lambda: cache.pin("absent"),
        lambda: cache.pin(key, demonstration=999),
        lambda: cache.edit(key, 999, "x"),
        lambda: cache.edit(key, first, "  \n"),
        lambda: cache.add(key, ""),
        lambda: cache.add("absent", "x"),
        lambda: cache.drop(key, 999),
        lambda: cache.reorder(key, [first, first]),
        lambda: cache.reorder(key, [999]),
        lambda: cache.adopt(key, PARTS),
        lambda: cache.adopt("absent", PARTS),
        lambda: cache.adopt("absent", KeyParts("q")),
        lambda: cache.adopt("absent", KeyParts(" ", "small:3b")),
    ]
    before = cache.entry(key)
    for call in wrong:
        with pytest.raises(InvalidRequest):
            call()
    assert cache.entry(key) == before and len(cache) == 1


def test_text_being_typed_survives_a_crash_and_is_not_served(tmp_path: Path) -> None:
    clock, path = Clock(), tmp_path / "c.db"
    cache = timed(clock, path)
    key = keep(cache)
    first = ids(cache.entry(key))[0]
    cache.note_edit(key, first, "half a sen")
    clock.advance(1)
    cache.note_edit(key, first, "half a sentence")
    cache.note_edit(key, 0, "a new one")
    # No close: the program died here. A second connection sees what was on the disk.
    after = timed(clock, path)
    assert after.get(key) == ["first", "second", "third"]
    noted = {(e.demonstration, e.text) for e in after.unsaved_edits()}
    assert noted == {(first, "half a sentence"), (0, "a new one")}
    after.edit(key, first, "half a sentence")
    after.add(key, "a new one")
    assert after.unsaved_edits() == []


def test_noted_text_outlives_its_entry_until_it_is_forgotten(cache: DemonstrationCache) -> None:
    key = keep(cache)
    cache.note_edit(key, 1, "precious")
    cache.delete(key)
    assert [(e.key, e.text) for e in cache.unsaved_edits()] == [(key, "precious")]
    cache.forget_edit(key, 1)
    assert cache.unsaved_edits() == []


def test_an_entry_of_another_cache_can_be_put_into_this_one(cache: DemonstrationCache) -> None:
    keep(cache)
    other = DemonstrationCache()
    key = keep(other, "theirs", parts=KeyParts("another"))
    theirs = other.entry(key)
    assert theirs is not None
    cache.restore(theirs)
    assert cache.get(PARTS.key) == ["first", "second", "third"] and cache.get(key) == ["theirs"]


def test_snapshots_do_not_change_with_the_cache(cache: DemonstrationCache) -> None:
    key = keep(cache)
    entry = cache.entry(key)
    cache.add(key, "later")
    assert entry is not None and len(entry.demonstrations) == 3
    with pytest.raises(AttributeError):
        entry.hits = 5  # type: ignore[misc]
    assert CachedDemonstration(0, "x", source="hand").by_hand
