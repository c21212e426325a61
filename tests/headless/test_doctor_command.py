"""`sutra doctor`: lines or JSON on standard output, the verdict in the exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from sutra_tui import cli
from tests.ollama_server import LLAMA_3B, OllamaServer

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


def test_a_report_in_lines(server: OllamaServer, capsys: Captured) -> None:
    assert cli.main(["doctor", "--host", server.host]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Program\n  ok ") and "\nModels\n" in out
    assert "Self-test" not in out
    assert err == ""


def test_something_failed_is_exit_code_1(server: OllamaServer, capsys: Captured) -> None:
    server.stop()
    assert cli.main(["doctor", "--host", server.host]) == 1
    out = capsys.readouterr().out
    assert "  failed   Nobody answers at" in out and "fix: " in out
    assert out.splitlines()[-1].startswith("1 failed")


def test_one_json_document(server: OllamaServer, capsys: Captured) -> None:
    assert cli.main(["doctor", "--json", "--host", server.host]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["counts"]["failed"] == 0
    assert {found["verdict"] for found in report["findings"]} <= {"ok", "warning"}


def test_the_self_test_says_what_it_is_doing(capsys: Captured) -> None:
    assert cli.main(["doctor", "--demo", "--demo-pace", "instant", "--self-test"]) == 0
    out, err = capsys.readouterr()
    assert out.count("a demonstration that can be used, and it stops") == 2
    assert "demo-swift:3b: asking for a demonstration, 20 seconds at most" in err


def test_a_model_can_be_named(server: OllamaServer, capsys: Captured) -> None:
    cli.main(["doctor", "--json", "--host", server.host, "--model", LLAMA_3B.name])
    report = json.loads(capsys.readouterr().out)
    tried = [found for found in report["findings"] if found["topic"] == "Self-test"]
    assert [found["facts"]["model"] for found in tried] == [LLAMA_3B.name]
    assert server.chats("mistral:7b") == []


@pytest.mark.parametrize("host", ["host:port", "http://ida:hunter2@gpu:1"])
def test_an_address_that_is_none_is_told_with_the_rest(host: str, capsys: Captured) -> None:
    assert cli.main(["doctor", "--host", host]) == 1
    out = capsys.readouterr().out
    assert "  failed   The server address" in out
    assert "hunter2" not in out and "Files" in out


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_ctrl_c_ends_a_self_test(server: OllamaServer) -> None:
    hold = server.hold("load", model=LLAMA_3B.name)
    command = [sys.executable, "-m", "sutra_tui", "doctor", "--host", server.host]
    process = subprocess.Popen(
        [*command, "--model", LLAMA_3B.name], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        server.wait_for(lambda: hold.parked, 30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert b"Models" in out and b"Traceback" not in err
    server.wait_for(lambda: ("abort", LLAMA_3B.name) in server.loads, 30)


def test_the_doctor_loads_no_screen() -> None:
    code = (
        "import sys; from sutra_tui.cli import main; main(['doctor', '--demo']);"
        "sys.exit(any(name.partition('.')[0] == 'textual' for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
