"""Using the main screen as a person does: every key, the mouse, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from sutra_tui.core.clean import clean
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.remembered import Remembered, load_remembered
from sutra_tui.tui.commands import COMMANDS
from sutra_tui.tui.screens.help import HelpScreen
from sutra_tui.tui.screens.host_prompt import HostPrompt
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.model_picker import ModelPicker
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import PASTE_LIMIT, QueryBox
from tests.ollama_server import CLOUD_STUB, LLAMA_3B, QWEN_4B_THINKING, FakeModel, Reply

from .workshop import (
    ANSWER,
    DEMONSTRATIONS,
    DRAFT,
    QUERY,
    A,
    B,
    Workshop,
    ask,
    ask_and_wait,
    connected,
    until,
)

WIDE = (120, 40)
THINKER = QWEN_4B_THINKING.name


def pilot_of(workshop: Workshop, size: tuple[int, int] = WIDE, **changes: Any) -> Any:
    return workshop.app(**changes).run_test(size=size, notifications=True, tooltips=True)


def notice(screen: MainScreen) -> str:
    return str(screen.query_one(NoticeBar).content)


@pytest.mark.quick
async def test_a_query_goes_through_all_three_panes(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        panes = screen.query_one(Panes)
        assert panes.draft.text.strip() == DRAFT
        assert panes.demonstrations.text == "\n\n".join(DEMONSTRATIONS)
        assert panes.answer.text == ANSWER
        assert screen.bench.run.result is not None
        assert screen.query_one(QueryBox).text == ""


async def test_the_smaller_model_is_model_a_and_embedders_are_not_offered(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        assert screen.bench.model_a != screen.bench.model_b
        sizes = {m.name: m.size for m in screen.bench.models}
        assert sizes[screen.bench.model_a] < sizes[screen.bench.model_b]
        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModelPicker)
        assert pilot.app.screen.query_one(OptionList).option_count == 3


async def test_letters_typed_fast_all_arrive_before_enter_sends(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        app = pilot.app
        for key in ["h", "e", "l", "l", "o", "enter"]:
            app.simulate_key(key)  # no waiting in between, as a terminal delivers a burst
        await until(pilot, lambda: screen.bench.run.query)
        assert screen.bench.run.query == "hello"


@pytest.mark.quick
async def test_N25_escape_stops_the_run_and_gives_the_query_back(workshop: Workshop) -> None:
    workshop.server.script(B, Reply("word " * 400, endless=True, token_delay=0.002))
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        panes = screen.query_one(Panes)
        await until(pilot, lambda: panes.answer.text)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.bench.run.running)
        chat = workshop.server.chats(B)[0]
        await workshop.server.until(lambda: chat.disconnected)
        assert screen.bench.run.b.state == "stopped"
        assert screen.query_one(QueryBox).text == QUERY
        assert panes.answer.text.startswith("word")
        assert screen.bench.run.result is not None
        assert screen.bench.run.result.status == "stopped"


@pytest.mark.quick
async def test_a_failed_run_says_what_to_do_and_gives_the_query_back(workshop: Workshop) -> None:
    workshop.server.fault("error_500_oom", model=B)
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        assert screen.bench.run.error is not None
        assert screen.bench.run.error.remedy in notice(screen)
        assert screen.query_one(QueryBox).text == QUERY
        assert screen.query_one(Panes).draft.text.strip() == DRAFT
        assert screen.bench.run.b.state == "failed"


async def test_N26_X10_enter_while_a_run_goes_on_starts_no_second_one(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        screen.query_one(QueryBox).put("another")
        await pilot.press(*["enter"] * 20)
        assert screen.query_one(QueryBox).text == "another"
        assert "Escape" in notice(screen)
        assert len(workshop.server.chats(A)) == 1
        workshop.server.release()
        await until(pilot, lambda: not screen.bench.run.running)


async def test_swap_method_and_order_by_key(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        before = (screen.bench.model_a, screen.bench.model_b)
        await pilot.press("ctrl+s")
        assert (screen.bench.model_b, screen.bench.model_a) == before
        await pilot.press("ctrl+t")
        assert screen.bench.method == "raw"
        await pilot.press("f6")
        assert screen.bench.order == "demos-first"
        saved = load_remembered(workshop.state_file)
        assert (saved.model_b, saved.model_a, saved.method) == (*before, "raw")


async def test_swap_method_and_models_by_mouse(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        before = (screen.bench.model_a, screen.bench.model_b)
        await pilot.click("#swap")
        assert (screen.bench.model_b, screen.bench.model_a) == before
        await pilot.click("#method")
        assert screen.bench.method == "raw"
        await pilot.click("#model-b")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModelPicker)
        await pilot.click(OptionList, offset=(4, 0))
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen)


async def test_a_picked_model_is_used_and_remembered(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press(*"qwen")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.model_b == THINKER)
        assert load_remembered(workshop.state_file).model_b == THINKER
        screen = await ask_and_wait(pilot)
        assert len(workshop.server.chats(THINKER)) == 1


async def test_the_picker_says_when_nothing_matches_and_escape_leaves_it(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        before = screen.bench.model_a
        await pilot.press("f2")
        await pilot.pause()
        await pilot.press(*"zzz")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModelPicker)
        await pilot.press("escape")
        await pilot.pause()
        assert screen.bench.model_a == before


async def test_Z4_a_cloud_model_needs_a_second_enter(workshop: Workshop) -> None:
    workshop.server.add_model(CLOUD_STUB)
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        assert CLOUD_STUB.name not in (screen.bench.model_a, screen.bench.model_b)
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press(*CLOUD_STUB.name.split(":")[0])
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ModelPicker)
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.model_b == CLOUD_STUB.name)


async def test_the_remembered_pair_comes_back(workshop: Workshop) -> None:
    remembered = Remembered(model_a=THINKER, model_b=A, method="raw")
    async with pilot_of(workshop, remembered=remembered) as pilot:
        screen = await connected(pilot)
        assert (screen.bench.model_a, screen.bench.model_b) == (THINKER, A)
        assert screen.bench.method == "raw"


async def test_a_pair_asked_for_goes_before_the_remembered_one(workshop: Workshop) -> None:
    remembered = Remembered(model_a=THINKER, model_b=A)
    async with pilot_of(workshop, remembered=remembered, model_a=A, model_b=B) as pilot:
        screen = await connected(pilot)
        assert (screen.bench.model_a, screen.bench.model_b) == (A, B)


async def test_a_model_asked_for_that_is_not_there_is_named(workshop: Workshop) -> None:
    async with pilot_of(workshop, model_a="phi4-mini") as pilot:
        screen = await connected(pilot)
        await until(pilot, lambda: "phi4-mini" in notice(screen))
        assert screen.bench.ready


async def test_N8_a_model_deleted_between_pick_and_run_fails_with_a_way_on(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        gone = screen.bench.model_b
        workshop.server.remove_model(gone)
        screen = await ask_and_wait(pilot)
        assert f"ollama pull {gone}" in notice(screen)
        await pilot.press("f9")
        await until(pilot, lambda: screen.bench.model_b != gone)


@pytest.mark.quick
async def test_rerun_hits_the_cache_and_fresh_does_not(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        first = screen.bench.run.run_id

        def over(after: str) -> Callable[[], bool]:
            return lambda: screen.bench.run.run_id != after and not screen.bench.run.running

        await pilot.press("ctrl+r")
        await until(pilot, over(first))
        second = screen.bench.run.run_id
        assert screen.bench.run.cache is not None
        assert len(workshop.server.chats(A)) == 1
        await pilot.press("f5")
        await until(pilot, over(second))
        assert screen.bench.run.cache is None
        assert "bypassed" in str(screen.query_one(Panes).demonstrations.status)
        assert len(workshop.server.chats(A)) == 2


async def test_a_similar_query_is_offered_and_used_only_when_asked_for(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        await ask_and_wait(pilot, "How do I sum a list of numbers?")
        workshop.server.hold("headers", model=A)
        screen = await ask(pilot, "How do I sum a list of all numbers?")
        await until(pilot, lambda: screen.bench.similar)
        assert "How do I sum a list of numbers?" in notice(screen)
        first = workshop.server.chats(A)[-1]
        await pilot.press("ctrl+n")
        await until(pilot, lambda: screen.bench.run.given and not screen.bench.run.running)
        await workshop.server.until(lambda: first.disconnected)
        result = screen.bench.run.result
        assert result is not None
        assert result.status == "complete"
        assert result.demonstrations == DEMONSTRATIONS
        assert "chosen by you" in str(screen.query_one(Panes).demonstrations.status)


async def test_an_unlike_query_is_not_offered(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        await ask_and_wait(pilot, "How do I sum a list of numbers?")
        screen = await ask_and_wait(pilot, "Why is the sky blue?")
        assert screen.bench.similar is None
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert "No similar query" in notice(screen)


async def test_history_on_up_and_down_keeps_what_was_not_sent(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot, "first")
        screen = await ask_and_wait(pilot, "second")
        box = screen.query_one(QueryBox)
        await pilot.press(*"new")
        await pilot.press("up")
        assert box.text == "second"
        await pilot.press("up")
        assert box.text == "first"
        await pilot.press("up")
        assert box.text == "Write a Python merge sort"
        await pilot.press("up")
        assert box.text == "Write a Python merge sort"
        await pilot.press("down", "down", "down")
        assert box.text == "new"


async def test_new_lines_stay_in_the_box(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await pilot.press("a", "ctrl+j", "b", "ctrl+j", "c")
        box = screen.query_one(QueryBox)
        assert box.text == "a\nb\nc"
        await pilot.press("up")
        assert box.cursor_location[0] == 1


async def test_X9_a_huge_paste_is_cut_and_said(workshop: Workshop) -> None:
    from textual.events import Paste

    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        box = screen.query_one(QueryBox)
        box.post_message(Paste("x\x1b[31m" * 200_000))
        await until(pilot, lambda: "characters" in notice(screen))
        assert len(box.text) == PASTE_LIMIT
        assert "\x1b" not in box.text


async def test_zoom_shows_one_pane_then_the_next_then_all(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        panes = screen.query_one(Panes)

        def visible() -> list[str | None]:
            frames = (panes.draft, panes.demonstrations, panes.answer)
            return [f.id for f in frames if f.size.width > 0 and f.is_on_screen]

        everything = ["draft", "demonstrations", "answer"]
        assert visible() == everything
        for expected in (["answer"], ["demonstrations"], ["draft"], everything):
            await pilot.press("f4")
            await pilot.pause()
            assert visible() == expected


@pytest.mark.parametrize("size", [(50, 24), (120, 18), (60, 15)])
async def test_with_room_for_one_pane_tabs_follow_the_run_until_one_is_chosen(
    workshop: Workshop, size: tuple[int, int]
) -> None:
    workshop.server.hold("headers", model=B)
    async with pilot_of(workshop, size) as pilot:
        screen = await ask(pilot)
        panes = screen.query_one(Panes)
        await until(pilot, lambda: panes.answer.has_class("-tab"))
        await pilot.click("#tab-draft")
        await pilot.pause()
        assert panes.draft.size.width > 0
        assert panes.answer.size.width == 0
        workshop.server.release()
        await until(pilot, lambda: not screen.bench.run.running)
        assert panes.draft.has_class("-tab")
        await pilot.press("f4")
        assert panes.demonstrations.has_class("-tab")


async def test_beads_lead_to_their_panes(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        panes = screen.query_one(Panes)
        line = str(screen.query_one("ThreadLine").render())
        for word, pane in ((" A ", panes.draft), (" demonstrations", panes.demonstrations)):
            await pilot.click("ThreadLine", offset=(line.index(word) + 2, 0))
            await pilot.pause()
            assert pane.has_focus_within
        await pilot.click("ThreadLine", offset=(3, 0))
        await pilot.pause()
        assert isinstance(pilot.app.focused, QueryBox)


async def test_X18_copying_sends_the_raw_text(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await pilot.press("ctrl+y")
        assert pilot.app.clipboard == ANSWER
        await pilot.press("f8")
        assert pilot.app.clipboard == "total = sum([1, 2, 3])"
        screen.query_one(Panes).demonstrations.query("VerticalScroll").first().focus()
        await pilot.pause()
        await pilot.press("c")
        assert pilot.app.clipboard == "\n\n".join(DEMONSTRATIONS)
        assert "clipboard" in notice(screen)


async def test_thinking_is_folded_and_opens_by_key_and_mouse(workshop: Workshop) -> None:
    workshop.server.script(THINKER, Reply("Four.", thinking="two and two make four"))
    from sutra_tui.core.protocol import GenerationOptions
    from sutra_tui.settings import Settings

    settings = Settings(reduced_motion=True, options_b=GenerationOptions(think=True))
    async with pilot_of(workshop, model_b=THINKER, model_a=A, settings=settings) as pilot:
        screen = await ask_and_wait(pilot)
        thinking = screen.query_one(Panes).answer.thinking
        assert thinking.has_class("-filled")
        assert not thinking.has_class("-open")
        await pilot.click("#answer ThinkingBlock Chip")
        assert thinking.has_class("-open")
        screen.query_one(Panes).answer.view.focus()
        await pilot.press("t")
        assert not thinking.has_class("-open")


async def test_N15_a_fallback_to_raw_is_said_in_the_pane_and_above_the_box(
    workshop: Workshop,
) -> None:
    workshop.server.script(A, "Sorry, I would rather not.")
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        assert "raw answer" in notice(screen)
        assert "raw" in str(screen.query_one(Panes).answer.status)


async def test_ctrl_c_stops_then_quits(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not screen.bench.run.running)
        assert pilot.app.is_running
        workshop.clock.now += 5.0
        await pilot.press("ctrl+c")
        assert "again to quit" in notice(screen)
        workshop.clock.now += 1.0
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert pilot.app.return_code is not None or not pilot.app.is_running


async def test_a_key_that_does_not_apply_says_why(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "no query" in notice(screen)


async def test_X19_every_command_of_the_registry_has_an_action(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        for command in COMMANDS:
            name = command.action.partition("(")[0]
            owner = pilot.app if name.startswith("app.") else screen
            assert hasattr(owner, f"action_{name.removeprefix('app.')}"), command.id


async def test_no_two_commands_share_a_key() -> None:
    keys = [key for command in COMMANDS for key in command.key.split(",") if key]
    assert len(keys) == len(set(keys))


async def test_X19_help_lists_every_command(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        await connected(pilot)
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HelpScreen)
        shown = str(pilot.app.screen.query("VerticalScroll Static").first().render())
        assert all(command.title in shown for command in COMMANDS)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen)


async def test_X19_the_palette_runs_commands_and_says_what_does_not_apply(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        titles = [c.title for c in pilot.app.get_system_commands(screen)]
        assert any("Stop the run" in title and "not now" in title for title in titles)
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"switch the method")
        await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
        await pilot.pause(0.2)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: screen.bench.method == "raw")


# Without a server


async def test_N1_without_a_server_the_app_says_where_it_looked_and_offers_the_way_on(
    workshop: Workshop,
) -> None:
    workshop.server.stop()
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        assert screen.bench.server.status == "down"
        assert screen.has_class("-blocked")
        shown = "".join(str(s.render()) for s in screen.query("ServerCard Static"))
        assert "localhost:11434" in shown
        workshop.server.start()
        await pilot.press("r")
        await until(pilot, lambda: screen.bench.ready)
        assert not screen.has_class("-blocked")
        await pilot.pause()
        assert isinstance(pilot.app.focused, QueryBox)


async def test_the_demo_is_one_key_away_and_is_labelled(workshop: Workshop) -> None:
    workshop.server.stop()
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await pilot.press("d")
        await until(pilot, lambda: screen.bench.ready)
        assert screen.bench.server.is_demo
        assert "DEMO" in str(screen.query_one("TitleBar").render())
        screen = await ask_and_wait(pilot, "Explain monads")
        assert screen.bench.run.result is not None
        assert screen.bench.run.result.engine == "demo"
        assert not workshop.state_file.exists(), "the demo's models are not remembered"


async def test_another_host_can_be_named(workshop: Workshop) -> None:
    nobody = OllamaEngine("http://127.0.0.1:9", address="127.0.0.1:9")
    async with pilot_of(workshop, engine=nobody) as pilot:
        screen = await connected(pilot)
        assert screen.bench.server.status == "down"
        await pilot.press("h")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HostPrompt)
        pilot.app.screen.query_one(Input).value = "nonsense:port"
        await pilot.press("enter")
        await until(pilot, lambda: "port" in notice(screen))
        await pilot.press("h")
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = workshop.server.url
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.ready)


async def test_the_card_works_by_mouse(workshop: Workshop) -> None:
    workshop.server.stop()
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await pilot.click("#play_demo")
        await until(pilot, lambda: screen.bench.server.is_demo and screen.bench.ready)
        assert not any(button.is_on_screen for button in screen.query("#retry"))


async def test_X16_a_server_without_models_says_what_to_pull(workshop: Workshop) -> None:
    for model in list(workshop.server.models):
        workshop.server.remove_model(model.name)
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        assert screen.bench.is_empty
        shown = "".join(str(s.render()) for s in screen.query("ServerCard Static"))
        assert "The models screen suggests pairs" in shown
        workshop.server.add_model(LLAMA_3B)
        await pilot.press("r")
        await until(pilot, lambda: screen.bench.ready)
        assert screen.bench.model_a == screen.bench.model_b == A


# Hostile text

EVIL = "[/] [red]x[/red] [@click=app.quit]q[/] \x1b]52;c;aGk=\x07 \x9b31m \u202egpj a[i] [a='x]y[/]"


async def test_T5_T7_hostile_text_is_shown_as_written_everywhere(workshop: Workshop) -> None:
    demonstrations = "".join(f"<demonstration>{EVIL} {n}</demonstration>" for n in range(3))
    workshop.server.script(A, Reply(f"<answer>{EVIL}</answer>{demonstrations}", thinking=EVIL))
    workshop.server.script(B, Reply(f"{EVIL}\n\n# {EVIL}\n\n- {EVIL}\n\n```{EVIL}\n{EVIL}\n```\n"))
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot, f"query {EVIL}")
        assert screen.bench.run.error is None
        shot = pilot.app.export_screenshot()
        assert "\x1b" not in shot and "\x9b" not in shot and "\u202e" not in shot
        assert "a[i]" in shot.replace("&#x27;", "'").replace("&#160;", " ")
        await pilot.press("tab", "tab", "tab", "enter")
        assert pilot.app.is_running


async def test_T2_T5_X16_hostile_model_names_and_errors_break_nothing(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.server.fault("hostile_names", path="/api/tags")
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await pilot.press("f2")
        await pilot.pause()
        shot = pilot.app.export_screenshot()
        assert "\x1b" not in shot and "\x9b" not in shot
        await pilot.press("enter")
        await pilot.pause()
        assert pilot.app.is_running
        assert all(clean(m.name) is not None for m in screen.bench.models)


async def test_X16_odd_but_honest_model_names_are_no_trouble(workshop: Workshop) -> None:
    odd = FakeModel("hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M")
    workshop.server.add_model(odd)
    workshop.server.script(odd.name, ANSWER)
    async with pilot_of(workshop, model_a=A, model_b=odd.name) as pilot:
        screen = await ask_and_wait(pilot)
        assert screen.bench.run.result is not None
        assert screen.bench.run.result.answer == ANSWER


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (60, 15), (400, 120)])
async def test_X8_no_size_is_too_odd(workshop: Workshop, size: tuple[int, int]) -> None:
    async with pilot_of(workshop, size) as pilot:
        screen = await ask_and_wait(pilot)
        assert screen.bench.run.error is None
        for width, height in [(80, 24), (10, 3), (200, 50), size]:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
        assert pilot.app.is_running


async def test_N26_X17_late_events_of_a_stopped_run_are_not_shown(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        old = screen.bench.run.run_id
        await pilot.press("escape")
        await until(pilot, lambda: not screen.bench.run.running)
        workshop.server.release()
        screen = await ask_and_wait(pilot, "second query")
        from sutra_tui.core.events import Token

        screen._take(Token(old, "B", "answer", "GHOST"))
        assert "GHOST" not in screen.query_one(Panes).answer.text
