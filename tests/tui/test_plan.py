"""The memory plan on the main screen: the line, the sum behind it, and what each key does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from sutra_tui.core.memory import Verdict
from sutra_tui.core.plan import RunPlan
from sutra_tui.core.protocol import Memory
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.measured import MeasuredRuns
from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.screens.model_picker import ModelPicker
from sutra_tui.tui.screens.plan import PlanScreen
from sutra_tui.tui.widgets.chip import Chip
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.plan_line import PlanLine
from sutra_tui.tui.widgets.query_box import QueryBox
from tests.ollama_server import GIB

from .workshop import A, B, Workshop, ask, ask_and_wait, connected, main_screen, still, until

PAIR = Remembered(model_a=A, model_b=B)
VERDICTS: dict[Verdict, float] = {
    "fits": 9.0,
    "tight": 5.1,
    "one at a time": 5.8,
    "does not fit": 3.0,
}
"""Free memory, in GiB, that gives each verdict on the workshop's pair."""


def app(workshop: Workshop, gib: float | None = 5.8, **changes: Any) -> Any:
    memory = None if gib is None else Memory(int(16 * GIB), int(gib * GIB))
    engine = OllamaEngine(workshop.server.url, address="localhost:11434", memory=lambda: memory)
    return workshop.app(engine, **{"remembered": PAIR, **changes})


def line(pilot: Pilot[None]) -> PlanLine:
    return main_screen(pilot).query_one(PlanLine)


async def planned(pilot: Pilot[None]) -> RunPlan:
    """Wait until the plan is there."""
    await connected(pilot)
    await until(pilot, lambda: line(pilot).plan)
    made = line(pilot).plan
    assert made is not None
    return made


async def opened(pilot: Pilot[None]) -> PlanScreen:
    await planned(pilot)
    await pilot.press("ctrl+g")
    await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, PlanScreen)
    return screen


def said(screen: PlanScreen, selector: str) -> str:
    return str(screen.query_one(selector).render())


@pytest.mark.parametrize("verdict", VERDICTS)
async def test_the_line_gives_the_verdict_on_what_is_free(
    workshop: Workshop, verdict: Verdict
) -> None:
    async with app(workshop, VERDICTS[verdict]).run_test(size=(120, 40)) as pilot:
        assert (await planned(pilot)).verdict == verdict
        assert f" · {verdict} · peak " in str(line(pilot).render())


async def test_a_machine_that_cannot_be_seen_gets_no_verdict(workshop: Workshop) -> None:
    async with app(workshop, None).run_test(size=(120, 40)) as pilot:
        assert (await planned(pilot)).verdict == "unknown"
        assert "cannot be seen from here" in str(line(pilot).render())


@pytest.mark.parametrize(
    ("size", "shown"), [((120, 40), True), ((60, 20), True), ((110, 18), False)]
)
async def test_the_line_makes_way_where_there_is_no_room(
    workshop: Workshop, size: tuple[int, int], shown: bool
) -> None:
    async with app(workshop).run_test(size=size) as pilot:
        await planned(pilot)
        assert bool(line(pilot).region) is shown


async def test_without_a_server_there_is_no_line_and_the_key_says_why(workshop: Workshop) -> None:
    workshop.server.stop()
    async with app(workshop).run_test() as pilot:
        screen = await connected(pilot)
        await pilot.press("ctrl+g")
        assert not line(pilot).region
        notice = str(screen.query_one(NoticeBar).render())
        assert notice == "There are no two models to plan for yet."


async def test_shapes_are_asked_for_once(workshop: Workshop) -> None:
    async with app(workshop).run_test() as pilot:
        await planned(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: line(pilot).plan and line(pilot).plan.roles[0].model == B)
        await pilot.press("ctrl+s", "f9")
        await planned(pilot)
        await pilot.pause()
    assert len(workshop.server.calls("/api/show")) == 2


async def test_a_server_that_does_not_tell_the_shape_is_guessed_about(workshop: Workshop) -> None:
    workshop.server.fault("error_500_oom", path="/api/show")
    async with app(workshop).run_test() as pilot:
        made = await planned(pilot)
        assert {part.footprint.cache_figure for part in made.roles} == {"guessed"}


async def test_what_is_typed_counts_when_typing_rests(workshop: Workshop) -> None:
    async with app(workshop).run_test() as pilot:
        before = (await planned(pilot)).roles[0].prompt
        main_screen(pilot).query_one(QueryBox).put("How? " * 400)
        await until(pilot, lambda: line(pilot).plan.roles[0].prompt > before + 300)


async def test_a_run_shows_the_plan_it_acts_by(workshop: Workshop) -> None:
    workshop.server.hold(1, model=A)
    async with app(workshop).run_test() as pilot:
        await ask(pilot)
        await until(pilot, lambda: workshop.server.parked)
        of_run = main_screen(pilot)._plan_of_run
        assert of_run is not None and line(pilot).plan == of_run
        assert of_run.verdict == "one at a time"
        workshop.server.release()
        await until(pilot, lambda: not main_screen(pilot).bench.run.running)
        await until(pilot, lambda: line(pilot).plan != of_run)  # Model B is loaded by now


