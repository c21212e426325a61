"""Editing demonstrations in the inspector: nothing that was typed is lost."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.tui.screens.cache_inspector import CacheInspector
from sutra_tui.tui.widgets.cached_card import CachedCard
from sutra_tui.tui.widgets.demonstration_editor import EDIT_LIMIT, DemonstrationEditor

from .inspector_support import QUERY, Shelf, at_rest, inspector, notice, parts, queries, until

KEY = parts().key


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path / "cache.db")
    shelf.keep("first", "second", "third", draft="")
    yield shelf
    shelf.cache.close()


def pilot_of(shelf: Shelf, **changes: Any) -> Any:
    return shelf.app(**changes).run_test(size=(120, 40))


async def edit(pilot: Pilot[None], key: str = "e") -> DemonstrationEditor:
    """Open the box for the first demonstration."""
    screen = await at_rest(pilot)
    await pilot.press(key)
    await until(pilot, lambda: isinstance(screen.focused, DemonstrationEditor))
    assert isinstance(screen.focused, DemonstrationEditor)
    return screen.focused


async def closed(pilot: Pilot[None]) -> CacheInspector:
    """Wait until no box is open and everything is read again."""
    await until(pilot, lambda: not inspector(pilot).query(DemonstrationEditor))
    return await at_rest(pilot)


def typed(shelf: Shelf) -> list[str]:
    """What another program would find unsaved in the file."""
    with DemonstrationCache(path=shelf.path) as other:
        return [unsaved.text for unsaved in other.unsaved_edits()]


def headings(screen: CacheInspector) -> list[str]:
    return [str(line.render()) for line in screen.query("CachedCard > Static")]


async def test_editing_in_place_and_saving(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        await pilot.press(*"My ")
        await pilot.press("ctrl+s")
        screen = await closed(pilot)
        assert shelf.texts(KEY) == ["My first", "second", "third"]
        assert "edited" in headings(screen)[0]
        assert isinstance(screen.focused, CachedCard)
        assert typed(shelf) == []
        await pilot.press("u")
        await until(pilot, lambda: shelf.texts(KEY) == ["first", "second", "third"])


async def test_every_character_is_on_the_disk_before_anything_is_saved(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        so_far = ""
        for character in "kept":
            so_far += character
            await pilot.press(character)
            await until(pilot, lambda wanted=f"{so_far}first": typed(shelf) == [wanted])  # type: ignore[misc]
        assert shelf.texts(KEY) == ["first", "second", "third"]


async def test_what_was_typed_last_is_kept_when_the_app_closes_at_once(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        for character in "goodbye":
            pilot.app.simulate_key(character)
        pilot.app.simulate_key("ctrl+q")
        await until(pilot, lambda: not pilot.app.is_running)
    assert typed(shelf) == ["goodbyefirst"]


async def test_leaving_keeps_the_text_marked_and_e_goes_on_with_it(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        await pilot.press(*"un")
        await pilot.press("escape")
        screen = await closed(pilot)
        assert "unsaved" in headings(screen)[0]
        assert screen.view.is_unsaved(KEY)
        assert shelf.texts(KEY)[0] == "first"
        box = await edit(pilot)
        assert box.text == "unfirst"
        await pilot.press("ctrl+s")
        await closed(pilot)
        assert shelf.texts(KEY)[0] == "unfirst"


async def test_unsaved_text_is_there_after_a_crash(shelf: Shelf) -> None:
    shelf.cache.note_edit(KEY, shelf.ids(KEY)[1], "half a thought")
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        assert "unsaved" in headings(screen)[1]
        await pilot.press("tab", "tab")
        box = await edit(pilot)
        assert box.text == "half a thought"


async def test_leaving_unchanged_text_marks_nothing(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        await pilot.press("x", "backspace", "escape")
        screen = await closed(pilot)
        assert not screen.view.is_unsaved(KEY)
        assert typed(shelf) == []


async def test_discarding_and_undoing_that(shelf: Shelf) -> None:
    shelf.cache.note_edit(KEY, shelf.ids(KEY)[0], "half a thought")
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await pilot.press("r")
        await until(pilot, lambda: typed(shelf) == [])
        await at_rest(pilot)
        assert "discarded" in notice(pilot)
        await pilot.press("u")
        await until(pilot, lambda: typed(shelf) == ["half a thought"])


async def test_an_empty_text_is_refused_and_the_box_stays_open(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        box = await edit(pilot)
        box.text = "  "
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "cannot be empty" in notice(pilot))
        assert inspector(pilot).focused is box
        assert shelf.texts(KEY)[0] == "first"


async def test_saving_waits_for_what_is_being_kept(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, held = threading.Event(), threading.Event()
    really = DemonstrationCache.note_edit

    def slow(self: Any, *arguments: Any) -> None:
        begun.set()
        assert held.wait(20)
        really(self, *arguments)

    monkeypatch.setattr(DemonstrationCache, "note_edit", slow)
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        await pilot.press("A")
        await until(pilot, begun.is_set)
        await pilot.press("B", "ctrl+s")
        assert shelf.texts(KEY)[0] == "first"
        held.set()
        await closed(pilot)
        assert shelf.texts(KEY)[0] == "ABfirst"
        assert typed(shelf) == [], "no ghost of the text stays behind"


async def test_going_to_another_entry_keeps_the_text(shelf: Shelf) -> None:
    shelf.keep("other", of=parts("Another query"))
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        await pilot.press("Z")
        await pilot.click("CacheRows", offset=(10, 1))
        await until(pilot, lambda: inspector(pilot).view.cursor == 1)
        await closed(pilot)
        assert len(typed(shelf)) == 1 and typed(shelf)[0].startswith("Z")


async def test_news_of_the_same_entry_do_not_take_the_box_away(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        box = await edit(pilot)
        await pilot.press("Q")
        shelf.cache.get(KEY)
        screen = inspector(pilot)
        screen._glance()
        await until(pilot, lambda: screen.view.overview and screen.view.overview.stats.hits == 1)
        await at_rest(pilot)
        assert screen.focused is box
        assert box.text == "Qfirst"


async def test_a_closed_box_does_not_bring_back_what_was_discarded(shelf: Shelf) -> None:
    shelf.keep("other", of=parts("Another query"))
    async with pilot_of(shelf) as pilot:
        await edit(pilot)
        await pilot.press("Z")
        await pilot.click("CacheRows", offset=(10, 1))
        await closed(pilot)
        await pilot.press("up")
        await at_rest(pilot)
        await pilot.press("r")
        await until(pilot, lambda: typed(shelf) == [])
    assert typed(shelf) == []


async def test_adding_by_hand(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await edit(pilot, "a")
        await pilot.press(*"fourth")
        await pilot.press("ctrl+s")
        screen = await closed(pilot)
        assert shelf.texts(KEY) == ["first", "second", "third", "fourth"]
        assert "by hand" in headings(screen)[3]
        await pilot.press("u")
        await until(pilot, lambda: shelf.texts(KEY) == ["first", "second", "third"])


async def test_an_addition_that_was_left_is_a_card_of_its_own(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await edit(pilot, "a")
        await pilot.press(*"later")
        await pilot.press("escape")
        screen = await closed(pilot)
        assert "not saved" in headings(screen)[3]
        box = await edit(pilot, "a")
        assert box.text == "later"


async def test_text_for_a_demonstration_that_a_run_replaced_is_not_lost(shelf: Shelf) -> None:
    shelf.cache.note_edit(KEY, shelf.ids(KEY)[0], "half a thought")
    shelf.keep("fresh", "fresher", draft="")
    async with pilot_of(shelf) as pilot:
        screen = await at_rest(pilot)
        assert "not saved" in headings(screen)[2]
        await pilot.press("tab", "tab", "tab")
        await edit(pilot)
        await pilot.press("ctrl+s")
        await closed(pilot)
        assert shelf.texts(KEY) == ["fresh", "fresher", "half a thought"]
        assert typed(shelf) == []


async def test_demonstrations_written_into_an_empty_cache_are_a_hit(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "empty.db")
    async with pilot_of(shelf) as pilot:
        await edit(pilot, "n")
        await pilot.press(*"by me")
        await pilot.press("ctrl+s")
        screen = await closed(pilot)
        assert queries(pilot) == [QUERY]
        assert shelf.cache.get(KEY) == ["by me"]
        assert shelf.cache.entry(KEY).expires_at is None  # type: ignore[union-attr]
        assert screen.view.current is not None and screen.view.current.key == KEY
        await pilot.press("u")
        await until(pilot, lambda: KEY not in shelf.cache)


async def test_a_text_too_long_for_the_box_is_for_the_users_own_editor(shelf: Shelf) -> None:
    shelf.keep("x" * (EDIT_LIMIT + 1))
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await pilot.press("e")
        await until(pilot, lambda: "too long" in notice(pilot))
        assert not inspector(pilot).query(DemonstrationEditor)


async def test_X9_what_is_pasted_is_cleaned(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        box = await edit(pilot)
        box.post_message(events.Paste("a\x1b]52;c;x\x07\u202eb\n"))
        await until(pilot, lambda: "52" in box.text)
        assert not {"\x1b", "\x07", "\u202e"} & set(box.text)


# In the user's own editor

EDITOR = """
import pathlib, sys
path = pathlib.Path(sys.argv[-1])
modes = f"{path.stat().st_mode & 0o777:o} {path.parent.stat().st_mode & 0o777:o}"
pathlib.Path(sys.argv[1]).write_text(f"{modes}\\n{path}\\n{path.read_text()}")
path.write_text(sys.argv[2])
"""


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An editor that writes "from outside" and notes what it saw; the app may be suspended."""
    script, seen = tmp_path / "editor.py", tmp_path / "seen.txt"
    script.write_text(EDITOR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}' '{seen}' 'from outside\n'")
    return seen


