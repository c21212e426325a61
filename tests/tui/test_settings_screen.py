"""Changing settings as a person does: every key, the mouse, and what goes wrong."""

from __future__ import annotations

from typing import Any

import pytest
from textual.widgets import Input, Static

from sutra_tui.settings import read_settings
from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.settings import SettingsScreen
from sutra_tui.tui.widgets.setting_editor import SettingEditor
from sutra_tui.tui.widgets.settings_list import SettingsList

from .settings_support import (
    OWN,
    go_to,
    notice,
    open_settings,
    said,
    settings_app,
    settings_file,
    type_value,
)
from .workshop import A, Workshop, ask, connected, main_screen, until


def pilot_of(workshop: Workshop, text: str | None = OWN, **changes: Any) -> Any:
    app = settings_app(workshop, text, **changes)
    return app.run_test(size=(120, 40), notifications=True, tooltips=True)


def verdict(screen: SettingsScreen) -> str:
    return str(screen.query_one(SettingEditor).query_one(".verdict", Static).content)


def about(screen: SettingsScreen) -> str:
    return str(screen.query_one(SettingEditor).query_one(".about", Static).content)


async def test_every_setting_is_listed_and_told(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        rows = pilot.app.desk.rows()
        assert len(rows) > 60
        for row in rows:
            await go_to(pilot, screen, row.field.name)
            assert row.field.about in about(screen)
            assert "A change counts" in about(screen)


async def test_a_number_is_judged_as_it_is_typed_and_kept_with_its_comment(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "count")
        await type_value(pilot, screen, "99")
        assert verdict(screen) == "✗ It must be a whole number from 1 to 10."
        await pilot.press("enter")
        await pilot.pause()
        assert screen.query_one(SettingEditor).is_open, "what cannot be used is not accepted"
        await pilot.press("ctrl+u", "5")
        await until(pilot, lambda: verdict(screen) == "✓ count = 5")
        await pilot.press("enter")
        await said(pilot, screen, "Saved: count = 5. It counts at once.")
        assert settings_file(workshop).read_text() == OWN.replace("count = 2 ", "count = 5 ")
        assert main_screen(pilot).bench.count == 5
        assert not screen.query_one(SettingEditor).is_open
        assert screen.current is not None and screen.current.shown == "5"


async def test_choices_go_round_with_enter_and_space(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "method")
        await pilot.press("enter")
        await said(pilot, screen, "Saved: method = raw.")
        assert main_screen(pilot).bench.method == "raw"
        await pilot.press("space")
        await said(pilot, screen, "Saved: method = handoff.")
        assert main_screen(pilot).bench.method == "handoff"
        await go_to(pilot, screen, "reduced_motion")
        await pilot.press("enter")
        await said(pilot, screen, "Saved: reduced_motion = false.")
        assert pilot.app.settings.reduced_motion is False
        assert "reduced_motion = false  # calm" in settings_file(workshop).read_text()


async def test_reset_takes_a_setting_out_of_the_file(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "model_b.num_ctx")
        await pilot.press("r")
        await said(pilot, screen, "model_b.num_ctx has its default again. It counts from the next")
        assert "num_ctx" not in settings_file(workshop).read_text()
        assert pilot.app.settings.options_b.num_ctx == 4096
        await pilot.press("r")
        await said(pilot, screen, "has its default already")
        await go_to(pilot, screen, "count")
        await type_value(pilot, screen, "")
        assert verdict(screen) == "✓ the default"
        await pilot.press("enter")
        await said(pilot, screen, "count has its default again.")
        assert "count" not in settings_file(workshop).read_text()


async def test_a_file_is_made_when_the_first_setting_is_saved(workshop: Workshop) -> None:
    async with pilot_of(workshop, None) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "cache_ttl_s")
        await type_value(pilot, screen, "86400")
        await pilot.press("enter")
        await said(pilot, screen, "cache_ttl_s = 86400. It counts from the next start.")
        assert read_settings(settings_file(workshop)).settings.cache_ttl_s == 86400


async def test_options_count_from_the_next_run(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "model_a.num_ctx")
        await type_value(pilot, screen, "2048")
        await pilot.press("enter")
        await said(pilot, screen, "Saved: model_a.num_ctx = 2048. It counts from the next run.")
        await pilot.press("escape")
        await ask(pilot)
        await until(pilot, lambda: workshop.server.chats(A))
        assert workshop.server.chats(A)[-1].options["num_ctx"] == 2048


