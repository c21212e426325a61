"""How the app ends: signals, quitting, closed windows, and being put aside for a while."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from sutra_tui.tui.watch import GRACE_S
from tests.ollama_server import OllamaServer, Reply

from .app import READY, A, ask, crash_files, log_text, read, sutra
from .terminal import Terminal

pytestmark = pytest.mark.slow
DISCONNECTED_S = 5.0
"""Measured: 0.2 s. A busy machine makes many of it, a hanging one none."""
QUIT_S = 6.0
"""Measured: 0.7 s."""
ENDINGS = {
    signal.SIGINT: 130,
    signal.SIGTERM: 143,
    signal.SIGHUP: 129,
    signal.SIGQUIT: 131,
}
MODES_OF_THE_APP = ("1000", "1003", "1006", "1004", "1049", "2004")


def assert_restored(terminal: Terminal) -> None:
    """The terminal is as it was before the app."""
    modes = terminal.screen.modes
    assert {number: modes[number] for number in MODES_OF_THE_APP} == dict.fromkeys(
        MODES_OF_THE_APP, False
    )
    assert modes["25"] and modes["7"] and not terminal.screen.alternate
    assert b"\x1b[<u" in terminal.raw
    assert terminal.settings == terminal.settings_before


def in_the_middle_of_a_run(server: OllamaServer, **options: Any) -> Terminal:
    """The app while Model A writes."""
    server.script(A, Reply(chunks=["going ", "on ", "and ", "on "], endless=True, unlimited=True))
    server.hold(40, model=A)
    terminal = sutra(server, **options)
    ask(terminal)
    terminal.wait_for(lambda: server.parked)
    terminal.wait_for("going on")
    return terminal


def hung_up_on(server: OllamaServer) -> bool:
    return any(chat.disconnected for chat in server.chats(A))


# -- signals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("signum", "code"), ENDINGS.items())
def test_X1_a_signal_ends_the_idle_app(
    signum: signal.Signals, code: int, server: OllamaServer
) -> None:
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        assert terminal.settings != terminal.settings_before
        terminal.signal(signum)
        assert terminal.wait() == code
        assert_restored(terminal)
        assert terminal.screen.text.strip() == ""


@pytest.mark.parametrize(("signum", "code"), ENDINGS.items())
def test_X1_a_signal_ends_a_run_and_the_app(
    signum: signal.Signals, code: int, server: OllamaServer
) -> None:
    with in_the_middle_of_a_run(server) as terminal:
        terminal.signal(signum)
        server.wait_for(lambda: hung_up_on(server), DISCONNECTED_S)
        assert terminal.wait() == code
        assert_restored(terminal)


def test_ignored_signals_stay_ignored(server: OllamaServer) -> None:
    ignore = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    with sutra(server, before=ignore) as terminal:
        terminal.wait_for(READY)
        terminal.signal(signal.SIGHUP)
        terminal.type("still here")
        terminal.wait_for("still here")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 143


BLOCKED_LOOP = """
import time
from sutra_tui.tui.screens.main import MainScreen
async def action_help(self):
    self.app.bell()  # so that the test knows
    time.sleep(600)
MainScreen.action_help = action_help
"""


def test_X1_X7_a_signal_ends_an_app_that_hangs(server: OllamaServer) -> None:
    with sutra(server, before=BLOCKED_LOOP) as terminal:
        terminal.wait_for(READY)
        terminal.press("f1")
        terminal.wait_for(lambda: "C0 07" in terminal.kinds)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 143
        assert_restored(terminal)
        assert "forced to end" in log_text()


# -- quitting -------------------------------------------------------------------------------------

QUITTING = {"ctrl+q": ("ctrl+q",), "ctrl+c twice": ("ctrl+c", "ctrl+c")}


def quit_and_time(terminal: Terminal, keys: tuple[str, ...]) -> float:
    """Quit by keys; gives the seconds that took."""
    begun = time.monotonic()
    terminal.press(*keys)
    assert terminal.wait() == 0
    assert_restored(terminal)
    return time.monotonic() - begun


@pytest.mark.parametrize("keys", QUITTING.values(), ids=QUITTING.keys())
def test_quitting_when_idle(keys: tuple[str, ...], server: OllamaServer) -> None:
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        assert quit_and_time(terminal, keys) < QUIT_S
        assert terminal.screen.text.strip() == ""
        assert "ended code=0" in log_text()


@pytest.mark.parametrize("keys", QUITTING.values(), ids=QUITTING.keys())
def test_N25_X7_quitting_in_the_middle_of_a_run(
    keys: tuple[str, ...], server: OllamaServer
) -> None:
    with in_the_middle_of_a_run(server) as terminal:
        assert quit_and_time(terminal, keys) < QUIT_S
        server.wait_for(lambda: hung_up_on(server), DISCONNECTED_S)


@pytest.mark.parametrize("point", ["load", "headers"])
def test_N2_X7_quitting_while_the_model_says_nothing(point: Any, server: OllamaServer) -> None:
    server.hold(point)
    with sutra(server) as terminal:
        ask(terminal)
        terminal.wait_for(lambda: server.parked)
        assert quit_and_time(terminal, ("ctrl+q",)) < QUIT_S


def test_X7_quitting_while_the_server_never_answers(server: OllamaServer) -> None:
    server.hold("headers", path=None)
    with sutra(server) as terminal:
        terminal.wait_for(lambda: server.parked)
        terminal.wait_for("ctrl+j")
        assert quit_and_time(terminal, ("ctrl+q",)) < QUIT_S


HANGING_ENDS = {
    "a widget that does not close": """
        import asyncio
        from sutra_tui.tui.app import SutraApp
        async def on_unmount(self):
            await asyncio.Event().wait()
        SutraApp.on_unmount = on_unmount
    """,
    "a thread that does not end": """
        import asyncio, time
        from sutra_tui.tui.screens.main import MainScreen
        old = MainScreen.on_mount
        def on_mount(self):
            old(self)
            self.thread = asyncio.get_running_loop().run_in_executor(None, time.sleep, 600)
        MainScreen.on_mount = on_mount
    """,
}


@pytest.mark.parametrize("fault", HANGING_ENDS.values(), ids=HANGING_ENDS.keys())
def test_N27_X7_quitting_does_not_wait_for_what_hangs(fault: str, server: OllamaServer) -> None:
    with sutra(server, before=dedent(fault)) as terminal:
        terminal.wait_for(READY)
        assert quit_and_time(terminal, ("ctrl+q",)) < GRACE_S + QUIT_S
        assert "forced to end" in log_text()


SLOW_NAMES = """
import socket, time
real = socket.getaddrinfo
def getaddrinfo(host, *args, **kwargs):
    if "slow" in str(host):
        time.sleep(600)
    return real(host, *args, **kwargs)
