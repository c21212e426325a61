"""`sutra run` as a process: signals, pipes, full disks, odd encodings and real terminals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.ollama_server import OllamaServer, Reply

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and terminals"),
    pytest.mark.slow,
]
pty = pytest.importorskip("pty")

QUERY = "Write a Python merge sort"
PATIENCE_S = 30
"""A process needs a second to start, and a busy machine makes many of it."""
LONG = Reply(chunks=[f"word{number} " for number in range(400)])
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


@pytest.fixture
def start(server: OllamaServer) -> Iterator[Start]:
    """Starts `sutra run` against the scripted server; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(
        *arguments: str, env: dict[str, str] | None = None, **streams: Any
    ) -> subprocess.Popen[bytes]:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams}
        process = subprocess.Popen(
            [sys.executable, "-m", "sutra_tui", "run", "--host", server.host, *arguments],
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(env or {})},
            **streams,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def hung_up_on(server: OllamaServer, model: str) -> bool:
    """Whether the client has left the model's latest reply before its end."""
    chats = server.chats(model)
    return bool(chats) and chats[-1].disconnected


# -- signals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signum", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_X1_a_signal_stops_the_run_and_keeps_its_text(
    signum: signal.Signals, code: int, server: OllamaServer, start: Start
) -> None:
    server.script("mistral:7b", LONG)
    server.hold(3, model="mistral:7b")
    process = start(QUERY)
    assert process.stdout is not None
    first = process.stdout.read(len("word0 word1 word2 "))
    process.send_signal(signum)
    rest, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == code
    assert first + rest == b"word0 word1 word2 "
    assert b"Stopped" in err and b"Traceback" not in err
    server.wait_for(lambda: hung_up_on(server, "mistral:7b"), PATIENCE_S)


@pytest.mark.parametrize("form", ["--json", "--events"])
def test_a_stopped_run_is_still_a_document(form: str, server: OllamaServer, start: Start) -> None:
    server.script("mistral:7b", LONG)
    hold = server.hold(3, model="mistral:7b")
    process = start(form, QUERY)
    server.wait_for(lambda: hold.parked, PATIENCE_S)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    if form == "--json":
        document = json.loads(out)
    else:
        last = json.loads(out.splitlines()[-1])
        assert last["event"] == "run_stopped"
        document = last["result"]
    assert document["status"] == "stopped"
    assert len(document["demonstrations"]) == 3
    assert [stage["status"] for stage in document["stages"]] == ["complete", "complete", "stopped"]


@pytest.mark.parametrize(
    ("point", "path"),
    [
        pytest.param("headers", "/api/tags", id="while the models are listed"),
        pytest.param("load", "/api/chat", id="while the model is loaded"),
        pytest.param("headers", "/api/chat", id="while the prompt is read"),
    ],
)
def test_ctrl_c_in_a_silent_wait(point: Any, path: str, server: OllamaServer, start: Start) -> None:
    hold = server.hold(point, path=path)
    process = start("--json", QUERY)
    server.wait_for(lambda: hold.parked, PATIENCE_S)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    document = json.loads(out)
    assert (document["status"], document["query"]) == ("stopped", QUERY)
    assert b"Traceback" not in err


def test_an_ignored_signal_stays_ignored(server: OllamaServer, start: Start) -> None:
    hold = server.hold("headers", model="mistral:7b")
    process = start(QUERY, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    server.wait_for(lambda: hold.parked, PATIENCE_S)
    process.send_signal(signal.SIGHUP)
    server.release()
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (0, b"This is the scripted final answer.")


# -- standard output ------------------------------------------------------------------------------


def test_X15_a_reader_that_leaves_ends_the_run_quietly(server: OllamaServer, start: Start) -> None:
    server.script("mistral:7b", Reply(chunks=LONG.chunks, endless=True, unlimited=True))
    server.hold(5, model="mistral:7b")
    process = start(QUERY)
    assert process.stdout is not None
    assert process.stdout.read(5) == b"word0"
    process.stdout.close()
    server.release()
    assert process.wait(timeout=PATIENCE_S) == 141
    assert process.stderr is not None
    err = process.stderr.read()
    assert b"Traceback" not in err and b"sutra: " not in err and b"Exception" not in err
    server.wait_for(lambda: hung_up_on(server, "mistral:7b"), PATIENCE_S)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", [(), ("--json",), ("--events",)])
def test_X15_a_full_disk_is_one_sentence(form: tuple[str, ...], start: Start) -> None:
    with Path("/dev/full").open("wb") as full:
        process = start(*form, QUERY, stdout=full)
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 74
    complaints = [line for line in err.decode().splitlines() if line.startswith("sutra: ")]
    assert complaints == ["sutra: Standard output cannot be written to: no space left on device."]
    assert b"Traceback" not in err and b"Exception" not in err


def test_X15_closed_standard_output_is_refused_before_anything_is_asked(
    server: OllamaServer, start: Start
) -> None:
    process = start(QUERY, stdout=None, preexec_fn=lambda: os.close(1))
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 74
    assert b"Standard output is closed" in err
    assert server.requests == []


def test_closed_standard_error_harms_nothing(server: OllamaServer, start: Start) -> None:
    process = start("--plain", QUERY, stderr=None, preexec_fn=lambda: os.close(2))
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out) == (0, b"This is the scripted final answer.")


