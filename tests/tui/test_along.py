"""Files and conversations as a person uses them: /file, @, chips, ctrl+f, /new."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sutra_tui.core.fencing import fence_files, fence_turns
from sutra_tui.core.turns import Turn
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.widgets.file_chips import FileChips
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.plan_line import PlanLine
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.slash_palette import SlashPalette
from tests.ollama_server import Reply

from .workshop import (
    ANSWER,
    QUERY,
    STEADY_FIGURES,
    A,
    B,
    Workshop,
    ask_and_wait,
    connected,
    until,
)

WIDE = (120, 40)


@pytest.fixture(autouse=True)
def work(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, at home."""
    folder = Path.home() / "work"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.py").write_text("print(1)\n")
    (folder / "notes.md").write_text("# Notes\n")
    monkeypatch.chdir(folder)
    return folder


def pilot_of(workshop: Workshop, size: tuple[int, int] = WIDE, **changes: Any) -> Any:
    changes = {"model_a": A, "model_b": B, **changes}
    return workshop.app(**changes).run_test(size=size, notifications=True, tooltips=True)


def notice(screen: MainScreen) -> str:
    return str(screen.query_one(NoticeBar).content)


def frame(screen: MainScreen) -> str:
    return str(screen.query_one(QueryBox).border_title)


def names(screen: MainScreen) -> list[str]:
    return [file.name for file in screen.bench.files]


def sent(workshop: Workshop, model: str, place: int = -1) -> list[tuple[str, str]]:
    messages = workshop.server.chats(model)[place].messages
    return [(message["role"], message["content"]) for message in messages]


async def attach(pilot: Pilot[None], *paths: str) -> MainScreen:
    screen = await connected(pilot)
    for path in paths:
        screen.query_one(QueryBox).put(f"/file {path}")
        await pilot.press("enter")
        await until(pilot, lambda path=path: path in names(screen))  # type: ignore[misc]
    await pilot.pause()
    return screen


async def offered(pilot: Pilot[None], text: str) -> MainScreen:
    """Put a query into the box and wait until files are offered for it."""
    screen = await connected(pilot)
    screen.query_one(QueryBox).put(text)
    palette = screen.query_one(SlashPalette)
    await until(pilot, lambda: palette.menu is not None and palette.menu.text == text)
    return screen


async def looked_up(pilot: Pilot[None], text: str) -> MainScreen:
    """Put a query into the box and wait until it is known that no file is offered."""
    screen = await connected(pilot)
    box = screen.query_one(QueryBox)
    box.put(text)
    await pilot.pause()
    await until(pilot, lambda: box.plain_text == text)
    assert not screen.query_one(SlashPalette).is_open
    return screen


# /file and the chips


async def test_a_file_attached_by_its_path_is_shown_and_sent_to_both_models(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "src/main.py")
        chips = screen.query_one(FileChips)
        assert "src/main.py  9 bytes · about 2 tokens ✕" in str(chips.render())
        assert chips.region.bottom == screen.query_one(QueryBox).region.y
        assert "goes along with every query" in notice(screen)
        await ask_and_wait(pilot)
        block = fence_files([screen.bench.files[0].attachment])
        assert f"{block}\n\nTASK:\n{QUERY}" in sent(workshop, A)[-1][1]
        assert sent(workshop, B)[-1][1].startswith(f"{block}\n\n<example-")
        assert names(screen) == ["src/main.py"], "until it is taken off"
        assert [note.name for note in screen.bench.run.result.files] == ["src/main.py"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nowhere.txt", "no such file"),
        ("src", "is a folder"),
        ("binary", "binary file"),
        ("huge", "larger than 256 KB"),
    ],
)
async def test_a_file_that_cannot_go_along_gets_a_clear_answer(
    workshop: Workshop, work: Path, typed: str, words: str
) -> None:
    (work / "binary").write_bytes(b"\0\1")
    with (work / "huge").open("wb") as file:
        file.truncate(10**9)
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        screen.query_one(QueryBox).put(f"/file {typed}")
        await pilot.press("escape", "enter")
        await until(pilot, lambda: words in notice(screen))
        assert names(screen) == []
        assert screen.query_one(FileChips).region.height == 0


