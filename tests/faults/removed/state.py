"""Defences of files: ways to take each away, and the test that then fails."""

from __future__ import annotations

import os
from typing import Any

from ..defence import Replaced, defence


@defence(
    "S2",
    "store/test_cache_processes.py::test_S2_two_programs_lose_nothing_of_three_hundred_writes_each",
    "a program that finds the file locked does not wait",
)
def waiting_for_the_file() -> None:
    from sutra_tui.store import connection

    connection.patiently = lambda action, seconds=None: action()


@defence(
    "S1",
    "store/test_history_file.py::test_S1_killed_writers_of_a_history_lose_nothing_they_acknowledged",
    "a history is written in several transactions instead of one",
)
def one_transaction() -> None:
    from sutra_tui.store import connection, database

    def transaction(open_connection: Any, work: Any, *, seconds: float | None = None) -> Any:
        return connection.patiently(lambda: work(open_connection), seconds)

    database.transaction = transaction


@defence(
    "S3",
    "store/test_history_file.py::test_S3_while_the_file_is_held_it_is_read_and_changes_say_what_holds_them_up",
    "a file that is held counts as one that cannot be written",
)
def held_is_not_lost() -> None:
    from sutra_tui.store import database
    from sutra_tui.store.faults import Fault, classify

    def unwritable(error: Any) -> Fault:
        fault = classify(error)
        return Fault.UNWRITABLE if fault is Fault.BUSY else fault

    database.classify = unwritable


@defence(
    "S5",
    "store/test_file_damage.py::test_S5_a_damaged_file_is_moved_aside_and_work_goes_on",
    "a damaged file is deleted instead of moved aside",
)
def moved_aside() -> None:
    from pathlib import Path

    from sutra_tui.store import files

    def move_aside(path: Path, label: str, stamp: str) -> Path:
        path.unlink()
        return path

    files.move_aside = move_aside


@defence(
    "S6",
    "store/test_file_disk.py::test_S6_on_a_full_disk_the_run_goes_on_with_everything_that_was_there",
    "a full disk is an error like any other",
)
def full_disks() -> None:
    from sutra_tui.store import database
    from sutra_tui.store.faults import Fault

    database.classify = lambda error: Fault.OTHER


@defence(
    "S8",
    "store/test_file_disk.py::test_S8_what_is_not_a_file_is_refused_without_waiting",
    "whatever stands at the path is opened",
)
def only_regular_files() -> None:
    from sutra_tui.store import files

    files.stat = Replaced(files.stat, S_ISREG=lambda mode: True)  # type: ignore[assignment]


@defence(
    "S9",
    "store/test_file_versions.py::test_S9_everything_is_private_whatever_the_umask",
    "files are made as the umask says",
)
def private_modes() -> None:
    from pathlib import Path

    from sutra_tui.store import files

    real_open, real_mkdir = os.open, Path.mkdir
    files.os = Replaced(os, open=lambda path, flags, mode=0o777: real_open(path, flags, 0o666))  # type: ignore[assignment]
    Path.mkdir = lambda self, mode=0o777, **more: real_mkdir(self, 0o777, **more)  # type: ignore
    Path.chmod = lambda self, mode, **more: None  # type: ignore[method-assign,assignment]


@defence(
    "S11",
    "store/test_cache_expiry.py::test_S11_an_entry_from_the_future_is_not_served_but_shown_as_such",
    "an entry from the future is served",
)
def entries_from_the_future() -> None:
    from sutra_tui.store import cache_entry

    cache_entry.CLOCK_TOLERANCE = 1e12


@defence(
    "S16",
    "store/test_file_versions.py::test_S16_the_journal_suits_the_sqlite_and_the_disk",
    "the log is written ahead on every disk",
)
def journal_by_version() -> None:
    from sutra_tui.store import journal

    real = journal.choose_journal
    best = real((99, 0, 0), "ext4")
    journal.choose_journal = lambda version, filesystem: best
