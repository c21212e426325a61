"""The app in a real terminal: sizes, pastes, floods of keys, other programs, few colours."""

from __future__ import annotations

import re
import signal

import pytest

from tests.ollama_server import OllamaServer, Reply

from .app import QUERY, READY, A, B, ask, crash_files, log_text, quit_app, sutra
from .terminal import Terminal

pytestmark = pytest.mark.slow


# -- lent to another program -----------------------------------------------------------------------

LENDING = """
import subprocess
from sutra_tui.tui.screens.main import MainScreen
def action_help(self):
    with self.app.suspend():
        subprocess.run(["sh", "-c", "echo the editor is here; read line; echo it got $line"])
MainScreen.action_help = action_help
"""


def test_the_terminal_can_be_lent_to_an_editor(server: OllamaServer) -> None:
    with sutra(server, before=LENDING) as terminal:
        terminal.wait_for(READY)
        terminal.press("f1")
        terminal.wait_for("the editor is here")
        assert not terminal.screen.alternate
        assert terminal.settings == terminal.settings_before
        terminal.signal(signal.SIGINT)  # ctrl+c is the editor's as long as it is there
        terminal.type("words\n")
        terminal.wait_for(lambda: terminal.screen.alternate)
        terminal.wait_for(READY)
        terminal.type("and back")
        terminal.wait_for("and back")
        quit_app(terminal)
        assert "it got words" in terminal.screen.text
        assert "the editor" not in log_text()


# -- nowhere to write -----------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["/dev/null", "/proc/1/nowhere", None], ids=["", "proc", "none"])
def test_S7_without_a_folder_to_write_in_the_app_runs_and_says_so(
    home: str | None, server: OllamaServer
) -> None:
    folders = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    places = dict.fromkeys(folders, home) | ({} if home else {"XDG_DATA_HOME": "/dev/null"})
    with sutra(server, size=(160, 50), env=places) as terminal:
        ask(terminal)
        terminal.wait_for("● B")
        terminal.wait_for("scripted final answer")
        terminal.wait_for("what is new is forgotten")
        terminal.type("\x0c")  # ctrl+l: what was run is there as long as the app is
        terminal.wait_for(QUERY)
        terminal.press("escape")
        terminal.wait_for("╭─ ask")
        quit_app(terminal)


# -- sizes ----------------------------------------------------------------------------------------

STORM = [(1, 1), (20, 5), (400, 120), (2, 100), (300, 1), (59, 14), (0, 0), (99, 20), (1, 1)]


def test_X8_a_storm_of_sizes_harms_nothing(server: OllamaServer) -> None:
    server.script(A, Reply(chunks=["going ", "on "], endless=True, unlimited=True))
    server.hold(200, model=A)
    with sutra(server) as terminal:
        ask(terminal)
        terminal.wait_for(lambda: server.parked)
        for size in STORM * 5:
            terminal.resize(*size)
        for size in STORM:
            written = len(terminal.raw)
            terminal.resize(*size)
            if min(size) > 1:
                terminal.wait_for_change(since=written)
        terminal.resize(120, 40)
        terminal.wait_for("going on")
        terminal.press("escape")
        terminal.wait_for("Stopped.")
        quit_app(terminal)
        assert not crash_files()


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (20, 5), (400, 120)])
def test_X8_the_app_starts_at_any_size(size: tuple[int, int], server: OllamaServer) -> None:
    with sutra(server, size=size) as terminal:
        terminal.wait_for(lambda: server.calls("/api/tags"))
        terminal.resize(120, 40)
        terminal.wait_for(READY)
        quit_app(terminal)
        assert not crash_files()


def test_the_size_is_the_terminals_whatever_the_environment_says(server: OllamaServer) -> None:
    with sutra(server, env={"COLUMNS": "30", "LINES": "8"}) as terminal:
        terminal.wait_for("S U T R A")
        terminal.wait_for(lambda: terminal.screen.lines[-1].strip().startswith("⏎ Send"))
        quit_app(terminal)


@pytest.mark.parametrize("size", [(60, 15), (60, 20), (80, 24), (40, 10)])
def test_X8_a_small_terminal_is_usable(size: tuple[int, int], server: OllamaServer) -> None:
    with sutra(server, size=size) as terminal:
        terminal.wait_for("● olla")
        terminal.type("Why?")
        terminal.wait_for("Why?")
        terminal.press("enter")
        server.wait_for(lambda: len(server.chats(B)) == 1, 20)
        quit_app(terminal)


# -- pastes and keys ------------------------------------------------------------------------------

