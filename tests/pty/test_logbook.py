"""The log: short private lines, in a file that does not grow for ever."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest

from sutra_tui.logbook import LIMIT, Logbook


def test_S9_a_note_is_one_clean_line_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "log" / "sutra.log"
    with Logbook(path) as logbook:
        logbook.note("started", version="0.1", term="x\x1b[2J\ny" + "z" * 500)
    (line,) = path.read_text().splitlines()
    assert re.match(
        rf"\d{{4}}-\d\d-\d\dT\d\d:\d\d:\d\dZ \[{os.getpid()}\] started version=0.1 term=x␛\[2J yz",
        line,
    )
    assert len(line) < 300
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_log_is_continued(tmp_path: Path) -> None:
    path = tmp_path / "sutra.log"
    for event in ("one", "two"):
        with Logbook(path) as logbook:
            logbook.note(event)
    assert [line.split()[2] for line in path.read_text().splitlines()] == ["one", "two"]


def test_a_full_log_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "sutra.log"
    path.write_bytes(b"x" * (LIMIT + 1))
    with Logbook(path) as logbook:
        logbook.note("started")
    assert path.stat().st_size < 100
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (tmp_path / "sutra.log.1").stat().st_size == LIMIT + 1


def test_a_log_that_a_library_fills_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "sutra.log"
    with Logbook(path) as logbook:
        os.write(logbook.descriptor, b"x" * LIMIT)
        logbook.trim()
        assert path.stat().st_size == LIMIT
        os.write(logbook.descriptor, b"x")
        logbook.trim()
        logbook.note("after")
    assert [line.split()[2] for line in path.read_text().splitlines()] == ["trimmed", "after"]


def _a_link(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))


@pytest.mark.parametrize("in_the_way", [Path.mkdir, _a_link, os.mkfifo])
def test_what_is_no_log_is_left_alone(in_the_way: object, tmp_path: Path) -> None:
    path = tmp_path / "sutra.log"
    assert callable(in_the_way)
    in_the_way(path)
    with Logbook(path) as logbook:
        logbook.note("nobody hears")
        assert os.fstat(logbook.descriptor).st_rdev == Path(os.devnull).stat().st_rdev
    assert not (tmp_path / "elsewhere").exists()


def test_no_log_at_all() -> None:
    with Logbook(None) as logbook:
        logbook.note("nobody hears")
        assert logbook.folder is None
    logbook.note("nor here")
