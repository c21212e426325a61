"""`sutra bench` against the scripted server and the demo."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sutra_tui import cli, paths
from sutra_tui.store.history import History
from tests.ollama_server import OllamaServer

Captured = pytest.CaptureFixture[str]
PAIR = ("-a", "llama3.2:3b", "-b", "mistral:7b")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


@pytest.fixture
def mine(tmp_path: Path) -> str:
    path = tmp_path / "mine.txt"
    path.write_text("# mine\nSum a list\n\nSort \x1b[31ma list\nSum a list\n", encoding="utf-8")
    return str(path)


def bench(server: OllamaServer, *arguments: str) -> int:
    return cli.main(["bench", "--host", server.host, *arguments])


def test_each_query_is_asked_by_both_methods(
    server: OllamaServer, mine: str, capsys: Captured
) -> None:
    assert bench(server, "--queries", mine) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split() == [
        "QUERY", "METHOD", "SECONDS", "LOADING", "READ", "WRITTEN", "STATUS",
    ]  # fmt: skip
    assert [line.split("  ")[0] for line in lines[1:]] == [
        *["Sum a list"] * 2, *["Sort ␛[31ma list"] * 2, *["AVERAGE of 2 queries"] * 2,
    ]  # fmt: skip
    assert [line.split()[-1] for line in lines[1:5]] == ["complete"] * 4
    assert "do not say which answer is better" in err
    asked = [call.body["model"] for call in server.calls("/api/chat") if call.body["messages"]]
    assert asked.count("mistral:7b") == 4 and asked.count("llama3.2:3b") == 2


def test_the_numbers_are_those_of_the_runs(
    server: OllamaServer, mine: str, capsys: Captured
) -> None:
    assert bench(server, "--queries", mine, "--json", *PAIR) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["model_a"], document["model_b"]) == PAIR[1::2]
    runs = document["runs"]
    assert [(run["query"], run["method"]) for run in runs] == [
        ("Sum a list", "raw"),
        ("Sum a list", "handoff"),
        ("Sort \x1b[31ma list", "handoff"),
        ("Sort \x1b[31ma list", "raw"),
    ]
    assert [run["demonstrations"] for run in runs] == [0, 3, 3, 0]
    assert all(run["answer"] and run["prompt_tokens"] > 0 for run in runs)
    raw, handoff = document["averages"]
    assert raw["prompt_tokens"] == (runs[0]["prompt_tokens"] + runs[3]["prompt_tokens"]) / 2
    assert handoff["completion_tokens"] == sum(r["completion_tokens"] for r in runs[1:3]) / 2
    with History(paths.history_database()) as history:
        assert all(history.run(run["run_id"]) for run in runs) and history.count() == 4


def test_runs_need_not_be_kept(server: OllamaServer, mine: str) -> None:
    assert bench(server, "--queries", mine, "--no-history") == 0
    assert not paths.history_database().exists()


def test_a_run_without_a_whole_answer_is_told_and_left_out(
    server: OllamaServer, mine: str, capsys: Captured
) -> None:
    server.script("llama3.2:3b", "I will not write any of those.")
    assert bench(server, "--queries", mine) == 1
    out, err = capsys.readouterr()
    assert out.count("fell back to raw") == 2
    assert "AVERAGE" not in out
    assert "2 queries are not in the averages" in err


def test_a_model_that_is_not_there_ends_it_at_once(
    server: OllamaServer, mine: str, capsys: Captured
) -> None:
    assert bench(server, "--queries", mine, "-a", "gone:1b", "-b", "gone:7b") == 3
    assert "gone:" in capsys.readouterr().err
    asked = {call.body["model"] for call in server.calls("/api/chat")}
    assert asked <= {"gone:1b", "gone:7b"}


def test_no_server_is_said(mine: str, capsys: Captured) -> None:
    assert cli.main(["bench", "--host", "127.0.0.1:9", "--queries", mine]) == 3
    assert "Nobody answers at localhost:9" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "# only a remark\n\n", "\udcff"])
def test_a_file_without_queries_is_refused(
    server: OllamaServer, tmp_path: Path, text: str, capsys: Captured
) -> None:
    path = tmp_path / "q.txt"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert bench(server, "--queries", str(path)) == 2
    assert capsys.readouterr().err.startswith("sutra: ")
    assert not server.calls("/api/chat")


def test_the_demo_has_a_dozen_queries_and_is_called_a_demo(capsys: Captured) -> None:
    assert cli.main(["bench", "--demo-pace", "instant", "--json"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert document["demo"] is True and "DEMO" in err
    assert len(document["runs"]) == 24
    assert not paths.history_database().exists()
    assert cli.main(["bench", "--demo-pace", "instant", "--coding-only", "--json"]) == 0
    kinds = {run["kind"] for run in json.loads(capsys.readouterr().out)["runs"]}
    assert kinds == {"coding"}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
def test_what_was_measured_is_summed_up_when_it_is_stopped(server: OllamaServer, mine: str) -> None:
    hold = server.hold(3, model="llama3.2:3b")
    process = subprocess.Popen(
        [sys.executable, "-m", "sutra_tui", "bench", "--host", server.host, "--queries", mine],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    server.wait_for(lambda: hold.parked, 30)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out.count(b"complete") == 1, "the run before"
    assert b"1 query is not in the averages" in err and b"Traceback" not in err
