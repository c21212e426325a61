"""What leaves the main screen, as a person gets it out: parts copied, a run in a file."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from textual.pilot import Pilot

from sutra_tui.store.history import History
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.clipboard import Clipboard
from sutra_tui.tui.clipboard_ways import Ways
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import QueryBox
from tests.ollama_server import Reply

from .workshop import (
    ANSWER,
    DEMONSTRATIONS,
    DRAFT,
    QUERY,
    A,
    B,
    Workshop,
    ask,
    ask_and_wait,
    connected,
    still,
    until,
)

BLOCKS = ("one = 1", "two = 2", "three = 3")
SEVERAL = "\n\n".join(f"Number {n}:\n\n```python\n{block}\n```" for n, block in enumerate(BLOCKS))
TICKS = "Four ticks:\n\n````markdown\n```python\nx = 1\n```\n````\n\nand `````five`````."


@asynccontextmanager
async def answered(workshop: Workshop, answer: str = ANSWER) -> AsyncIterator[Pilot[None]]:
    """The app with a finished run on the screen."""
    workshop.server.script(B, Reply(answer))
    app = workshop.app(model_a=A, model_b=B)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        await ask_and_wait(pilot)
        yield pilot


def main(pilot: Pilot[None]) -> MainScreen:
    app = pilot.app
    assert isinstance(app, SutraApp)
    return app.main


def notice(pilot: Pilot[None]) -> str:
    return str(main(pilot).query_one(NoticeBar).content)


async def typed(pilot: Pilot[None], text: str) -> None:
    main(pilot).query_one(QueryBox).put(text)
    await pilot.press("enter")


# -- copying ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "copied", "said"),
    [
        ("answer", ANSWER, "Sent the answer"),
        ("ANSWER", ANSWER, "Sent the answer"),
        ("code", "total = sum([1, 2, 3])", "Sent the code (22 characters)"),
        ("code 1", "total = sum([1, 2, 3])", "Sent the code"),
        ("draft", DRAFT, "Sent the draft"),
        ("demonstrations", "\n\n".join(DEMONSTRATIONS), "Sent the demonstrations"),
    ],
)
async def test_each_part_is_copied_as_it_is(
    workshop: Workshop, part: str, copied: str, said: str
) -> None:
    async with answered(workshop) as pilot:
        await typed(pilot, f"/copy {part}")
        await until(pilot, lambda: said in notice(pilot))
        assert pilot.app.clipboard == copied


async def test_the_whole_run_is_copied_as_markdown(workshop: Workshop) -> None:
    async with answered(workshop) as pilot:
        await typed(pilot, "/copy run")
        await until(pilot, lambda: "It is Markdown." in notice(pilot))
        for text in (QUERY, ANSWER, DRAFT, *DEMONSTRATIONS, A, B, "Stage A", "Sent as user"):
            assert text in pilot.app.clipboard


@pytest.mark.parametrize(
    ("typed_text", "said"),
    [
        ("/copy code 2", "There is no code block 2. The answer has 1 code block."),
        ("/copy code 0", "There is no code block 0."),
        ("/copy everything", "everything cannot be copied. It may be answer, code,"),
        ("/copy answer 2", "answer 2 cannot be copied."),
    ],
)
async def test_what_cannot_be_copied_is_said(
    workshop: Workshop, typed_text: str, said: str
) -> None:
    async with answered(workshop) as pilot:
        await typed(pilot, typed_text)
        await until(pilot, lambda: said in " ".join(notice(pilot).split()))
        assert pilot.app.clipboard == ""


async def test_one_key_copies_one_code_block_after_the_other(workshop: Workshop) -> None:
    async with answered(workshop, SEVERAL) as pilot:
        for number, block in enumerate((*BLOCKS, BLOCKS[0]), 1):
            await pilot.press("f8")
            shown = (number - 1) % 3 + 1
            await until(pilot, lambda n=shown: f"code block {n} of 3" in notice(pilot))
            assert pilot.app.clipboard == block
        assert "f8 takes the next one" in notice(pilot)
        await typed(pilot, "/copy code 3")
        await until(pilot, lambda: pilot.app.clipboard == BLOCKS[2])
        await ask_and_wait(pilot, "And another one?")
        await pilot.press("f8")
        assert pilot.app.clipboard == BLOCKS[0]


async def test_while_the_answer_is_written_what_is_there_can_be_copied(workshop: Workshop) -> None:
    workshop.server.script(B, Reply(chunks=["half of it", " and the rest"]))
    workshop.server.hold(1, model=B)
    app = workshop.app(model_a=A, model_b=B)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        screen = await connected(pilot)
        await pilot.press("ctrl+y")
        assert "There is no run on the screen yet." in notice(pilot)
        await ask(pilot)
        await until(pilot, lambda: screen.query_one(Panes).answer.text)
        await pilot.press("ctrl+y")
        assert pilot.app.clipboard == "half of it"
        workshop.server.release()


async def test_what_is_selected_is_copied_by_ctrl_c_once(workshop: Workshop) -> None:
    async with answered(workshop) as pilot:
        box = main(pilot).query_one(QueryBox)
        box.put("some words")
        box.select_all()
        await pilot.press("ctrl+c")
        assert pilot.app.clipboard == "some words"
        await until(pilot, lambda: "Sent the selection (10 characters)" in notice(pilot))
        assert box.text == "some words" and not box.selected_text
        await pilot.press("ctrl+c")
        assert "again to quit" in notice(pilot)


async def test_what_is_selected_with_the_mouse_is_copied(workshop: Workshop) -> None:
    async with answered(workshop) as pilot:
        view = main(pilot).query_one(Panes).answer.view
        await still(pilot)
        await pilot.mouse_down(view, offset=(0, 0))
        await pilot.hover(view, offset=(8, 0))
        await pilot.mouse_up(view, offset=(8, 0))
        selected = main(pilot).get_selected_text()
        assert selected
        await pilot.press("ctrl+c")
        assert pilot.app.clipboard == selected
        assert not main(pilot).selections


async def test_without_a_clipboard_the_copy_is_in_a_file(
    workshop: Workshop, tmp_path: Path
) -> None:
    file = tmp_path / "copied.txt"
    app = workshop.app(model_a=A, model_b=B, copier=Clipboard(lambda: Ways(terminal=False), file))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await ask_and_wait(pilot)
        await pilot.press("ctrl+y")
        await until(pilot, lambda: str(file) in notice(pilot).replace("\n", ""))
        assert file.read_text() == ANSWER


# -- exporting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["run.json", "run.jsonl", "run.md"])
async def test_the_form_goes_by_the_name(workshop: Workshop, tmp_path: Path, named: str) -> None:
    async with answered(workshop) as pilot:
        await typed(pilot, f"/export {tmp_path / named}")
        await until(pilot, lambda: "Wrote the run as" in notice(pilot))
        text = (tmp_path / named).read_text()
        if named.endswith("md"):
            assert text.startswith("# ") and ANSWER in text
        else:
            found = json.loads(text)
            run = found["runs"][0] if named.endswith("json") else found
            assert run["query"] == QUERY and run["answer"] == ANSWER
            again = History()
            assert again.import_(tmp_path / named).added == 1
            again.close()


async def test_an_export_replaces_nothing_without_a_yes(workshop: Workshop, tmp_path: Path) -> None:
    file = tmp_path / "run.md"
    file.write_text("precious")
    async with answered(workshop) as pilot:
        for key, kept in (("n", True), ("y", False)):
            await typed(pilot, f"/export markdown {file}")
            await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
            await pilot.press(key)
            await until(pilot, lambda: not isinstance(pilot.app.screen, Confirm))
            if not kept:
                await until(pilot, lambda: "Wrote the run as Markdown" in notice(pilot))
            assert (file.read_text() == "precious") is kept


async def test_an_export_without_a_name_is_found_in_the_folder_of_the_start(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with answered(workshop) as pilot:
        await typed(pilot, "/export jsonl")
        await until(pilot, lambda: "Wrote the run as JSON lines" in notice(pilot))
        run_id = main(pilot).bench.run.run_id
    assert (tmp_path / f"sutra-{run_id[:8]}.jsonl").exists()


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/export /nowhere/at/all/run.md", "There is no folder /nowhere/at/all."),
        ("/export markdown ~nobody-of-that-name/x.md", "is no place for a file."),
    ],
)
async def test_an_export_that_cannot_be_written_says_so(
    workshop: Workshop, target: str, said: str
) -> None:
    async with answered(workshop) as pilot:
        await typed(pilot, target)
        await until(pilot, lambda: said in notice(pilot))


async def test_the_history_itself_is_never_written_over(workshop: Workshop, tmp_path: Path) -> None:
    database = tmp_path / "history.db"
    app = workshop.app(
        model_a=A, model_b=B, open_history=lambda demo: History(None if demo else database)
    )
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await ask_and_wait(pilot)
        await typed(pilot, f"/export json {database}")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("y")
        await until(pilot, lambda: "it is the history itself" in notice(pilot))
    assert database.read_bytes().startswith(b"SQLite format 3")


async def test_an_answer_full_of_backticks_stays_within_its_fence(
    workshop: Workshop, tmp_path: Path
) -> None:
    from markdown_it import MarkdownIt

    async with answered(workshop, TICKS) as pilot:
        await typed(pilot, f"/export {tmp_path / 'run.md'}")
        await until(pilot, lambda: "Wrote the run" in notice(pilot))
    tokens = MarkdownIt().parse((tmp_path / "run.md").read_text())
    fenced = [token.content for token in tokens if token.type == "fence"]
    assert TICKS + "\n" in fenced
    headings = [t.content for before, t in pairwise(tokens) if before.type == "heading_open"]
    assert headings[1:3] == ["Query", "Answer"]
