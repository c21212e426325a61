"""`sutra pull`: what it says, where it says it, and how it ends."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

import pytest

from sutra_tui import cli
from sutra_tui.core.errors import DiskFull, ModelUnknown, RegistryUnreachable, ServerTooOld
from sutra_tui.core.model_details import Disk
from sutra_tui.core.pulling import Layer, PullProgress
from sutra_tui.headless.pulling import PullTeller
from sutra_tui.headless.streams import Voice
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer

Captured: TypeAlias = "pytest.CaptureFixture[str]"
B = MISTRAL_7B.name
MB = 1_000_000


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    future = replace(LLAMA_3B, name="future:1b", requires="9.9.0")
    with OllamaServer([], registry=[LLAMA_3B, MISTRAL_7B, future]) as running:
        yield running


def pull(server: OllamaServer, name: str) -> int:
    return cli.main(["pull", "--host", server.host, name])


def test_a_pull_says_each_step_on_standard_error_and_nothing_on_standard_output(
    server: OllamaServer, capsys: Captured
) -> None:
    assert pull(server, B) == 0
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0].startswith("About 4.4 GB to download. ")
    assert lines[1] == f"{B}: asking for its manifest"
    assert any(line.startswith(f"{B}: 40%") for line in lines)
    assert f"{B}: verifying what was downloaded · 4.4 GB" in lines
    assert lines[-1] == f"{B} is pulled."
    assert server.find(B) == MISTRAL_7B


def test_a_broken_pull_goes_on_with_the_same_command(
    server: OllamaServer, capsys: Captured
) -> None:
    server.fault("rst_mid", path="/api/pull", after=4, times=1)
    assert pull(server, B) == 1
    assert "goes on from there" in capsys.readouterr().err
    assert pull(server, B) == 0
    assert "went on from" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "trouble", "error"),
    [
        ("nobody:1b", {}, ModelUnknown),
        ("future:1b", {}, ServerTooOld),
        (B, {"offline": True}, RegistryUnreachable),
        (B, {"space": MB}, DiskFull),
    ],
)
def test_what_stops_a_pull_has_its_exit_code_and_its_two_lines(
    server: OllamaServer,
    capsys: Captured,
    name: str,
    trouble: dict[str, int],
    error: type[DiskFull],
) -> None:
    for field, value in trouble.items():
        setattr(server.pulls, field, value)
    assert pull(server, name) == error.exit_code == 3
    *_, message, remedy = capsys.readouterr().err.splitlines()
    assert message.startswith("sutra: ")
    assert "The server said" in message
    assert remedy


def test_the_demo_says_that_it_cannot(capsys: Captured) -> None:
    assert cli.main(["pull", "--demo", "demo-swift:3b"]) == 1
    assert "can neither pull nor delete" in capsys.readouterr().err


def test_a_signal_stops_a_pull_and_the_server_keeps_what_came(server: OllamaServer) -> None:
    server.hold(4, path="/api/pull")
    command = [sys.executable, "-m", "sutra_tui", "pull", "--host", server.host, B]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        server.wait_for(lambda: server.parked, 30)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGINT
    assert err.decode().splitlines()[-1].startswith("Stopped. The server keeps")
    server.wait_for(lambda: server.calls("/api/pull")[0].disconnected)
    assert server.pulls.present


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def progress(completed: int, total: int = 1000 * MB) -> PullProgress:
    return PullProgress("downloading", (Layer("sha256:a", total, completed),))


def test_on_a_terminal_one_line_is_rewritten_and_not_too_often() -> None:
    now = [0.0]
    stream = Terminal()
    teller = PullTeller("m\x1b[2J", Voice(stream), lambda: now[0])
    for step in range(101):
        now[0] = step / 100
        teller.tell(progress(step * MB), None)
    said = stream.getvalue()
    assert "\n" not in said
    assert "\x1b" not in said
    assert said.count("\r") == 5


def test_elsewhere_a_line_is_written_for_each_tenth() -> None:
    stream = io.StringIO()
    teller = PullTeller("m", Voice(stream), lambda: 0.0)
    for step in range(1001):
        teller.tell(progress(step * MB), None)
    assert len(stream.getvalue().splitlines()) == 11


def test_a_disk_that_is_too_small_is_said_once() -> None:
    stream = io.StringIO()
    teller = PullTeller("m", Voice(stream), lambda: 0.0)
    for step in range(5):
        teller.tell(progress(step * MB), Disk(MB, MB, "/small"))
    assert stream.getvalue().count("free at /small") == 1