def suspendable(app: Any) -> Any:
    app.suspend = contextlib.nullcontext
    return app


def seen(editor: Path) -> list[str]:
    """Modes of the file and its directory, whether it is still there, and its text."""
    modes, path, text = editor.read_text().splitlines()
    return [modes, "there" if Path(path).parent.exists() else "gone", text]


async def test_editing_in_the_users_own_editor(shelf: Shelf, editor: Path) -> None:
    app = suspendable(shelf.app())
    async with app.run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await pilot.press("E")
        await until(pilot, lambda: shelf.texts(KEY)[0] == "from outside")
        assert typed(shelf) == []
    assert seen(editor) == ["600 700", "gone", "first"]


async def test_an_empty_text_from_outside_is_kept_unsaved(
    shelf: Shelf, editor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = editor.with_name("editor.py")
    monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}' '{editor}' ' '")
    app = suspendable(shelf.app())
    async with app.run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await pilot.press("E")
        await until(pilot, lambda: "cannot be empty" in notice(pilot))
        assert shelf.texts(KEY)[0] == "first"
        assert typed(shelf) == [" "]


async def test_an_editor_that_fails_is_told(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    app = suspendable(shelf.app())
    async with app.run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await pilot.press("E")
        await until(pilot, lambda: "could not be used" in notice(pilot))
        assert shelf.texts(KEY) == ["first", "second", "third"]


async def test_where_nothing_can_be_started_it_says_so(shelf: Shelf) -> None:
    async with pilot_of(shelf) as pilot:
        await at_rest(pilot)
        await pilot.press("E")
        await until(pilot, lambda: "Edit in place with e." in notice(pilot))
        assert shelf.texts(KEY)[0] == "first"
