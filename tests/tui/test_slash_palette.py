"""Typing slash commands as a person does: the palette, its keys, the mouse, and no query lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from sutra_tui.tui.commands import COMMANDS
from sutra_tui.tui.screens.help import HelpScreen
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.model_picker import ModelPicker
from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.slash_palette import SlashPalette
from tests.ollama_server import CLOUD_STUB, QWEN_4B_THINKING

from .workshop import ANSWER, QUERY, A, B, Workshop, ask, ask_and_wait, connected, until

WIDE = (120, 40)
THINKER = QWEN_4B_THINKING.name


def pilot_of(workshop: Workshop, size: tuple[int, int] = WIDE, **changes: Any) -> Any:
    changes = {"model_a": A, "model_b": B, **changes}
    return workshop.app(**changes).run_test(size=size, notifications=True, tooltips=True)


def notice(screen: MainScreen) -> str:
    return str(screen.query_one(NoticeBar).content)


def rows(screen: MainScreen) -> list[str]:
    found = screen.query_one(SlashPalette).menu
    return [row.label for row in found.rows] if found else []


def marked(screen: MainScreen) -> str:
    row = screen.query_one(SlashPalette).row
    return row.label if row else ""


async def typed(pilot: Pilot[None], text: str) -> MainScreen:
    """Put a text into the query box and wait until the palette has seen it."""
    screen = await connected(pilot)
    screen.query_one(QueryBox).put(text)
    palette = screen.query_one(SlashPalette)
    await until(pilot, lambda: palette.menu is not None and palette.menu.text == text)
    return screen


async def test_a_slash_opens_the_palette_and_letters_narrow_it(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        palette, box = screen.query_one(SlashPalette), screen.query_one(QueryBox)
        assert palette.region.height == 0
        await pilot.press("slash")
        assert len(rows(screen)) == sum(bool(command.slash) for command in COMMANDS)
        assert palette.region.bottom == box.region.y
        assert box.has_focus
        await pilot.press("s", "w")
        assert rows(screen)[0] == marked(screen) == "/swap"
        await pilot.press("backspace", "backspace", "backspace")
        assert not palette.is_open and palette.region.height == 0


async def test_a_slash_within_a_query_opens_nothing(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await pilot.press("a", "slash", "b")
        assert not screen.query_one(SlashPalette).is_open


async def test_a_command_typed_in_a_burst_runs(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        for key, letter in [("slash", "/"), *zip("swap", "swap", strict=True), ("enter", "\r")]:
            pilot.app.post_message(Key(key, letter))  # no waiting, as a terminal sends a burst
        await until(pilot, lambda: screen.bench.model_a == B)
        assert screen.query_one(QueryBox).text == ""
        assert workshop.server.chats(A) == []


async def test_enter_takes_what_is_marked(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/sw")
        await pilot.press("enter")
        assert (screen.bench.model_a, screen.bench.model_b) == (B, A)
        assert screen.query_one(QueryBox).text == ""
        assert not screen.query_one(SlashPalette).is_open


async def test_up_and_down_mark_and_tab_completes(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/model")
        box = screen.query_one(QueryBox)
        assert marked(screen) == "/models"
        await pilot.press("down")
        assert marked(screen) == "/model-a [NAME]"
        await pilot.press("up", "up")
        assert marked(screen) == rows(screen)[-1]
        await pilot.press("down", "down", "down", "tab")
        assert box.text == "/model-b "
        assert box.has_focus
        assert set(rows(screen)) == {B, A, THINKER}
        assert marked(screen) == B
        await pilot.press(*"qw")
        assert rows(screen) == [THINKER]
        await pilot.press("tab")
        assert box.text == f"/model-b {THINKER}"
        await pilot.press("enter")
        assert screen.bench.model_b == THINKER
        assert box.text == ""


async def test_an_argument_is_run_with_its_best_fit(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/model-b qwe")
        await pilot.press("enter")
        assert screen.bench.model_b == THINKER


async def test_escape_closes_the_palette_and_keeps_the_text(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        box, palette = screen.query_one(QueryBox), screen.query_one(SlashPalette)
        await pilot.press("slash", "s")
        assert palette.is_open
        await pilot.press("escape")
        assert not palette.is_open and box.text == "/s"
        assert screen.bench.run.running, "the first escape only closes"
        await pilot.press("w")
        assert palette.is_open
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not screen.bench.run.running)
        assert box.text == "/sw"


async def test_a_closed_palette_takes_the_text_as_it_stands(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/sw")
        await pilot.press("escape", "enter")
        assert screen.query_one(QueryBox).text == "/sw"
        assert "no command /sw" in notice(screen)
        assert screen.bench.model_a == A


async def test_the_mouse_picks_a_row(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/method ")
        await pilot.click("SlashPalette OptionList", offset=(4, 1))
        assert screen.bench.method == "raw"
        assert isinstance(pilot.app.focused, QueryBox)
        screen = await typed(pilot, "/count")
        await pilot.click("SlashPalette OptionList", offset=(4, 0))
        assert screen.query_one(QueryBox).text == "/count "


async def test_an_unknown_command_says_so_and_stays(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/swpa")
        await pilot.press("enter")
        assert screen.query_one(QueryBox).text == "/swpa"
        assert "Did you mean /swap?" in notice(screen)
        assert screen.bench.model_a == A
        await pilot.press("tab")
        assert screen.query_one(QueryBox).text == "/swap"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/swap now", "takes nothing behind it"),
        ("/rerun", "no query to run again"),
        ("/model-a zzz", "no model zzz"),
        ("/options heat=1", "no option with a value"),
        ("/host nonsense:port", "no address"),
        ("/template a /nowhere/prompt.txt", "cannot be read"),
        ("/ what", "no command /"),
    ],
)
async def test_what_cannot_be_done_is_said(workshop: Workshop, text: str, said: str) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, text)
        await pilot.press("enter")
        await until(pilot, lambda: said in notice(screen))
        assert workshop.server.chats(A) == []
        if "template" not in text:  # whose file is read after it was taken
            assert screen.query_one(QueryBox).text == text


async def test_two_slashes_send_a_query_that_begins_with_one(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "//etc/hosts is what?")
        assert rows(screen) == []
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.run.query)
        assert screen.bench.run.query == "/etc/hosts is what?"
        await until(pilot, lambda: not screen.bench.run.running)
        await pilot.press("up")
        assert screen.query_one(QueryBox).text == "//etc/hosts is what?"


async def test_a_stopped_query_with_a_slash_comes_back_as_it_was_typed(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        screen.query_one(QueryBox).put("//x")
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.run.running)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.bench.run.running)
        assert screen.query_one(QueryBox).text == "//x"
        workshop.server.release()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: not screen.bench.run.running)
        assert screen.bench.run.query == "/x"
        assert screen.query_one(QueryBox).text == ""


async def test_commands_in_the_history_do_not_stop_the_way_through_it(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot, "first")
        box = screen.query_one(QueryBox)
        box.put("/count 5")
        await pilot.press("enter")
        assert screen.bench.count == 5
        await pilot.press("up")
        assert box.text == "/count 5" and not screen.query_one(SlashPalette).is_open
        await pilot.press("up")
        assert box.text == "first"
        await pilot.press("down", "backspace")
        assert box.text == "/count " and screen.query_one(SlashPalette).is_open


async def test_the_palette_follows_what_becomes_possible(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        await pilot.press("slash", *"swap")
        menu = screen.query_one(SlashPalette).menu
        assert menu is not None and menu.rows[0].reason == "Stop the run first."
        await pilot.press("enter")
        assert "Stop the run first." in notice(screen)
        assert screen.query_one(QueryBox).text == "/swap"
        workshop.server.release()
        await until(pilot, lambda: not screen.bench.run.running)
        menu = screen.query_one(SlashPalette).menu
        assert menu is not None and menu.rows[0].reason == ""


async def test_a_cloud_model_needs_a_yes(workshop: Workshop) -> None:
    workshop.server.add_model(CLOUD_STUB)
    async with pilot_of(workshop) as pilot:
        for answer, chosen in (("n", B), ("y", CLOUD_STUB.name)):
            screen = await typed(pilot, f"/model-b {CLOUD_STUB.name}")
            await pilot.press("enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
            assert screen.bench.model_b == chosen


async def test_what_a_session_sets_reaches_the_models_and_is_said(
    workshop: Workshop, tmp_path: Path
) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text("Nothing but {count} examples for {query}", encoding="utf-8")
    async with pilot_of(workshop) as pilot:
        for text in (
            "/system Be brief.",
            "/options a.seed=7 num_ctx=2048",
            "/count 2",
            f"/template a {prompt}",
        ):
            screen = await typed(pilot, text)
            await pilot.press("escape", "enter")
        await until(pilot, lambda: screen.bench.session.prompt_a)
        title = str(screen.query_one(QueryBox).border_title)
        for words in ("2 demonstrations", "system text", "template A", "A seed 7"):
            assert words in title
        await ask_and_wait(pilot)
        a, b = workshop.server.chats(A)[0], workshop.server.chats(B)[0]
        assert a.options["seed"] == 7 and "seed" not in b.options
        assert a.options["num_ctx"] == b.options["num_ctx"] == 2048
        assert "Be brief." in a.messages[0]["content"] and "Be brief." in b.messages[0]["content"]
        assert a.messages[-1]["content"] == f"Nothing but 2 examples for {QUERY}"
        for text in ("/system off", "/options reset", "/template default", "/count 3"):
            await typed(pilot, text)
            await pilot.press("escape", "enter")
        await until(
            pilot,
            lambda: (
                str(screen.query_one(QueryBox).border_title)
                == "ask · starts fresh (ctrl+f continues)"
            ),
        )


async def test_quick_asks_model_b_alone_once(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/quick What is a\nmonad?")
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.run.result)
        assert workshop.server.chats(A) == []
        assert workshop.server.chats(B)[0].messages[-1]["content"] == "What is a\nmonad?"
        assert screen.bench.method == "handoff"


async def test_new_empties_the_panes_and_the_last_query_can_be_run_again(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await typed(pilot, "/new")
        await pilot.press("enter")
        panes = screen.query_one(Panes)
        assert panes.answer.text == panes.draft.text == panes.demonstrations.text == ""
        assert not screen.query_one("QueryLine").has_class("-filled")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen.bench.run.result)
        assert screen.bench.run.query == QUERY


async def test_clear_asks_and_the_inspector_can_undo_it(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await typed(pilot, "/clear")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("escape")
        assert workshop.cache.size == 1
        await typed(pilot, "/clear")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: workshop.cache.size == 0)
        await until(pilot, lambda: pilot.app.screen is screen)
        await typed(pilot, "/clear")
        await pilot.press("enter")
        await until(pilot, lambda: "empty already" in notice(screen))
        pilot.app.caches.undo(False).undo()
        assert workshop.cache.size == 1


async def test_an_answer_is_saved_and_replaces_nothing_without_a_yes(
    workshop: Workshop, tmp_path: Path
) -> None:
    path = tmp_path / "answer.md"
    path.write_text("old", encoding="utf-8")
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        for answer, kept in (("n", "old"), ("y", ANSWER)):
            await typed(pilot, f"/save {path}")
            await pilot.press("escape", "enter")
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
            await until(pilot, lambda kept=kept: path.read_text(encoding="utf-8") == kept)
        assert path.stat().st_mode & 0o777 == 0o600
        for bad, said in ((tmp_path / "no" / "x", "no folder"), (tmp_path, "cannot be written")):
            await typed(pilot, f"/save {bad}")
            await pilot.press("escape", "enter")
            if bad is tmp_path:
                await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
                await pilot.press("y")
            await until(pilot, lambda said=said: said in notice(screen))


async def test_the_list_of_commands_on_ctrl_p_has_all_of_them_once(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        titles = [entry.title for entry in pilot.app.get_system_commands(screen)]
        assert len(titles) == len(COMMANDS)
        assert all(title.startswith(c.title) for title, c in zip(titles, COMMANDS, strict=True))


# Help


async def test_a_question_mark_is_help_in_an_empty_box_and_a_letter_in_a_query(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        await pilot.press("escape", "w", "question_mark")
        assert screen.query_one(QueryBox).text == "w?"
        screen.query_one(Panes).answer.view.focus()
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))


def help_shown(pilot: Pilot[None]) -> str:
    assert isinstance(pilot.app.screen, HelpScreen)
    dialog = pilot.app.screen.query("Static").results()
    return "\n".join(str(part.render()) for part in dialog)


async def test_help_says_where_one_is_and_filters(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        pilot.app.use_keys({"model.swap": "f11"})
        for focus, name, own in (
            (screen.query_one(QueryBox), "the query box", "Send"),
            (screen.query_one(Panes).answer.view, "final answer", "Thinking"),
            (screen.query_one("#demonstrations VerticalScroll"), "demonstrations", "Fold all"),
            (screen.query_one("#swap"), "Swap the two models", "Choose"),
        ):
            focus.focus()
            await pilot.pause()
            await pilot.press("f1")
            await until(pilot, lambda own=own: own in help_shown(pilot))
            assert f"you are in: {name}" in help_shown(pilot).replace("B · ", "")
            await pilot.press("f1")
            await until(pilot, lambda: pilot.app.screen is screen)
        await pilot.press("f1", "f", "1", "1")
        await until(pilot, lambda: "Copy" not in help_shown(pilot))
        assert "Swap the models" in help_shown(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "Copy the answer" in help_shown(pilot))
        await pilot.press(*"zzz")
        await until(pilot, lambda: "Nothing here" in help_shown(pilot))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.screen is screen)


@pytest.mark.parametrize("size", [(60, 20), (30, 8), (20, 5)])
async def test_small_screens_are_no_trouble(workshop: Workshop, size: tuple[int, int]) -> None:
    async with pilot_of(workshop, size) as pilot:
        screen = await typed(pilot, "/")
        palette, box = screen.query_one(SlashPalette), screen.query_one(QueryBox)
        await pilot.press("down")
        assert palette.region.bottom == box.region.y or size[1] < 9
        await pilot.resize_terminal(120, 40)
        await pilot.resize_terminal(*size)
        await pilot.press("escape", "backspace", "f1", *"swap")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert pilot.app.screen.query_one(Input).value == "swap"
        await pilot.press("pagedown", "down", "up", "pageup", "escape", "escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_hostile_names_are_shown_as_text(workshop: Workshop) -> None:
    workshop.server.fault("hostile_names", path="/api/tags")
    async with pilot_of(workshop) as pilot:
        screen = await typed(pilot, "/model-a ")
        assert screen.query_one("SlashPalette OptionList", OptionList).option_count > 0
        shot = pilot.app.export_screenshot()
        assert "\x1b" not in shot and "\x9b" not in shot
        await pilot.press("enter")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ModelPicker)
