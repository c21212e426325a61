"""Using the cache inspector as a person does: looking, finding, and putting right."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from sutra_tui.store import cache_records
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.cache_entry import CachedDemonstration, CacheEntry
from sutra_tui.store.database import StoreBusy
from sutra_tui.tui.cache_columns import COLUMNS, arrange
from sutra_tui.tui.cache_commands import CACHE_COMMANDS
from sutra_tui.tui.cache_reader import CacheReader
from sutra_tui.tui.paging import KEPT_PAGES, PAGE
from sutra_tui.tui.screens.cache_inspector import CacheInspector, UseDemonstrations
from sutra_tui.tui.screens.prompts import Confirm, LinePrompt
from sutra_tui.tui.widgets.cache_facts import CacheFacts
from sutra_tui.tui.widgets.cache_summary import CacheSummary
from sutra_tui.tui.widgets.cache_table import CacheHeading, CacheRows
from sutra_tui.tui.widgets.cached_card import CachedCard

from .inspector_support import (
    BENCH,
    QUERIES,
    QUERY,
    A,
    Shelf,
    at_rest,
    inspector,
    notice,
    parts,
    queries,
    until,
)

WIDE, SIXTY, NARROW = (120, 40), (60, 24), (50, 18)


@pytest.fixture(params=["memory", "file"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A filled cache, in memory and in a file."""
    shelf = Shelf(tmp_path / "cache.db" if request.param == "file" else None)
    shelf.fill()
    yield shelf
    shelf.cache.close()


def pilot_of(shelf: Shelf, size: tuple[int, int] = WIDE, **changes: Any) -> Any:
    return shelf.app(**changes).run_test(size=size)


async def go_to(pilot: Pilot[None], query: str) -> CacheInspector:
    """Put the cursor on an entry."""
    screen = await at_rest(pilot)
    screen.panes.rows.focus()
    place = next(n for n, q in enumerate(queries(pilot)) if q.startswith(query))
    await pilot.press("home", *["down"] * place)
    return await at_rest(pilot)


async def press(pilot: Pilot[None], *keys: str) -> CacheInspector:
    await at_rest(pilot)
    await pilot.press(*keys)
    return await at_rest(pilot)


def entry(shelf: Shelf, query: str) -> CacheEntry:
    return next(e for e in shelf.cache.entries(0, 100) if e.query == query)


def shown_facts(screen: CacheInspector) -> str:
    return str(screen.query_one(CacheFacts).query("Static").first().render())


# Looking


