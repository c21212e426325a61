"""A server started from the app, and what becomes of it however the app ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sutra_tui import paths
from tests.fake_ollama import FakeOllama

from .app import sutra
from .terminal import Terminal

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc"),
]
NOT_RUNNING = "installed, but it is not running"
UP = "● ollama 0.33.2"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeOllama]:
    made = FakeOllama.make(tmp_path / "bin")
    yield made
    made.end()


def app(fake: FakeOllama) -> Terminal:
    """The app where Ollama is installed but does not run."""
    server: Any = fake  # all that is asked of it is where it is
    return sutra(server, env={"PATH": fake.environ["PATH"]})


def start_server(terminal: Terminal) -> None:
    terminal.wait_for(NOT_RUNNING)
    terminal.type("s")
    terminal.wait_for(UP)


def test_it_is_stopped_when_the_app_is_quit(fake: FakeOllama) -> None:
    with app(fake) as terminal:
        start_server(terminal)
        assert os.getsid(fake.pids[0]) == fake.pids[0], "Ctrl+C would reach it"
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        terminal.wait_for("The Ollama server that was started here has been stopped.")
    assert fake.running == []
    assert "cache limit 256" in paths.server_log().read_text()


def test_it_is_left_running_when_the_user_said_so_and_that_is_remembered(
    fake: FakeOllama,
) -> None:
    with app(fake) as terminal:
        terminal.wait_for(NOT_RUNNING)
        terminal.type("k")
        terminal.wait_for("goes on running")
        start_server(terminal)
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        terminal.wait_for(f"goes on running (process {fake.pids[0]})")
    assert fake.running == fake.pids
    with app(fake) as terminal:
        terminal.wait_for(UP)
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
    assert fake.running == fake.pids, "a server that this app did not start is never ended by it"
    fake.end()
    with app(fake) as terminal:
        terminal.wait_for("the server started here goes on running")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_that_ends_the_app_ends_it_too(
    fake: FakeOllama, signum: signal.Signals, code: int
) -> None:
    with app(fake) as terminal:
        start_server(terminal)
        terminal.process.send_signal(signum)
        assert terminal.wait() == code
    assert fake.running == []


def test_a_signal_while_it_starts_leaves_nothing_behind(fake: FakeOllama) -> None:
    fake.behave("slow")
    with app(fake) as terminal:
        terminal.wait_for(NOT_RUNNING)
        terminal.type("s")
        terminal.wait_for("Starting Ollama")
        fake.wait_until(lambda: fake.pids)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait() == 143
    assert fake.running == []


def test_an_app_that_hangs_at_its_end_still_lets_the_server_go(fake: FakeOllama) -> None:
    hang = (
        "import time\n"
        "from sutra_tui.tui.app import SutraApp\n"
        "async def stuck(self):\n    time.sleep(60)\n"
        "SutraApp.on_unmount = stuck"
    )
    server: Any = fake
    with sutra(server, before=hang, env={"PATH": fake.environ["PATH"]}) as terminal:
        start_server(terminal)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait() == 143
    fake.wait_until(lambda: not fake.running)
