"""The cache against a dict: equal after any sequence of actions, also when closed and reopened."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.cache_entry import Removed
from tests.thorough import examples

from .cache_support import Clock, timed

KEYS = st.sampled_from(["a", "b", "c", "é", "d'; --"])
TEXTS = st.lists(
    st.sampled_from(["one", "two", "Three", "vier", "a&b", "排序"]), min_size=1, max_size=4
)
TTLS = st.sampled_from([None, 0, 10, 100])


class Model:
    """One entry as a dict would keep it."""

    def __init__(self, texts: list[str], expires_at: float | None) -> None:
        self.texts = texts
        self.own = [False] * len(texts)
        self.expires_at = expires_at
        self.pinned = False

    def copy(self) -> Model:
        twin = Model(list(self.texts), self.expires_at)
        twin.own, twin.pinned = list(self.own), self.pinned
        return twin


class CacheMachine(RuleBasedStateMachine):
    """Every action on the cache and on a dict."""

    on_file = True
    removed = Bundle("removed")

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.model: dict[str, Model] = {}
        self.banned: set[str] = set()
        self.hits = self.misses = 0
        self.opening = 0
        self.cache: DemonstrationCache | None = None

    @initialize()
    def start(self) -> None:
        path = self.directory / "c.db" if self.on_file else None
        self.cache = timed(self.clock, path, default_ttl=50)
        self.opening += 1

    @property
    def real(self) -> DemonstrationCache:
        assert self.cache is not None
        return self.cache

    def served(self, key: str) -> list[str] | None:
        entry = self.model.get(key)
        if entry is None:
            return None
        mortal = not entry.pinned and entry.expires_at is not None
        if mortal and self.clock.wall() >= (entry.expires_at or 0):
            return None
        return [t for t in entry.texts if t.lower() not in self.banned] or None

    @rule(key=KEYS, texts=TEXTS, ttl=TTLS)
    def set(self, key: str, texts: list[str], ttl: int | None) -> None:
        self.real.set(key, texts, ttl, count=0)
        old = self.model.get(key)
        if old is not None and old.pinned:
            return
        seconds = 50 if ttl is None else ttl
        new = Model(texts, self.clock.wall() + seconds if seconds else None)
        if old is not None and any(old.own):
            kept = [t for t, own in zip(old.texts, old.own, strict=True) if own]
            known = {t.lower() for t in kept}
            fresh = [t for t in texts if t.lower() not in known]
            room = len(texts) - sum(t.lower() not in self.banned for t in kept)
            fresh = fresh[: max(0, room)]
            new.texts = kept + fresh
            new.own = [True] * len(kept) + [False] * len(fresh)
        self.model[key] = new

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        expected = self.served(key)
        assert self.real.get(key) == expected
        self.hits += expected is not None
        self.misses += expected is None

    @rule(key=KEYS, own=st.booleans())
    def pin(self, key: str, own: bool) -> None:
        if key in self.model:
            self.real.pin(key, own)
            self.model[key].pinned = own

    @rule(key=KEYS, number=st.integers(0, 5), text=st.sampled_from(["mine", "two"]))
    def edit(self, key: str, number: int, text: str) -> None:
        entry = self.real.entry(key)
        if entry is not None and number < len(entry.demonstrations):
            self.real.edit(key, entry.demonstrations[number].id, text)
            self.model[key].texts[number] = text
            self.model[key].own[number] = True

    @rule(key=KEYS)
    def turn_around(self, key: str) -> None:
        entry = self.real.entry(key)
        if entry is not None:
            self.real.reorder(key, [d.id for d in entry.demonstrations][::-1])
            self.model[key].texts.reverse()
            self.model[key].own.reverse()

    @rule(text=st.sampled_from(["one", "THREE", "two"]), banned=st.booleans())
    def ban(self, text: str, banned: bool) -> None:
        self.real.ban(text, banned)
        (self.banned.add if banned else self.banned.discard)(text.lower())

    @rule(target=removed, key=KEYS)
    def delete(self, key: str) -> Any:
        entry = self.real.delete(key)
        gone = self.model.pop(key, None)
        assert (entry is None) == (gone is None)
        return entry, gone, self.opening

    @rule(target=removed)
    def clear(self) -> Any:
        batch = self.real.clear()
        assert batch.entries == len(self.model)
        gone, self.model = self.model, {}
        return batch, gone, self.opening

    @rule(what=removed)
    def restore(self, what: Any) -> None:
        handle, gone, opening = what
        if isinstance(handle, Removed):
            if opening != self.opening or not gone:
                return
            back = {key: model for key, model in gone.items() if key not in self.model}
            assert self.real.restore(handle) == len(back)
            self.model.update({key: model.copy() for key, model in back.items()})
            gone.clear()
        elif handle is not None:
            self.real.restore(handle)
            self.model[handle.key] = gone.copy()

    @rule(seconds=st.sampled_from([1, 30, 60, 200]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def reopen(self) -> None:
        if self.on_file:
            self.real.close()
            self.start()

    @rule()
    def save_and_load(self) -> None:
        path = self.directory / "x.json"
        assert self.real.save(path) == len(self.model)
        other = timed(self.clock)
        other.load(path)
        assert {k for k in self.model if other.peek(k)} == {k for k in self.model if self.served(k)}

    @invariant()
    def same(self) -> None:
        if self.cache is None:
            return
        assert len(self.real) == self.real.count() == len(self.model)
        for key in ("a", "b", "c", "é", "d'; --"):
            entry = self.real.peek(key)
            assert (None if entry is None else list(entry.texts)) == self.served(key)
        assert {e.key for e in self.real.entries()} == set(self.model)
        for word in ("two", "mine"):
            expected = sum(word in model.texts for model in self.model.values())
            assert self.real.count(word) == expected
        stats = self.real.stats()
        assert (stats.hits, stats.misses) == (self.hits, self.misses)
        assert self.real.warnings == []

    def teardown(self) -> None:
        if self.cache is not None:
            self.cache.close()
        shutil.rmtree(self.directory)


class MemoryMachine(CacheMachine):
    """The same in memory."""

    on_file = False


Test_S15_on_file = CacheMachine.TestCase
Test_S15_on_file.settings = settings(
    max_examples=examples(25), stateful_step_count=25, deadline=None
)
Test_S15_in_memory = MemoryMachine.TestCase
Test_S15_in_memory.settings = settings(
    max_examples=examples(60), stateful_step_count=30, deadline=None
)
