"""Regenerate every picture in this folder from the real app on the embedded demo.

Usage: python screenshots/make.py
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from sutra_tui.core.engine import Engine
from sutra_tui.engines.demo import demo_engine
from sutra_tui.settings import Settings
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.screens.cache_inspector import CacheInspector
from sutra_tui.tui.screens.history import HistoryScreen
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.xray import XRayScreen
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.slash_palette import SlashPalette
from sutra_tui.tui.widgets.stream_view import StreamView

HERE = Path(__file__).parent
QUERY = "Explain the CAP theorem with real-world analogies"
Step = Callable[[Pilot[None]], Awaitable[None]]


def main_screen(pilot: Pilot[None]) -> MainScreen:
    return next(s for s in pilot.app.screen_stack if isinstance(s, MainScreen))


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    async def wait() -> None:
        while not condition():
            await pilot.pause(0.01)

    await asyncio.wait_for(wait(), 120)


async def ready(pilot: Pilot[None]) -> MainScreen:
    await until(pilot, lambda: any(isinstance(s, MainScreen) for s in pilot.app.screen_stack))
    screen = main_screen(pilot)
    await until(pilot, lambda: screen.bench.ready)
    screen.query_one(QueryBox).cursor_blink = False
    return screen


async def ask(pilot: Pilot[None], query: str = QUERY) -> MainScreen:
    screen = await ready(pilot)
    screen.query_one(QueryBox).put(query)
    await pilot.press("enter")
    await until(pilot, lambda: screen.bench.run.query == query)
    return screen


async def painted(pilot: Pilot[None]) -> None:
    screen = main_screen(pilot)
    await until(pilot, lambda: not any(view.is_behind for view in screen.query(StreamView)))
    await pilot.pause()


async def running(pilot: Pilot[None]) -> None:
    screen = await ask(pilot)
    await until(pilot, lambda: len(screen.query_one("#answer").text) > 350)


async def done(pilot: Pilot[None]) -> None:
    screen = await ask(pilot)
    await until(pilot, lambda: not screen.bench.run.running)
    await painted(pilot)
    for view in screen.query("StreamView, Cards"):
        view.scroll_home(animate=False, immediate=True)
    await pilot.pause()


async def cached(pilot: Pilot[None]) -> None:
    await done(pilot)
    screen = main_screen(pilot)
    first = screen.bench.run.run_id
    await pilot.press("ctrl+r")
    await until(pilot, lambda: screen.bench.run.run_id != first and not screen.bench.run.running)
    await painted(pilot)


async def picker(pilot: Pilot[None]) -> None:
    await done(pilot)
    await pilot.press("f3")
    await pilot.pause()


async def several(pilot: Pilot[None]) -> MainScreen:
    """A few runs, so that lists have something to list."""
    for query in (QUERY, "Write a Python merge sort", "Explain monads", QUERY):
        screen = await ask(pilot, query)
        await until(pilot, lambda: not main_screen(pilot).bench.run.running)
    await painted(pilot)
    return screen


async def palette(pilot: Pilot[None]) -> None:
    await done(pilot)
    await pilot.press("/", "m", "o")
    await until(pilot, lambda: main_screen(pilot).query_one(SlashPalette).is_open)
    await pilot.pause()


async def cache(pilot: Pilot[None]) -> None:
    await several(pilot)
    await pilot.press("f7")
    await until(pilot, lambda: isinstance(pilot.app.screen, CacheInspector))
    await still(pilot)


async def history(pilot: Pilot[None]) -> None:
    await several(pilot)
    await pilot.press("ctrl+l")
    await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))
    await still(pilot)


async def xray(pilot: Pilot[None]) -> None:
    await done(pilot)
    await pilot.press("f12")
    await until(pilot, lambda: isinstance(pilot.app.screen, XRayScreen))
    await pilot.press("3")
    await still(pilot)


async def still(pilot: Pilot[None]) -> None:
    """Until no worker of the screen is left, and everything is painted."""
    screen = pilot.app.screen
    await until(pilot, lambda: not any(w.node is screen for w in pilot.app.workers))
    await pilot.pause()


async def take(
    name: str,
    step: Step,
    size: tuple[int, int] = (132, 40),
    pace: str = "instant",
    theme: str = "sutra-dark",
) -> None:
    """Drive the app to a state and write its picture."""

    def reconnect(host: str | None, demo: bool) -> Engine:
        return demo_engine(pace)

    with tempfile.TemporaryDirectory() as folder:
        app = SutraApp(
            engine=demo_engine(pace),
            open_cache=lambda demo: DemonstrationCache(),
            settings=Settings(reduced_motion=True),
            remembered=Remembered(theme=theme),
            reconnect=reconnect,
            state_file=Path(folder) / "state.json",
        )
        async with app.run_test(size=size) as pilot:
            await step(pilot)
            (HERE / f"{name}.svg").write_text(app.export_screenshot(title="sutra tui --demo"))
    print(f"{name}.svg")


async def make() -> None:
    await take("running", running, pace="brisk")
    await take("done", done, pace="brisk")
    await take("cached", cached, pace="brisk")
    await take("picker", picker)
    await take("palette", palette)
    await take("cache", cache)
    await take("history", history)
    await take("xray", xray, pace="brisk")
    await take("narrow", done, (56, 26), pace="brisk")
    await take("light", done, pace="brisk", theme="sutra-light")


if __name__ == "__main__":
    asyncio.run(make())
