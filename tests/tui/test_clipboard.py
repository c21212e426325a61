"""Copying: which way is taken, that it is said truly, and that nothing hangs on a program."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import stat
from pathlib import Path

import pytest

from sutra_tui.tui.clipboard import Clipboard, fill
from sutra_tui.tui.clipboard_ways import MOST_OSC_52, Tool, Ways, fits_terminal, ways

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the pretended tools are scripts")
TEXT = 'fn main() { println!("größe 世界 👩‍💻"); }\n'
X11 = {"TERM": "xterm-256color", "DISPLAY": ":0"}
EVERY = ("wl-copy", "xclip", "xsel", "pbcopy", "clip.exe")


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Pretended tools: each writes what it reads, and how it was called, beside itself."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in EVERY:
        tool(folder, name, 'cat > "$0.read"; echo "$@" > "$0.arguments"')
    return folder


def tool(folder: Path, name: str, script: str) -> Tool:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return Tool((str(path),))


def ways_in(folder: Path, platform: str = "linux", **variables: str) -> Ways:
    return ways(variables, platform, lambda name: shutil.which(name, path=str(folder)))


# -- which way -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "variables", "name"),
    [
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wl-copy"),
        ("linux", {"DISPLAY": ":0"}, "xclip"),
        ("darwin", {}, "pbcopy"),
        ("linux", {"WSL_DISTRO_NAME": "Debian"}, "clip.exe"),
        ("linux", {}, ""),
        ("linux", {"DISPLAY": ":0", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, ""),
        ("darwin", {"SSH_TTY": "/dev/pts/1"}, ""),
    ],
)
def test_the_tool_is_the_systems_own(
    tools: Path, platform: str, variables: dict[str, str], name: str
) -> None:
    found = ways_in(tools, platform, **variables).tool
    assert (found.name if found else "") == name


def test_a_tool_that_is_not_there_is_passed_over(tools: Path) -> None:
    (tools / "xclip").unlink()
    found = ways_in(tools, **X11).tool
    assert found is not None and found.name == "xsel"


@pytest.mark.parametrize(
    ("variables", "takes"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "tmux-256color", "TMUX": "/tmp/tmux"}, True),
        ({"TERM": "xterm-256color", "SSH_CONNECTION": "1"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({"TERM": "screen", "STY": "1.pts"}, False),
    ],
)
def test_terminals_that_ignore_copies_are_sent_none(
    tmp_path: Path, variables: dict[str, str], takes: bool
) -> None:
    assert ways_in(tmp_path, **variables).terminal is takes


@pytest.mark.parametrize("length", [0, 1, 2, 3, 56_244, 56_245, 56_246])
def test_the_limit_is_that_of_the_encoded_text(length: int) -> None:
    assert fits_terminal(length) is (len(base64.b64encode(b"x" * length)) <= MOST_OSC_52)


# -- what is done and said -------------------------------------------------------------------------


async def copied(found: Ways, text: str = TEXT, file: Path | None = None) -> tuple[str, list[str]]:
    """What was said, and what was sent to the terminal."""
    sent: list[str] = []
    said = await Clipboard(lambda: found, file).copy("answer", text, sent.append)
    return said, sent


def read(folder: Path) -> list[Path]:
    """What the tools have read."""
    return list(folder.glob("*.read"))


def in_osc_52(sent: list[str]) -> str:
    (sequence,) = sent
    assert sequence.startswith("\x1b]52;c;") and sequence.endswith("\x07")
    return base64.b64decode(sequence[7:-1]).decode()


async def test_both_ways_are_taken_and_the_sure_one_is_told(tools: Path) -> None:
    said, sent = await copied(ways_in(tools, **X11))
    assert said == f"Copied the answer ({len(TEXT)} characters) with xclip."
    assert in_osc_52(sent) == TEXT
    assert (tools / "xclip.read").read_text() == TEXT
    assert (tools / "xclip.arguments").read_text() == "-in -selection clipboard\n"


async def test_what_only_the_terminal_got_is_called_sent(tools: Path) -> None:
    said, sent = await copied(ways_in(tools, TERM="xterm", SSH_CONNECTION="1", DISPLAY=":0"))
    assert said == (
        f"Sent the answer ({len(TEXT)} characters) to the terminal's clipboard; "
        "some terminals ignore that."
    )
    assert in_osc_52(sent) == TEXT
    assert not read(tools)


async def test_windows_clip_reads_utf_16(tools: Path) -> None:
    said, _ = await copied(ways_in(tools, TERM="xterm", WSL_DISTRO_NAME="Debian"))
    assert said.endswith("with clip.exe.")
    assert (tools / "clip.exe.read").read_bytes() == TEXT.encode("utf-16-le")


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Ways(terminal=False), "no clipboard can be reached from here"),
        (Ways(), "it is too long for the terminal's clipboard"),
    ],
)
async def test_what_no_clipboard_takes_is_written_to_a_file(
    tmp_path: Path, found: Ways, why: str
) -> None:
    file, text = tmp_path / "data" / "copied.txt", "é" * 40_000
    said, sent = await copied(found, text, file)
    assert sent == []
    assert said == f"Wrote the answer (40,000 characters) to {file}: {why}."
    assert file.read_text() == text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    said, _ = await copied(Ways(terminal=False), "shorter", file)
    assert file.read_text() == "shorter"


async def test_that_not_even_a_file_takes_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("")
    said, _ = await copied(Ways(terminal=False), file=tmp_path / "blocked" / "copied.txt")
    assert "could not be copied" in said and "/save" in said
    said, _ = await copied(Ways(terminal=False))
    assert "could not be copied" in said


@pytest.mark.parametrize(
    "script", ["exit 1", "exec 0<&-; exit 1", "kill -9 $$"], ids=["fails", "reads nothing", "dies"]
)
async def test_a_tool_that_fails_is_not_believed(tmp_path: Path, script: str) -> None:
    found = Ways(True, tool(tmp_path, "xclip", script))
    said, sent = await copied(found, "x" * 50_000)
    assert said.startswith("Sent the answer") and len(sent) == 1
    said, _ = await copied(Ways(False, found.tool), "x" * 500_000, tmp_path / "copied.txt")
    assert said.startswith("Wrote the answer")


async def test_a_tool_that_cannot_be_started_is_passed_over(tmp_path: Path) -> None:
    assert not await fill(Tool((str(tmp_path / "not-there"),)), TEXT)
    (tmp_path / "no-program").write_text("nonsense")
    assert not await fill(Tool((str(tmp_path / "no-program"),)), TEXT)


async def test_a_tool_that_hangs_is_ended(tmp_path: Path) -> None:
    hanging = tool(tmp_path, "xclip", 'echo $$ > "$0.pid"; exec sleep 600')
    assert not await fill(hanging, "x" * 1_000_000, patience_s=1.0)
    pid = int((tmp_path / "xclip.pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_the_part_of_a_tool_that_stays_behind_is_not_waited_for(tmp_path: Path) -> None:
    """As xclip and wl-copy do, which hold the clipboard until another program takes it."""
    staying = tool(tmp_path, "xclip", 'cat > "$0.read"; sleep 600 & echo $! > "$0.pid"')
    try:
        assert await fill(staying, TEXT, patience_s=30)
        assert (tmp_path / "xclip.read").read_text() == TEXT
    finally:
        os.kill(int((tmp_path / "xclip.pid").read_text()), 9)


async def test_the_app_goes_on_while_a_tool_works(tmp_path: Path) -> None:
    slow = tool(tmp_path, "xclip", 'while [ ! -e "$0.go" ]; do sleep 0.01; done; cat > /dev/null')
    copying = asyncio.create_task(fill(slow, TEXT, patience_s=30))
    await asyncio.sleep(0)
    (tmp_path / "xclip.go").touch()  # reached only because the loop is free
    assert await copying


async def test_what_cannot_be_encoded_harms_nothing(tools: Path) -> None:
    said, sent = await copied(ways_in(tools, **X11), "a\ud800b")
    assert said.startswith("Copied") and in_osc_52(sent) == "a?b"
    assert (tools / "xclip.read").read_text() == "a?b"