@pytest.mark.parametrize(("key", "attached"), [("y", ["far.txt"]), ("escape", [])])
async def test_a_file_from_elsewhere_needs_a_yes_that_names_where_it_really_is(
    workshop: Workshop, work: Path, tmp_path: Path, key: str, attached: list[str]
) -> None:
    (tmp_path / "real.txt").write_text("far away")
    (work / "far.txt").symlink_to(tmp_path / "real.txt")
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        screen.query_one(QueryBox).put("/file far.txt")
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        title = str(pilot.app.screen.query_one(".head").render())
        assert str((tmp_path / "real.txt").resolve()) in title.replace("\n", "")
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(
            pilot, lambda: all(w.is_finished for w in screen.workers if w.group == "attach")
        )
        assert names(screen) == attached


async def test_a_file_that_looks_like_a_secret_needs_a_yes(workshop: Workshop, work: Path) -> None:
    (work / ".env").write_text("KEY=1")
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        screen.query_one(QueryBox).put("/file .env")
        await pilot.press("escape", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert names(screen) == []


async def test_a_click_on_the_cross_takes_a_file_off_and_one_beside_it_does_not(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "src/main.py", "notes.md")
        chips = screen.query_one(FileChips)
        line = str(chips.render())
        left = chips.content_region.x - chips.region.x
        await pilot.click(FileChips, offset=(left + line.index("main"), 0))
        assert names(screen) == ["src/main.py", "notes.md"]
        await pilot.click(FileChips, offset=(left + line.index("✕"), 0))
        assert names(screen) == ["notes.md"]
        assert "src/main.py does not go along" in notice(screen)
        assert screen.query_one(QueryBox).has_focus
        await pilot.pause()
        line = str(chips.render())
        await pilot.click(FileChips, offset=(left + line.index("✕"), 0))
        assert names(screen) == []
        await until(pilot, lambda: chips.region.height == 0)


async def test_files_are_taken_off_by_name_or_all_at_once(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "src/main.py", "notes.md")
        box = screen.query_one(QueryBox)
        box.put("/unload-file main")
        await pilot.press("enter")
        assert names(screen) == ["notes.md"]
        await attach(pilot, "src/main.py")
        box.put("/unload-file")
        await pilot.press("enter")
        await until(pilot, lambda: not names(screen))
        assert "All 2 files" in notice(screen)
        box.put("/unload-file")
        await pilot.press("enter")
        await until(pilot, lambda: "No file is attached" in notice(screen))


# @ in a query


async def test_an_at_offers_files_and_tab_attaches_one_and_leaves_its_name(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await offered(pilot, "Explain @main")
        box, palette = screen.query_one(QueryBox), screen.query_one(SlashPalette)
        assert palette.row is None, "nothing is chosen yet"
        assert palette.region.bottom <= box.region.y
        await pilot.press("tab")
        await until(pilot, lambda: names(screen) == ["src/main.py"])
        assert box.text == "Explain @src/main.py "
        assert not palette.is_open and box.has_focus
        await pilot.press(*"now", "enter")
        await until(pilot, lambda: screen.bench.run.result is not None)
        assert screen.bench.run.query == "Explain @src/main.py now"
        assert "print(1)" in sent(workshop, B)[-1][1]


async def test_a_row_that_is_chosen_is_taken_by_enter(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await offered(pilot, "@")
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: names(screen) == ["notes.md"])
        assert screen.query_one(QueryBox).text == "@notes.md "
        assert workshop.server.chats(A) == []


async def test_a_row_is_taken_by_a_click(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await offered(pilot, "Explain @main")
        await pilot.click("SlashPalette OptionList", offset=(4, 0))
        await until(pilot, lambda: names(screen) == ["src/main.py"])
        assert screen.query_one(QueryBox).has_focus


async def test_a_folder_is_gone_on_into(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await offered(pilot, "@sr")
        palette = screen.query_one(SlashPalette)
        await pilot.press("tab")
        await until(pilot, lambda: palette.menu is not None and palette.menu.text == "@src/")
        assert names(screen) == []
        await pilot.press("tab")
        await until(pilot, lambda: names(screen) == ["src/main.py"])


async def test_enter_sends_the_query_when_nothing_was_chosen(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await offered(pilot, "What does @main")
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.run.query == "What does @main")
        assert names(screen) == []


@pytest.mark.parametrize("text", ["Write to joe@main.py", "What is @property", "a @ b"])
async def test_an_address_or_a_decorator_is_typed_as_anything_else(
    workshop: Workshop, text: str
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await looked_up(pilot, text)
        await pilot.press("enter")
        await until(pilot, lambda: screen.bench.run.query == text)
        assert names(screen) == []


async def test_closed_for_a_word_it_stays_closed_until_the_next_word(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await offered(pilot, "@m")
        palette, box = screen.query_one(SlashPalette), screen.query_one(QueryBox)
        await pilot.press("escape")
        assert not palette.is_open
        await pilot.press(*"ain")
        await pilot.pause()
        assert not palette.is_open and box.plain_text == box.text
        await pilot.press("space", "at", "n")
        await until(pilot, lambda: palette.is_open)
        assert palette.menu is not None and palette.menu.rows[0].label == "notes.md"


async def test_a_cursor_that_leaves_the_word_closes_the_palette(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await offered(pilot, "see @main")
        await pilot.press("home")
        await until(pilot, lambda: not screen.query_one(SlashPalette).is_open)
        await pilot.press("right")
        assert screen.query_one(QueryBox).cursor_index == 1


async def test_a_tab_before_the_files_are_found_takes_the_first_of_them(workshop: Workshop) -> None:
    from textual.events import Key

    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        for key, letter in [("at", "@"), *zip("main", "main", strict=True), ("tab", "\t")]:
            pilot.app.post_message(Key(key, letter))  # no waiting, as a terminal sends a burst
        await until(pilot, lambda: names(screen) == ["src/main.py"])
        assert screen.query_one(QueryBox).text == "@src/main.py "
        assert screen.query_one(QueryBox).has_focus


# What is sent again


async def test_a_file_that_changed_is_read_again_when_it_is_sent_and_that_is_said(
    workshop: Workshop, work: Path
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "src/main.py", "notes.md")
        (work / "src" / "main.py").write_text("print('new')\n")
        (work / "notes.md").unlink()
        workshop.server.hold("headers", model=A)
        screen.query_one(QueryBox).put(QUERY)
        await pilot.press("enter")
        await until(pilot, lambda: "src/main.py changed" in notice(screen))
        assert "notes.md cannot be read any more" in notice(screen)
        workshop.server.release()
        await until(pilot, lambda: screen.bench.run.result is not None)
        prompt = sent(workshop, A)[-1][1]
        assert "print('new')" in prompt and "# Notes" in prompt and "print(1)" not in prompt
        assert "13 bytes" in str(screen.query_one(FileChips).render())


async def test_a_rerun_takes_along_what_went_along_the_first_time(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "src/main.py")
        await ask_and_wait(pilot)
        screen.action_unload_file()
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(workshop.server.chats(B)) == 2)
        await until(pilot, lambda: screen.bench.run.result is not None)
        assert "print(1)" in sent(workshop, B)[-1][1]
        assert len(workshop.server.chats(A)) == 1, "and the cache knows it"
        assert names(screen) == []


async def test_a_run_of_the_history_is_run_again_with_its_files_and_its_conversation(
    workshop: Workshop, work: Path
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "src/main.py")
        await ask_and_wait(pilot, "First?")
        await pilot.press("ctrl+f")
        await ask_and_wait(pilot, "Second?")
        history = await screen.history()
        await until(pilot, lambda: screen.bench.run.result is not None)
        past = history.run(screen.bench.run.run_id)
        assert past is not None
        assert [(note.name, note.size) for note in past.result.files] == [("src/main.py", 9)]
        (work / "src" / "main.py").write_text("print('new')\n")
        screen.action_new()
        screen.run_anew(past)
        await until(pilot, lambda: len(workshop.server.chats(B)) == 3)
        await until(pilot, lambda: screen.bench.run.result is not None)
        assert sent(workshop, B)[:-1] == sent(workshop, B, 1)[:-1]
        assert "print(1)" in sent(workshop, B)[-1][1], "as it was sent then"
        assert screen.bench.run.cache is not None


async def test_too_large_a_file_is_refused_with_the_numbers_and_the_query_comes_back(
    workshop: Workshop, work: Path
) -> None:
    (work / "big.log").write_text("error in line\n" * 4000)
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "big.log")
        assert "14,000 tokens" in str(screen.query_one(FileChips).render())
        screen.query_one(QueryBox).put(QUERY)
        await pilot.press("enter")
        await until(pilot, lambda: "big.log alone takes" in notice(screen))
        assert "raise num_ctx" in notice(screen)
        assert workshop.server.chats(A) == workshop.server.chats(B) == []
        assert screen.query_one(QueryBox).text == QUERY


# The conversation


async def test_a_query_continues_or_starts_fresh_and_the_frame_says_which(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        assert frame(screen) == "ask"
        await pilot.press("ctrl+f")
        assert "no whole answer" in notice(screen) and not screen.bench.follow
        await ask_and_wait(pilot, "First?")
        assert frame(screen) == "ask · starts fresh (ctrl+f continues)"
        await pilot.press("ctrl+f")
        assert frame(screen).startswith("ask · continues the last answer · 1 turn · about ")
        await ask_and_wait(pilot, "Second?")
        assert "· 2 turns ·" in frame(screen)
        first = Turn("First?", ANSWER)
        assert sent(workshop, B)[1:-1] == [("user", "First?"), ("assistant", ANSWER)]
        assert fence_turns([first]) in sent(workshop, A)[-1][1]
        await ask_and_wait(pilot, "Third?")
        assert [text for role, text in sent(workshop, B)[:-1] if role == "user"] == [
            "First?",
            "Second?",
        ]
        await pilot.press("ctrl+f")
        await ask_and_wait(pilot, "Fourth?")
        assert [role for role, _ in sent(workshop, B)] == ["system", "user"]
        assert frame(screen) == "ask · starts fresh (ctrl+f continues)"


async def test_a_rerun_of_a_follow_up_sends_the_same_turns(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot, "First?")
        await pilot.press("ctrl+f")
        await ask_and_wait(pilot, "Second?")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(workshop.server.chats(B)) == 3)
        await until(pilot, lambda: screen.bench.run.result is not None)
        assert sent(workshop, B)[1:-1] == [("user", "First?"), ("assistant", ANSWER)]
        assert "· 2 turns ·" in frame(screen), "the rerun is the second turn"


async def test_an_answer_that_is_not_whole_is_nothing_to_go_on_from(workshop: Workshop) -> None:
    workshop.server.script(B, Reply(ANSWER, done_reason="length", metrics=STEADY_FIGURES))
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        assert frame(screen) == "ask"
        await pilot.press("ctrl+f")
        assert "no whole answer" in notice(screen)


async def test_new_starts_fresh_without_files(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await attach(pilot, "notes.md")
        await ask_and_wait(pilot)
        await pilot.press("ctrl+f")
        screen.query_one(QueryBox).put("/new")
        await pilot.press("enter")
        await until(pilot, lambda: frame(screen) == "ask")
        assert not screen.bench.follow and names(screen) == []
        assert "The file does not go along any more" in notice(screen)
        await ask_and_wait(pilot, "Next?")
        assert [role for role, _ in sent(workshop, B)] == ["system", "user"]
        assert "notes.md" not in sent(workshop, B)[-1][1]


async def test_a_run_of_the_history_can_be_gone_on_from(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot, "First?")
        history = await screen.history()
        past = history.run(screen.bench.run.run_id)
        assert past is not None
        screen.action_new()
        screen.show_run(past)
        await pilot.press("ctrl+f")
        await ask_and_wait(pilot, "Second?")
        assert sent(workshop, B)[1:-1] == [("user", "First?"), ("assistant", ANSWER)]


async def test_the_plan_counts_what_goes_along(workshop: Workshop, work: Path) -> None:
    (work / "long.md").write_text("word " * 800)
    async with pilot_of(workshop, size=(200, 40)) as pilot:
        screen = await connected(pilot)
        line = screen.query_one(PlanLine)
        await until(pilot, lambda: line.plan is not None)
        before = [part.prompt for part in line.plan.roles]  # type: ignore[union-attr]
        await attach(pilot, "long.md")
        await until(
            pilot,
            lambda: all(
                part.prompt > prompt + 900
                for part, prompt in zip(line.plan.roles, before, strict=True)  # type: ignore[union-attr]
            ),
        )