socket.getaddrinfo = getaddrinfo
"""


def test_N27_X7_a_name_that_is_looked_up_for_ever_keeps_nobody_waiting(
    server: OllamaServer,
) -> None:
    with sutra(server, "--host", "slow.example:11434", before=SLOW_NAMES) as terminal:
        terminal.wait_for("slow.example")
        terminal.wait_for("ctrl+j")
        terminal.type("still here")
        terminal.wait_for("still here")
        assert quit_and_time(terminal, ("ctrl+q",)) < GRACE_S + QUIT_S


# -- the window is closed -------------------------------------------------------------------------


@pytest.mark.parametrize("ignoring", [False, True], ids=["", "nohup"])
def test_X3_the_app_ends_with_its_window(ignoring: bool, server: OllamaServer) -> None:
    ignore = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)" if ignoring else ""
    with in_the_middle_of_a_run(server, before=ignore) as terminal:
        terminal.hang_up()
        assert terminal.process.wait(GRACE_S + QUIT_S) == 129
        server.wait_for(lambda: hung_up_on(server), DISCONNECTED_S)
        assert not crash_files()


# -- ctrl+z ---------------------------------------------------------------------------------------


def test_X2_the_app_can_be_put_aside_and_taken_up_again(server: OllamaServer) -> None:
    with sutra(server) as terminal:
        terminal.wait_for(READY)
        terminal.type("half a qu")
        terminal.wait_for("half a qu")
        for _ in range(2):
            terminal.signal(signal.SIGTSTP)
            terminal.wait_until_stopped()
            terminal.wait_for(lambda: not terminal.screen.alternate)
            assert_restored(terminal)
            terminal.signal(signal.SIGCONT)
            terminal.wait_for(lambda: terminal.screen.alternate)
            terminal.wait_for("half a qu")
        terminal.type("ery")
        terminal.wait_for("half a query")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert_restored(terminal)


def test_X2_a_run_goes_on_after_the_app_was_put_aside(server: OllamaServer) -> None:
    with in_the_middle_of_a_run(server) as terminal:
        terminal.signal(signal.SIGTSTP)
        terminal.wait_until_stopped()
        server.script(A, "unused")
        terminal.signal(signal.SIGCONT)
        terminal.wait_for(lambda: terminal.screen.alternate)
        server.release()
        terminal.wait_for(lambda: server.chats(A)[0].lines > 400)
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 143
        assert_restored(terminal)


# -- where there is nothing to draw on ------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("tui",), ("--demo",)])
@pytest.mark.parametrize(
    ("streams", "env"),
    [
        pytest.param({"stdin": subprocess.DEVNULL}, {}, id="stdin at its end"),
        pytest.param({"stdin": subprocess.PIPE}, {}, id="stdin piped"),
        pytest.param({"stdout": subprocess.PIPE}, {}, id="stdout piped"),
        pytest.param({}, {"TERM": "dumb"}, id="TERM=dumb"),
    ],
)
def test_X4_the_app_refuses_what_is_no_terminal(
    streams: dict[str, int], env: dict[str, str | None], arguments: tuple[str, ...]
) -> None:
    command = [sys.executable, "-m", "sutra_tui", *arguments]
    with Terminal(command, env=env, **streams) as terminal:
        assert terminal.wait() == 2
        said = terminal.raw.decode().splitlines()
        assert len(said) == 2 and "sutra run" in said[1]
        assert terminal.kinds <= {"C0 0a", "C0 0d"}
        if terminal.process.stdout is not None:
            assert terminal.process.stdout.read() == b""


def test_X11_standard_error_may_go_to_a_file(server: OllamaServer, tmp_path: Path) -> None:
    errors = tmp_path / "errors.txt"
    noise = """
        import os
        from sutra_tui.tui.screens.main import MainScreen
        MainScreen.action_help = lambda self: os.write(2, b"from a library")
    """
    with errors.open("wb") as file, sutra(server, before=dedent(noise), stderr=file) as terminal:
        terminal.wait_for(READY)
        terminal.press("f1")
        terminal.wait_for(lambda: read(errors))
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert_restored(terminal)
    assert read(errors) == "from a library"
    assert "from a library" not in log_text()
