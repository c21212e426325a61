"""The cache inspector as it is opened from the main screen, with the query that would be asked."""

from __future__ import annotations

from textual.pilot import Pilot

from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.query_box import QueryBox

from .inspector_support import at_rest
from .workshop import (
    ANSWER,
    DEMONSTRATIONS,
    QUERY,
    A,
    B,
    Workshop,
    ask_and_wait,
    connected,
    until,
)


def notice(screen: MainScreen) -> str:
    return str(screen.query_one(NoticeBar).content)


async def open_inspector(pilot: Pilot[None]) -> str:
    """Press the key and say what stands below the demonstrations."""
    await pilot.press("f7")
    screen = await at_rest(pilot)
    return str(screen.panes.detail.border_subtitle)


async def test_after_a_run_its_entry_would_be_a_hit(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40), notifications=True) as pilot:
        await ask_and_wait(pilot)
        assert "would be a hit now" in await open_inspector(pilot)


async def test_another_order_and_another_model_a_would_be_no_hit(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40), notifications=True) as pilot:
        await ask_and_wait(pilot)
        await pilot.press("f6")
        assert "The order is demos-first now" in await open_inspector(pilot)
        await pilot.press("escape", "f6", "ctrl+s")
        assert f"Model A is {B} now, it was {A}" in await open_inspector(pilot)


async def test_enter_uses_the_demonstrations_for_the_query_in_the_box(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40), notifications=True) as pilot:
        screen = await ask_and_wait(pilot)
        screen.query_one(QueryBox).put("Something else entirely")
        assert "no hit now" in await open_inspector(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.run.query == "Something else entirely")
        await until(pilot, lambda: not screen.bench.run.running)
        assert screen.bench.run.result is not None
        assert screen.bench.run.result.demonstrations == DEMONSTRATIONS
        assert len(workshop.server.chats(A)) == 1
        assert len(workshop.server.chats(B)) == 2


async def test_what_was_deleted_can_be_undone_after_closing_and_opening(
    workshop: Workshop,
) -> None:
    async with workshop.app().run_test(size=(120, 40), notifications=True) as pilot:
        screen = await ask_and_wait(pilot)
        await open_inspector(pilot)
        await pilot.press("d")
        await until(pilot, lambda: workshop.cache.size == 0)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        await open_inspector(pilot)
        await pilot.press("u")
        await until(pilot, lambda: workshop.cache.size == 1)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)


async def test_an_answer_becomes_a_demonstration_once_and_can_be_undone(
    workshop: Workshop,
) -> None:
    async with workshop.app().run_test(size=(120, 40), notifications=True) as pilot:
        screen = await ask_and_wait(pilot)
        key = next(entry.key for entry in workshop.cache.entries(0, 5))

        def kept() -> list[str]:
            entry = workshop.cache.entry(key)
            return [d.text for d in entry.demonstrations] if entry else []

        for said in ("is a demonstration for this query now", "is a demonstration already"):
            await screen.run_action("keep_answer")
            await until(pilot, lambda said=said: said in notice(screen))
            assert len(kept()) == 4
        assert kept()[-1] == f"Task: {QUERY}\n\nSolution:\n\n{ANSWER}"
        await open_inspector(pilot)
        await pilot.press("u")
        await until(pilot, lambda: kept() == list(DEMONSTRATIONS))


async def test_an_empty_cache_explains_itself(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(60, 20), notifications=True) as pilot:
        await connected(pilot)
        await pilot.press("f7")
        screen = await at_rest(pilot)
        assert screen.view.is_empty
        assert "The cache is empty." in pilot.app.export_screenshot().replace("&#160;", " ")