async def test_a_theme_is_completed_checked_and_put_on_at_once(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "theme")
        await type_value(pilot, screen, "nrod")
        assert verdict(screen) == "✗ There is no theme nrod; did you mean nord?"
        await pilot.press("ctrl+u", "s", "u", "t", "r", "a", "-", "l")
        box = screen.query_one("#value", Input)
        await until(pilot, lambda: box._suggestion == "sutra-light")
        await pilot.press("right")
        await until(pilot, lambda: verdict(screen) == "✓ theme = sutra-light")
        await pilot.press("enter")
        await said(pilot, screen, "Saved: theme = sutra-light. It counts at once.")
        assert pilot.app.theme == "sutra-light"
        await pilot.press("r")
        await said(pilot, screen, "theme has its default again")
        assert pilot.app.theme == "sutra-dark"


async def test_escape_leaves_the_value_then_the_filter_then_the_screen(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await pilot.press("slash", "n", "u", "m", "_", "c", "t", "x", "enter")
        rows = screen.query_one(SettingsList)
        await until(pilot, lambda: rows.has_focus and rows.option_count == 4)
        await go_to(pilot, screen, "model_b.num_ctx")
        await type_value(pilot, screen, "512")
        await pilot.press("escape")
        await until(pilot, lambda: not screen.query_one(SettingEditor).is_open and rows.has_focus)
        assert settings_file(workshop).read_text() == OWN, "nothing was saved"
        await pilot.press("escape")
        await until(pilot, lambda: rows.option_count > 60)
        assert isinstance(pilot.app.screen, SettingsScreen)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def test_a_filter_that_finds_nothing_says_so(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await pilot.press("slash", "q", "q", "q")
        await until(pilot, lambda: "No setting has all of these words" in about(screen))
        await pilot.press("enter", "enter", "r")
        await pilot.pause()
        assert settings_file(workshop).read_text() == OWN


async def test_f10_closes_what_it_opened(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        await open_settings(pilot)
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def test_the_first_click_goes_there_and_the_second_changes(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        rows = screen.query_one(SettingsList)
        await go_to(pilot, screen, "count")
        at = rows.region.offset
        line = rows.get_option_index("method")
        await pilot.click(offset=(at.x + 6, at.y + line))
        await until(pilot, lambda: rows.current == "method")
        assert settings_file(workshop).read_text() == OWN
        await pilot.click(offset=(at.x + 6, at.y + line))
        await said(pilot, screen, "Saved: method = raw.")
        before = rows.highlighted
        await pilot.click(offset=(at.x + 2, at.y))
        await pilot.pause()
        assert rows.highlighted == before, "a heading is nothing to choose"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("count = \n", ["config.toml", "is not valid TOML", "line 1"]),
        ("zoo = 1\n", ["line 1: there is no setting zoo"]),
        ("count = 99\n", ["One setting in config.toml cannot be used: look for the mark !"]),
        ("[keys]\n'model.a' = 'f3'\n", ["One setting"]),
    ],
)
async def test_what_is_wrong_with_the_file_is_said_at_once(
    workshop: Workshop, text: str, words: list[str]
) -> None:
    async with pilot_of(workshop, text) as pilot:
        screen = await open_settings(pilot)
        assert all(word in notice(screen) for word in words), notice(screen)


async def test_a_file_that_does_not_parse_is_not_overwritten(workshop: Workshop) -> None:
    async with pilot_of(workshop, "count = \n") as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "method")
        await pilot.press("enter")
        await said(pilot, screen, "It was not changed.")
        assert settings_file(workshop).read_text() == "count = \n"
        assert main_screen(pilot).bench.method == "handoff"


async def test_a_wrong_value_is_marked_explained_and_can_be_put_right(workshop: Workshop) -> None:
    async with pilot_of(workshop, "count = 99  # many\n") as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "count")
        assert "! count = 99 cannot be used" in about(screen)
        await pilot.press("r")
        await said(pilot, screen, "count has its default again.")
        assert "count" not in settings_file(workshop).read_text()
        assert "!" not in about(screen)


async def test_a_key_that_cannot_be_had_counts_as_the_commands_own(workshop: Workshop) -> None:
    async with pilot_of(workshop, "[keys]\n'model.a' = 'f3'\n") as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "keys.model.a")
        assert screen.current is not None
        assert (screen.current.shown, screen.current.source) == ("f2", "default")
        assert "! f3 is the key of" in about(screen)
        await pilot.press("r")
        await said(pilot, screen, "keys.model.a has its default again.")
        assert "model.a" not in settings_file(workshop).read_text()


