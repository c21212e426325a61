"""What the cache's tests share: clocks that obey, and a short way to an entry."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.store.cache_entry import CacheEntry

START = 1_700_000_000.0


class Clock:
    """A wall clock and a monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.wall_now = START
        self.monotonic_now = 50.0

    def wall(self) -> float:
        return self.wall_now

    def monotonic(self) -> float:
        return self.monotonic_now

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self.wall_now += seconds
        self.monotonic_now += seconds

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.wall_now += seconds


def timed(clock: Clock, path: Any = None, **options: Any) -> DemonstrationCache:
    return DemonstrationCache(path=path, clock=clock.wall, monotonic=clock.monotonic, **options)


PARTS = KeyParts("Write a merge sort", "small:3b", "abc", "t1", 3, "answer-first", {"seed": 1})


def keep(cache: DemonstrationCache, *demos: str, parts: KeyParts = PARTS, **more: Any) -> str:
    """Keep demonstrations under the key of `parts` and return it."""
    cache.set(
        parts.key,
        list(demos) or ["first", "second", "third"],
        query=parts.query,
        model_a=parts.model_a,
        digest=parts.digest,
        template_hash=parts.template_hash,
        count=parts.count,
        order=parts.order,
        options=parts.options,
        **more,
    )
    return parts.key


def ids(entry: CacheEntry | None) -> list[int]:
    assert entry is not None
    return [d.id for d in entry.demonstrations]


def fill(path: Path, entries: int = 60) -> list[str]:
    memory = DemonstrationCache()
    keys = [keep(memory, "x" * 500, "y" * 500, parts=KeyParts(f"q{n}")) for n in range(entries)]
    saved = path.with_name("filling.json")
    memory.save(saved)
    with DemonstrationCache(path=path) as cache:
        cache.load(saved)
    saved.unlink()
    return keys


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def aside(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}.corrupt-*"))
