"""Pictures of the slash palette and of the help. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.slash_palette import SlashPalette

from .workshop import A, B, Workshop, connected, main_screen, still, until

WIDE, SMALL = (120, 40), (60, 20)
Take = Callable[[str, tuple[int, int]], None]


@pytest.fixture
def typed(workshop: Workshop, snap_compare: Any) -> Take:
    """Takes a picture of the palette for a text and compares it."""

    def take(text: str, size: tuple[int, int]) -> None:
        async def before(pilot: Pilot[None]) -> None:
            screen = await connected(pilot)
            box = screen.query_one(QueryBox)
            box.cursor_blink = False
            box.put(text)
            palette = screen.query_one(SlashPalette)
            await until(pilot, lambda: palette.menu is not None and palette.menu.text == text)
            await still(pilot)

        app = workshop.app(remembered=Remembered(model_a=A, model_b=B))
        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_palette_open(typed: Take, size: tuple[int, int]) -> None:
    typed("/", size)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_commands_that_do_not_apply(typed: Take, size: tuple[int, int]) -> None:
    typed("/co", size)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_an_argument(typed: Take, size: tuple[int, int]) -> None:
    typed("/model-b ", size)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_options(typed: Take, size: tuple[int, int]) -> None:
    typed("/options ", size)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_nothing_found(typed: Take, size: tuple[int, int]) -> None:
    typed("/swpa", size)


def test_two_slashes(typed: Take) -> None:
    typed("//etc/hosts is what?", SMALL)


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_files(
    typed: Take, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "work"
    (folder / "prompts").mkdir(parents=True)
    (folder / "notes.md").write_text("x" * 3000, encoding="utf-8")
    monkeypatch.chdir(folder)
    typed("/template a ", size)


@pytest.mark.parametrize("size", [WIDE, SMALL])
@pytest.mark.parametrize("words", ["", "model", "ctrl+s", "zzz"])
def test_help(workshop: Workshop, snap_compare: Any, size: tuple[int, int], words: str) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await connected(pilot)
        main_screen(pilot).query_one(QueryBox).cursor_blink = False
        await pilot.press("f1", *words)
        pilot.app.screen.query_one(Input).cursor_blink = False
        await still(pilot)

    app = workshop.app(remembered=Remembered(model_a=A, model_b=B))
    assert snap_compare(app, terminal_size=size, run_before=before)
