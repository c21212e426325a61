"""`sutra run` with files and with the conversation before it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sutra_tui import cli
from tests.handoff_support import A, B, answer_to, scripted_server
from tests.ollama_server import OllamaServer

Run = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def run(server: OllamaServer, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["run", "--host", server.url, "-a", A, "-b", B, *arguments])
        return (code, *capsys.readouterr())

    return call


def spoken(server: OllamaServer) -> list[tuple[str, str]]:
    return [(m["role"], m["content"]) for m in server.chats(B)[-1].messages[1:-1]]


def test_a_file_goes_along_and_the_query_stays_what_was_typed(
    run: Run, server: OllamaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("print(1)")
    code, out, err = run("--json", "--file", "src/a.py", "Why?")
    assert code == 0, err
    document = json.loads(out)
    assert document["query"] == "Why?"
    assert [(file["name"], file["size"]) for file in document["files"]] == [("src/a.py", 8)]
    assert "File src/a.py:\n<file-" in server.chats(A)[-1].prompt
    assert "src/a.py: about 2 tokens" in err


def test_continue_goes_on_with_the_last_whole_answer(run: Run, server: OllamaServer) -> None:
    assert run("First?")[0] == 0
    code, _, err = run("--continue", "Second?")
    assert code == 0
    assert "Continues \u201cFirst?\u201d (1 turn)." in err
    first = [("user", "First?"), ("assistant", answer_to("First?"))]
    assert spoken(server) == first
    assert "(2 turns)" in run("--continue", "Third?")[2]
    assert spoken(server) == [
        *first,
        ("user", "Second?"),
        ("assistant", answer_to("Second?")),
    ]
    run("Fourth?")
    assert spoken(server) == [], "without it every query starts fresh"


def test_an_answer_that_failed_is_passed_over(run: Run, server: OllamaServer) -> None:
    run("First?")
    assert run("--file", "nowhere", "--continue", "Second?")[0] == 2
    server.script(B, "")
    assert run("Third?")[0] == 1
    _, _, err = run("--continue", "Fourth?")
    assert "Continues \u201cFirst?\u201d" in err


@pytest.mark.parametrize("arguments", [("--no-history",), ()])
def test_with_nothing_to_go_on_from_nothing_is_asked(
    run: Run, server: OllamaServer, arguments: tuple[str, ...]
) -> None:
    code, out, err = run(*arguments, "--continue", "Second?")
    assert (code, out) == (2, "")
    assert "to go on from" in err
    assert server.chats(A) == server.chats(B) == []
