"""Files held for queries: what they are called, where they are, and what a second look finds."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from sutra_tui.attaching import (
    MOST_FILES,
    HeldFile,
    hold,
    is_elsewhere,
    refreshed,
    resolved,
    with_file,
    without_file,
)
from sutra_tui.core.attachments import MAX_BYTES, Attachment
from sutra_tui.core.errors import AttachmentError

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


@pytest.fixture
def work(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, in the home folder."""
    folder = Path.home() / "work"
    (folder / "src").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def refusal(typed: str | Path) -> AttachmentError:
    with pytest.raises(AttachmentError) as caught:
        hold(typed)
    assert caught.value.remedy, "every refusal says what to do"
    return caught.value


# Names and places


def test_a_file_is_called_by_its_path_from_the_current_folder_on(work: Path) -> None:
    (work / "src" / "a.py").write_text("x")
    for typed in ("src/a.py", "./src/a.py", work / "src" / "a.py", "~/work/src/a.py"):
        assert hold(typed).name == "src/a.py"


def test_a_file_of_another_folder_is_called_by_its_name_alone(work: Path, tmp_path: Path) -> None:
    (tmp_path / "far.txt").write_text("x")
    (Path.home() / "near.txt").write_text("x")
    assert hold(tmp_path / "far.txt").name == "far.txt"
    assert hold("../near.txt").name == "near.txt"


@posix
def test_a_link_is_followed_and_keeps_its_name(work: Path, tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("far away")
    (work / "link.txt").symlink_to(tmp_path / "real.txt")
    file = hold("link.txt")
    assert (file.name, file.attachment.text) == ("link.txt", "far away")
    assert file.path == (tmp_path / "real.txt").resolve()
    assert is_elsewhere(resolved("link.txt")), "where it really is counts"


def test_what_lies_neither_at_home_nor_here_is_elsewhere(work: Path, tmp_path: Path) -> None:
    (tmp_path / "far.txt").write_text("x")
    (Path.home() / "near.txt").write_text("x")
    (work / "here.txt").write_text("x")
    assert is_elsewhere(resolved(tmp_path / "far.txt"))
    assert not is_elsewhere(resolved("~/near.txt"))
    assert not is_elsewhere(resolved("here.txt"))


def test_the_current_folder_counts_as_here_also_outside_of_home(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "far.txt").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert not is_elsewhere(resolved("far.txt"))


@posix
def test_in_the_root_folder_not_everything_is_here(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    assert is_elsewhere(resolved("/etc"))


# Refusals


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path.name)


def make_circle(path: Path) -> None:
    path.symlink_to(path)


def make_dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def make_secret(path: Path) -> None:
    path.write_text("x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")


def make_huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(MAX_BYTES * 1000)


@posix
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "is a folder"),
        (make_pipe, "not a regular file"),
        (make_socket, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (make_circle, "link"),
        (make_dangling, "no such file"),
        (make_secret, "permission denied"),
        (make_huge, "larger than 256 KB"),
        (lambda path: path.write_bytes(b"\x7fELF\0\0"), "binary"),
        (lambda path: path.write_bytes(b"\x89PNG\r\n"), "not UTF-8 text"),
    ],
    ids=[
        "missing", "folder", "pipe", "socket", "device", "circle", "dangling", "no permission",
        "huge", "binary", "picture",
    ],
)  # fmt: skip
def test_what_is_no_text_file_is_refused_with_its_reason(
    work: Path, make: object, words: str
) -> None:
    make(Path("thing"))  # type: ignore[operator]
    found = refusal("thing")
    assert words in found.message
    assert found.kind == "attachment"


@pytest.mark.parametrize("typed", ["", "a\0b", "~nouser-of-this-name/x", "x" * 5000])
def test_a_path_that_leads_nowhere_is_refused(work: Path, typed: str) -> None:
    assert refusal(typed)


# Holding several


def test_a_file_attached_again_takes_its_own_place_with_its_new_text(work: Path) -> None:
    (work / "a").write_text("1")
    (work / "b").write_text("2")
    files = with_file(with_file((), hold("a")), hold("b"))
    (work / "a").write_text("one")
    files = with_file(files, hold("~/work/a"))
    assert [(file.name, file.attachment.text) for file in files] == [("a", "one"), ("b", "2")]


def test_there_is_an_end_to_files(work: Path) -> None:
    files: tuple[HeldFile, ...] = ()
    for number in range(MOST_FILES):
        (work / f"f{number}").write_text("x")
        files = with_file(files, hold(f"f{number}"))
    (work / "more").write_text("x")
    with pytest.raises(AttachmentError, match=f"{MOST_FILES} files"):
        with_file(files, hold("more"))
    assert len(with_file(files, hold("f0"))) == MOST_FILES


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("src/a.py", ["lib/a.py", "B.md"]),
        ("lib/A.PY", ["src/a.py", "B.md"]),
        ("a.py", ["lib/a.py", "B.md"]),
        ("b.md", ["src/a.py", "lib/a.py"]),
        ("c", ["src/a.py", "lib/a.py", "B.md"]),
    ],
)
def test_one_file_is_taken_off_by_its_name(name: str, left: list[str]) -> None:
    files = [HeldFile(Attachment(held, "x")) for held in ("src/a.py", "lib/a.py", "B.md")]
    assert [file.name for file in without_file(files, name)] == left


# A second look


def test_files_that_did_not_change_are_not_read_again(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (work / "a").write_text("1")
    files = (hold("a"), HeldFile(Attachment("of a past run", "x")))
    monkeypatch.setattr("sutra_tui.attaching.read_attachment", None)
    found = refreshed(files)
    assert found.files == files
    assert found.changed == found.gone == ()


def test_a_changed_file_is_read_again_and_named(work: Path) -> None:
    (work / "a").write_text("1")
    file = hold("a")
    (work / "a").write_text("one")
    found = refreshed([file])
    assert found.changed == ("a",)
    assert [(f.name, f.attachment.text) for f in found.files] == [("a", "one")]
    assert refreshed(found.files).changed == ()


def test_a_file_that_was_only_touched_did_not_change(work: Path) -> None:
    (work / "a").write_text("1")
    file = hold("a")
    os.utime(work / "a", (1, 1))
    found = refreshed([file])
    assert found.changed == ()
    assert found.files[0].stamp != file.stamp


def test_a_file_that_is_gone_or_no_text_any_more_stays_as_it_was_read(work: Path) -> None:
    for name in ("gone", "binary"):
        (work / name).write_text("1")
    files = (hold("gone"), hold("binary"))
    (work / "gone").unlink()
    (work / "binary").write_bytes(b"\0\0")
    found = refreshed(files)
    assert found.files == files
    assert found.gone == ("gone", "binary")
