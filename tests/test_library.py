"""The library face from outside: the examples of the system it succeeds, and a light import.

The examples are the predecessor's own, word for word; only the line that imports has another name.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import sutra_tui
from sutra_tui import AgentHandoff, DemonstrationCache
from tests.handoff_support import TEXTS, A, B, scripted_server
from tests.ollama_server import OllamaServer

STRUCTURED_HANDOFF = """\
from sutra_tui import AgentHandoff
handoff = AgentHandoff(model_a="llama3.2:3b", model_b="mistral:7b")
result = handoff.run("Write a safe Rust function to read a file")
print(result) # Model B's answer, guided by Model A's demonstrations
"""
QUICK_START = """\
from sutra_tui import AgentHandoff, DemonstrationCache
# Basic usage
handoff = AgentHandoff(model_a="llama3.2:3b", model_b="mistral:7b")
answer = handoff.run("Explain the CAP theorem with real-world analogies")
print(answer)
# Detailed result with metrics
result = handoff.run_detailed("Write a Python merge sort")
print(f"Answer: {result.answer[:200]}…")
print(f"Latency: {result.latency_ms:.0f} ms")
print(f"Cache hit: {result.cache_hit}")
print(f"Demonstrations used: {len(result.demonstrations)}")
"""
MANUAL_CHAINING = """\
# Step 1: Generate demonstrations only
packet = handoff.generate_demonstrations("Implement a binary search tree in Python")
print(f"Got {len(packet.demonstrations)} demonstrations")
# Step 2: Use demonstrations with any model
final = handoff.generate_final("Implement a binary search tree in Python", packet.demonstrations)
print(final)
"""
CACHING = """\
from sutra_tui import AgentHandoff, DemonstrationCache
# Custom cache with 24h TTL
cache = DemonstrationCache(default_ttl=86400)
handoff = AgentHandoff(model_a="llama3.2:3b", model_b="mistral:7b", cache=cache)
# First call generates & caches demonstrations
handoff.run("Explain monads")
# Second call is faster — demonstrations served from cache
handoff.run("Explain monads")
# Persist cache to disk
cache.save("demo_cache.json")
# Load cache in a new session
new_cache = DemonstrationCache()
new_cache.load("demo_cache.json")
"""
CUSTOM_TEMPLATES = """\
handoff = AgentHandoff(
model_a="llama3.2:3b",
model_b="mistral:7b",
templates={
"prompt_a": "You are a security expert. Answer in <answer> tags, "
"then give 3 vulnerability examples in <demonstration> tags "
"inside <demonstrations>.\\nQuery: {query}",
"prompt_b": "Security examples:\\n{demonstrations}\\n\\n"
"Apply the same security mindset to answer:\\n{query}",
},
)
"""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[OllamaServer]:
    """The examples name no host, so the environment does."""
    with scripted_server() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.host)
        yield server


def play(*examples: str, **names: Any) -> dict[str, Any]:
    """Run examples one after the other, as a reader would who types them into one session."""
    for example in examples:
        exec(example, names)  # noqa: S102 - our own text, and running it is what is tested
    return names


def test_structured_handoff(server: OllamaServer, capsys: pytest.CaptureFixture[str]) -> None:
    play(STRUCTURED_HANDOFF)
    said = capsys.readouterr().out
    assert said == "Vec<u8> answers <Write a safe Rust function to read a file>.\n"
    (chat_b,) = server.chats(B)
    assert all(text in chat_b.prompt for text in TEXTS), "guided by Model A's demonstrations"


def test_quick_start(server: OllamaServer, capsys: pytest.CaptureFixture[str]) -> None:
    found = play(QUICK_START)
    first, second, latency, *rest = capsys.readouterr().out.splitlines()
    assert first == "Vec<u8> answers <Explain the CAP theorem with real-world analogies>."
    assert second == "Answer: Vec<u8> answers <Write a Python merge sort>.…"
    assert latency == f"Latency: {found['result'].latency_ms:.0f} ms"
    assert rest == ["Cache hit: False", "Demonstrations used: 3"]
    assert found["result"].token_counts["total_tokens"] > 0


def test_manual_chaining(server: OllamaServer, capsys: pytest.CaptureFixture[str]) -> None:
    found = play(MANUAL_CHAINING, handoff=AgentHandoff(A, B))
    assert capsys.readouterr().out.splitlines() == [
        "Got 3 demonstrations",
        "Vec<u8> answers <Implement a binary search tree in Python>.",
    ]
    assert tuple(found["packet"].demonstrations) == TEXTS
    assert [chat.model for chat in server.chats()] == [A, B], "each model was asked once"


def test_caching(server: OllamaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = play(CACHING)
    assert [chat.model for chat in server.chats()] == [A, B, B]
    assert (tmp_path / "demo_cache.json").is_file()
    new_cache = found["new_cache"]
    assert len(new_cache) == 1
    again = AgentHandoff(A, B, cache=new_cache).run_detailed("Explain monads")
    assert again.cache_hit
    assert again.demonstrations == TEXTS
    assert len(server.chats(A)) == 1, "the loaded cache spares Model A the work"


def test_custom_templates(server: OllamaServer) -> None:
    handoff = play(CUSTOM_TEMPLATES, AgentHandoff=AgentHandoff)["handoff"]
    result = handoff.run("Review {this} login form")
    assert result == "Vec<u8> answers <Review {this} login form>."
    (a,), (b,) = server.chats(A), server.chats(B)
    assert a.prompt.startswith("You are a security expert.")
    assert a.prompt.endswith("inside <demonstrations>.\nQuery: Review {this} login form")
    assert b.prompt.startswith("Security examples:\n")
    assert b.prompt.endswith("Apply the same security mindset to answer:\nReview {this} login form")
    assert all(text in b.prompt for text in TEXTS)


# The package


def test_every_public_name_is_there_and_is_what_it_says() -> None:
    for name in sutra_tui.__all__:
        value = getattr(sutra_tui, name)
        assert name == "__version__" or value.__name__ == name
    assert dir(sutra_tui) == sorted(sutra_tui.__all__)


def test_a_star_import_brings_every_public_name() -> None:
    assert set(sutra_tui.__all__) <= set(play("from sutra_tui import *"))


@pytest.mark.parametrize("name", ["AgentHandof", "handoffs", "__wrapped__"])
def test_an_unknown_name_is_an_attribute_error(name: str) -> None:
    with pytest.raises(AttributeError, match=f"sutra_tui.*{name}"):
        getattr(sutra_tui, name)
    assert not hasattr(sutra_tui, name)
    with pytest.raises(ImportError):
        play(f"from sutra_tui import {name}")


def test_a_name_is_looked_up_once() -> None:
    assert sutra_tui.AgentHandoff is AgentHandoff
    assert vars(sutra_tui)["DemonstrationCache"] is DemonstrationCache


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys; before = set(sys.modules); import sutra_tui; dir(sutra_tui);"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, text=True)
    new = set(done.stdout.split())
    assert {name for name in new if name.startswith("sutra_tui")} == {"sutra_tui"}, done.stderr
    assert new & {"asyncio", "httpx", "ollama", "sqlite3", "textual", "rich", "psutil"} == set()


def test_making_a_handoff_loads_no_client_and_sends_nothing(server: OllamaServer) -> None:
    code = (
        "import sys; from sutra_tui import AgentHandoff; AgentHandoff('a', 'b');"
        "print(*(name.partition('.')[0] for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, text=True)
    loaded = set(done.stdout.split())
    assert "sutra_tui" in loaded, done.stderr
    assert loaded & {"ollama", "pydantic", "textual", "rich"} == set()
    assert server.requests == []
