"""Pictures of attached files, of files offered in a query and of a conversation that goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.slash_palette import SlashPalette

from .workshop import A, B, Workshop, ask_and_wait, connected, main_screen, still, until

SIZES = [(120, 40), (80, 24), (60, 20)]
sized = pytest.mark.parametrize("size", SIZES)


@pytest.fixture(autouse=True)
def work(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path.home() / "work"
    for name, text in (
        ("src/store/cache.py", "def get(key):\n    return None\n" * 60),
        ("src/main.py", "print(1)\n" * 20),
        ("notes.md", "remember\n" * 300),
        ("tests/test_cache.py", "assert True\n"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def app(workshop: Workshop) -> Any:
    return workshop.app(remembered=Remembered(model_a=A, model_b=B))


async def attach(pilot: Pilot[None], *paths: str) -> MainScreen:
    screen = await connected(pilot)
    for path in paths:
        screen.action_attach_file(path)
        await until(pilot, lambda path=path: path in [f.name for f in screen.bench.files])  # type: ignore[misc]
    return screen


@sized
def test_files_offered(snap_compare: Any, app: Any, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        screen = await connected(pilot)
        screen.query_one(QueryBox).put("Why is @cac")
        await until(pilot, lambda: screen.query_one(SlashPalette).is_open)
        await still(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@sized
def test_files_attached(snap_compare: Any, app: Any, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        screen = await attach(pilot, "src/store/cache.py", "src/main.py", "notes.md")
        screen.query_one(QueryBox).put("Why is @src/store/cache.py slow?")
        await until(pilot, lambda: screen.query_one(QueryBox).plain_text)
        await still(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@sized
def test_conversation_goes_on(snap_compare: Any, app: Any, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await attach(pilot, "src/main.py")
        await ask_and_wait(pilot)
        await pilot.press("ctrl+f")
        main_screen(pilot).query_one(QueryBox).put("And for floats?")
        await still(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@sized
def test_starts_fresh(snap_compare: Any, app: Any, size: tuple[int, int]) -> None:
    async def before(pilot: Pilot[None]) -> None:
        await ask_and_wait(pilot)
        await still(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)


@sized
def test_a_file_from_elsewhere(
    snap_compare: Any, app: Any, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path("/srv/projects/report.txt")
    monkeypatch.setattr("sutra_tui.attaching.resolved", lambda typed: path)

    async def before(pilot: Pilot[None]) -> None:
        screen = await connected(pilot)
        screen.action_attach_file("/srv/projects/report.txt")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await still(pilot)

    assert snap_compare(app, terminal_size=size, run_before=before)
