"""Editing what is on the screen and running the stale part of it again, as a person does it."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from sutra_tui.store.history import History
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.text_dialog import TextDialog
from sutra_tui.tui.widgets.demonstration_editor import DemonstrationEditor
from sutra_tui.tui.widgets.demonstrations_pane import Cards
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.thread_line import ThreadLine

from .workshop import (
    DEMONSTRATIONS,
    DRAFT,
    A,
    B,
    Workshop,
    ask_and_wait,
    settled,
    until,
)

WIDE = (120, 40)


def pilot_of(workshop: Workshop, size: tuple[int, int] = WIDE, **changes: Any) -> Any:
    app = workshop.app(model_a=A, model_b=B, **changes)
    return app.run_test(size=size, notifications=True, tooltips=True)


def notice(screen: MainScreen) -> str:
    return str(screen.query_one(NoticeBar).content)


def thread(screen: MainScreen) -> str:
    return str(screen.query_one(ThreadLine).render())


def frames(screen: MainScreen) -> list[str]:
    """The lower edges of the three panes."""
    panes = screen.query_one(Panes)
    return [str(pane.status) for pane in (panes.draft, panes.demonstrations, panes.answer)]


def sent_to_b(workshop: Workshop) -> str:
    """The last prompt that Model B got."""
    return workshop.server.chats(B)[-1].prompt


async def on_demonstration(pilot: Pilot[None], number: int) -> MainScreen:
    """Run a query, and select a demonstration with the keys."""
    screen = await ask_and_wait(pilot)
    screen.query_one(Panes).reveal("demonstrations")
    await until(pilot, lambda: isinstance(screen.focused, Cards))
    await pilot.press("home", *["up"] * 9, *["down"] * 30)
    cards = screen.query_one(Cards)
    while cards.selected != number - 1:
        await pilot.press("up" if cards.selected > number - 1 else "down")
    return screen


async def typed(pilot: Pilot[None], text: str) -> None:
    """Put a text into the box that is open and keep it."""
    await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
    pilot.app.screen.query_one(DemonstrationEditor).text = text
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def run_again(pilot: Pilot[None], screen: MainScreen, key: str = "ctrl+r") -> str:
    """Press a key that runs and wait for the end; gives the id of the run before."""
    before = screen.bench.run.run_id
    await pilot.press(key)
    await until(pilot, lambda: screen.bench.run.run_id != before)
    await until(pilot, lambda: not screen.bench.run.running)
    await settled(pilot)
    return before


async def test_an_edited_demonstration_makes_model_b_stale_and_runs_only_that(
    workshop: Workshop,
) -> None:
    history = History()
    async with pilot_of(workshop, open_history=lambda demo: history) as pilot:
        screen = await on_demonstration(pilot, 2)
        await pilot.press("e")
        await typed(pilot, "Task: edited by hand.")
        assert thread(screen).endswith("B 0.0 s stale") and "demonstrations edited" in thread(
            screen
        )
        assert "A stale" not in thread(screen)
        assert frames(screen)[1:] == ["1 edited, not run yet", "stale: demonstrations edited"]
        assert "Task: edited by hand." in screen.query_one(Panes).demonstrations.text
        before = await run_again(pilot, screen)
        assert len(workshop.server.chats(A)) == 1 and len(workshop.server.chats(B)) == 2
        assert "Task: edited by hand." in sent_to_b(workshop)
        assert DEMONSTRATIONS[1] not in sent_to_b(workshop)
        result = screen.bench.run.result
        assert result is not None and result.status == "complete"
        assert result.demonstrations == (
            DEMONSTRATIONS[0],
            "Task: edited by hand.",
            DEMONSTRATIONS[2],
        )
        assert result.draft == DRAFT and screen.query_one(Panes).draft.text.strip() == DRAFT
        assert "reused" in thread(screen) and "stale" not in thread(screen)
        assert frames(screen)[0] == "reused from an earlier run"
        assert "edited demonstrations were used; only Model B ran" in notice(screen)
        await until(pilot, lambda: (r := history.run(result.run_id)) and r.over)
        run = history.run(result.run_id)
        assert run is not None and run.parent == before
