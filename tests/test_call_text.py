"""A call as text: run again by a shell and by Python, it reaches the server as it did before."""

from __future__ import annotations

import json
import math
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.call_text import (
    as_curl,
    as_json,
    as_python,
    base_url,
    call_text,
)
from sutra_tui.core.chat_body import chat_body
from sutra_tui.core.clean import clean
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import GenerationOptions
from sutra_tui.core.xray import CACHED, xrays
from sutra_tui.handoff import AgentHandoff
from tests.handoff_support import QUERY, A, B, scripted_server
from tests.ollama_server import OllamaServer

NASTY = (
    "it's \"so\" $HOME `id` $(id) \\ \\n !! %s {query}\n'; rm -rf / #\r\n\tSUTRA_END\nSUTRA_END\n"
    "\x1b[31m \x9b31m \u202eabc \ufeff \U000e0041 日本 🦀 \0 ''' \"\"\" end"
)
KEY = "sk-very-secret"


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with scripted_server() as server:
        yield server


def sent(server: OllamaServer, model: str) -> list[dict[str, Any]]:
    """The bodies of the calls to a model, without what the client library adds of its own."""
    bodies = [dict(recorded.body or {}) for recorded in server.chats(model)]
    for body in bodies:
        if body.get("tools") == []:
            del body["tools"]
    return bodies


def run_as(program: str, text: str, folder: Path) -> str:
    """What a text prints when a shell or Python runs it."""
    script = folder / "script"
    script.write_text(text, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if "proxy" not in k.lower()}
    environment["PYTHONUTF8"] = "1"
    ended = subprocess.run([program, str(script)], capture_output=True, timeout=60, env=environment)
    assert ended.returncode == 0, ended.stderr.decode()[:1000]
    return ended.stdout.decode()


def test_the_body_is_what_the_server_received(server: OllamaServer) -> None:
    handoff = AgentHandoff(A, B, ollama_host=server.url)
    a, parse, b = xrays(handoff.run_detailed(QUERY))
    assert (a.body, b.body) == (sent(server, A)[0], sent(server, B)[0])
    assert parse.body is None


def test_a_run_from_the_cache_has_no_call_to_model_a(server: OllamaServer) -> None:
    handoff = AgentHandoff(A, B, ollama_host=server.url)
    handoff.run_detailed(QUERY)
    a, b = xrays(handoff.run_detailed(QUERY))
    assert a.body is None and [piece.why for piece in a.pieces] == [CACHED]
    assert b.body == sent(server, B)[1]


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize(
    "query", [QUERY, NASTY, NASTY * 2000], ids=["short", "nasty", "longer than an argument"]
)
def test_the_curl_command_makes_the_same_call_again(
    server: OllamaServer, query: str, shell: str, tmp_path: Path
) -> None:
    if not shutil.which(shell):
        pytest.skip(f"needs {shell}")
    body = chat_body(B, (Message("user", query),), {"num_ctx": 4096, "keep_alive": 60.0})
    told = run_as(shell, as_curl(body, server.url), tmp_path)
    assert sent(server, B) == [body]
    assert json.loads(told.strip().splitlines()[-1])["done"] is True


@pytest.mark.parametrize(
    "query", [QUERY, NASTY, "a\n\nb\n", ""], ids=["short", "nasty", "lines", "empty"]
)
def test_the_python_program_makes_the_same_call_again(
    server: OllamaServer, query: str, tmp_path: Path
) -> None:
    server.script(B, "The reply.")
    messages = (Message("system", "Be 'short'."), Message("user", query + "\nThe end."))
    body = chat_body(B, messages, {"num_ctx": 4096, "keep_alive": 60.0, "seed": 7})
    assert run_as(sys.executable, as_python(body, server.url), tmp_path) == "The reply.\n"
    assert sent(server, B) == [body]


def test_a_short_curl_command_is_words_of_a_shell() -> None:
    body = chat_body(B, (Message("user", NASTY),), {})
    words = shlex.split(as_curl(body, "http://localhost:11434"))
    assert words[:2] == ["curl", "-sS"] and "http://localhost:11434/api/chat" in words
    assert json.loads(words[-1]) == body


@pytest.mark.parametrize("form", ["JSON", "curl", "Python"])
def test_no_character_in_it_is_one_that_a_terminal_acts_on(
    form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", KEY)
    body = chat_body(NASTY, (Message("user", NASTY),), {"odd": [NASTY]})
    text = call_text(form, body, "https://example.org")
    assert clean(text) == text
    assert KEY not in text


def test_json_reads_back_whatever_is_in_it() -> None:
    assert json.loads(as_json({"text": NASTY, "half": "\ud83d"})) == {
        "text": NASTY,
        "half": "\ud83d",
    }


@pytest.mark.parametrize(
    ("options", "has"),
    [
        ({}, {"options": {}}),
        ({"num_ctx": 8, "temperature": None}, {"options": {"num_ctx": 8}}),
        ({"keep_alive": 0.0}, {"options": {}, "keep_alive": 0.0}),
        ({"keep_alive": math.inf}, {"options": {}, "keep_alive": -1}),
        ({"keep_alive": None, "think": None}, {"options": {}, "think": False}),
        ({"think": True}, {"options": {}, "think": True}),
    ],
)
def test_options_and_what_stands_beside_them(options: dict[str, Any], has: dict[str, Any]) -> None:
    assert chat_body("m", (), options) == {"model": "m", "stream": True, "messages": [], **has}


def test_half_characters_are_sent_as_something_that_can_be_encoded() -> None:
    body = chat_body("m\ud83d", (Message("user", "\ud83d\ude00 \udc00"),), {})
    assert body["model"] == "m\ufffd" and body["messages"][0]["content"] == "😀 \ufffd"


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("localhost:11434", "http://localhost:11434"),
        ("https://example.org/ollama", "https://example.org/ollama"),
        ("[::1]:11434", "http://[::1]:11434"),
        ("built-in demo", "http://localhost:11434"),
        ("", "http://localhost:11434"),
        ("x';id;'", "http://localhost:11434"),
    ],
)
def test_the_url_of_an_address(address: str, url: str) -> None:
    assert base_url(address) == url


def test_every_option_of_ours_is_in_the_body_or_beside_it() -> None:
    from dataclasses import asdict

    body = chat_body("m", (), asdict(GenerationOptions(temperature=0.5, seed=1, keep_alive=9)))
    assert body["options"] == {
        "temperature": 0.5,
        "seed": 1,
        "num_ctx": 4096,
        "num_predict": 1024,
        "repeat_penalty": 1.1,
    }
    assert (body["keep_alive"], body["think"]) == (9, False)
