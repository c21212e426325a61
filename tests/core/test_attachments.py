"""Files that travel with a query: whatever the path leads to, it is text or a plain refusal."""

from __future__ import annotations

import os
import re
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.attachments import MAX_BYTES, Attachment, read_attachment
from sutra_tui.core.errors import AttachmentError

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


def refusal(path: str | Path) -> AttachmentError:
    with pytest.raises(AttachmentError) as caught:
        read_attachment(path)
    assert caught.value.remedy, "every refusal says what to do"
    return caught.value


def test_a_text_file_comes_whole_under_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_bytes("# Zażółć\r\n\tgęślą\n".encode())
    attachment = read_attachment(str(path))
    assert attachment == Attachment("notes.md", "# Zażółć\r\n\tgęślą\n")
    assert attachment.likely_tokens > 0


def test_the_tilde_is_the_home_folder(own_home: Path) -> None:
    home = Path.home()
    assert own_home in home.parents, "a test reads no real home"
    home.mkdir(parents=True)
    (home / "a.txt").write_text("at home")
    assert read_attachment("~/a.txt").text == "at home"


def test_a_byte_order_mark_is_not_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "windows.txt"
    path.write_bytes(b"\xef\xbb\xbfhello")
    assert read_attachment(path).text == "hello"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_that_says_it_is_UTF_16_is_read_as_that(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "notepad.txt"
    mark = b"" if encoding == "utf-16" else b"\xfe\xff"
    path.write_bytes(mark + "Zażółć\r\n".encode(encoding))
    found = read_attachment(path)
    assert found.text == "Zażółć\r\n"
    assert found.size == len(found.text.encode()), "the size is that of the text"


def test_an_empty_file_is_text(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert read_attachment(tmp_path / "empty").text == ""


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"MZ\x00\x03", "binary"),
        (b"\xff\xfea\0\0\xd8", "UTF-8"),
        ("utf-16".encode("utf-16-le"), "binary"),
        ("naïve".encode("latin-1"), "UTF-8"),
        (b"\xed\xa0\x80", "UTF-8"),
    ],
    ids=["NUL", "broken UTF-16", "UTF-16 that does not say so", "Latin-1", "half a character"],
)
def test_Z2_what_is_no_text_is_refused(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    assert word in refusal(path).message


@pytest.mark.parametrize(("size", "taken"), [(MAX_BYTES, True), (MAX_BYTES + 1, False)])
def test_Z2_the_limit_is_exact(tmp_path: Path, size: int, taken: bool) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    if taken:
        assert len(read_attachment(path).text) == size
    else:
        assert "256 KB" in refusal(path).message


@posix
def test_Z2_of_a_huge_file_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(2**30)
    assert "larger than" in refusal(path).message


@posix
def test_Z2_a_pipe_that_nobody_writes_to_does_not_keep_us_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refusal(tmp_path / "pipe").message


@posix
def test_Z2_a_pipe_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = os.open

    def noted(path: str, flags: int) -> int:
        opened.append(str(path))
        return real(path, flags)

    monkeypatch.setattr(os, "open", noted)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "text").write_text("x")
    refusal(tmp_path / "pipe")
    refusal(tmp_path)
    read_attachment(tmp_path / "text")
    assert opened == [str(tmp_path / "text")]


@posix
@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero", "/dev/tty"])
def test_Z2_a_device_is_not_a_file(device: str) -> None:
    assert re.search("not a regular file|cannot be read", refusal(device).message)


@posix
def test_a_socket_is_not_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket must be short
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("here")
        assert "not a regular file" in refusal("here").message


def test_Z2_a_folder_is_called_a_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).message.endswith(" is a folder.")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux")
def test_nothing_stays_open_behind_a_refusal(tmp_path: Path) -> None:
    before = sorted(Path("/proc/self/fd").iterdir())
    for path in (tmp_path, "/dev/null", tmp_path / "missing"):
        refusal(path)
    assert sorted(Path("/proc/self/fd").iterdir()) == before


@posix
def test_Z2_links_that_lead_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to(tmp_path / "other")
    (tmp_path / "other").symlink_to(tmp_path / "one")
    assert "cannot be read" in refusal(tmp_path / "one").message


@posix
def test_a_link_to_a_file_is_followed_and_keeps_the_name_it_was_asked_by(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("text")
    (tmp_path / "link.txt").symlink_to("real")
    assert read_attachment(tmp_path / "link.txt") == Attachment("link.txt", "text")


@pytest.mark.parametrize(
    ("path", "word"),
    [
        ("not/there", "no such file"),
        ("a\0b", "cannot be read"),
        ("~nouser-of-this-name/x", "cannot be read"),
        ("x" * 5000, "name too long"),
        ("caf\udce9", "cannot be read"),
        ("", "cannot be read"),
    ],
    ids=["missing", "NUL", "no such user", "too long", "undecodable", "empty"],
)
def test_Z2_a_path_that_leads_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, word: str
) -> None:
    monkeypatch.chdir(tmp_path)
    found = refusal(path)
    assert re.search(f"{word}|folder|not a regular file", found.message)
    assert found.kind == "attachment"
    assert found.exit_code == 2


@posix
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("x")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "permission denied" in refusal(path).message


@given(st.binary(max_size=200))
def test_Z2_any_content_is_text_or_a_refusal(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(data)
        try:
            text = read_attachment(path).text
        except AttachmentError:
            return
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        assert text == data.decode("utf-16")
    else:
        assert text.encode() in (data, data.removeprefix(b"\xef\xbb\xbf"))


@pytest.mark.parametrize(
    "name",
    [".env", ".ENV.local", "prod.env", "id_rsa", "key.PEM", ".netrc", "credentials.json", "x.kdbx"],
)
def test_Z3_names_of_secrets_are_known(name: str) -> None:
    assert Attachment(name, "").secret
    assert Attachment(f"app/{name}", "").secret


@pytest.mark.parametrize("token", ["ghp_" + "a1" * 18, "sk-" + "a1" * 20, "xoxb-1234567890-abc"])
def test_Z3_secrets_are_known_by_their_looks_and_never_quoted(token: str) -> None:
    reason = Attachment("notes.txt", f"The token is {token}.").secret
    assert reason and token not in reason


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("main.rs", "let key = read_key();"),
        (".env.example", "TOKEN="),
        ("environment.md", "Set SECRET_KEY to your key."),
        ("id_rsa.pub", "ssh-rsa AAAA"),
        ("keys.py", "PRIVATE KEY, AKIA, sk-, ghp_"),
        ("task-list.txt", "sk-learn and ask-me-anything"),
    ],
)
def test_Z3_ordinary_files_are_no_secrets(name: str, text: str) -> None:
    assert Attachment(name, text).secret is None
