"""Measurements survive restarts, damage, other programs and bad disks; nothing is raised."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sutra_tui.core.measurement import Sample
from sutra_tui.store.measured import MOST_MODELS, MOST_SAMPLES, MeasuredRuns


def sample(digest: str, run: str, output_ms: float = 1000.0) -> Sample:
    return Sample(digest, "m:1b", "B", run, 1.0, output_tokens=100, output_ms=output_ms)


def speed(store: MeasuredRuns, digest: str = "d") -> tuple[float, int] | None:
    seen = store.known().get(digest)
    return (seen.speed.value, seen.speed.runs) if seen and seen.speed else None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "measured.db"


def test_what_was_added_is_known_after_a_restart_and_private(path: Path) -> None:
    store = MeasuredRuns(path)
    assert not path.exists(), "nothing is opened before it is needed"
    store.add([sample("d", "1"), sample("d", "2")])
    store.close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    again = MeasuredRuns(path)
    assert speed(again) == (100.0, 2)
    again.close()


def test_only_the_latest_of_each_model_count(path: Path) -> None:
    store = MeasuredRuns(path)
    store.add([sample("d", f"old {n}", 1000) for n in range(MOST_SAMPLES)])
    store.add([sample("other", "1", 500)])
    store.add([sample("d", f"new {n}", 2000) for n in range(MOST_SAMPLES)])
    assert speed(store) == (50.0, MOST_SAMPLES)
    assert speed(store, "other") == (200.0, 1)
    store.close()


def test_models_that_were_not_used_for_longest_are_forgotten(path: Path) -> None:
    store = MeasuredRuns(path)
    store.add([sample(f"d{n}", "1") for n in range(MOST_MODELS + 3)])
    assert "d2" not in store.known()
    assert len(store.known()) == MOST_MODELS
    store.close()


def test_what_was_used_lately_comes_in_the_order_of_use(path: Path) -> None:
    now = 1000.0
    store = MeasuredRuns(path, clock=lambda: now)
    store.note_use(["a", "b"])
    now = 1500.0
    store.note_use(["c", "a"])
    assert store.used_since(600) == ("b", "c", "a")
    assert store.used_since(100) == ("c", "a")
    store.close()


@pytest.mark.parametrize(
    "damage", [b"this is no database " * 500, b"SQLite format 3\0" + b"\xff" * 9000]
)
def test_a_damaged_file_is_moved_aside_and_work_goes_on(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    store = MeasuredRuns(path)
    assert store.known() == {}
    store.add([sample("d", "1")])
    assert speed(store) == (100.0, 1)
    store.close()
    assert len(store.warnings) == 1 and "damaged" in store.warnings[0]
    assert [p for p in path.parent.iterdir() if "corrupt" in p.name]


def test_another_programs_database_is_left_alone(path: Path) -> None:
    import sqlite3

    path.parent.mkdir()
    with sqlite3.connect(path) as foreign:
        foreign.execute("CREATE TABLE theirs (x)")
    foreign.close()
    before = path.read_bytes()
    store = MeasuredRuns(path)
    store.add([sample("d", "1")])
    assert speed(store) == (100.0, 1), "kept in memory until the end"
    store.close()
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="a file in the way is another error there")
def test_a_place_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = MeasuredRuns(tmp_path / "file" / "measured.db")
    store.add([sample("d", "1")])
    store.note_use(["d"])
    assert speed(store) == (100.0, 1)
    assert store.used_since(60) == ("d",)
    store.close()


def test_strange_rows_are_left_out(path: Path) -> None:
    store = MeasuredRuns(path)
    store.add([sample("d", "1")])
    with store._database._lock:
        store._database.connection.execute("UPDATE sample SET stage = 'Z', output_ms = 'x'")
    assert store.known() == {}
    store.close()


WRITER = """
import sys
from pathlib import Path
from sutra_tui.core.measurement import Sample
from sutra_tui.store.measured import MeasuredRuns
store = MeasuredRuns(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for n in range(9):
    run = f"{sys.argv[2]}-{n}"
    store.add([Sample("d", "m:1b", "A", run, 1.0, output_tokens=100, output_ms=1000.0)])
    store.note_use(["d"])
store.close()
print(store.warnings, flush=True)
"""


def test_two_programs_write_at_once(path: Path) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("one", "two")
    ]
    for program in programs:
        assert program.stdout is not None and program.stdout.readline() == "ready\n"
    for program in programs:
        output, _ = program.communicate("go\n", timeout=60)
        assert output == "[]\n"
    store = MeasuredRuns(path)
    found = speed(store)
    store.close()
    assert found is not None and found[1] == 18
