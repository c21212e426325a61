"""How long the cache inspector takes with 100,000 entries, as somebody at the keys would see it.

Run `python -m tests.tui.bench_inspector`. Every time is until the row under the cursor is painted;
a filter's begins with the rest that typing gets before it is looked for. `stall` is the longest
that a key would have waited for an answer meanwhile, in processor time of the thread that draws.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from textual.strip import Strip

from sutra_tui.store import cache_records
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.cache_entry import CachedDemonstration, CacheEntry
from sutra_tui.tui.cache_columns import COLUMNS
from sutra_tui.tui.paging import PAGE
from sutra_tui.tui.screens.cache_inspector import CacheInspector
from sutra_tui.tui.widgets.cache_table import CacheRows
from sutra_tui.tui.widgets.search_line import SearchLine

from .inspector_support import QUERY, InspectorApp, Shelf, at_rest, inspector, parts

ENTRIES = 100_000
BATCH = 5_000
BEAT_S = 0.002
REST_S = 0.3
"""Pause between steps, as long as somebody looks at what they see."""
SEARCHES = ("q77", "q99999", "kada", "kada teno", "ba", "b", "")


def vocabulary(size: int = 20_000) -> list[str]:
    """Made-up words, the early ones common, as in a language."""
    letters = random.Random(7)
    ends = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
    return ["".join(letters.choices(ends, k=letters.randint(1, 4))) for _ in range(size)]


def _entry(number: int, words: list[str], weights: list[float], now: float) -> CacheEntry:
    chance = random.Random(number)
    texts = [" ".join(chance.choices(words, cum_weights=weights, k=40)) for _ in range(3)]
    query = " ".join(chance.choices(words, cum_weights=weights, k=8)) + f" q{number}"
    key = parts(query)
    return CacheEntry(
        id=0,
        key=key.key,
        query=query,
        model_a=key.model_a,
        digest=key.digest,
        template_hash=key.template_hash,
        options=key.options,
        demonstrations=tuple(CachedDemonstration(0, text) for text in texts),
        draft=texts[0],
        created_at=now - number,
        expires_at=now + number,
        hits=number % 7,
        tokens=200,
        seconds=chance.random() * 60,
    )


def build(path: Path, entries: int, now: float) -> None:
    """Write a cache file."""
    words = vocabulary()
    weights, total = [], 0.0
    for place in range(len(words)):
        total += 1 / (place + 10)
        weights.append(total)
    with DemonstrationCache(None, path, max_bytes=2**40) as cache:
        for start in range(0, entries, BATCH):
            numbers = range(start, min(entries, start + BATCH))
            made = [_entry(n, words, weights, now) for n in numbers]

            def work(connection: Any, made: list[CacheEntry] = made) -> None:
                for entry in made:
                    cache_records.put(connection, entry)

            cache._change(work)


class Heartbeat:
    """Notices how long the event loop was held up by work of its own."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        """Measure processor time, since on a busy machine others take their share of the clock."""
        last = time.thread_time()
        while True:
            await asyncio.sleep(BEAT_S)
            now = time.thread_time()
            self.longest = max(self.longest, now - last)
            last = now


class Stopwatch:
    """Prints how long steps take.

    Args:
        app: The app they happen in.
        heart: Beats in its loop.
    """

    def __init__(self, app: InspectorApp, heart: Heartbeat) -> None:
        self._app = app
        self._heart = heart
        self._painted: tuple[object, ...] = ()
        paint = CacheRows.render_line
        watch = self

        def noted(rows: CacheRows, y: int) -> Strip:
            view = rows.view
            if rows.scroll_offset.y + y == view.cursor and view.current and view.is_answered:
                watch._painted = (rows.screen, view.edition, view.cursor)
            return paint(rows, y)

        CacheRows.render_line = noted  # type: ignore[method-assign]

    async def step(
        self,
        name: str,
        action: Callable[[], object],
        times: int = 1,
        undo: Callable[[], object] = lambda: None,
    ) -> None:
        """Do something and wait until its rows are painted, so many times."""
        spent = []
        self._heart.longest = 0.0
        for _ in range(times):
            before, began = self._now, time.perf_counter()
            action()
            while self._now == before or not self._is_painted:  # noqa: ASYNC110
                await asyncio.sleep(BEAT_S)
            spent.append((time.perf_counter() - began) * 1000)
            undo()
            await asyncio.sleep(REST_S)
        stall = self._heart.longest * 1000
        print(f"{name:<28}{median(spent):9.0f} ms {max(spent):9.0f} ms {stall:9.0f} ms", flush=True)

    def press(self, key: str) -> Callable[[], object]:
        """Press a key."""
        return lambda: self._app.simulate_key(key)

    @property
    def _now(self) -> tuple[object, ...]:
        screen = self._app.screen
        if not isinstance(screen, CacheInspector):
            return (screen,)
        return (screen, screen.view.edition, screen.view.cursor)

    @property
    def _is_painted(self) -> bool:
        screen = self._app.screen
        if not isinstance(screen, CacheInspector):
            return False
        return self._painted == self._now or screen.view.is_empty


async def measure(path: Path, entries: int, now: float) -> None:
    """Use the inspector and print how long everything took."""
    shelf = Shelf(path, options={"max_bytes": 2**40})
    shelf.clock.now = now
    app: InspectorApp = shelf.app(QUERY)
    heart = Heartbeat()
    beating = asyncio.create_task(heart.beat())
    async with app.run_test(size=(120, 40)) as pilot:
        watch = Stopwatch(app, heart)
        await at_rest(pilot)
        assert inspector(pilot).view.total == entries
        print(f"\n{f'{entries:,} entries':<28}{'median':>12}{'longest':>12}{'stall':>13}")
        await watch.step("open", lambda: app.push_screen(shelf.screen()), 5, app.pop_screen)
        if entries > PAGE:
            await watch.step("page down", watch.press("pagedown"), 50)
            await watch.step("to the end", watch.press("end"))
            await watch.step("to the beginning", watch.press("home"))
        for place, column in enumerate(COLUMNS):
            if column.sortable:
                await watch.step(f"sort by {column.name}", watch.press(str(place + 1)))
        app.simulate_key("4")
        app.simulate_key("slash")
        await pilot.pause()
        for words in SEARCHES:
            field = app.screen.query_one(SearchLine).input
            await watch.step(f"filter “{words}”", partial(setattr, field, "value", words))
            await app.workers.wait_for_complete()
            print(f"    {inspector(pilot).view.total:,} entries")
    beating.cancel()
    shelf.cache.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=ENTRIES)
    parser.add_argument("--file", type=Path, help="built there if missing, and kept")
    options = parser.parse_args()
    now = 1_700_000_000.0
    with tempfile.TemporaryDirectory() as directory:
        for entries in (10, options.entries):
            path = Path(directory, f"cache-{entries}.db")
            if options.file and entries == options.entries:
                path = options.file
            if not path.exists():
                build(path, entries, now)
            asyncio.run(measure(path, entries, now))


if __name__ == "__main__":
    main()
