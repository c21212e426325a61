"""The model manager through the real app: every key, and the mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from sutra_tui.engines.demo import demo_engine
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.engines.routed import RoutedEngine
from sutra_tui.store.measured import MeasuredRuns
from sutra_tui.store.remembered import load_remembered
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.model_commands import MODEL_COMMANDS
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.model_details import ModelDetailsScreen
from sutra_tui.tui.screens.model_manager import ModelManager
from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.screens.pull_prompt import PullPrompt
from sutra_tui.tui.screens.screen_palette import ScreenPalette
from sutra_tui.tui.widgets.model_facts import ModelFacts
from sutra_tui.tui.widgets.models_table import ModelRows, ModelsHeading
from sutra_tui.tui.widgets.plain_rows import PlainRows
from sutra_tui.tui.widgets.search_line import SearchLine
from tests.ollama_server import (
    CLOUD_STUB,
    MISTRAL_7B,
    NOMIC_EMBED,
    QWEN_4B_THINKING,
    FakeModel,
    OllamaServer,
)

from .manager_support import (
    at_rest,
    is_open,
    manager,
    names,
    notice,
    opened,
    pilot_of,
    put_cursor_on,
)
from .workshop import A, B, Workshop, ask, ask_and_wait, main_screen, until

THINKER, EMBEDDER = QWEN_4B_THINKING.name, NOMIC_EMBED.name


def on_top(pilot: Pilot[None], kind: type[Screen[object]]) -> Callable[[], bool]:
    return lambda: isinstance(pilot.app.screen, kind)


async def test_every_pulled_model_is_listed_also_those_that_cannot_be_used(
    workshop: Workshop,
) -> None:
    workshop.server.add_model(CLOUD_STUB)
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        assert names(screen) == sorted([A, B, THINKER, EMBEDDER, CLOUD_STUB.name])
        rows = {row.info.name: row for row in screen.view.rows}
        assert rows[EMBEDDER].can == ("embedding only",)
        assert rows[CLOUD_STUB.name].can[0] == "cloud"
        assert (rows[A].roles, rows[B].roles) == ("A", "B")
        assert rows[THINKER].can == ("thinks", "tools")


async def test_an_old_servers_models_are_asked_for_one_by_one(workshop: Workshop) -> None:
    workshop.server.version = "0.12.6"
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        rows = {row.info.name: row for row in screen.view.rows}
        assert rows[THINKER].can == ("thinks", "tools")
        assert rows[B].info.context_length == 32_768


async def test_a_and_b_give_the_roles_and_are_remembered(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, THINKER)
        await pilot.press("b")
        await until(pilot, lambda: screen.view.model_b == THINKER)
        assert main_screen(pilot).bench.model_b == THINKER
        assert load_remembered(workshop.state_file).model_b == THINKER
        await pilot.press("a")
        await until(pilot, lambda: screen.view.model_a == THINKER)
        assert screen.view.current is not None
        assert screen.view.current.roles == "AB"
        await pilot.press("escape")
        await until(pilot, on_top(pilot, MainScreen))


async def test_a_model_that_writes_no_text_gets_no_role_and_the_key_says_why(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        before = main_screen(pilot).bench.model_a
        await put_cursor_on(pilot, EMBEDDER)
        await pilot.press("a")
        await until(pilot, lambda: "writes no text" in notice(pilot))
        assert screen.view.model_a == before


async def test_a_cloud_model_is_asked_about_first(workshop: Workshop) -> None:
    workshop.server.add_model(CLOUD_STUB)
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, CLOUD_STUB.name)
        await pilot.press("b")
        await until(pilot, on_top(pilot, Confirm))
        await pilot.press("n")
        await until(pilot, on_top(pilot, ModelManager))
        assert screen.view.model_b != CLOUD_STUB.name
        await pilot.press("b")
        await until(pilot, on_top(pilot, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: screen.view.model_b == CLOUD_STUB.name)


async def test_load_and_unload_with_the_options_of_a_run(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, THINKER)
        workshop.server.hold("load", model=THINKER)
        await pilot.press("l")
        if isinstance(pilot.app.screen, Confirm):
            await pilot.press("y")
        await until(pilot, lambda: screen.view.busy.get(THINKER) == "loading")
        await pilot.press("l")
        await until(pilot, lambda: "It is loading" in notice(pilot))
        workshop.server.release()
        await until(pilot, lambda: "is loaded" in notice(pilot))
        await until(pilot, lambda: screen.view.current and screen.view.current.loaded)
        assert workshop.server.loads == [("load", THINKER, 4096)]
        await pilot.press("u")
        await until(pilot, lambda: "is out of memory" in notice(pilot))
        assert workshop.server.loaded == []


async def test_a_load_can_be_given_up(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, A)
        workshop.server.hold("load", model=A)
        await pilot.press("l")
        if isinstance(pilot.app.screen, Confirm):
            await pilot.press("y")
        await until(pilot, lambda: workshop.server.parked)
        await pilot.press("u")
        await until(pilot, lambda: not screen.view.busy)
        await until(pilot, lambda: ("abort", A) in workshop.server.loads)
        assert "given up" in notice(pilot)


async def test_a_load_that_does_not_fit_is_asked_about(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, B)
        row = screen.view.current
        assert row is not None
        assert row.fit.verdict == "does not fit"
        await pilot.press("l")
        await until(pilot, on_top(pilot, Confirm))
        await pilot.press("escape")
        await until(pilot, on_top(pilot, ModelManager))
        assert workshop.server.loads == []


async def test_a_load_that_fails_says_so(workshop: Workshop) -> None:
    broken = FakeModel("broken:1b", size=1000, load_error="llama-server process has terminated")
    workshop.server.add_model(broken)
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, broken.name)
        await pilot.press("l")
        await until(pilot, lambda: "lost broken:1b" in notice(pilot))
        assert not screen.view.busy


@pytest.mark.parametrize("key", ["d", "delete"])
async def test_delete_asks_names_the_size_and_unloads_first(workshop: Workshop, key: str) -> None:
    workshop.server.preload(A)
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, A)
        await pilot.press(key)
        await until(pilot, on_top(pilot, Confirm))
        asked = "\n".join(str(w.content) for w in pilot.app.screen.query("Static"))  # type: ignore[attr-defined]
        assert f"Delete {A} (2.0 GB)?" in asked
        assert "It is Model A now" in asked
        await pilot.press("y")
        await until(pilot, lambda: A not in names(screen))
        assert workshop.server.find(A) is None
        assert workshop.server.loaded == []
        assert f"{A} is deleted" in notice(pilot)
        await until(pilot, lambda: main_screen(pilot).bench.model_a not in ("", A))


async def test_no_deletes_nothing(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pilot.press("d")
        await until(pilot, on_top(pilot, Confirm))
        await pilot.press("enter")  # "No" has the focus
        await until(pilot, on_top(pilot, ModelManager))
        assert len(workshop.server.models) == 4


async def test_N8_a_model_that_is_gone_meanwhile_says_so(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await put_cursor_on(pilot, THINKER)
        workshop.server.remove_model(THINKER)
        await pilot.press("d")
        await until(pilot, on_top(pilot, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "does not have the model" in notice(pilot))
        await until(pilot, lambda: THINKER not in names(manager(pilot)))


@pytest.mark.parametrize("key", ["enter", "i"])
async def test_details_show_the_servers_words(workshop: Workshop, key: str) -> None:
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pilot.press(key)
        await until(pilot, on_top(pilot, ModelDetailsScreen))
        shown = pilot.app.screen.query_one(PlainRows)
        await until(pilot, shown.row_count)
        text = "\n".join(shown.plain_rows())
        assert '"<|eot_id|>"' in text
        assert "{{ range .Messages }}" in text
        assert "LLAMA 3.2 COMMUNITY LICENSE" in text
        assert "112 KiB per token" in text
        await pilot.press("escape")
        await until(pilot, on_top(pilot, ModelManager))


async def test_the_filter_narrows_the_list_and_escape_closes_it_first(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pilot.press("slash", *"thinks")
        await until(pilot, lambda: names(screen) == [THINKER])
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(screen.focused, ModelRows))
        await pilot.press("escape")
        await until(pilot, lambda: len(names(screen)) == 4)
        assert not screen.query_one(SearchLine).is_open
        assert is_open(pilot)


async def test_letters_in_the_filter_are_letters(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pilot.press("slash", *"dab")
        await until(pilot, lambda: screen.view.search == "dab")
        assert screen.query_one(Input).value == "dab"
        assert on_top(pilot, ModelManager)()


async def test_keys_sort_and_turn_round(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pilot.press("5")
        assert names(screen)[0] == B
        await pilot.press("5")
        assert names(screen)[-1] == B
        await pilot.press("S")
        assert names(screen)[0] == B
        await pilot.press("0")
        assert screen.view.column == 9
        await pilot.press("s")
        assert screen.view.column == 0


async def test_the_mouse_sorts_chooses_and_opens(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        heading = screen.query_one(ModelsHeading)
        size = heading.render().plain.index("size")
        await pilot.click(ModelsHeading, offset=(size, 0))
        await until(pilot, lambda: names(screen)[0] == B)
        await pilot.click(ModelRows, offset=(8, 2))
        await until(pilot, lambda: screen.view.cursor == 2)
        await pilot.click(ModelRows, offset=(8, 2), times=2)
        await until(pilot, on_top(pilot, ModelDetailsScreen))


async def test_the_arrows_and_their_kin_move_the_cursor(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pilot.press("home")
        assert screen.view.cursor == 0
        await pilot.press("j", "j", "k", "down", "up")
        await until(pilot, lambda: screen.view.cursor == 1)
        await pilot.press("end")
        await until(pilot, lambda: screen.view.cursor == 3)
        await pilot.press("pageup")
        await until(pilot, lambda: screen.view.cursor == 0)
        await pilot.press("pagedown")
        await until(pilot, lambda: screen.view.cursor == 3)


async def test_measured_speeds_are_shown_and_else_there_is_no_data(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        facts = screen.query_one(ModelFacts)
        assert "no data yet" in str(facts.query_one(".what").content)  # type: ignore[attr-defined]


async def test_refresh_sees_what_others_pulled(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        workshop.server.add_model(CLOUD_STUB)
        await pilot.press("f9")
        await until(pilot, lambda: CLOUD_STUB.name in names(screen))


async def test_N1_a_server_that_is_gone_is_an_error_with_a_way_on(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        workshop.server.stop()
        await pilot.press("f5")
        await until(pilot, lambda: "Nobody answers" in notice(pilot))
        await until(pilot, lambda: screen.view.server.status == "down")
        await pilot.press("p")
        await until(pilot, lambda: "no server to pull with" in notice(pilot))
        workshop.server.start()
        await pilot.press("f5")
        await until(pilot, lambda: screen.view.server.status == "up")


async def test_N26_while_a_run_goes_on_models_are_left_alone(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        workshop.server.hold("headers")
        await ask(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: is_open(pilot))
        screen = await at_rest(pilot)
        assert screen.view.running
        for key in ("a", "b", "l", "u", "d"):
            await pilot.press(key)
            await until(pilot, lambda: "run is going on" in notice(pilot))
            screen.query_one("NoticeBar").hide()  # type: ignore[attr-defined]
        workshop.server.release()
        await until(pilot, lambda: not screen.view.running)


async def test_the_demo_lists_its_models_and_says_what_it_cannot(workshop: Workshop) -> None:
    async with pilot_of(workshop, engine=demo_engine("instant")) as pilot:
        screen = await opened(pilot)
        assert all(name.startswith("demo-") for name in names(screen))
        for key in ("p", "d"):
            await pilot.press(key)
            await until(pilot, lambda: "built-in demo" in notice(pilot))
            assert isinstance(pilot.app.screen, ModelManager)


async def test_the_palette_has_every_command_and_runs_it(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: pilot.app.screen is not screen)
        await pilot.press(*"Details", "down", "enter")
        await until(pilot, on_top(pilot, ModelDetailsScreen))


async def test_each_command_runs_or_says_why_not(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await put_cursor_on(pilot, EMBEDDER)
        refused = 0
        for command in MODEL_COMMANDS.all:
            if (reason := command.reason(screen.view)) is not None:
                screen.query_one("NoticeBar").hide()  # type: ignore[attr-defined]
                await screen.run_command(command.action)
                assert notice(pilot) == reason
                refused += 1
        assert refused >= 6


async def test_its_keys_are_those_of_the_settings(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        app = pilot.app
        assert isinstance(app, SutraApp)
        screen = await opened(pilot)
        app.use_keys({"manager.filter": "F", "manager.stop_pull": "z"})
        await pilot.press("z")
        await until(pilot, lambda: notice(pilot))
        palette = [str(hit.display) async for hit in ScreenPalette(screen).discover()]
        assert "Filter (F)" in palette
        await pilot.press("slash")
        assert not screen.query_one(SearchLine).is_open
        await pilot.press("F")
        assert screen.query_one(SearchLine).is_open


@pytest.mark.slow
async def test_Z8_a_thousand_models_are_listed_and_keys_still_work(workshop: Workshop) -> None:
    for number in range(1000):
        workshop.server.add_model(FakeModel(f"many:{number:04}"))
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        assert len(names(screen)) == 1004
        asked = len(workshop.server.calls("/api/show"))
        assert asked <= 302, "a part of them, and the two that the plan needs"
        await pilot.press("end")
        await until(pilot, lambda: screen.view.cursor == 1003)
        await pilot.press("slash", *"0999")
        await until(pilot, lambda: names(screen) == ["many:0999"])


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_T2_T5_X16_hostile_names_and_texts_stay_text(
    workshop: Workshop, size: tuple[int, int]
) -> None:
    evil = "[/][@click=app.quit]\x1b]52;c;eA==\x07\u202e" + "名" * 60
    workshop.server.add_model(
        FakeModel(evil, family=evil, parameter_size=evil, quantization=evil, capabilities=(evil,))
    )
    async with pilot_of(workshop, size) as pilot:
        screen = await opened(pilot)
        assert evil in names(screen)
        await pilot.press("home")
        picture = pilot.app.export_screenshot()
        assert "\x1b" not in picture
        assert "\u202e" not in picture
        await pilot.press("d", "escape", "enter")
        await pilot.pause()
        assert pilot.app.is_running


async def test_with_two_servers_each_is_managed_apart(workshop: Workshop) -> None:
    with OllamaServer([QWEN_4B_THINKING], registry=[MISTRAL_7B]) as far:
        engine = RoutedEngine(workshop.engine(), OllamaEngine(far.url, memory=lambda: None))
        async with pilot_of(workshop, engine=engine) as pilot:
            screen = await opened(pilot)
            assert screen.view.role == "a"
            assert A in names(screen)
            await pilot.press("b")
            await until(pilot, lambda: "Model B has a server of its own" in notice(pilot))
            await pilot.press("v")
            await until(pilot, lambda: is_open(pilot) and manager(pilot).view.role == "b")
            await until(pilot, lambda: names(manager(pilot)) == [THINKER])
            await pilot.press("p")
            await until(pilot, on_top(pilot, PullPrompt))
            await pilot.press(*B, "enter")
            await until(pilot, lambda: far.find(B))
            await until(pilot, lambda: B in names(manager(pilot)))
            await put_cursor_on(pilot, B)
            await pilot.press("b")
            await until(pilot, lambda: main_screen(pilot).bench.model_b == B)
            await put_cursor_on(pilot, THINKER)
            await pilot.press("d")
            await until(pilot, on_top(pilot, Confirm))
            await pilot.press("y")
            await until(pilot, lambda: not far.find(THINKER))
            assert workshop.server.find(THINKER) is not None
            assert workshop.server.calls("/api/pull") == []


async def test_past_runs_on_this_machine_say_how_fast_a_model_writes(
    workshop: Workshop, tmp_path: Path
) -> None:
    store = MeasuredRuns(tmp_path / "measured.db")
    async with pilot_of(workshop, open_measured=lambda: store) as pilot:
        await ask_and_wait(pilot)
        await until(pilot, store.known)
        screen = await opened(pilot)
        await until(pilot, lambda: screen.view.server.speeds.get(A) == 22.0)  # 88 tokens in 4 s
        assert screen.view.server.speeds.get(B) == 22.0
        assert NOMIC_EMBED.name not in screen.view.server.speeds
    store.close()