@pytest.mark.parametrize("form", [(), ("--json",), ("--events",), ("--plain",)])
def test_X15_an_old_code_page_cannot_end_a_run(
    form: tuple[str, ...], server: OllamaServer, start: Start
) -> None:
    server.script("mistral:7b", "caf\u00e9 \U0001f980 日本")
    process = start(*form, QUERY, env={"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"})
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    if form in (("--json",), ("--events",)):
        last = json.loads(out if form == ("--json",) else out.splitlines()[-1])
        assert last.get("result", last)["answer"] == "caf\u00e9 \U0001f980 日本"
    else:
        assert out == b"caf\xe9 ? ??"


# -- terminals ------------------------------------------------------------------------------------


def read_terminal(descriptor: int) -> str:
    """Everything written to a terminal until its last writer has closed it."""
    pieces = []
    while True:
        try:
            piece = os.read(descriptor, 65536)
        except OSError:  # EIO: nobody has the other end open any more
            piece = b""
        if not piece:
            return b"".join(pieces).decode()
        pieces.append(piece)


def on_terminal(start: Start, *arguments: str, piped: bool = False, term: str = "xterm") -> Any:
    """Run with standard error, and output unless `piped`, on one terminal.

    Returns:
        Exit code, what the terminal got, what the pipe got.
    """
    master, slave = pty.openpty()
    streams = {"stderr": slave} if piped else {"stdout": slave, "stderr": slave}
    process = start(*arguments, env={"TERM": term}, **streams)
    os.close(slave)
    shown = read_terminal(master)
    os.close(master)
    out = process.stdout.read() if piped and process.stdout is not None else b""
    return process.wait(timeout=PATIENCE_S), shown, out


def as_seen(text: str) -> list[str]:
    """The lines a terminal shows, carriage returns done."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        seen: list[str] = []
        for part in line.split("\r"):
            seen[: len(part)] = part
        lines.append("".join(seen).rstrip())
    return lines


def test_on_a_terminal_answer_and_status_line_never_mix(server: OllamaServer, start: Start) -> None:
    server.script("mistral:7b", LONG)
    code, shown, _ = on_terminal(start, QUERY)
    lines = as_seen(shown)
    assert code == 0
    assert "".join(LONG.chunks or ()).rstrip() in lines
    assert "\rA llama3.2:3b: " in shown
    assert lines[-2].startswith("Complete in ") and lines[-1] == ""
    assert "\x1b" not in shown


def test_T1_on_a_terminal_the_answer_is_cleaned_unless_raw(
    server: OllamaServer, start: Start
) -> None:
    server.script("mistral:7b", "a\x1b[2Jb")
    assert "a␛[2Jb\r\n" in on_terminal(start, QUERY)[1]
    assert "a\x1b[2Jb\r\n" in on_terminal(start, "--raw", QUERY)[1]


def test_the_status_line_goes_on_beside_a_pipe(server: OllamaServer, start: Start) -> None:
    server.script("mistral:7b", Reply(chunks=[f"w{n} " for n in range(60)], token_delay=0.01))
    code, shown, out = on_terminal(start, QUERY, piped=True)
    assert code == 0
    assert out.decode() == "".join(f"w{n} " for n in range(60))
    assert "B mistral:7b: writing" in shown and "w1 " not in shown
    assert "\x1b" not in shown


def test_notices_wait_until_the_answer_is_over(server: OllamaServer, start: Start) -> None:
    server.script("mistral:7b", Reply("One two three", done_reason="length"))
    code, shown, _ = on_terminal(start, QUERY)
    lines = as_seen(shown)
    assert code == 1
    assert lines[lines.index("One two three") + 1].startswith("Model B was cut off at its limit")


@pytest.mark.parametrize(("term", "options"), [("dumb", ()), ("xterm", ("--plain",))])
def test_nothing_is_rewritten_for_screen_readers_and_simple_terminals(
    term: str, options: tuple[str, ...], start: Start
) -> None:
    code, shown, _ = on_terminal(start, *options, QUERY, term=term)
    assert code == 0
    assert "\r" not in shown.replace("\r\n", "")
    assert "A llama3.2:3b: loading the model.\r\n" in shown


def test_ctrl_c_on_a_terminal_leaves_the_prompt_on_its_own_line(
    server: OllamaServer, start: Start
) -> None:
    server.script("mistral:7b", LONG)
    server.hold(3, model="mistral:7b")
    master, slave = pty.openpty()
    process = start(QUERY, stdout=slave, stderr=slave)
    os.close(slave)
    shown = ""
    while "word2 " not in shown:
        shown += os.read(master, 65536).decode()
    process.send_signal(signal.SIGINT)
    shown += read_terminal(master)
    os.close(master)
    lines = as_seen(shown)
    assert process.wait(timeout=PATIENCE_S) == 130
    assert lines[lines.index("word0 word1 word2") + 1].startswith("Stopped")