async def test_runs_teach_the_time_and_say_how_many_they_were(
    workshop: Workshop, tmp_path: Path
) -> None:
    store = MeasuredRuns(tmp_path / "measured.db")
    async with app(workshop, open_measured=lambda: store).run_test(size=(140, 40)) as pilot:
        assert (await planned(pilot)).expected is None
        for n in (1, 2):
            await ask_and_wait(pilot, f"question {n}")
            await until(
                pilot, lambda n=n: line(pilot).plan.expected and line(pilot).plan.expected.runs == n
            )
        assert "(measured, 2 runs)" in str(line(pilot).render())
    store.close()


async def test_the_demo_teaches_nothing(workshop: Workshop, tmp_path: Path) -> None:
    store = MeasuredRuns(tmp_path / "measured.db")
    async with app(workshop, open_measured=lambda: store).run_test() as pilot:
        await connected(pilot)
        pilot.app.use_server(demo=True)  # type: ignore[attr-defined]
        await until(pilot, lambda: main_screen(pilot).bench.server.is_demo)
        await until(pilot, lambda: main_screen(pilot).bench.ready)
        main_screen(pilot).query_one(QueryBox).focus()
        await ask_and_wait(pilot, "Write a Python merge sort")
        assert (await planned(pilot)).memory.simulated  # type: ignore[union-attr]
    assert store.known() == {} and not store.used_since(1e9)
    store.close()


# The sum, and what can be done


async def test_the_key_and_the_mouse_open_the_sum_and_escape_closes_it(workshop: Workshop) -> None:
    async with app(workshop).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert "most at once" in said(screen, "#sum")
        await pilot.press("escape")
        assert pilot.app.screen is main_screen(pilot)
        await pilot.click(PlanLine)
        await until(pilot, lambda: isinstance(pilot.app.screen, PlanScreen))


@pytest.mark.parametrize("by", ["key", "mouse"])
async def test_a_smaller_context_holds_for_the_session_and_is_sent(
    workshop: Workshop, by: str
) -> None:
    async with app(workshop).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert "context of 2,048" in said(screen, "#context")
        await (pilot.press("c") if by == "key" else pilot.click("#context"))
        await until(pilot, lambda: "2,048 tokens" in said(screen, "#sum"))
        assert screen.query_one("#reset", Chip).display
        await pilot.press("escape")
        await ask_and_wait(pilot)
        assert {chat.options["num_ctx"] for chat in workshop.server.chats()} == {2048}
        screen = await opened(pilot)
        await pilot.press("r")
        await until(pilot, lambda: main_screen(pilot).bench.num_ctx is None)
        assert not screen.query_one("#reset", Chip).display


async def test_one_model_for_both_roles_is_remembered(workshop: Workshop) -> None:
    async with app(workshop).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        await pilot.press("s")
        bench = main_screen(pilot).bench
        assert (bench.model_a, bench.model_b) == (B, B)
        await until(pilot, lambda: "Models A and B" in said(screen, "#sum"))
        await pilot.press("s")
        assert said(screen, ".foot") == "One model is used already."


async def test_what_is_in_the_way_is_named_and_unloaded(workshop: Workshop) -> None:
    workshop.server.preload("qwen3:4b")
    async with app(workshop).run_test(size=(120, 40)) as pilot:
        screen = await opened(pilot)
        assert "unload qwen3:4b  frees 3." in said(screen, "#unload")
        await pilot.press("u")
        await until(pilot, lambda: not workshop.server.loaded)
        await until(pilot, lambda: "Nothing else is loaded." in said(screen, "#unload"))


async def test_another_pair_leads_to_the_picker(workshop: Workshop) -> None:
    async with app(workshop).run_test(size=(120, 40)) as pilot:
        await opened(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelPicker))


async def test_nothing_changes_under_a_run(workshop: Workshop) -> None:
    workshop.server.hold(1, model=A)
    async with app(workshop).run_test(size=(120, 40)) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: workshop.server.parked)
        plan = await opened(pilot)
        for key in "csupr":
            plan.query_one(".foot", Static).update("")
            await pilot.press(key)
            assert said(plan, ".foot") == "Stop the run first."
        assert (screen.bench.model_a, screen.bench.num_ctx) == (A, None)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not screen.bench.run.running)


# Pictures


@pytest.mark.parametrize("size", [(120, 40), (60, 20)], ids=str)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_plan_picture(
    workshop: Workshop, snap_compare: Any, verdict: Verdict, size: tuple[int, int]
) -> None:
    async def before(pilot: Pilot[None]) -> None:
        screen = await connected(pilot)
        screen.set_focus(None)  # whether the cursor is drawn below a dialog is left to chance
        await opened(pilot)
        await still(pilot)

    assert snap_compare(app(workshop, VERDICTS[verdict]), terminal_size=size, run_before=before)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)], ids=str)
def test_line_picture(
    workshop: Workshop, snap_compare: Any, tmp_path: Path, size: tuple[int, int]
) -> None:
    store = MeasuredRuns(tmp_path / "measured.db")

    async def before(pilot: Pilot[None]) -> None:
        screen = await connected(pilot)
        screen.query_one(QueryBox).cursor_blink = False
        await ask_and_wait(pilot)
        await until(pilot, lambda: line(pilot).plan.expected)
        await still(pilot)

    assert snap_compare(
        app(workshop, open_measured=lambda: store), terminal_size=size, run_before=before
    )
    store.close()
