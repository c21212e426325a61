"""The history's file meets what the cache's does: damage, locks, full disks, versions, umasks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.errors import StoreError
from sutra_tui.store.database import Database, StoreBusy
from sutra_tui.store.history import History
from sutra_tui.store.history_schema import SCHEMA

from .cache_support import aside, mode
from .file_support import DAMAGE, as_nobody, give_to_nobody, held
from .history_support import Clock, fill, ids, made, soon, stage_a, stage_b
from .kill9 import RUN_WRITER, kill_rounds


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


def kept(path: Path, runs: int = 12) -> None:
    with History(path) as history:
        fill(history, *(made(f"r{n}", answer="word " * 1_000) for n in range(runs)))


# -- killed, two at once --------------------------------------------------------------------------


@pytest.mark.slow
def test_S1_killed_writers_of_a_history_lose_nothing_they_acknowledged() -> None:
    assert kill_rounds(8, writer=RUN_WRITER) > 20


OPENING = """
import sys
from sutra_tui.store.history import History
from tests.store.history_support import made
print("ready", flush=True)
sys.stdin.readline()
with History(sys.argv[1]) as history:
    history.save(made(sys.argv[2]))
    print(history.persistent, history.warnings)
"""


def test_S4_first_runs_at_the_same_moment_all_start(path: Path) -> None:
    names = [f"program-{n}" for n in range(4)]
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, str(path.parent / "new" / path.name), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for program in programs:
        assert program.stdout is not None and program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        assert program.communicate(timeout=120) == ("True []\n", "")
    with History(path.parent / "new" / path.name) as history:
        assert sorted(ids(history)) == names
    assert [p.name for p in (path.parent / "new").iterdir()] == [path.name]


# -- held by another program ----------------------------------------------------------------------


def test_S3_while_the_file_is_held_it_is_read_and_changes_say_what_holds_them_up(
    path: Path, impatient: None
) -> None:
    kept(path, 2)
    with History(path) as history:
        with held(path):
            assert sorted(ids(history)) == ["r0", "r1"]
            with pytest.raises(StoreBusy) as caught:
                history.star("r0", True)
            assert "locked" not in str(caught.value) and caught.value.remedy
        history.star("r0", True)
        assert history.count() == 2 and history.persistent


def test_S3_a_file_held_from_the_start_is_left_alone(path: Path, impatient: None) -> None:
    kept(path, 1)
    with held(path, "EXCLUSIVE"):
        history = History(path)
        history.save(made("new"))
        assert ids(history) == ["new"] and not history.persistent
        assert len(history.warnings) == 1 and "locked" not in history.warnings[0]
        history.close()
    with History(path) as after:
        assert ids(after) == ["r0"] and after.warnings == []


# -- damaged --------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", DAMAGE)
def test_S5_whatever_the_damage_the_file_is_moved_aside_and_runs_are_written(
    path: Path, damage: str
) -> None:
    kept(path)
    DAMAGE[damage](path)
    spoiled = path.read_bytes()
    with History(path) as history:
        for number in range(12):
            history.run(f"r{number}")
        history.save(made("after"))
        assert history.run("after") == made("after")
        assert history.persistent and "after" in ids(history)
    (old,) = aside(path)
    assert len(history.warnings) == 1 and str(old) in history.warnings[0]
    assert old.read_bytes() == spoiled or len(old.read_bytes()) >= len(spoiled)
    with History(path) as again:
        assert ids(again) == ["after"] and again.warnings == []


def test_S5_damage_in_the_middle_of_a_run_costs_the_run_nothing(path: Path) -> None:
    with History(path) as history:
        recorder = history.record()
        for event in stage_a():
            recorder.take(event)
        soon(lambda: history.run("run-1"))
        path.write_text("garbage " * 5_000)
        for event in stage_b("So it is."):
            recorder.take(event)
        recorder.stop()
        soon(lambda: (run := history.run("run-1")) and run.over)
    assert len(history.warnings) == 1 and len(aside(path)) == 1
    with History(path) as after:
        run = after.run("run-1")
    assert run is not None and run.result.answer == "So it is."
    assert [stage.name for stage in run.result.stages] == ["A", "parse", "B"]


# -- no disk --------------------------------------------------------------------------------------


def test_S6_a_disk_that_fills_up_in_the_middle_of_a_run_costs_it_nothing(path: Path) -> None:
    kept(path, 3)
    with History(path) as history:
        connection = history._database.connection
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")
        recorder = history.record()
        for event in [*stage_a(), *stage_b(*["a long answer "] * 2_000)]:
            recorder.take(event)
        recorder.stop()
        soon(lambda: (run := history.run("run-1")) and run.over)
        run = history.run("run-1")
        assert run is not None and run.result.answer == "a long answer " * 2_000
        assert history.count() == 4 and not history.persistent
        assert len(history.warnings) == 1 and "disk is full" in history.warnings[0]
    with History(path) as after:
        assert sorted(ids(after)) == ["r0", "r1", "r2"], "what was on the disk is unharmed"


@pytest.mark.parametrize("only_the_file", [False, True], ids=["folder", "file"])
def test_S7_where_nothing_can_be_written_runs_are_read_and_made(
    open_directory: Path, only_the_file: bool
) -> None:
    path = open_directory / "history.db"
    kept(path, 2)
    give_to_nobody(path)
    if only_the_file:
        path.chmod(0o400)
    if not only_the_file or os.getuid() == 0:
        open_directory.chmod(0o555)

    def work() -> Any:
        with History(path) as history:
            history.save(made("new"))
            return [sorted(ids(history)), history.persistent, len(history.warnings)]

    assert as_nobody(work) == [["new", "r0", "r1"], False, 1]


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.mkdir(),
        lambda path: os.mkfifo(path),
        lambda path: path.symlink_to(path.with_name("other.db")),
        lambda path: path.symlink_to("/dev/zero"),
    ],
    ids=["directory", "pipe", "link", "device"],
)
def test_S8_what_is_not_a_file_is_refused_without_waiting(
    path: Path, make: Callable[[Path], None]
) -> None:
    make(path)
    with History(path) as history:
        history.save(made())
        assert ids(history) == ["run-1"] and not history.persistent
        assert len(history.warnings) == 1 and "not a regular file" in history.warnings[0]
    assert [p.name for p in path.parent.iterdir()] == ["history.db"]


# -- permissions, versions, sizes -----------------------------------------------------------------


def test_S9_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deeper" / "history.db"
    old = os.umask(0)
    try:
        with History(path) as history:
            history.save(made())
            history.export(path.with_name("runs.json"))
        path.write_text("garbage " * 99)
        History(path).close()
    finally:
        os.umask(old)
    modes = {p.name.partition("-")[0]: mode(p) for p in path.parent.iterdir()}
    assert modes == dict.fromkeys(("history.db", "history.db.corrupt", "runs.json"), 0o600)
    assert mode(path.parent) == mode(path.parent.parent) == 0o700


def test_S10_an_older_history_is_brought_forward_and_a_copy_kept(path: Path) -> None:
    kept(path, 3)
    newer = replace(SCHEMA, migrations=(*SCHEMA.migrations, ("ALTER TABLE run ADD mood TEXT",)))
    told: list[str] = []
    database = Database(path, newer, told.append)
    rows = database.read(lambda c: c.execute("SELECT run_id, mood FROM run").fetchall())
    database.close()
    assert sorted(rows) == [("r0", None), ("r1", None), ("r2", None)] and told == []
    copy = path.with_name(f"history.db.version-{SCHEMA.version}")
    with History(copy) as old:
        assert sorted(ids(old)) == ["r0", "r1", "r2"] and old.warnings == []
    with History(path) as newer_than_known:
        assert not newer_than_known.persistent and "newer" in newer_than_known.warnings[0]


@pytest.mark.parametrize("jump", [-4e8, 4e8], ids=["back", "ahead"])
def test_S11_a_clock_that_jumps_loses_no_run_and_leaves_none_going_on(
    path: Path, jump: float
) -> None:
    clock = Clock()
    with History(path, clock=clock) as history:
        recorder = history.record()
        for event in stage_a():
            recorder.take(event)
        soon(lambda: history.run("run-1"))
        clock.now += jump
        recorder.stop()
        soon(lambda: (run := history.run("run-1")) and run.over)
        (summary,) = history.runs()
        assert summary.status(clock.now) == "stopped"
        history.save(made("later", started_at=clock.now))
        assert set(ids(history)) == {"run-1", "later"}


def test_S12_a_run_of_ten_megabytes_is_kept_whole(path: Path) -> None:
    with History(path) as history:
        history.save(made(answer="ä" * 5_000_000))
    with History(path) as after:
        run = after.run("run-1")
        assert run is not None and run.result.answer == "ä" * 5_000_000
        assert after.runs()[0].run_id == "run-1"


def test_S12_numbers_beyond_reason_are_refused_or_kept_and_break_nothing(path: Path) -> None:
    with History(path) as history:
        for number, latency in enumerate((float("nan"), float("inf"), -1.0, 2.0**63)):
            try:
                history.save(made(f"r{number}", latency_ms=latency))
            except (StoreError, ValueError):
                continue
            assert history.run(f"r{number}") is not None
        history.save(made("sound"))
        assert "sound" in ids(history) and history.persistent and history.warnings == []
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    raw.close()
