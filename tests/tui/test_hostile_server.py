"""A server that lists too much, too long or the same: the app stays alive and says what it can."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.model_picker import MOST_LISTED, ModelPicker
from sutra_tui.tui.widgets.query_box import QueryBox

from .workshop import A, B, Workshop, ask_and_wait, connected, until


@asynccontextmanager
async def pilot_of(workshop: Workshop) -> AsyncIterator[Pilot[None]]:
    async with workshop.app().run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        yield pilot


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "params"),
    [("million_models", {}), ("megabyte_names", {}), ("million_models", {"count": 50_000})],
    ids=["a million", "names of a megabyte", "8 MB of models"],
)
async def test_Z8_a_flood_is_refused_and_the_app_goes_on(
    workshop: Workshop, fault: str, params: dict[str, Any]
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        workshop.server.fault(fault, path="/api/tags", **params)
        await pilot.press("f9")
        await until(pilot, lambda: screen.bench.server.error)
        assert screen.bench.server.error is not None
        assert screen.bench.server.error.kind == "too_large"
        workshop.server.clear_faults()
        await pilot.press("r")
        await until(pilot, lambda: screen.bench.ready)
        assert (await ask_and_wait(pilot)).bench.run.error is None


@pytest.mark.slow
async def test_Z8_of_ten_thousand_models_some_are_listed_and_all_can_be_found(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        workshop.server.fault("million_models", count=20_000)
        await pilot.press("f9", *"still here")
        assert screen.query_one(QueryBox).text == "still here"
        await until(pilot, lambda: len(screen.bench.models) == 10_000)
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelPicker))
        options = pilot.app.screen.query_one(OptionList)
        await until(pilot, lambda: options.option_count == MOST_LISTED + 1)
        told = str(options.get_option_at_index(MOST_LISTED).prompt)
        assert told == "… and 9,700 more; type a part of the name"
        await pilot.press(*"m9876")
        await until(pilot, lambda: options.option_count == 1)
        assert pilot.app.screen.query_one(Input).value == "m9876"
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.model_a == "m9876:latest")


async def test_X16_one_name_listed_three_times_is_one_model(workshop: Workshop) -> None:
    workshop.server.fault("same_names")
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        assert [model.name for model in screen.bench.models] == [A]
        for key in ("f2", "f3"):
            await pilot.press(key)
            await until(pilot, lambda: isinstance(pilot.app.screen, ModelPicker))
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert (screen.bench.model_a, screen.bench.model_b) == (A, A)


async def test_N8_a_remembered_model_that_is_gone_is_replaced(workshop: Workshop) -> None:
    app = workshop.app(remembered=Remembered().with_pair("localhost:11434", "gone:1b", B))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await connected(pilot)
        assert screen.bench.model_a and screen.bench.model_a != "gone:1b"
        assert (await ask_and_wait(pilot)).bench.run.error is None
