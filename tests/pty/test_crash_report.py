"""Reports of crashes: where it was, and nothing of what was said."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sutra_tui.tui.crash import KEPT_REPORTS, AppCrashed, crashed, describe, where

SECRET = "sentinel"


def failure(*, cause: BaseException | None = None) -> Exception:
    """A ValueError that was raised here, with text and a local value."""
    prompt = SECRET
    try:
        raise ValueError(prompt) from cause
    except ValueError as error:
        return error


def test_X6_a_report_has_places_and_types_only() -> None:
    report = describe(failure(cause=KeyError(SECRET)))
    assert "tests/pty/test_crash_report.py:" in report and " failure\n" in report
    assert "builtins.ValueError" in report and "builtins.KeyError" in report
    assert SECRET not in report and "raise ValueError" not in report
    assert str(Path.home()) not in report


def test_the_exception_behind_a_worker_is_in_it() -> None:
    class WorkerFailed(Exception):
        error = failure()

    assert "builtins.ValueError" in describe(WorkerFailed(SECRET))


def test_a_chain_that_bites_its_tail_ends() -> None:
    first, second = ValueError(SECRET), KeyError(SECRET)
    first.__cause__, second.__cause__ = second, first
    assert describe(first).count("builtins.") == 2


def test_a_deep_recursion_is_a_short_report() -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises(RecursionError) as caught:
        deeper()
    assert len(describe(caught.value).splitlines()) < 80


def test_where_it_happened() -> None:
    assert where(failure()).endswith(" failure")
    assert where(ValueError(SECRET)) == "unknown"


def test_S9_a_report_is_private_and_named_to_the_user(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "log"
    before = os.umask(0)
    try:
        told = crashed(failure(), folder)
    finally:
        os.umask(before)
    (report,) = folder.iterdir()
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert isinstance(told, AppCrashed) and told.exit_code == 1
    assert "ValueError" in told.message and str(report) in told.remedy
    assert SECRET not in str(told) + report.read_text()


def test_only_the_latest_reports_are_kept(tmp_path: Path) -> None:
    for number in range(KEPT_REPORTS + 3):
        (tmp_path / f"crash-2020010{number}-000000-1.txt").touch()
    (tmp_path / "something else.txt").touch()
    crashed(failure(), tmp_path)
    reports = sorted(path.name for path in tmp_path.glob("crash-*"))
    assert len(reports) == KEPT_REPORTS
    assert not reports[-1].startswith("crash-2020")
    assert (tmp_path / "something else.txt").exists()


@pytest.mark.parametrize("folder", [None, Path("/dev/null/nowhere")])
def test_a_crash_without_a_place_for_the_report_is_told_too(folder: Path | None) -> None:
    told = crashed(failure(), folder)
    assert "ValueError" in told.message
    assert "could not be written" in told.remedy
