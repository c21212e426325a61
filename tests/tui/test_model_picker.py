"""The pickers' rows: the fit, what is loaded, and cloud models set apart."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.model_picker import ModelPicker
from sutra_tui.tui.widgets.plan_line import PlanLine
from tests.ollama_server import CLOUD_STUB, NOMIC_EMBED, QWEN_4B_THINKING

from .manager_support import pilot_of
from .workshop import A, Workshop, connected, main_screen, until

THINKER = QWEN_4B_THINKING.name


async def picker(pilot: Pilot[None], key: str = "f2") -> ModelPicker:
    """Open a picker and wait until it has learnt what its sums need."""
    await connected(pilot)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, ModelPicker))
    screen = pilot.app.screen
    assert isinstance(screen, ModelPicker)
    await until(pilot, lambda: all(worker.is_finished for worker in screen.workers))
    return screen


def rows(screen: ModelPicker) -> list[str]:
    options = screen.query_one(OptionList)
    return [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]


def foot(screen: ModelPicker) -> str:
    return str(screen.query_one(".foot", Static).content)


async def test_rows_carry_fit_and_loaded_mark_and_leave_embedders_out(workshop: Workshop) -> None:
    workshop.server.preload(A)
    async with pilot_of(workshop) as pilot:
        screen = await picker(pilot)
        by_name = {row.split()[1 if row.startswith("●") else 0]: row for row in rows(screen)}
        assert "● fits" in by_name[A]
        assert "loaded" in by_name[A]
        assert "tight" in by_name[THINKER]
        assert "thinks" in by_name[THINKER]
        assert NOMIC_EMBED.name not in by_name


async def test_the_sum_behind_the_badge_stands_below_and_follows_the_cursor(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await picker(pilot)
        await until(pilot, lambda: "Needs 3.0 GB: 2.0 weights" in foot(screen))
        await pilot.press(*"mistral")
        await until(pilot, lambda: "Needs 5.4 GB: 4.4 weights" in foot(screen))


async def test_figures_are_asked_for_once_and_shared_with_the_manager(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await until(pilot, lambda: screen.query_one(PlanLine).plan)
        await picker(pilot)
        await until(pilot, lambda: len(workshop.server.calls("/api/show")) == 3)
        asked = len(workshop.server.calls("/api/show"))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        await picker(pilot, "f3")
        assert len(workshop.server.calls("/api/show")) == asked == 3


async def test_cloud_models_stand_below_a_warning_that_cannot_be_chosen(
    workshop: Workshop,
) -> None:
    workshop.server.add_model(CLOUD_STUB)
    async with pilot_of(workshop) as pilot:
        screen = await picker(pilot)
        *_, heading, cloud = rows(screen)
        assert "would leave this machine" in heading
        assert CLOUD_STUB.name in cloud
        before = main_screen(pilot).bench.model_a
        await pilot.click(OptionList, offset=(6, len(rows(screen)) - 2))
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModelPicker)
        await pilot.press(*["down"] * 9, *["up"] * 9)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert main_screen(pilot).bench.model_a == before


async def test_Z4_a_cloud_model_still_needs_two_yeses(workshop: Workshop) -> None:
    workshop.server.add_model(CLOUD_STUB)
    async with pilot_of(workshop) as pilot:
        screen = await picker(pilot, "f3")
        await pilot.press(*"gpt-oss", "enter")
        await until(pilot, lambda: "Press enter again to agree" in foot(screen))
        await pilot.press("x", "backspace", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModelPicker)
        await pilot.press("enter")
        await until(pilot, lambda: main_screen(pilot).bench.model_b == CLOUD_STUB.name)
