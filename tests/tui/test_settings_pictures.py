"""One picture per state of the settings screen, and of the app on two servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.engines.routed import RoutedEngine
from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.setting_editor import SettingEditor
from tests.ollama_server import MISTRAL_7B, QWEN_4B_THINKING, OllamaServer

from .settings_support import OWN, go_to, open_settings, settings_app, type_value
from .test_two_hosts import FAR, FarEngine
from .workshop import A, B, Workshop, connected, main_screen, still, until

WIDE, MEDIUM, SMALL = (120, 40), (80, 24), (60, 20)
Step = Callable[[Pilot[None]], Awaitable[object]]
WRONG = OWN + "zoo = 1\n\n[keys]\n'model.a' = 'f3'\n"


@pytest.fixture
def picture(workshop: Workshop, snap_compare: Any) -> Callable[..., None]:
    """Takes a picture of the settings screen after a step and compares it."""

    def take(step: Step, size: tuple[int, int], text: str = OWN) -> None:
        app = settings_app(workshop, text, remembered=Remembered(model_a=A, model_b=B))
        # Where the file really is differs from machine to machine.
        app.desk.reading = replace(
            app.desk.reading, path=Path("/home/ada/.config/sutra-tui/config.toml")
        )

        async def before(pilot: Pilot[None]) -> None:
            screen = await open_settings(pilot)
            for box in (*screen.query(Input), *main_screen(pilot).query(QueryBox)):
                box.cursor_blink = False
            await step(pilot)
            await still(pilot)

        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


async def at_a_setting(pilot: Pilot[None]) -> None:
    await go_to(pilot, pilot.app.screen, "model_b.num_ctx")  # type: ignore[arg-type]


async def wrong_value_typed(pilot: Pilot[None]) -> None:
    screen: Any = pilot.app.screen
    await go_to(pilot, screen, "count")
    await type_value(pilot, screen, "12")
    await until(pilot, lambda: screen.query_one(SettingEditor).has_class("-wrong"))


async def as_opened(pilot: Pilot[None]) -> None:
    await pilot.pause()


@pytest.mark.parametrize("size", [WIDE, MEDIUM, SMALL])
def test_settings(picture: Callable[..., None], size: tuple[int, int]) -> None:
    picture(at_a_setting, size)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_a_wrong_value_typed(picture: Callable[..., None], size: tuple[int, int]) -> None:
    picture(wrong_value_typed, size)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_a_file_with_mistakes(picture: Callable[..., None], size: tuple[int, int]) -> None:
    picture(at_key, size, WRONG)


async def at_key(pilot: Pilot[None]) -> None:
    await go_to(pilot, pilot.app.screen, "keys.model.a")  # type: ignore[arg-type]


def test_a_file_that_does_not_parse(picture: Callable[..., None]) -> None:
    picture(as_opened, MEDIUM, "count = \n")


def test_two_servers(workshop: Workshop, snap_compare: Any) -> None:
    with OllamaServer([MISTRAL_7B, QWEN_4B_THINKING]) as far:
        engine = RoutedEngine(workshop.engine(), FarEngine(far.url, address=FAR))
        app = workshop.app(engine, model_a=A, model_b=B)

        async def before(pilot: Pilot[None]) -> None:
            await connected(pilot)
            main_screen(pilot).query_one(QueryBox).cursor_blink = False
            await still(pilot)

        assert snap_compare(app, terminal_size=WIDE, run_before=before)
