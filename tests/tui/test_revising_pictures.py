"""One picture per state of editing and running again. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from sutra_tui.tui.screens.compare import CompareScreen, PartView
from sutra_tui.tui.screens.text_dialog import TextDialog
from sutra_tui.tui.widgets.demonstration_cards import Cards
from sutra_tui.tui.widgets.demonstration_editor import DemonstrationEditor
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import QueryBox
from tests.ollama_server import Reply

from .workshop import (
    ANSWER,
    STEADY_FIGURES,
    A,
    B,
    Workshop,
    ask_and_wait,
    connected,
    main_screen,
    still,
    until,
)

WIDE, MEDIUM, NARROW = (120, 40), (80, 24), (60, 20)
Step = Callable[[Pilot[None]], Awaitable[object]]
EDITED = "Task: add the items of a list.\n\nSolution: `sum(items)` adds them all."


@pytest.fixture(autouse=True)
def one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sutra_tui.tui.comparison.moment", lambda at: "2023-11-16 02:00")


@pytest.fixture
def picture(workshop: Workshop, snap_compare: Any) -> Callable[..., None]:
    """Takes a picture of the app after a step and compares it."""

    def take(step: Step, size: tuple[int, int] = WIDE) -> None:
        async def before(pilot: Pilot[None]) -> None:
            await connected(pilot)
            await ask_and_wait(pilot)
            screen = main_screen(pilot)
            await until(pilot, lambda: {m.name for m in screen.bench.loaded} == {B})
            await step(pilot)
            await still(pilot)

        app = workshop.app(model_a=A, model_b=B)
        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


async def on_second(pilot: Pilot[None]) -> None:
    """Select the second demonstration."""
    screen = main_screen(pilot)
    screen.query_one(Panes).reveal("demonstrations")
    cards = screen.query_one(Cards)
    await until(pilot, lambda: cards.has_focus)
    while cards.selected != 1:
        await pilot.press("up" if cards.selected > 1 else "down")


async def editing(pilot: Pilot[None]) -> None:
    await on_second(pilot)
    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))


async def edited(pilot: Pilot[None]) -> None:
    await editing(pilot)
    pilot.app.screen.query_one(DemonstrationEditor).text = EDITED
    await pilot.press("ctrl+s")
    await until(pilot, lambda: pilot.app.screen is main_screen(pilot))


async def everything_stale(pilot: Pilot[None]) -> None:
    await edited(pilot)
    main_screen(pilot).query_one(QueryBox).focus()
    await pilot.press("f6")


async def renewed(pilot: Pilot[None]) -> None:
    await edited(pilot)
    screen = main_screen(pilot)
    before = screen.bench.run.run_id
    await pilot.press("ctrl+r")
    await until(pilot, lambda: screen.bench.run.run_id != before)
    await until(pilot, lambda: not screen.bench.run.running)


async def left_out(pilot: Pilot[None]) -> None:
    await on_second(pilot)
    await pilot.press("x")
    await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
    await until(pilot, lambda: len(pilot.app.screen.query(PartView)) == 6)


async def prompting(pilot: Pilot[None]) -> None:
    main_screen(pilot).action_edit("a")
    await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW], ids=str)
def test_the_last_stage_is_stale(picture: Any, size: tuple[int, int]) -> None:
    picture(edited, size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
def test_everything_is_stale(picture: Any, size: tuple[int, int]) -> None:
    picture(everything_stale, size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
def test_only_model_b_ran(picture: Any, size: tuple[int, int]) -> None:
    picture(renewed, size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
def test_editing_a_demonstration(picture: Any, size: tuple[int, int]) -> None:
    picture(editing, size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
def test_editing_a_prompt(picture: Any, size: tuple[int, int]) -> None:
    picture(prompting, size)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
def test_what_one_demonstration_changes(
    picture: Any, workshop: Workshop, size: tuple[int, int]
) -> None:
    other = ANSWER.replace("adds all items", "takes the items one by one")
    answers = [Reply(text, metrics=STEADY_FIGURES, prompt_tokens=431) for text in (ANSWER, other)]
    workshop.server.script(B, answers)
    picture(left_out, size)
