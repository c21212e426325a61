"""Every screen through a storm of sizes: nothing breaks, and it looks afterwards as before."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen

from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.prompts import Confirm, LinePrompt
from sutra_tui.tui.widgets.query_box import QueryBox
from tests.doctor.support import circumstances

from .workshop import A, B, Workshop, ask_and_wait, connected, main_screen, still, until

STORM = ((1, 1), (20, 5), (60, 20), (80, 24), (120, 40), (400, 120), (2, 100), (300, 1), (59, 14))
HOME = (80, 24)
Opening = Callable[[Pilot[None]], Awaitable[object]]


def by_key(*keys: str) -> Opening:
    async def press(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)

    return press


def typed(text: str) -> Opening:
    async def run(pilot: Pilot[None]) -> None:
        main_screen(pilot).query_one(QueryBox).put(text)
        await pilot.press("enter")

    return run


def pushed(screen: Callable[[], Screen[object]]) -> Opening:
    async def push(pilot: Pilot[None]) -> None:
        await pilot.app.push_screen(screen())

    return push


SCREENS: dict[str, Opening] = {
    "help": by_key("f1"),
    "Model A": by_key("f2"),
    "models": by_key("ctrl+o"),
    "model details": by_key("ctrl+o", "enter"),
    "plan": by_key("ctrl+g"),
    "cache": by_key("f7"),
    "history": by_key("ctrl+l"),
    "settings": by_key("f10"),
    "doctor": typed("/doctor"),
    "host": typed("/host"),
    "pull": typed("/pull"),
    "palette": by_key("ctrl+p"),
    "confirm": pushed(lambda: Confirm("Replace 世界.md?", "What is in it now is lost.", "Yes")),
    "line": pushed(lambda: LinePrompt("A name", "世界 " * 40, "Up to 80 characters.")),
}


MOVED = ("settings", "doctor")
"""Their list stays scrolled to where the smallest size needed it."""


def picture(pilot: Pilot[None]) -> str:
    """What is on the screen, without what is of one picture only."""
    return re.sub(r"terminal-\d+", "terminal", pilot.app.export_screenshot())


async def storm(pilot: Pilot[None]) -> None:
    for size in (*STORM, HOME):
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert pilot.app.is_running


@pytest.mark.slow
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_survives_a_storm_of_sizes(
    workshop: Workshop, tmp_path: Path, name: str
) -> None:
    later = time.time() + 1000  # ages stand still
    app: SutraApp = workshop.app(
        model_a=A,
        model_b=B,
        circumstances=lambda engine: circumstances(engine, tmp_path),
        wall_clock=lambda: later,
    )
    async with app.run_test(size=HOME, notifications=True) as pilot:
        await ask_and_wait(pilot)
        await SCREENS[name](pilot)
        await until(pilot, lambda: not isinstance(app.screen, MainScreen))
        await still(pilot)
        before, focused = picture(pilot), app.focused
        await storm(pilot)
        await still(pilot)
        assert app.focused is focused and not isinstance(app.screen, MainScreen)
        assert name in MOVED or picture(pilot) == before


@pytest.mark.slow
@pytest.mark.parametrize("state", ["idle", "done", "no server", "slash palette"])
async def test_the_main_screen_survives_a_storm_of_sizes(workshop: Workshop, state: str) -> None:
    if state == "no server":
        workshop.server.stop()
    app = workshop.app(model_a=A, model_b=B)
    async with app.run_test(size=HOME, notifications=True) as pilot:
        screen = await connected(pilot)
        if state == "done":
            await ask_and_wait(pilot)
        if state == "slash palette":
            screen.query_one(QueryBox).put("/mo")
        await still(pilot)
        before = picture(pilot)
        await storm(pilot)
        await still(pilot)
        assert picture(pilot) == before
