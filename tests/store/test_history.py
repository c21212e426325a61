"""The history: what is kept comes back, is found, is changed by a person, and survives files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.errors import StoreError
from sutra_tui.store import text_index
from sutra_tui.store.history import History, HistoryRun, Mark, RunFilter
from sutra_tui.store.history_run import LOST_S, result_from, run_from
from sutra_tui.store.history_schema import INDEX

from .cache_support import mode
from .history_support import HOSTILE, START, Clock, fill, ids, made


@pytest.fixture(params=["file", "memory", "no index"])
def history(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[History]:
    if request.param == "no index":
        monkeypatch.setattr(text_index, "MODULE", "no_such_module")
    path = None if request.param == "memory" else tmp_path / "history.db"
    with History(path, clock=Clock()) as opened:
        indexed = opened._read(lambda c: text_index.is_indexed(c, INDEX))
        assert indexed == (request.param != "no index")
        yield opened
        assert opened.warnings == []


def test_a_run_comes_back_as_it_was(history: History) -> None:
    run = made(
        starred=True,
        title="Sums",
        parent="run-0",
        error={"kind": "stalled", "message": "Silent.", "remedy": "Wait."},
        cache={"age_s": 12.5, "saved_ms": 4100.0, "pinned": True},
        cache_hit=True,
        fell_back_to_raw=True,
    )
    history.save(run)
    assert history.run("run-1") == run
    assert history.run("run-2") is None
    assert run_from(run.to_dict()) == replace(run, source="import")


def test_S12_hostile_text_comes_back_byte_for_byte(history: History) -> None:
    texts = (HOSTILE, "", "\n\n", HOSTILE * 3)
    run = made(query=HOSTILE, answer=HOSTILE, draft=HOSTILE, demonstrations=texts, title=HOSTILE)
    run = replace(run, result=replace(run.result, model_a=HOSTILE, notices=(HOSTILE,)))
    history.save(run)
    assert history.run("run-1") == run
    (summary,) = history.runs()
    assert (summary.query, summary.demonstrations) == (HOSTILE.partition("\0")[0], 4)


def test_S12_T12_what_no_file_can_hold_is_replaced_and_not_lost(history: History) -> None:
    history.save(made(query="half \ud83e a crab", answer="\udcff"))
    run = history.run("run-1")
    assert run is not None
    assert (run.result.query, run.result.answer) == ("half \ufffd a crab", "\ufffd")


def test_writing_a_run_again_keeps_the_star_and_the_title(history: History) -> None:
    history.save(made(answer="first"))
    history.star("run-1", True)
    history.rename("run-1", "  Mine  ")
    history.save(made(answer="second"))
    run = history.run("run-1")
    assert run is not None
    assert (run.result.answer, run.starred, run.title) == ("second", True, "Mine")
    assert run.name == "Mine" and history.runs()[0].name == "Mine"
    assert history.count() == 1


def test_unknown_methods_and_stages_are_kept_as_they_are(history: History) -> None:
    run = made()
    stages = tuple(replace(stage, name=f"judge {n}") for n, stage in enumerate(run.result.stages))
    run = replace(run, result=replace(run.result, method="debate", stages=stages))  # type: ignore[arg-type]
    history.save(run)
    assert history.run("run-1") == run
    assert history.choices() == (["debate"], ["llama3.2:3b", "mistral:7b"])
    with pytest.raises(ValueError, match="method"):
        result_from({**run.to_dict(), "method": "x" * 81})


# -- lists ----------------------------------------------------------------------------------------


def test_the_newest_is_first_and_pages_follow_each_other(history: History) -> None:
    order = [3, 1, 4, 0, 2]
    fill(history, *(made(f"r{n}", started_at=START + n) for n in order))
    fill(history, made("twin", started_at=START + 2))
    expected = ["r4", "r3", "twin", "r2", "r1", "r0"]
    assert ids(history) == expected
    seen: list[str] = []
    mark: Mark | None = None
    while page := history.runs(after=mark, limit=2):
        seen += [run.run_id for run in page]
        mark = page[-1].mark
    assert seen == expected
    assert ids(history, skip=2, limit=3) == ["twin", "r2", "r1"]
    assert history.mark_of("twin") == history.runs(skip=2)[0].mark


def test_a_page_is_not_shifted_by_a_run_that_begins_meanwhile(history: History) -> None:
    fill(history, *(made(f"r{n}", started_at=START + n) for n in range(4)))
    first = history.runs(limit=2)
    fill(history, made("new", started_at=START + 9))
    assert ids(history, after=first[-1].mark) == ["r1", "r0"]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (RunFilter(), {"whole", "raw", "failed", "cut", "stopped", "lost", "going"}),
        (RunFilter(method="raw"), {"raw"}),
        (RunFilter(model="qwen"), {"raw"}),
        (RunFilter(model="LLAMA3.2"), {"whole", "failed", "cut", "stopped", "lost", "going"}),
        (RunFilter(model="%"), set()),
        (RunFilter(failed=True), {"failed", "cut", "stopped", "lost"}),
        (RunFilter(starred=True), {"raw", "cut"}),
        (RunFilter(starred=True, failed=True), {"cut"}),
        (RunFilter("sum", failed=True, model="mistral"), {"failed", "cut", "stopped", "lost"}),
    ],
)
def test_filters_narrow_the_list_down(
    history: History, filter: RunFilter, expected: set[str]
) -> None:
    long_ago = START - LOST_S - 1
    fill(
        history,
        made("whole"),
        made("raw", method="raw", model_a="", model_b="qwen3:4b", starred=True),
        made("failed", status="failed"),
        made("cut", status="incomplete", starred=True),
        made("stopped", status="stopped"),
        made("lost", status="stopped", over=False, seen_at=long_ago),
        made("going", status="stopped", over=False, seen_at=START),
    )
    assert set(ids(history, filter)) == expected
    assert history.count(filter) == len(expected)
    states = {run.run_id: run.status(START) for run in history.runs()}
    assert (states["lost"], states["going"], states["cut"]) == ("stopped", "running", "incomplete")


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sum", {"sum"}),
        ("SUM list", {"sum"}),
        ("loop", {"sum", "sort"}),
        ("max(items)", {"sum"}),
        ("merg", {"sort"}),
        ("merge list", set()),
        ("titled", {"sort"}),
        ("halves", {"sort"}),
        ("排序", {"sort"}),
        ("&&", {"sort"}),
        ("sum AND", set()),
        ('"', set()),
        ("sum*", set()),
        ("%", set()),
        ("", {"sum", "sort"}),
        ("   ", {"sum", "sort"}),
    ],
)
def test_words_are_found_wherever_they_stand_and_never_obeyed(
    history: History, search: str, found: set[str]
) -> None:
    fill(
        history,
        made("sum"),
        made(
            "sort",
            query="Write a merge sort 排序",
            demonstrations=("Split in halves && join",),
            answer="def merge(a, b): ...",
            title="Titled by hand",
        ),
    )
    assert set(ids(history, RunFilter(search))) == found
    assert history.count(RunFilter(search)) == len(found)


def test_a_run_is_found_by_what_it_says_now_and_not_by_what_it_said(history: History) -> None:
    history.save(made(answer="half an ans"))
    history.save(made(answer="half an answer, then a zebra"))
    assert ids(history, RunFilter("zebra")) == ["run-1"]
    assert ids(history, RunFilter("ans,")) == []
    history.delete(["run-1"])
    assert ids(history, RunFilter("zebra")) == []


# -- a person's changes ---------------------------------------------------------------------------


def test_deleting_can_be_undone(history: History) -> None:
    runs = [made(f"r{n}", starred=bool(n), title=f"t{n}") for n in range(3)]
    fill(history, *runs)
    gone = history.delete(["r0", "r2", "never there"])
    assert gone == [runs[0], runs[2]] and ids(history) == ["r1"]
    assert history._read(lambda c: c.execute("SELECT COUNT(*) FROM stage").fetchone()) == (3,)
    assert history.restore(gone) == 2
    assert [history.run(run.run_id) for run in runs] == runs
    assert history.restore(gone) == 0


def test_what_is_not_there_cannot_be_changed(history: History) -> None:
    for change in (lambda: history.star("x", True), lambda: history.rename("x", "y")):
        with pytest.raises(StoreError, match="not there any more"):
            change()


def test_the_edition_differs_after_every_change(history: History) -> None:
    seen = [history.edition()]
    changes = (
        lambda: history.save(made()),
        lambda: history.star("run-1", True),
        lambda: history.rename("run-1", "x"),
        lambda: history.delete(["run-1"]),
    )
    for change in changes:
        change()
        seen.append(history.edition())
    assert len(set(seen)) == len(seen)
    assert history.edition() == seen[-1]


# -- the file -------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


def kept(path: Path, *runs: HistoryRun) -> None:
    with History(path) as history:
        fill(history, *runs)


def test_S9_the_file_is_private_and_another_program_sees_the_changes(path: Path) -> None:
    with History(path) as one, History(path) as other:
        one.save(made())
        before = other.edition()
        assert mode(path) == 0o600 and ids(other) == ["run-1"]
        one.star("run-1", True)
        assert other.runs()[0].starred and other.edition() != before


def test_S5_a_damaged_file_is_moved_aside_and_work_goes_on(path: Path) -> None:
    kept(path, *(made(f"r{n}", answer="long " * 2000) for n in range(20)))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    with History(path) as history:
        history.save(made("after"))
        assert ids(history) == ["after"] and history.persistent
        assert len(history.warnings) == 1 and "damaged" in history.warnings[0]
    assert len(list(path.parent.glob("history.db.corrupt-*"))) == 1


def test_S10_a_newer_file_is_left_alone(path: Path) -> None:
    kept(path, made())
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version=99")
    raw.commit()
    raw.close()
    before = path.read_bytes()
    with History(path) as history:
        history.save(made("new"))
        assert ids(history) == ["new"] and not history.persistent
        assert len(history.warnings) == 1 and "newer" in history.warnings[0]
    assert path.read_bytes() == before


def test_S10_a_cache_is_no_history(path: Path) -> None:
    from sutra_tui.store.cache import DemonstrationCache

    with DemonstrationCache(path=path) as cache:
        cache.set("k", ["x"])
    with History(path) as history:
        assert not history.persistent and "another program" in history.warnings[0]
    with DemonstrationCache(path=path) as cache:
        assert cache.get("k") == ["x"]


def test_S6_on_a_full_disk_everything_goes_on_with_one_notice(path: Path) -> None:
    kept(path, made("old"))
    with History(path) as history:
        connection = history._database.connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        for number in range(5):
            history.save(made(f"new {number}", answer="z" * 9_000))
        assert history.count() == 6 and not history.persistent
        assert len(history.warnings) == 1 and "disk is full" in history.warnings[0]
    with History(path) as after:
        assert ids(after) == ["old"]


@pytest.mark.parametrize("column", ["facts", "status"])
def test_S5_a_flipped_bit_costs_no_text(path: Path, column: str) -> None:
    kept(path, made())
    raw = sqlite3.connect(path)
    raw.execute(f"UPDATE run SET {column} = '[[['")
    raw.execute("UPDATE stage SET facts = 'nonsense'")
    raw.commit()
    raw.close()
    with History(path) as history:
        run: Any = history.run("run-1")
        assert run.result.query == made().result.query
        assert run.result.answer == made().result.answer
