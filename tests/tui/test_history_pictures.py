"""One picture per state of the history. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.tui.screens.compare import CompareScreen, PartView
from tests.store.history_support import HOSTILE, made

from .history_support import NOW, Archive, at_rest, filled, screen_of
from .inspector_support import until

WIDE, MEDIUM, NARROW = (120, 40), (80, 24), (60, 20)
Step = Callable[[Pilot[None]], Awaitable[object]]


@pytest.fixture(autouse=True)
def one_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sutra_tui.tui.history_words.moment", lambda at: "2023-11-16 02:00")
    monkeypatch.setattr("sutra_tui.tui.comparison.moment", lambda at: "2023-11-16 02:00")


@pytest.fixture
def archive() -> Archive:
    archive = Archive()
    filled(archive.history)
    return archive


@pytest.fixture
def picture(snap_compare: Any) -> Callable[..., None]:
    """Takes a picture after a step and compares it."""

    def take(archive: Archive, step: Step, size: tuple[int, int] = WIDE, **changes: Any) -> None:
        async def before(pilot: Pilot[None]) -> None:
            await at_rest(pilot)
            await step(pilot)
            await at_rest(pilot)
            for field in screen_of(pilot).query(Input):
                field.cursor_blink = False

        assert snap_compare(archive.app(**changes), terminal_size=size, run_before=before)

    return take


async def nothing(pilot: Pilot[None]) -> None:
    await pilot.pause()


async def on_second(pilot: Pilot[None]) -> None:
    await pilot.press("down")


async def filtered(pilot: Pilot[None]) -> None:
    screen = screen_of(pilot)
    await pilot.press("slash")
    screen.query_one(Input).cursor_blink = False
    await pilot.press(*"merge")
    await until(pilot, lambda: screen.view.total == 2 and screen.view.is_answered)


async def no_match(pilot: Pilot[None]) -> None:
    await pilot.press("S", "F")
    await until(pilot, lambda: screen_of(pilot).view.is_empty)


async def comparing(pilot: Pilot[None]) -> None:
    await pilot.press("down", "c", *["down"] * 5)
    await at_rest(pilot)
    await pilot.press("c")
    await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
    await until(pilot, lambda: len(pilot.app.screen.query(PartView)) >= 5)


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
def test_empty(picture: Any, size: tuple[int, int]) -> None:
    picture(Archive(), nothing, size)


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
def test_filled(picture: Any, archive: Archive, size: tuple[int, int]) -> None:
    picture(archive, on_second, size)


@pytest.mark.parametrize("pane", ["texts", "facts"])
def test_the_other_panes_where_there_is_room_for_one(
    picture: Any, archive: Archive, pane: str
) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await pilot.press("down")
        await at_rest(pilot)
        screen_of(pilot).panes.reveal(pane)

    picture(archive, step, NARROW)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_filtered(picture: Any, archive: Archive, size: tuple[int, int]) -> None:
    picture(archive, filtered, size)


def test_nothing_fits(picture: Any, archive: Archive) -> None:
    picture(archive, no_match)


def test_a_failed_run_in_the_light_theme(picture: Any, archive: Archive) -> None:
    async def step(pilot: Pilot[None]) -> None:
        pilot.app.theme = "sutra-light"
        await pilot.press("down", "down")

    picture(archive, step)


def test_the_demo_has_a_history_of_its_own(picture: Any) -> None:
    archive = Archive()
    archive.history.save(made(engine="demo", started_at=NOW - 60))
    picture(archive, nothing, MEDIUM, is_demo=True)


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
def test_comparing(picture: Any, archive: Archive, size: tuple[int, int]) -> None:
    picture(archive, comparing, size)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_hostile_text(picture: Any, size: tuple[int, int]) -> None:
    archive = Archive()
    run = made(
        "evil",
        HOSTILE,
        answer=HOSTILE + "x" * 2**19,
        draft=HOSTILE,
        demonstrations=(HOSTILE, "[bold]no markup[/]"),
        model_a=HOSTILE,
        title=HOSTILE,
        started_at=NOW - 5,
        error={"message": HOSTILE},
    )
    stages = tuple(replace(s, model=HOSTILE, problems=(HOSTILE,)) for s in run.result.stages)
    archive.history.save(replace(run, result=replace(run.result, stages=stages)))
    picture(archive, nothing, size)
