"""How quick the cache is beside one JSON file that is loaded whole.

Run `python -m tests.store.bench_cache`.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sutra_tui.store import cache_records
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.cache_entry import CachedDemonstration, CacheEntry

SIZES = (1_000, 10_000, 100_000)
LOOKUPS = 5_000
WORDS = [
    f"{a}{b}{c}" for a in ("me", "so", "ta", "ri") for b in "aeiou" for c in ("rt", "st", "ck")
]


def _entry(number: int, now: float) -> CacheEntry:
    words = random.Random(number)
    texts = [" ".join(words.choices(WORDS, k=40)) + f" n{number}" for _ in range(3)]
    query = " ".join(words.choices(WORDS, k=8)) + f" q{number}"
    return CacheEntry(
        id=0,
        key=DemonstrationCache.make_key(query, "small:3b"),
        query=query,
        model_a="small:3b",
        demonstrations=tuple(CachedDemonstration(0, text) for text in texts),
        draft=texts[0],
        created_at=now,
        expires_at=now + 86_400,
        tokens=200,
        seconds=50.0,
    )


def fill(cache: DemonstrationCache, entries: int, batch: int = 5_000) -> list[str]:
    """Write entries in large transactions and return their keys."""
    now = time.time()
    keys = []
    for start in range(0, entries, batch):
        made = [_entry(n, now) for n in range(start, min(entries, start + batch))]

        def work(connection: Any, made: list[CacheEntry] = made) -> None:
            for entry in made:
                cache_records.put(connection, entry)

        cache._change(work)
        keys += [entry.key for entry in made]
    return keys


def _timed(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    action()
    return (clock() - start) * 1000


def bench_cache(entries: int) -> dict[str, float]:
    """Times in milliseconds and sizes in bytes, with `entries` in the cache.

    `original_*` is the way of the system this one succeeds: one JSON file, a dict, no Model A.
    """
    with tempfile.TemporaryDirectory() as directory:
        path, plain = Path(directory, "cache.db"), Path(directory, "cache.json")
        with DemonstrationCache(None, path, max_bytes=2**40) as cache:
            keys = fill(cache, entries)
            estimated = cache.stats().bytes
            one_set = _timed(lambda: cache.set("one more", ["a demonstration"]))
        store = {
            key: {"demonstrations": list(_texts(n)), "expires_at": None}
            for n, key in enumerate(keys)
        }
        plain.write_text(json.dumps(store, indent=2), "utf-8")
        chosen = random.Random(1).choices(keys, k=LOOKUPS)
        opened: list[DemonstrationCache] = []
        open_ms = median(
            _timed(lambda: opened.append(DemonstrationCache(None, path, max_bytes=2**40)))
            for _ in range(5)
        )
        ours = [_timed(partial(opened[0].get, key)) for key in chosen]
        ours_cpu = [_timed(partial(opened[0].get, key), time.thread_time) for key in chosen]
        listed = _timed(lambda: opened[0].entries(entries // 2, 50, "created"))
        listed_by_query = _timed(lambda: opened[0].entries(0, 50, "query"))
        counted = _timed(lambda: opened[0].count("n77"))
        suggested = _timed(lambda: opened[0].suggest(_entry(7, 0).query))
        for cache in opened:
            cache.close()
        loaded: list[dict[str, Any]] = []
        original_open = _timed(lambda: loaded.append(json.loads(plain.read_text("utf-8"))))
        original = [_timed(partial(_of_original, loaded[0], key)) for key in chosen]
        return {
            "entries": entries,
            "open_ms": open_ms,
            "get_p50_ms": median(ours),
            "get_p99_ms": quantiles(ours, n=100)[98],
            # On a busy machine the wall time of the slowest shows the scheduler, not the cache.
            "get_cpu_p99_ms": quantiles(ours_cpu, n=100)[98],
            "set_ms": one_set,
            "page_ms": listed,
            "page_by_query_ms": listed_by_query,
            "count_search_ms": counted,
            "suggest_ms": suggested,
            "file_bytes": path.stat().st_size,
            "estimated_bytes": estimated,
            "original_open_ms": original_open,
            "original_get_p50_ms": median(original),
            "original_get_p99_ms": quantiles(original, n=100)[98],
            "original_file_bytes": plain.stat().st_size,
        }


def _of_original(store: dict[str, Any], key: str) -> Any:
    return store[key]["demonstrations"]


def _texts(number: int) -> tuple[str, ...]:
    return tuple(d.text for d in _entry(number, 0).demonstrations)


def main() -> None:
    """Print one column per size."""
    columns = [bench_cache(entries) for entries in SIZES]
    for name in columns[0]:
        cells = (f"{c[name]:>14,.0f}" if c[name] >= 100 else f"{c[name]:>14.4f}" for c in columns)
        print(f"{name:<22}", *cells)


if __name__ == "__main__":
    main()