MILLION = 1_000_000
PASTES = {
    "lines": "some words in a line\r" * (MILLION // 21),
    "one line": "x" * MILLION,
    "escapes inside": "abc\x1b]52;c;ZXZpbA==\x07 def \x1b[31m\r" * (MILLION // 31),
}


@pytest.mark.parametrize("text", PASTES.values(), ids=PASTES.keys())
def test_X9_a_huge_paste_is_cut_and_said_so(text: str, server: OllamaServer) -> None:
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        terminal.paste(text)
        terminal.type("¤")
        terminal.wait_for("¤")
        terminal.wait_for("the box takes 65,536 of them at most")
        assert "OSC 52" not in terminal.kinds
        quit_app(terminal)
        assert server.chats() == []


def test_X9_nothing_pasted_is_taken_for_a_key(server: OllamaServer) -> None:
    """An escape among it makes others type the rest: \\r would send it, \\x11 would quit."""
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        terminal.paste("one\x1b" + "." * 40 + "\r\x11two\x1b[201\r\nthree\x9b1m")
        terminal.type("¤")
        terminal.wait_for("three\ufffd1m¤")
        assert terminal.shows("one␛......", "␑two␛[201")
        assert not terminal.shows(".␑two") and not terminal.shows("[201three")
        quit_app(terminal)
        assert server.chats() == []


def test_lines_typed_at_once_stay_in_order(server: OllamaServer) -> None:
    """As they come from a terminal without bracketed paste."""
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        terminal.type("uno\ndue\ntre!")
        terminal.wait_for("tre!")
        rows = [line for line in terminal.screen.lines if re.search("uno|due|tre", line)]
        assert [row.strip("│ ") for row in rows] == ["uno", "due", "tre!"]
        quit_app(terminal)


def test_X10_a_flood_of_keys_starts_one_run(server: OllamaServer) -> None:
    server.hold("headers", model=A)
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        terminal.type(QUERY + "\r" * 1000)
        terminal.wait_for(server.chats)
        terminal.type("\x1b[D\x1b[C" * 500 + "abcdefghi " * 100 + "\r" * 1000 + "¤")
        terminal.wait_for("¤")
        assert len(server.chats()) == 1
        quit_app(terminal)
        assert not crash_files()


def test_a_key_that_is_no_utf8_harms_nothing(server: OllamaServer) -> None:
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        terminal.type_bytes(b"caf\xe9 \xff")
        terminal.type("¤")
        terminal.wait_for("caf")
        terminal.wait_for("¤")
        quit_app(terminal)


# -- colours --------------------------------------------------------------------------------------

NO_COLOURS = {"39", "49"}
"""The terminal's own two."""
SIXTEEN = {str(base + n) for base in (30, 40, 90, 100) for n in range(8)} | {"39", "49"}


def colours(terminal: Terminal) -> set[str]:
    """Every colour that was asked for: "31", or what stands behind "38;5;"."""
    found: set[str] = set()
    for numbers in re.findall(r"\x1b\[([0-9;]+)m", terminal.written):
        found.update(re.findall(r"[34]8;(?:5|2);([0-9;]+?)(?=;48;|$)", numbers))
        rest = re.sub(r"[34]8;(?:5|2);[0-9;]+?(?=;48;|$)", "", numbers)
        found.update(number for number in rest.split(";") if len(number) > 1)
    return found


@pytest.mark.parametrize(
    ("env", "allowed"),
    [
        pytest.param({"NO_COLOR": "1"}, NO_COLOURS, id="NO_COLOR"),
        pytest.param({"TERM": "xterm-16color"}, SIXTEEN, id="16 colours"),
        pytest.param({"LC_ALL": "C", "LANG": "C"}, None, id="LANG=C"),
    ],
)
def test_X12_every_state_can_be_read_without_colours(
    env: dict[str, str], allowed: set[str] | None, server: OllamaServer
) -> None:
    server.hold(3, model=A)
    with sutra(server, env=env) as terminal:
        terminal.wait_for(lambda: terminal.shows(READY, "○ query", "○ A", "○ B"))
        ask(terminal)
        terminal.wait_for(lambda: terminal.shows("● query", "◐ A", "○ B", "writing"))
        server.release()
        terminal.wait_for(lambda: terminal.shows("● A", "● demonstrations 3/3", "● B"))
        server.fault("error_500", model=A)
        ask(terminal, "And how do I sort one?")
        terminal.wait_for(lambda: terminal.shows("✗ A", "failed", "✗ The server lost"))
        server.clear_faults()
        server.hold(3, model=A)
        ask(terminal, "Or turn it round?")
        terminal.wait_for("◐ A")
        terminal.press("escape")
        terminal.wait_for(lambda: terminal.shows("stopped", "Stopped."))
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 143
        if allowed is not None:
            assert colours(terminal) <= allowed