async def test_what_goes_before_the_file_is_said(workshop: Workshop) -> None:
    overrides = {"host": ("OLLAMA_HOST", "localhost:1")}
    text = "\nhost = 'localhost:2'\n"
    async with pilot_of(workshop, text, overrides=overrides) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "host")
        assert "Line 2 says something too; OLLAMA_HOST goes first." in about(screen)
        await type_value(pilot, screen, "localhost:3")
        await pilot.press("enter")
        await said(pilot, screen, "It counts when OLLAMA_HOST does not go before it.")


async def test_N26_servers_are_not_changed_under_a_run(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        await ask(pilot)
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "host")
        await pilot.press("enter")
        await said(pilot, screen, "Stop the run first")
        assert not screen.query_one(SettingEditor).is_open
        workshop.server.release()


# -- at the start ---------------------------------------------------------------------------------


async def test_what_the_file_says_goes_before_what_was_chosen_last(workshop: Workshop) -> None:
    last = Remembered(method="raw", order="demos-first", theme="nord")
    text = "method = 'handoff'\ntheme = 'sutra-light'\n"
    async with pilot_of(workshop, text, remembered=last) as pilot:
        bench = (await connected(pilot)).bench
        assert (bench.method, pilot.app.theme) == ("handoff", "sutra-light")
        assert bench.order == "demos-first", "where it says nothing, the last choice stands"


# -- keys -----------------------------------------------------------------------------------------


async def test_a_new_key_works_at_once_and_everywhere(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "keys.model.a")
        await type_value(pilot, screen, "f3")
        assert verdict(screen) == '✗ f3 is the key of "Choose Model B" (model.b) already.'
        await pilot.press("ctrl+u", *"ctl+b")
        await until(pilot, lambda: "did you mean ctrl+b" in verdict(screen))
        await pilot.press("ctrl+u", *"alt+z, ctrl+b".replace(" ", ""))
        await until(pilot, lambda: verdict(screen) == "✓ keys.model.a = alt+z,ctrl+b")
        await pilot.press("enter")
        await said(pilot, screen, "Saved: keys.model.a = alt+z,ctrl+b. It counts at once.")
        assert '"model.a" = "alt+z,ctrl+b"' in settings_file(workshop).read_text()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        for key in ("alt+z", "ctrl+b"):
            await pilot.press(key)
            await until(pilot, lambda: "ModelPicker" in repr(pilot.app.screen))
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen), "its own key is free now"


SWAPPED = "[keys]\n'model.a' = 'f3'\n'model.b' = 'f2'\n'app.help' = 'alt+z'\n'app.quit' = 'f11'\n"


async def test_keys_of_the_file_are_in_footer_help_and_palette(workshop: Workshop) -> None:
    async with pilot_of(workshop, SWAPPED) as pilot:
        screen = await connected(pilot)
        shown = {
            active.binding.id: key for key, active in screen.active_bindings.items()
            if active.binding.show
        }  # fmt: skip
        assert (shown["model.a"], shown["model.b"], shown["app.help"]) == ("f3", "f2", "alt+z")
        titles = [entry.title for entry in pilot.app.get_system_commands(screen)]
        assert "Choose Model A (f3)" in titles and "Help (alt+z)" in titles
        await pilot.press("alt+z")
        await until(pilot, lambda: "HelpScreen" in repr(pilot.app.screen))
        text = "".join(str(part.content) for part in pilot.app.screen.query(Static))
        assert "f3  Choose Model A" in text and "alt+z  Help" in text
        await pilot.press("alt+z")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        await pilot.press("f2")
        await until(pilot, lambda: "ModelPicker" in repr(pilot.app.screen))
        assert "Model B" in "".join(str(part.content) for part in pilot.app.screen.query(Static))


async def test_a_key_that_does_not_apply_says_why_also_when_it_is_another(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop, "[keys]\n'run.again' = 'alt+z'\n") as pilot:
        screen = await connected(pilot)
        await pilot.press("alt+z")
        await until(pilot, lambda: "no query to run again" in str(
            screen.query_one("NoticeBar").content))  # type: ignore[attr-defined]  # fmt: skip


async def test_the_key_for_quitting_is_another_on_every_screen(workshop: Workshop) -> None:
    async with pilot_of(workshop, SWAPPED) as pilot:
        await open_settings(pilot)
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert pilot.app.is_running
        await pilot.press("f11")
        await until(pilot, lambda: not pilot.app.is_running)
