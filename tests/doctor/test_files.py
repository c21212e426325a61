"""Our files, without touching them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sutra_tui.doctor import files
from sutra_tui.doctor.files import Place, examine_disk, examine_files, examine_place
from sutra_tui.doctor.privacy import Privacy

POSIX = pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes")


def place(tmp_path: Path, *, private: bool = True) -> Place:
    return Place("cache", "Cache", tmp_path / "a" / "cache.db", private=private)


def made(tmp_path: Path, mode: int, *, private: bool = True) -> Place:
    found = place(tmp_path, private=private)
    found.path.parent.mkdir()
    found.path.write_text("x")
    found.path.chmod(mode)
    return found


def test_a_file_that_is_not_there_is_fine_and_stays_away(tmp_path: Path) -> None:
    found = examine_place(place(tmp_path), Privacy(tmp_path))
    assert (found.verdict, found.text) == ("ok", "Cache: ~/a/cache.db (not there yet).")
    assert not (tmp_path / "a").exists()


@POSIX
@pytest.mark.parametrize(
    ("mode", "private", "verdict", "fix"),
    [
        (0o600, True, "ok", ""),
        (0o644, True, "warning", "chmod 600 ~/a/cache.db"),
        (0o660, True, "warning", "chmod 600 ~/a/cache.db"),
        (0o644, False, "ok", ""),
        (0o666, False, "warning", "chmod go-w ~/a/cache.db"),
    ],
)
def test_who_can_get_at_it(
    tmp_path: Path, mode: int, private: bool, verdict: str, fix: str
) -> None:
    found = examine_place(made(tmp_path, mode, private=private), Privacy(tmp_path))
    assert (found.verdict, found.fix) == (verdict, fix)
    assert found.facts["mode"] == f"{mode:04o}"


@POSIX
def test_a_folder_or_a_pipe_in_its_place_is_told_and_not_waited_for(tmp_path: Path) -> None:
    folder = place(tmp_path)
    folder.path.mkdir(parents=True)
    found = examine_place(folder, Privacy(tmp_path))
    assert found.verdict == "failed" and "a folder stands in its place" in found.text
    folder.path.rmdir()
    os.mkfifo(folder.path)
    found = examine_place(folder, Privacy(tmp_path))
    assert found.verdict == "failed" and "not a regular file" in found.text


def test_what_cannot_be_written_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whoever runs the tests may be allowed everything, so the answer is given for them.
    monkeypatch.setattr(files.os, "access", lambda path, mode: False)
    found = examine_place(place(tmp_path), Privacy(tmp_path))
    assert found.verdict == "failed" and "cannot be made" in found.text
    found = examine_place(made(tmp_path, 0o600), Privacy(tmp_path))
    assert found.verdict == "failed" and "cannot be written" in found.text


def test_settings_that_cannot_be_used_are_counted_not_quoted(tmp_path: Path) -> None:
    *_, found = examine_files((), 2, Privacy(tmp_path))
    assert found.verdict == "warning" and found.text.startswith("2 things in the settings")


@pytest.mark.parametrize(
    ("free", "verdict"), [(10**11, "ok"), (10**9, "warning"), (10**7, "failed")]
)
def test_room_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, verdict: str
) -> None:
    usage = files.shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(files.shutil, "disk_usage", lambda path: usage)
    assert examine_disk(tmp_path / "not" / "there", 4 * 10**9).verdict == verdict


def test_S16_why_the_cache_is_kept_as_it_is(tmp_path: Path) -> None:
    found = files.examine_journal(tmp_path)
    assert found.facts["journal"] in ("wal", "delete")
    assert "SQLite" in found.text or "file system" in found.text
