"""One picture per state of the model manager. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.store.remembered import Remembered
from tests.ollama_server import CLOUD_STUB, NOMIC_EMBED, FakeModel

from .manager_support import at_rest, is_open, manager, names, opened, put_cursor_on
from .test_model_manager_pulls import NEW, card, only, pull, said, under_way
from .workshop import A, B, Workshop, still, until

WIDE, MEDIUM, NARROW = (120, 40), (80, 24), (60, 20)
BOTH = pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
Step = Callable[[Pilot[None]], Awaitable[object]]
PAIR = Remembered(model_a=A, model_b=B)


@pytest.fixture
def picture(workshop: Workshop, snap_compare: Any) -> Callable[..., None]:
    """Takes a picture of the manager after a step and compares it."""

    def take(step: Step, size: tuple[int, int] = WIDE, **changes: Any) -> None:
        async def before(pilot: Pilot[None]) -> None:
            await opened(pilot)
            await step(pilot)
            for screen in pilot.app.screen_stack:
                for field in screen.query(Input):
                    field.cursor_blink = False
            await still(pilot)

        app = workshop.app(**{"remembered": PAIR, **changes})
        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


async def nothing(pilot: Pilot[None]) -> None:
    await at_rest(pilot)


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW], ids=["wide", "medium", "narrow"])
def test_filled(picture: Any, workshop: Workshop, size: tuple[int, int]) -> None:
    workshop.server.add_model(CLOUD_STUB)
    workshop.server.preload(A)
    picture(nothing, size)


def test_filled_in_the_light_theme(picture: Any, workshop: Workshop) -> None:
    workshop.server.add_model(CLOUD_STUB)
    picture(nothing, remembered=replace(PAIR, theme="sutra-light"))


@BOTH
def test_filtered(picture: Any, size: tuple[int, int]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        screen = manager(pilot)
        await pilot.press("slash")
        screen.query_one(Input).cursor_blink = False
        await pilot.press(*"llama")
        await until(pilot, lambda: names(screen) == [A, B])

    picture(step, size)


def test_nothing_matches(picture: Any) -> None:
    async def step(pilot: Pilot[None]) -> None:
        screen = manager(pilot)
        await pilot.press("slash")
        screen.query_one(Input).cursor_blink = False
        await pilot.press(*"zebra")
        await until(pilot, lambda: not names(screen))

    picture(step, MEDIUM)


@BOTH
def test_empty_with_suggestions(picture: Any, workshop: Workshop, size: tuple[int, int]) -> None:
    only(workshop)
    picture(nothing, size)


def test_an_embedder_alone_is_no_help(picture: Any, workshop: Workshop) -> None:
    only(workshop, NOMIC_EMBED)
    picture(nothing)


@BOTH
def test_pulls_in_progress(picture: Any, workshop: Workshop, size: tuple[int, int]) -> None:
    first = workshop.server.hold(3, path="/api/pull")
    workshop.server.hold(4, path="/api/pull")

    async def step(pilot: Pilot[None]) -> None:
        await pull(pilot, "nobody:1b")
        await under_way(pilot, "nobody:1b", "failed")
        await pull(pilot, NEW)
        await until(pilot, lambda: first.parked)
        await under_way(pilot, NEW, "20%")
        workshop.clock.now += 20
        first.release()
        await under_way(pilot, NEW, "MB/s")

    picture(step, size)


def test_a_pull_that_was_stopped_and_one_that_is_done(picture: Any, workshop: Workshop) -> None:
    hold = workshop.server.hold(4, path="/api/pull", model=NEW)

    async def step(pilot: Pilot[None]) -> None:
        screen = manager(pilot)
        await pull(pilot, NEW)
        await until(pilot, lambda: hold.parked)
        await under_way(pilot, NEW, "40%")
        await pilot.press("x")
        await until(pilot, lambda: "stopped" in said(pilot, NEW))
        await pull(pilot, "qwen2.5:3b")
        await until(pilot, lambda: "qwen2.5:3b" in names(screen))
        await until(pilot, lambda: "pulled" in said(pilot, "qwen2.5:3b"))
        assert card(pilot, NEW)

    picture(step)


@BOTH
def test_the_pull_prompt(picture: Any, size: tuple[int, int]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await pilot.press("p")
        await pilot.pause()
        pilot.app.screen.query_one(Input).cursor_blink = False
        await pilot.press("down", "down", "down")

    picture(step, size)


@BOTH
def test_details(picture: Any, size: tuple[int, int]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await pilot.pause()
        foot = pilot.app.screen.query_one(".foot")
        await until(pilot, lambda: "scroll" in str(foot.content))  # type: ignore[attr-defined]

    picture(step, size)


def test_delete_is_asked(picture: Any) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await put_cursor_on(pilot, B)
        await pilot.press("d")
        await pilot.pause()

    picture(step, MEDIUM)


def test_no_server(picture: Any, workshop: Workshop) -> None:
    async def step(pilot: Pilot[None]) -> None:
        workshop.server.stop()
        await pilot.press("f5")
        await until(pilot, lambda: manager(pilot).view.server.status == "down")
        assert is_open(pilot)

    picture(step, MEDIUM)


@BOTH
def test_hostile_names(picture: Any, workshop: Workshop, size: tuple[int, int]) -> None:
    evil = "[/][@click=app.quit]\x1b]52;c;eA==\x07\u202e名名名"
    workshop.server.add_model(FakeModel(evil, family=evil, parameter_size=evil, quantization=evil))

    async def step(pilot: Pilot[None]) -> None:
        await put_cursor_on(pilot, evil)

    picture(step, size)