async def test_the_newest_is_on_top_and_its_demonstrations_are_shown(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        assert queries(pilot) == ["Explain monads", *reversed(QUERIES)]
        assert [card.name_in_cache for card in screen.query(CachedCard)] == shelf.ids(
            entry(shelf, "Explain monads").key
        )
        header = str(screen.query_one(CacheSummary).render())
        for words in ("10 entries", "hit rate 94%", "17 of 18", "saved"):
            assert words in header


async def test_every_demonstration_and_the_draft_are_rendered(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await go_to(pilot, QUERY)
        texts = [card.query_one("StreamView").text for card in screen.query(CachedCard)]  # type: ignore[attr-defined]
        assert texts == [*shelf.texts(entry(shelf, QUERY).key), "A draft with **bold** words."]


async def test_the_key_and_the_reason_follow_the_cursor(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await go_to(pilot, QUERY)
        assert "Would be a hit now" in shown_facts(screen)
        assert parts().key in "".join(shown_facts(screen).split())
        screen = await go_to(pilot, "How do I sum")
        facts = " ".join(shown_facts(screen).split())
        assert "It expired" in facts
        assert "The query in the box is another one." in facts
        assert f"Model A is {A} now, it was qwen2.5:3b." in facts


async def test_the_row_that_would_be_a_hit_is_marked(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        marked = [
            queries(pilot)[y]
            for y in range(10)
            if "●" in "".join(s.text for s in screen.panes.rows.render_line(y))
        ]
        assert marked == [QUERY]


@pytest.mark.parametrize("by", ["key", "mouse"])
@pytest.mark.parametrize("column", range(len(COLUMNS)))
async def test_every_column_sorts_both_ways(
    column: int, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, expression in (
        ("saved", "hits * seconds"),
        ("demonstrations", "(SELECT COUNT(*) FROM demonstration d WHERE d.entry_id = entry.id)"),
        ("flags", "(is_foreign * 8 + pinned * 4 + edited * 2 + (source != 'model'))"),
    ):
        if name not in cache_records.SORTS:
            monkeypatch.setitem(cache_records.SORTS, name, expression)  # type: ignore[misc]
    shelf = Shelf()
    shelf.fill()
    async with pilot_of(shelf, (140, 40)) as pilot:
        screen = await at_rest(pilot)

        async def sort() -> list[str]:
            if by == "key":
                return await sorted_by_key()
            heading = screen.query_one(CacheHeading)
            place = next(p for p in arrange(heading.size.width - 1) if p.column == column)
            await pilot.click(CacheHeading, offset=(place.start + 1, 0))
            await at_rest(pilot)
            return queries(pilot)

        async def sorted_by_key() -> list[str]:
            await press(pilot, str(column + 1))
            return queries(pilot)

        listing = screen.view.listing
        first = await sort()
        assert screen.view.listing != listing
        assert screen.view.listing.column == column
        assert await sort() == list(reversed(first))
        values = {
            "query": lambda e: e.query.casefold(),
            "Model A": lambda e: e.model_a,
            "demos": lambda e: len(e.demonstrations),
            "age": lambda e: -e.created_at,
            "hits": lambda e: e.hits,
            "saved": lambda e: e.hits * e.seconds,
        }
        if key := values.get(COLUMNS[column].name):
            order = [key(entry(shelf, q)) for q in queries(pilot)]
            assert order == sorted(order, reverse=not screen.view.listing.ascending)


async def test_s_goes_from_column_to_column_and_shift_s_turns_round(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await press(pilot, "s")
        assert COLUMNS[screen.view.listing.column].name == "expires"
        before = screen.view.listing.ascending
        screen = await press(pilot, "S")
        assert screen.view.listing.ascending != before


async def test_a_filter_finds_words_of_queries_and_demonstrations_while_typing(
    shelf: Shelf,
) -> None:
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await pilot.press("slash", *"list")
        await until(pilot, lambda: inspector(pilot).view.total == 2)
        screen = await at_rest(pilot)
        assert set(queries(pilot)) == {QUERIES[0], QUERIES[2]}
        for _ in "list":
            await pilot.press("backspace")
        await pilot.press(*"rules")
        await until(pilot, lambda: queries(pilot) == ["Explain monads"])
        await pilot.press("enter")
        assert pilot.app.focused is screen.panes.rows
        screen = await press(pilot, "escape")
        assert screen.view.total == 10
        assert pilot.app.result == "still open"  # type: ignore[attr-defined]
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.result is None)  # type: ignore[attr-defined]


async def test_a_filter_that_finds_nothing_says_so(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await pilot.press("slash", *"zzzz")
        await until(pilot, lambda: inspector(pilot).view.is_empty)
        await pilot.pause()
        screen = inspector(pilot)
        assert screen.view.current is None
        assert screen.query_one("CacheTable > .empty").is_on_screen
        assert "all of these words" in str(screen.query_one("CacheTable > .empty").render())


async def test_an_answer_that_comes_late_is_not_shown(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, asked = threading.Event(), threading.Event()
    really = DemonstrationCache.entries

    def slow(self: Any, *arguments: Any, **options: Any) -> Any:
        if options.get("search") == "slow":
            asked.set()
            assert held.wait(20)
        return really(self, *arguments, **options)

    monkeypatch.setattr(DemonstrationCache, "entries", slow)
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        field = screen.query_one("#search", Input)
        await pilot.press("slash")
        field.value = "slow"
        await until(pilot, asked.is_set)
        field.value = "monads"
        await pilot.press("left")  # keys are answered while the search goes on
        assert field.cursor_position < len("monads")
        held.set()
        await until(pilot, lambda: screen.view.is_answered)
        assert queries(pilot) == ["Explain monads"]


@pytest.mark.slow
async def test_S14_many_entries_are_read_in_pages_and_only_a_few_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shelf = Shelf()
    for number in range(12 * PAGE + 7):
        shelf.cache.set(f"k{number}", ["text"], query=f"query {number}")
        shelf.clock.now += 1
    limits: list[int] = []
    really = DemonstrationCache.entries

    def noted(self: Any, offset: int, limit: int, *arguments: Any, **options: Any) -> Any:
        limits.append(limit)
        return really(self, offset, limit, *arguments, **options)

    monkeypatch.setattr(DemonstrationCache, "entries", noted)
    async with pilot_of(shelf) as pilot:
        screen = await press(pilot, "end")
        assert screen.view.current is not None
        assert screen.view.current.entry.query == "query 0"
        await press(pilot, "home")
        for _ in range(30):
            for _ in range(10):
                pilot.app.simulate_key("pagedown")
            screen = await at_rest(pilot)
            assert len(screen.view.pages) <= KEPT_PAGES
        assert screen.view.cursor > 10 * PAGE
        cursor = screen.view.cursor
        assert screen.view.current is not None
        assert screen.view.current.entry.query == f"query {12 * PAGE + 6 - cursor}"
        assert set(limits) == {PAGE}


async def test_keys_pressed_fast_add_up(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        for key in ["down"] * 7 + ["up"] * 3:
            pilot.app.simulate_key(key)
        await until(pilot, lambda: screen.view.cursor == 4)
        assert screen.view.cursor == 4


async def test_X7_the_cache_is_never_called_on_the_event_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(tmp_path / "cache.db")
    shelf.fill()
    on_loop: list[str] = []
    main = threading.current_thread()

    def watched(name: str) -> None:
        really = getattr(DemonstrationCache, name)

        def noted(self: Any, *arguments: Any, **options: Any) -> Any:
            if threading.current_thread() is main:
                on_loop.append(name)
            return really(self, *arguments, **options)

        monkeypatch.setattr(DemonstrationCache, name, noted)

    watched("_read")
    watched("_change")
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        await press(pilot, "p", "tab", "b", "J", "p", "d", "u", "X", "3", "4")
        await press(pilot, "e", "x")
        await press(pilot, "escape")
    assert on_loop == []


async def test_what_a_run_writes_meanwhile_appears(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        shelf.keep(of=parts("Asked meanwhile"))
        screen._glance()
        await until(pilot, lambda: "Asked meanwhile" in queries(pilot))
        assert screen.view.current is not None
        assert screen.view.current.entry.query == "Explain monads", "the cursor stays where it was"


# Single entries and demonstrations


async def test_pinning_an_entry_and_letting_go(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        await press(pilot, "p")
        assert entry(shelf, QUERY).pinned
        assert "never expires" in notice(pilot)
        await press(pilot, "p")
        assert not entry(shelf, QUERY).pinned
        await press(pilot, "u", "u")
        assert not entry(shelf, QUERY).pinned


async def test_pinning_and_banning_one_demonstration(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        await press(pilot, "tab", "tab")
        await press(pilot, "p")
        assert [d.pinned for d in entry(shelf, QUERY).demonstrations] == [False, True, False]
        assert not entry(shelf, QUERY).pinned
        screen = await press(pilot, "b")
        assert [d.banned for d in entry(shelf, QUERY).demonstrations] == [False, True, False]
        headings = [str(s.render()) for s in screen.query("CachedCard > Static")]
        assert "banned" in headings[1] and "pinned" in headings[1]
        await press(pilot, "u")
        assert not entry(shelf, QUERY).demonstrations[1].banned


async def test_demonstrations_move_and_the_focus_goes_with_them(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        key = entry(shelf, QUERY).key
        first, second, third = shelf.ids(key)
        await press(pilot, "tab", "J")
        assert shelf.ids(key) == [second, first, third]
        screen = await press(pilot, "shift+down")
        assert shelf.ids(key) == [second, third, first]
        assert screen.view.chosen == first
        await press(pilot, "J")
        assert "last already" in notice(pilot)
        await press(pilot, "K", "shift+up")
        assert shelf.ids(key) == [first, second, third]
        await press(pilot, "u", "u")
        assert shelf.ids(key) == [second, third, first]


@pytest.mark.parametrize("key", ["d", "delete"])
async def test_deleting_an_entry_and_undoing_it(shelf: Shelf, key: str) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        before = entry(shelf, QUERY)
        screen = await press(pilot, key)
        assert QUERY not in queries(pilot)
        assert screen.view.current is not None, "the cursor is on the entry that took its place"
        await press(pilot, "u")
        assert QUERY in queries(pilot)
        after = entry(shelf, QUERY)
        assert (after.texts, after.hits) == (before.texts, before.hits)


async def test_taking_out_a_demonstration_and_undoing_it(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        texts = shelf.texts(entry(shelf, QUERY).key)
        await press(pilot, "tab", "tab", "d")
        assert shelf.texts(entry(shelf, QUERY).key) == [texts[0], texts[2]]
        await press(pilot, "u")
        assert shelf.texts(entry(shelf, QUERY).key) == texts


async def test_undo_does_not_run_over_what_a_run_wrote_since(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        await press(pilot, "tab", "d")
        shelf.cache.set(parts().key, ["fresh"], query=QUERY, model_a=A)
        await press(pilot, "u")
        assert "has changed since" in notice(pilot)
        assert shelf.texts(parts().key) == ["fresh"]


async def test_extending_an_entry(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, "How do I sum")
        key = entry(shelf, QUERIES[0]).key
        assert key not in shelf.cache
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, LinePrompt))
        pilot.app.screen.query_one(Input).value = "2 h"
        await press(pilot, "enter")
        assert key in shelf.cache
        assert entry(shelf, QUERIES[0]).expires_at == shelf.clock.now + 7200
        await press(pilot, "u")
        assert key not in shelf.cache


async def test_a_time_span_that_is_none_is_refused(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        before = entry(shelf, QUERY).expires_at
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, LinePrompt))
        pilot.app.screen.query_one(Input).value = "soon"
        await pilot.press("enter")
        await until(pilot, lambda: "no time span" in notice(pilot))
        assert entry(shelf, QUERY).expires_at == before


async def test_a_foreign_entry_is_adopted_for_the_query_in_the_box() -> None:
    shelf = Shelf()
    foreign = CacheEntry(
        0,
        "f" * 64,
        demonstrations=(CachedDemonstration(0, "old"),),
        created_at=shelf.clock.now,
        source="import",
        foreign=True,
    )
    shelf.cache.restore(foreign)
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        assert "not adopted" in shown_facts(screen)
        await press(pilot, "x")
        assert "Adopt it first" in notice(pilot)
        screen = await press(pilot, "o")
        assert shelf.cache.get(parts().key) == ["old"]
        assert "Would be a hit now" in shown_facts(screen)
        await press(pilot, "u")
        assert shelf.cache.entry("f" * 64) is not None
        assert parts().key not in shelf.cache


async def test_using_demonstrations_leaves_banned_ones_out(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, "Sort a dictionary")
        used = entry(shelf, "Sort a dictionary by value")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.result != "still open")  # type: ignore[attr-defined]
        assert pilot.app.result == UseDemonstrations(used.key, used.texts)  # type: ignore[attr-defined]
        assert len(used.texts) == 2


async def test_there_must_be_a_query_to_use_them_for(shelf: Shelf) -> None:
    async with pilot_of(shelf, query="") as pilot:
        await press(pilot, "enter")
        assert "query box is empty" in notice(pilot)
        assert pilot.app.result == "still open"  # type: ignore[attr-defined]


# All of them


async def test_purging_what_expired_and_undoing_it(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await press(pilot, "X")
        assert "Removed 2 entries" in notice(pilot)
        assert len(queries(pilot)) == 8
        await press(pilot, "u")
        assert len(queries(pilot)) == 10


async def test_clearing_asks_and_can_be_undone_until_the_app_closes(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("enter")  # "No" has the focus
        await at_rest(pilot)
        assert shelf.cache.size == 10
        await pilot.press("C")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: inspector(pilot).view.is_empty)
        assert shelf.cache.size == 0
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.result is None)  # type: ignore[attr-defined]
        await pilot.app.push_screen(shelf.screen())
        await at_rest(pilot)
        await pilot.press("u")
        await until(pilot, lambda: len(queries(pilot)) == 10)
        assert shelf.cache.size == 10


async def test_exporting_what_is_listed_and_importing_it_again(
    shelf: Shelf, tmp_path: Path
) -> None:
    target = tmp_path / "some entries.json"

    async def answer(key: str, path: Path) -> None:
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, LinePrompt))
        pilot.app.screen.query_one(Input).value = str(path)
        await press(pilot, "enter")

    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await pilot.press("slash", *"list")
        await until(pilot, lambda: inspector(pilot).view.total == 2)
        await press(pilot, "enter")
        await answer("w", target)
        assert "Wrote 2 entries" in notice(pilot)
        assert target.stat().st_mode & 0o777 == 0o600
        await answer("w", target)
        assert "exists" in notice(pilot)
        await press(pilot, "escape")
        shelf.cache.clear()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: inspector(pilot).view.is_empty)
        await answer("i", tmp_path / "nothing here")
        assert "does not exist" in notice(pilot)
        await answer("i", target)
        assert "2 added" in notice(pilot)
        assert set(queries(pilot)) == {QUERIES[0], QUERIES[2]}


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (StoreBusy("Another program is using the cache.", "Try again."), "Try again."),
        (RuntimeError("a prompt may stand here"), "went wrong (RuntimeError)"),
    ],
)
async def test_a_fault_is_told_and_the_screen_goes_on(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, fault: Exception, words: str
) -> None:
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)

        def failing(*_: Any, **__: Any) -> Any:
            raise fault

        with monkeypatch.context() as broken:
            broken.setattr(DemonstrationCache, "pin", failing)
            await press(pilot, "p")
            assert words in notice(pilot)
            assert "a prompt" not in notice(pilot)
        with monkeypatch.context() as broken:
            broken.setattr(CacheReader, "rows", failing)
            await pilot.press("5")
            await until(pilot, lambda: words in notice(pilot))
            shown = queries(pilot)
        assert len(shown) == 10, "what was shown stays"
        inspector(pilot)._glance()
        await press(pilot, "p")
        assert entry(shelf, "Explain monads").pinned


async def test_S3_S6_what_the_cache_warns_of_is_shown_once(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        shelf.cache.warnings.append("The disk is full.")
        await press(pilot, "p")
        assert "The disk is full." in notice(pilot)
        await press(pilot, "p")
        assert "not pinned any more" in notice(pilot)


async def test_an_entry_that_is_gone_meanwhile_is_told(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await go_to(pilot, QUERY)
        shelf.cache.delete(parts().key)
        await press(pilot, "p")
        assert "not there any more" in notice(pilot)
        assert QUERY not in queries(pilot)


# Keys, mouse, sizes


@pytest.mark.parametrize("command", CACHE_COMMANDS.all, ids=lambda command: command.id)
async def test_every_key_works_or_says_why_not_in_an_empty_cache(command: Any) -> None:
    shelf = Shelf()
    async with pilot_of(shelf, query="") as pilot:
        screen = await at_rest(pilot)
        name = command.action.partition("(")[0]
        owner = pilot.app if name.startswith("app.") else screen
        assert hasattr(owner, f"action_{name.removeprefix('app.')}")
        if reason := command.reason(screen.view):
            for key in command.key.split(","):
                screen.say("")
                await pilot.press(key)
                await until(pilot, lambda: reason in notice(pilot))
            assert pilot.app.screen is screen


async def test_an_empty_cache_explains_itself() -> None:
    async with pilot_of(Shelf()) as pilot:
        screen = await at_rest(pilot)
        words = str(screen.query_one("CacheTable > .empty").render())
        for said in ("cache is empty", "Model A", "import", "yourself"):
            assert said in words
        assert not screen.panes.detail.is_on_screen


async def test_X19_rows_cards_tabs_and_footer_work_by_mouse(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        await pilot.click(CacheRows, offset=(10, 3))
        screen = await at_rest(pilot)
        assert screen.view.cursor == 3
        card = screen.query(CachedCard)[1]
        await pilot.click(card, offset=(5, 0))
        await at_rest(pilot)
        assert screen.view.chosen == card.name_in_cache
        pin = next(k for k in screen.query("FooterKey") if k.action == "pin")  # type: ignore[attr-defined]
        await pilot.click(pin)
        await at_rest(pilot)
        assert entry(shelf, queries(pilot)[3]).demonstrations[1].pinned
        await pilot.click("#entries", offset=(10, 2))
        await pilot.resize_terminal(*SIXTY)
        await at_rest(pilot)
        await pilot.click("#tab-key")
        await pilot.pause()
        assert screen.panes.facts.is_on_screen and not screen.panes.detail.is_on_screen


async def test_the_question_before_clearing_works_by_mouse(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        for button, left in (("#no", 10), ("#yes", 0)):
            await at_rest(pilot)
            await pilot.press("C")
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await until(pilot, lambda: pilot.app.screen.query_one("#yes", Button).region.width)
            await pilot.click(button)
            await until(pilot, lambda left=left: shelf.cache.size == left)
            assert shelf.cache.size == left


async def test_one_pane_at_a_time_where_there_is_no_room_for_all(shelf: Shelf) -> None:
    async with pilot_of(shelf, NARROW) as pilot:
        screen = await at_rest(pilot)
        panes = (screen.panes.table, screen.panes.detail, screen.panes.facts)
        for place in (0, 1, 2, 0):
            assert [pane.is_on_screen for pane in panes] == [n == place for n in range(3)]
            await press(pilot, "v")


async def test_the_palette_lists_every_command_and_says_what_does_not_apply(
    shelf: Shelf,
) -> None:
    from sutra_tui.tui.screens.screen_palette import ScreenPalette

    async with pilot_of(shelf) as pilot:
        screen = await go_to(pilot, QUERY)
        palette = ScreenPalette(screen)
        found = [hit async for hit in palette.discover()]
        assert len(found) == len(CACHE_COMMANDS.all) - 1
        by_title = {str(hit.display): hit for hit in found}
        assert any("Adopt" in title and "not now" in title for title in by_title)
        await next(hit for title, hit in by_title.items() if "Pin" in title).command()
        await at_rest(pilot)
        assert entry(shelf, QUERY).pinned
        await next(hit for title, hit in by_title.items() if "Adopt" in title).command()
        assert "Only entries of files" in notice(pilot)
        assert [hit async for hit in palette.search("purge")]
        await pilot.press("question_mark")
        await until(pilot, lambda: "CommandPalette" in type(pilot.app.screen).__name__)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (40, 12), (60, 15), (400, 120)])
async def test_X8_no_size_is_too_odd(size: tuple[int, int]) -> None:
    shelf = Shelf()
    shelf.fill()
    async with pilot_of(shelf, size) as pilot:
        await until(pilot, lambda: inspector(pilot).view.is_answered)
        for width, height in [(80, 24), (10, 3), (200, 50), size]:
            await pilot.resize_terminal(width, height)
            await pilot.press("down", "v", "s")
        assert pilot.app.is_running


@pytest.mark.parametrize("size", [(60, 24), (80, 24), (100, 30), (120, 40), (200, 50)])
async def test_the_footer_fits_and_never_lacks_the_way_out(size: tuple[int, int]) -> None:
    shelf = Shelf()
    shelf.fill()
    async with pilot_of(shelf, size) as pilot:
        screen = await at_rest(pilot)
        keys = list(screen.query("FooterKey"))
        assert {"back", "app.command_palette"} <= {key.action for key in keys}  # type: ignore[attr-defined]
        assert max(key.region.right for key in keys) <= size[0]


# Hostile text

EVIL = "[/] [red]x[/red] [@click=app.quit]q[/] \x1b]52;c;aGk=\x07 \x9b31m \u202egpj a[i] [a='x]y[/]"


@pytest.mark.parametrize(
    "size",
    [
        WIDE,
        pytest.param(SIXTY, marks=pytest.mark.slow),
        pytest.param(NARROW, marks=pytest.mark.slow),
    ],
)
async def test_T2_T5_T6_hostile_text_is_inert_in_every_cell_and_pane(size: tuple[int, int]) -> None:
    shelf = Shelf()
    long_line = EVIL + "x" * 2**20
    evil = replace(parts(f"query {EVIL}"), model_a=f"model {EVIL}", digest=EVIL, order=EVIL)
    evil = replace(evil, options={EVIL: EVIL})
    key = shelf.keep(f"# {EVIL}\n\n```{EVIL}\n{EVIL}\n```", long_line, EVIL, of=evil, draft=EVIL)
    shelf.cache.note_edit(key, shelf.ids(key)[0], f"unsaved {EVIL}")
    shelf.keep(of=parts("honest"))
    bench = replace(BENCH, model_a=EVIL)
    async with pilot_of(shelf, size, query=EVIL, bench=bench, parts_now=evil) as pilot:
        await go_to(pilot, "query [/]")
        for keys in ((), ("v",), ("v",), ("e",), ("escape",), ("E",), ("slash",)):
            if keys == ("e",):
                inspector(pilot).panes.reveal("entries")
            await press(pilot, *keys)
            shot = pilot.app.export_screenshot()
            assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(shot), keys
        assert pilot.app.is_running
    shown = shot.replace("&#x27;", "'").replace("&#160;", " ")
    assert "[/] [red]x[/red]" in shown
    assert shelf.texts(key)[1] == long_line, "what is kept is what was written"


async def test_P5_an_entry_with_absurdly_many_demonstrations_opens() -> None:
    shelf = Shelf()
    shelf.cache.set("many", [f"number {n}" for n in range(3_000)], query="many")
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        assert "2,960 more" in str(screen.query_one("CacheDetail > .more").render())
