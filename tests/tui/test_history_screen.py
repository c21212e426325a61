"""The history screen as a person uses it: every key pressed, every deed seen on the disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.core.protocol import StageRecord
from sutra_tui.store.history import History
from sutra_tui.tui.history_columns import COLUMNS, arrange
from sutra_tui.tui.history_commands import HISTORY_COMMANDS
from sutra_tui.tui.history_view import HistoryView
from sutra_tui.tui.paging import PAGE
from sutra_tui.tui.screens.compare import CompareScreen, PartView
from sutra_tui.tui.screens.history import Chosen, HistoryScreen
from sutra_tui.tui.screens.prompts import LinePrompt
from sutra_tui.tui.widgets.history_table import HistoryRows
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.search_line import SearchLine
from sutra_tui.tui.widgets.text_card import TextCard
from tests.ollama_server import Reply
from tests.store.history_support import HOSTILE, made
from tests.store.test_history_transfer import LINE, logs

from . import workshop as works
from .history_support import NOW, Archive, at_rest, filled, listed, notice, screen_of
from .inspector_support import until
from .workshop import ANSWER, DEMONSTRATIONS, DRAFT, QUERY, Workshop

ALL = ["c8", "c7", "c6", "c5", "c4", "c3", "c2", "c1"]
UNSAFE = set("\x1b\x07\u202e\x9b\0")


@pytest.fixture
def archive() -> Archive:
    archive = Archive()
    filled(archive.history)
    return archive


async def go_to(pilot: Pilot[None], run_id: str) -> None:
    """Put the cursor on a run."""
    await pilot.press("home", *["down"] * listed(pilot).index(run_id))
    await until(pilot, lambda: (d := screen_of(pilot).view.at_hand) and d.run_id == run_id)


async def prompted(pilot: Pilot[None], answer: str) -> None:
    """Answer the question that is asked."""
    await until(pilot, lambda: isinstance(pilot.app.screen, LinePrompt))
    pilot.app.screen.query_one(Input).value = answer
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, HistoryScreen))


def texts(pilot: Pilot[None]) -> list[str]:
    return [card._view.text for card in screen_of(pilot).query(TextCard)]


# -- looking --------------------------------------------------------------------------------------


async def test_the_newest_run_is_first_and_shown(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        assert listed(pilot) == ALL and screen.view.total == 8
        await go_to(pilot, "c7")
        await at_rest(pilot)
        result = archive.run("c7").result
        assert texts(pilot) == [
            result.query,
            result.answer,
            *result.demonstrations,
            result.draft,
            "Hm.",
        ]


async def test_typing_filters_as_it_is_typed(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await pilot.press("slash", *"merge sor")
        await until(pilot, lambda: listed(pilot) == ["c7", "c2"])
        await pilot.press("enter")
        assert isinstance(screen.focused, HistoryRows)
        await pilot.press("escape")
        await until(pilot, lambda: listed(pilot) == ALL)
        assert not screen.query_one(SearchLine).is_open


async def test_X10_letters_in_a_burst_behind_the_filters_key_are_no_commands(
    archive: Archive,
) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        for key, letter in [("slash", "/"), *zip("dnsw", "dnsw", strict=True)]:
            pilot.app.post_message(Key(key, letter))  # no waiting, as a terminal sends a burst
        await until(pilot, lambda: screen.query_one(SearchLine).input.has_focus)
        await pilot.press("M")
        assert screen.query_one(SearchLine).input.value.endswith("M")
        assert pilot.app.screen is screen and screen.view.listing.method == ""
        assert archive.history.count() == 8
        assert [run.run_id for run in archive.history.runs() if run.starred] == ["c2"]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ("F", ["c8", "c6", "c3"]),
        ("S", ["c2"]),
        ("FF", ALL),
        ("M", ["c8", "c7", "c6", "c4", "c3", "c2", "c1"]),
        ("MM", ["c5"]),
        ("MMM", ALL),
        ("L", ["c8", "c7", "c6", "c4", "c3", "c2", "c1"]),
        ("LL", ALL),
        ("MMLS", []),
        ("MMLSx", ALL),
    ],
)
async def test_filters_narrow_the_list_down(archive: Archive, keys: str, found: list[str]) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        for key in keys:
            await pilot.press(key)
            await until(pilot, lambda: screen_of(pilot).view.is_answered)
            await at_rest(pilot)
        assert listed(pilot) == found


async def test_a_long_history_is_read_page_by_page() -> None:
    archive = Archive()
    archive.history.restore(made(f"r{n:04}", started_at=NOW - n) for n in range(2 * PAGE + 7))
    async with archive.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        assert screen.view.total == 2 * PAGE + 7
        await pilot.press("end")
        await until(pilot, lambda: (r := screen.view.current) and r.key == f"r{2 * PAGE + 6:04}")
        await pilot.press("home", *["pagedown"] * 3)
        await at_rest(pilot)
        assert screen.view.current is not None
        assert screen.view.current.key == f"r{screen.view.cursor:04}"


async def test_a_run_that_goes_on_elsewhere_appears_by_itself(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await go_to(pilot, "c6")
        going = made("new", over=False, status="stopped", started_at=NOW, seen_at=NOW)
        archive.history.save(going)
        await until(pilot, lambda: listed(pilot) == ["new", *ALL])
        await until(pilot, lambda: screen.view.current and screen.view.current.key == "c6")
        await go_to(pilot, "new")
        await pilot.press("d")
        assert "goes on" in notice(pilot)
        archive.history.save(replace(going, over=True))
        await until(pilot, lambda: screen.view.current and screen.view.current.run.over)


# -- deeds ----------------------------------------------------------------------------------------


async def test_star_rename_and_delete_can_be_undone(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await go_to(pilot, "c7")
        await pilot.press("s")
        await until(pilot, lambda: archive.run("c7").starred)
        await at_rest(pilot)
        await pilot.press("n")
        await prompted(pilot, "The stable one")
        await until(pilot, lambda: archive.run("c7").title == "The stable one")
        await at_rest(pilot)
        await pilot.press("d")
        await until(pilot, lambda: archive.history.run("c7") is None)
        await until(pilot, lambda: listed(pilot) == [name for name in ALL if name != "c7"])
        for gone in ("deleted a run", "renamed a run", "starred a run"):
            await at_rest(pilot)
            await pilot.press("u")
            await until(pilot, lambda gone=gone: f"Undone: {gone}" in notice(pilot))
        await until(pilot, lambda: listed(pilot) == ALL)
        assert (archive.run("c7").starred, archive.run("c7").title) == (False, "")
        await at_rest(pilot)
        await pilot.press("u")
        assert "nothing to undo" in notice(pilot)


async def test_an_empty_title_gives_the_query_back(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await go_to(pilot, "c8")
        await pilot.press("n")
        await prompted(pilot, "")
        await until(pilot, lambda: archive.run("c8").title == "")
        assert archive.run("c8").name == "Explain monads"


async def test_export_and_import(archive: Archive, tmp_path: Path) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await pilot.press("S")
        await until(pilot, lambda: listed(pilot) == ["c2"])
        await at_rest(pilot)
        await pilot.press("w")
        await prompted(pilot, str(tmp_path / "out.jsonl"))
        await until(pilot, lambda: "Wrote 1 run" in notice(pilot))
        assert json.loads((tmp_path / "out.jsonl").read_text())["run_id"] == "c2"
        await at_rest(pilot)
        await pilot.press("w")
        await prompted(pilot, str(tmp_path / "out.jsonl"))
        await until(pilot, lambda: "there already" in notice(pilot))
        await pilot.press("x", "i")
        await prompted(pilot, str(logs(tmp_path / "logs", json.dumps(LINE))))
        await until(pilot, lambda: "1 run added" in notice(pilot))
        await until(pilot, lambda: len(listed(pilot)) == 9)


async def test_two_runs_are_compared_the_older_on_the_left(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await go_to(pilot, "c7")
        await pilot.press("c")
        assert screen_of(pilot).view.marked == "c7" and "Marked" in notice(pilot)
        await go_to(pilot, "c2")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await until(pilot, lambda: len(pilot.app.screen.query(PartView)) == 6)
        answer = next(
            v._part for v in pilot.app.screen.query(PartView) if v._part.title == "Answer"
        )
        gone = [piece.text for piece in answer.diff.pieces if piece.kind == "left"]
        assert gone == ["splits", "two"] and "alike" in answer.verdict
        assert pilot.app.screen.query("PartView.-same")
        await pilot.press("w")
        assert pilot.app.screen.has_class("-one-column")
        await pilot.press("down", "up", "escape")
        assert pilot.app.screen is screen_of(pilot) and not screen_of(pilot).view.marked


async def test_a_mark_is_taken_away_by_the_same_key_and_by_escape(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        for key in ("c", "escape"):
            await pilot.press("c")
            assert screen.view.marked == "c8"
            await pilot.press(key)
            assert screen.view.marked == "" and pilot.app.screen is screen


async def test_one_column_is_all_there_is_on_a_narrow_screen(archive: Archive) -> None:
    async with archive.app().run_test(size=(60, 20)) as pilot:
        await at_rest(pilot)
        await pilot.press("c", "down")
        await at_rest(pilot)
        await pilot.press("c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await pilot.press("w")
        assert "one column" in str(pilot.app.screen.query_one(NoticeBar).content)


@pytest.mark.parametrize(("key", "again"), [("enter", False), ("r", True)])
async def test_leaving_with_a_run(archive: Archive, key: str, again: bool) -> None:
    app = archive.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await go_to(pilot, "c4")
        await pilot.press(key)
        await until(pilot, lambda: app.result != "still open")
        assert app.result == Chosen(archive.run("c4"), again)


async def test_nothing_is_opened_while_a_run_goes_on(archive: Archive) -> None:
    archive.busy = True
    app = archive.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        for key in ("enter", "r"):
            await pilot.press(key)
            assert "Stop the run" in notice(pilot) and app.result == "still open"


# -- every key, every state -----------------------------------------------------------------------


@pytest.mark.parametrize("command", HISTORY_COMMANDS.all, ids=lambda command: command.id)
async def test_every_key_works_or_says_why_not_in_an_empty_history(command: Any) -> None:
    app = Archive().app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        reason = command.reason(screen.view)
        await pilot.press(command.key.split(",")[0])
        if reason is not None:
            assert notice(pilot) == reason and pilot.app.screen is screen
        elif command.id == "history.back":
            await until(pilot, lambda: app.result is None)
        else:
            assert command.id in ("history.import", "history.refresh", "history.keys")


def test_every_command_says_what_it_does_and_each_key_does_one_thing() -> None:
    keys = [key for command in HISTORY_COMMANDS.all for key in command.key.split(",")]
    assert len(keys) == len(set(keys))
    assert all(command.help.endswith(".") for command in HISTORY_COMMANDS.all)


async def test_the_palette_runs_commands_and_says_why_not(archive: Archive) -> None:
    async with archive.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await screen.run_command("star")
        await until(pilot, lambda: archive.run("c8").starred)
        await at_rest(pilot)
        await screen.run_command("everything")
        assert "listed already" in notice(pilot)


async def test_the_mouse_does_what_the_keys_do(archive: Archive) -> None:
    app = archive.app()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await pilot.click(HistoryRows, offset=(5, 3))
        await until(pilot, lambda: screen.view.current and screen.view.current.key == "c5")
        await at_rest(pilot)
        await pilot.click(HistoryRows, offset=(5, 3), times=2)
        await until(pilot, lambda: app.result != "still open")
        assert app.result == Chosen(archive.run("c5"))


async def test_hostile_text_is_inert_in_every_cell() -> None:
    archive = Archive()
    run = made("evil", HOSTILE, answer=HOSTILE, model_a=HOSTILE, method=HOSTILE, title=HOSTILE)
    stages = (StageRecord(HOSTILE, model=HOSTILE, output=HOSTILE),)  # type: ignore[arg-type]
    archive.history.save(replace(run, result=replace(run.result, stages=stages)))
    archive.history.save(made("other", HOSTILE[::-1], started_at=NOW))
    async with archive.app().run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await pilot.press("end", "c", "home", "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await until(pilot, lambda: pilot.app.screen.query(PartView))
        for screen in pilot.app.screen_stack[1:]:
            update = "".join(
                segment.text for line in screen._compositor.render_strips() for segment in line
            )
            assert update and not UNSAFE & set(update)


async def test_a_fault_of_the_file_is_told_and_the_screen_goes_on(tmp_path: Path) -> None:
    archive = Archive(path=tmp_path / "history.db")
    filled(archive.history)
    async with archive.app().run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        (tmp_path / "history.db").write_bytes(b"no database" * 1000)
        await pilot.press("s")
        await until(pilot, lambda: "damaged" in notice(pilot))
        await until(pilot, lambda: screen_of(pilot).view.is_empty)


def test_columns_never_overlap_and_fit() -> None:
    for width in range(10, 200):
        places = arrange(width)
        ends = [place.start + place.width for place in places]
        assert ends[-1] <= max(width, 4)
        starts = [place.start for place in places[1:]]
        assert all(a < b for a, b in zip(ends, starts, strict=False))
    assert len(arrange(118)) == len(COLUMNS)


def test_a_page_goes_on_behind_the_one_before_it() -> None:
    assert HistoryView().mark_before(1) is None


# -- in the app -----------------------------------------------------------------------------------


async def test_a_run_of_the_app_is_found_opened_and_run_again(workshop: Workshop) -> None:
    history = History()
    app = workshop.app(open_history=lambda demo: history)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        main = await works.ask_and_wait(pilot)
        first = main.bench.run.run_id
        workshop.server.script(works.B, Reply("Another answer."))
        await works.ask_and_wait(pilot, "Something else entirely?")
        await pilot.press("ctrl+l")
        screen = await at_rest(pilot)
        assert [row.run.query for row in screen.view.pages[0]] == [
            "Something else entirely?",
            QUERY,
        ]
        await pilot.press("down")
        await at_rest(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: main.bench.run.run_id == first)
        await works.settled(pilot)
        panes = main.query_one(Panes)
        assert panes.answer.text == ANSWER and panes.draft.text == DRAFT
        assert panes.demonstrations.text == "\n\n".join(DEMONSTRATIONS)
        run = main.bench.run
        assert run.query == QUERY and not run.running and run.result is not None
        assert (run.a.state, run.b.state, run.demonstrations) == ("complete",) * 3
        assert run.b.stats.output_tokens
        await pilot.press("ctrl+l")
        await at_rest(pilot)
        await pilot.press("down")
        await at_rest(pilot)
        await pilot.press("r")
        await until(pilot, lambda: main.bench.run.run_id not in ("", first))
        await until(pilot, lambda: not main.bench.run.running)
        again = main.bench.run.run_id
        await until(pilot, lambda: (r := history.run(again)) and r.over)
    assert history.warnings == []


async def test_a_rerun_remembers_its_parent_and_takes_the_runs_method(workshop: Workshop) -> None:
    history = History()
    history.save(made("past", QUERY, method="raw", model_a=""))
    app = workshop.app(open_history=lambda demo: history)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        main = await works.connected(pilot)
        await pilot.press("ctrl+l")
        await at_rest(pilot)
        await pilot.press("r")
        await until(pilot, lambda: main.bench.run.query and not main.bench.run.running)
        run_id = main.bench.run.run_id
        await until(pilot, lambda: (r := history.run(run_id)) and r.over)
        run = history.run(run_id)
        assert run is not None
        assert (run.parent, run.result.method, run.result.model_b) == ("past", "raw", works.B)


@pytest.mark.parametrize("status", ["failed", "stopped", "incomplete"])
async def test_runs_without_a_whole_answer_are_opened_as_they_ended(
    workshop: Workshop, status: Any
) -> None:
    history = History()
    past = made("past", QUERY, status=status, error={"message": "It went silent."})
    stages = (*past.result.stages[:2], replace(past.result.stages[2], status=status))
    history.save(replace(past, result=replace(past.result, stages=stages)))
    app = workshop.app(open_history=lambda demo: history)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        main = await works.connected(pilot)
        await pilot.press("ctrl+l")
        await at_rest(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: main.bench.run.query == QUERY)
        run = main.bench.run
        assert (run.running, run.b.state, run.a.state) == (False, status, "complete")
        said = str(main.query_one(NoticeBar).content)
        assert ("It went silent." in said) == (status == "failed")
        assert main.query_one(Panes).answer.text == past.result.answer
        await pilot.press("ctrl+r")
        await until(pilot, lambda: workshop.server.chats(works.B))
        assert main.bench.run.query == QUERY
        # What did not come to its end is tried again, without paying for Model A once more.
        assert bool(workshop.server.chats(works.A)) == (status == "incomplete")


async def test_the_demo_keeps_its_runs_apart(workshop: Workshop) -> None:
    own, demos = History(), History()
    app = workshop.app(open_history=lambda demo: demos if demo else own)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        main = await works.connected(pilot)
        app.use_server(demo=True)
        await until(pilot, lambda: main.bench.server.is_demo and main.bench.ready)
        await works.ask_and_wait(pilot, "Write a Python merge sort")
        await pilot.press("ctrl+l")
        screen = await at_rest(pilot)
        assert screen.view.is_demo
        assert [row.run.engine for row in screen.view.pages[0]] == ["demo"]
        assert own.count() == 0
