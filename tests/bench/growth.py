"""Whether the app grows: resident memory and widgets over many runs of the embedded demo."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from pathlib import Path

import psutil

from sutra_tui.core.engine import Engine
from sutra_tui.engines.demo import demo_engine
from sutra_tui.engines.demo_library import queries
from sutra_tui.settings import Settings
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.screens.main import MainScreen


def bench_growth(runs: int = 200) -> list[str]:
    """RSS and widget count after 20 runs and after all of them."""
    return asyncio.run(_runs(runs))


async def _runs(runs: int) -> list[str]:
    def engine(host: str | None = None, demo: bool = True) -> Engine:
        return demo_engine("instant")

    process = psutil.Process(os.getpid())
    lines = [f"{'after runs':>12}{'RSS MB':>10}{'widgets':>10}"]
    asked = [query.text for query in queries()]
    with tempfile.TemporaryDirectory() as folder:
        app = SutraApp(
            engine=engine(),
            open_cache=lambda demo: DemonstrationCache(),
            settings=Settings(),
            remembered=Remembered(),
            reconnect=engine,
            state_file=Path(folder) / "state.json",
        )
        first = last = 0.0
        async with app.run_test(size=(120, 40)) as pilot:
            while not (isinstance(app.screen, MainScreen) and app.screen.bench.ready):
                await pilot.pause(0.01)
            screen = app.screen
            for number in range(1, runs + 1):
                screen.start(asked[number % len(asked)], fresh=True)
                while screen.bench.run.running:
                    await pilot.pause(0.005)
                if number in (20, runs // 2, runs):
                    gc.collect()
                    last = process.memory_info().rss / 1e6
                    first = first or last
                    lines.append(f"{number:12}{last:10.1f}{len(screen.query('*')):10}")
    lines.append(f"growth {last - first:+.1f} MB; budget: within 20 MB of the first line")
    return lines
