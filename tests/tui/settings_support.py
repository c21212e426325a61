"""What the tests of the settings screen share: the app on a file of its own, and ways about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from sutra_tui.settings import read_settings
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.screens.settings import SettingsScreen
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.setting_editor import SettingEditor
from sutra_tui.tui.widgets.settings_list import SettingsList

from .workshop import Workshop, connected, until

OWN = """\
# my settings
reduced_motion = true  # calm
count = 2   # two are enough

[model_b]
num_ctx = 8192
"""


def settings_app(workshop: Workshop, text: str | None = OWN, **changes: Any) -> SutraApp:
    """The app with a settings file that says `text`; None is no file."""
    path = settings_file(workshop)
    if text is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    reading = read_settings(path)
    return workshop.app(settings=reading.settings, reading=reading, **changes)


def settings_file(workshop: Workshop) -> Path:
    """Where that app keeps its settings."""
    return workshop.state_file.parent / "config" / "config.toml"


async def open_settings(pilot: Pilot[None]) -> SettingsScreen:
    """Open the screen as its key does."""
    await connected(pilot)
    await pilot.press("f10")
    await until(pilot, lambda: isinstance(pilot.app.screen, SettingsScreen))
    screen = pilot.app.screen
    assert isinstance(screen, SettingsScreen)
    await until(pilot, lambda: screen.query_one(SettingsList).has_focus)
    return screen


async def go_to(pilot: Pilot[None], screen: SettingsScreen, name: str) -> None:
    """Put the cursor on a setting."""
    rows = screen.query_one(SettingsList)
    rows.highlighted = rows.get_option_index(name)
    await until(pilot, lambda: screen.current is not None and screen.current.field.name == name)
    await pilot.pause()


async def type_value(pilot: Pilot[None], screen: SettingsScreen, text: str) -> None:
    """Open the setting under the cursor and replace its value; not accepted yet."""
    editor = screen.query_one(SettingEditor)
    await pilot.press("enter")
    await until(pilot, lambda: editor.is_open)
    await pilot.press("ctrl+u", *(("space" if char == " " else char) for char in text))
    await until(pilot, lambda: editor.query_one("#value", expect_type=None).value == text)  # type: ignore[attr-defined]


def notice(screen: SettingsScreen) -> str:
    """What the line above the footer says."""
    return str(screen.query_one(NoticeBar).content)


async def said(pilot: Pilot[None], screen: SettingsScreen, words: str) -> None:
    """Wait until it says something."""
    await until(pilot, lambda: words in notice(screen))
