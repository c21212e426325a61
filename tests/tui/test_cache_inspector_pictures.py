"""One picture per state of the cache inspector. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.store.cache_entry import CachedDemonstration, CacheEntry
from sutra_tui.tui.widgets.demonstration_editor import DemonstrationEditor

from .inspector_support import BENCH, QUERY, Shelf, at_rest, inspector, parts, queries, until
from .test_cache_inspector import EVIL

WIDE, MEDIUM, SIXTY, NARROW = (120, 40), (80, 24), (60, 24), (50, 18)
Step = Callable[[Pilot[None]], Awaitable[object]]


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.fill()
    return shelf


@pytest.fixture
def picture(snap_compare: Any) -> Callable[..., None]:
    """Takes a picture after a step and compares it."""

    def take(shelf: Shelf, step: Step, size: tuple[int, int] = WIDE, **changes: Any) -> None:
        async def before(pilot: Pilot[None]) -> None:
            await at_rest(pilot)
            await step(pilot)
            await at_rest(pilot)
            for field in inspector(pilot).query(Input):
                field.cursor_blink = False

        assert snap_compare(shelf.app(**changes), terminal_size=size, run_before=before)

    return take


def on(query: str) -> Step:
    """Put the cursor on an entry."""

    async def step(pilot: Pilot[None]) -> None:
        place = next(n for n, q in enumerate(queries(pilot)) if q.startswith(query))
        await pilot.press(*["down"] * place)

    return step


async def nothing(pilot: Pilot[None]) -> None:
    await pilot.pause()


async def filtered(pilot: Pilot[None]) -> None:
    screen = inspector(pilot)
    await pilot.press("slash")
    screen.query_one(Input).cursor_blink = False
    await pilot.press(*"list")
    await until(pilot, lambda: screen.view.total == 2)


async def no_match(pilot: Pilot[None]) -> None:
    screen = inspector(pilot)
    await pilot.press("slash")
    screen.query_one(Input).cursor_blink = False
    await pilot.press(*"zebra")
    await until(pilot, lambda: screen.view.is_empty)


async def editing(pilot: Pilot[None]) -> None:
    screen = inspector(pilot)
    await on("What does yield")(pilot)
    await at_rest(pilot)
    await pilot.press("tab", "tab", "e")
    await until(pilot, lambda: isinstance(screen.focused, DemonstrationEditor))
    screen.query_one(DemonstrationEditor).cursor_blink = False
    await pilot.press("end", *" typed")
    await until(pilot, lambda: not screen._typed)


async def clearing(pilot: Pilot[None]) -> None:
    await pilot.press("C")
    await until(pilot, lambda: len(pilot.app.screen_stack) == 3)


def test_empty(picture: Any) -> None:
    picture(Shelf(), nothing)


@pytest.mark.parametrize("size", [WIDE, MEDIUM, SIXTY, NARROW])
def test_filled(picture: Any, shelf: Shelf, size: tuple[int, int]) -> None:
    picture(shelf, on(QUERY), size)


@pytest.mark.parametrize("size", [WIDE, SIXTY])
def test_the_key_and_what_differs(picture: Any, shelf: Shelf, size: tuple[int, int]) -> None:
    now = replace(parts(), digest="b" * 64, count=5, options={"temperature": 0.7, "seed": 7})

    async def step(pilot: Pilot[None]) -> None:
        await on(QUERY)(pilot)
        await at_rest(pilot)
        inspector(pilot).panes.reveal("key")

    picture(shelf, step, size, parts_now=now)


@pytest.mark.parametrize("size", [WIDE, SIXTY])
def test_filtered(picture: Any, shelf: Shelf, size: tuple[int, int]) -> None:
    picture(shelf, filtered, size)


def test_nothing_found(picture: Any, shelf: Shelf) -> None:
    picture(shelf, no_match)


@pytest.mark.parametrize("size", [WIDE, SIXTY])
def test_editing(picture: Any, shelf: Shelf, size: tuple[int, int]) -> None:
    picture(shelf, editing, size)


def test_clearing_is_asked(picture: Any, shelf: Shelf) -> None:
    picture(shelf, clearing, MEDIUM)


def test_foreign_entries(picture: Any) -> None:
    shelf = Shelf()
    for number in range(3):
        texts = (CachedDemonstration(0, f"From another program, number {number}."),)
        entry = CacheEntry(0, str(number) * 64, demonstrations=texts, source="import", foreign=True)
        shelf.cache.restore(replace(entry, created_at=shelf.clock.now - 90_000))
    picture(shelf, nothing)


@pytest.mark.parametrize("size", [WIDE, SIXTY])
def test_hostile_text(picture: Any, size: tuple[int, int]) -> None:
    shelf = Shelf()
    evil = replace(parts(f"query {EVIL}"), model_a=f"model {EVIL}", order=EVIL)
    key = shelf.keep(f"# {EVIL}", EVIL + "x" * 2**20, of=evil, draft=EVIL)
    shelf.cache.note_edit(key, shelf.ids(key)[0], EVIL)
    picture(shelf, nothing, size, query=EVIL, bench=replace(BENCH, model_a=EVIL))


def test_filled_in_the_light_theme(picture: Any, shelf: Shelf) -> None:
    async def step(pilot: Pilot[None]) -> None:
        pilot.app.theme = "sutra-light"
        await on(QUERY)(pilot)

    picture(shelf, step)
