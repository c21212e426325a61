"""The mouse does all that keys do: every command, and every dialog's keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Input

from sutra_tui.tui.clicked_hints import key_of_hint
from sutra_tui.tui.commands import COMMANDS
from sutra_tui.tui.screens.host_prompt import HostPrompt
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.prompts import Confirm, LinePrompt
from sutra_tui.tui.widgets.title_bar import TitleBar

from .workshop import A, B, Workshop, connected, until

HINTS = " enter pull · down choose · escape back "


@pytest.mark.parametrize(
    ("line", "column", "key"),
    [
        (HINTS, HINTS.index("enter"), "enter"),
        (HINTS, HINTS.index("pull") + 3, "enter"),
        (HINTS, HINTS.index("choose"), "down"),
        (HINTS, HINTS.index("back"), "escape"),
        (HINTS, 0, ""),
        (HINTS, len(HINTS) - 1, ""),
        (HINTS, HINTS.index("·"), ""),
        ("Press enter again to pull it all the same · escape back", 20, "enter"),
        ("In use: localhost:11434", 5, ""),
        ("enter", 2, ""),
        ("", 0, ""),
    ],
)
def test_a_hint_is_the_key_that_it_names(line: str, column: int, key: str) -> None:
    assert key_of_hint(line, column) == key


async def test_every_command_can_be_reached_by_clicks_alone(workshop: Workshop) -> None:
    app = workshop.app(model_a=A, model_b=B)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        screen = await connected(pilot)
        entries = [entry.title for entry in app.get_system_commands(screen)]
        for command in COMMANDS:
            assert any(entry.startswith(command.title) for entry in entries), command.id
        await pilot.click(TitleBar)
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await pilot.press("escape")
        await pilot.click("FooterKey", offset=(1, 0))  # and what the footer names, there too
        assert isinstance(app.screen, MainScreen)


DIALOGS: dict[str, Callable[[], ModalScreen[object]]] = {
    "line": lambda: LinePrompt("A name", "x", "Up to 80 characters."),
    "confirm": lambda: Confirm("Really?", "It is lost.", "Yes"),
    "host": lambda: HostPrompt("localhost:11434"),
}


@pytest.mark.parametrize("opened", DIALOGS.values(), ids=DIALOGS.keys())
async def test_a_click_beside_a_dialog_closes_it(
    workshop: Workshop, opened: Callable[[], ModalScreen[object]]
) -> None:
    app = workshop.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await connected(pilot)
        answers: list[object] = []
        await app.push_screen(opened(), answers.append)
        await pilot.click(app.screen.query_one(".head"))
        await pilot.pause()
        assert isinstance(app.screen, ModalScreen) and not answers
        await pilot.click(offset=(2, 2))
        await until(pilot, lambda: answers)
        assert isinstance(app.screen, MainScreen)
        assert not answers[0]


async def click_hint(pilot: Pilot[None], words: str) -> None:
    foot = pilot.app.screen.query_one(".foot")
    for y in range(foot.size.height):
        line = foot.render_line(y).text
        if words in line:
            await pilot.click(foot, offset=(line.index(words), y))
            return
    raise AssertionError(f"{words!r} is not at the foot")


async def test_the_hints_at_the_foot_of_a_dialog_can_be_clicked(workshop: Workshop) -> None:
    app = workshop.app()
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await connected(pilot)
        answers: list[object] = []
        for words in ("escape back", "enter go on"):
            await app.push_screen(LinePrompt("A name", "x", "Up to 80."), answers.append)
            await until(pilot, lambda: isinstance(app.focused, Input))
            await click_hint(pilot, words)
            await until(pilot, lambda: isinstance(app.screen, MainScreen))
        assert answers == [None, "x"]
