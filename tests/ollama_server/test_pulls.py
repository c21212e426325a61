"""Pulling: the sequence of events, resuming, refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from . import LLAMA_3B, MISTRAL_7B, OllamaServer
from .pulls import layers
from .raw import RawClient, ask


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    future = replace(LLAMA_3B, name="future:1b", requires="0.99.0")
    with OllamaServer([], registry=[LLAMA_3B, MISTRAL_7B, future]) as running:
        yield running


def test_a_pull_says_exactly_this(server: OllamaServer) -> None:
    response = ask(server, "POST", "/api/pull", {"model": "mistral:7b"})
    assert response.headers["Content-Type"] == "application/x-ndjson"
    events = response.lines
    (digest, total), *_ = layers(MISTRAL_7B)
    assert events[0] == {"status": "pulling manifest"}
    assert events[1] == {
        "status": f"pulling {digest[:12]}",
        "digest": f"sha256:{digest}",
        "total": total,
    }
    assert list(events[2]) == ["status", "digest", "total", "completed"]
    weights = [event for event in events if event.get("digest") == f"sha256:{digest}"]
    assert [event.get("completed", 0) for event in weights][-1] == total
    assert [event["status"] for event in events[-3:]] == [
        "verifying sha256 digest",
        "writing manifest",
        "success",
    ]
    assert server.find("mistral:7b") == MISTRAL_7B


def test_layers_that_are_here_already_are_one_event(server: OllamaServer) -> None:
    server.add_model(LLAMA_3B)
    events = ask(server, "POST", "/api/pull", {"model": "mistral:7b"}).lines
    shared = [digest for digest, _ in layers(MISTRAL_7B) if digest in dict(layers(LLAMA_3B))]
    assert shared
    for digest in shared:
        (event,) = [event for event in events if event.get("digest") == f"sha256:{digest}"]
        assert event["completed"] == event["total"]


def test_hanging_up_stops_a_pull_and_the_next_one_resumes(server: OllamaServer) -> None:
    server.hold(4, path="/api/pull")
    with RawClient(server) as client:
        client.send("POST", "/api/pull", {"model": "mistral:7b"})
        server.wait_for(lambda: server.parked == 1)
        client.until(b"\r\n\r\n")
        seen = [json.loads(client.chunk()) for _ in range(4)]
    server.wait_for(lambda: server.requests[0].disconnected)
    assert server.find("mistral:7b") is None
    server.release()
    events = ask(server, "POST", "/api/pull", {"model": "mistral:7b"}).lines
    assert events[1]["completed"] >= seen[-1]["completed"] > 0
    assert events[-1] == {"status": "success"}


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("nobody:1b", "pull model manifest: file does not exist"),
        ("future:1b", "pull model manifest: 412: \nThe model you are attempting to pull requires"),
    ],
)
def test_a_pull_that_cannot_be_ends_in_an_error_line(
    server: OllamaServer, model: str, error: str
) -> None:
    response = ask(server, "POST", "/api/pull", {"model": model})
    assert response.status == 200
    assert response.lines[0] == {"status": "pulling manifest"}
    assert response.lines[1]["error"].startswith(error)
    assert len(response.lines) == 2
    assert ask(server, "POST", "/api/pull", {"model": model, "stream": False}).status == 500


def test_a_full_disk_ends_a_pull_in_an_error_line_and_keeps_what_came(
    server: OllamaServer,
) -> None:
    server.pulls.space = MISTRAL_7B.size // 2
    *events, last = ask(server, "POST", "/api/pull", {"model": "mistral:7b"}).lines
    assert last["error"].endswith("no space left on device")
    assert 0 < events[-1]["completed"] <= server.pulls.space
    server.pulls.space = None
    again = ask(server, "POST", "/api/pull", {"model": "mistral:7b"}).lines
    assert again[1]["completed"] == events[-1]["completed"]


def test_a_registry_that_is_away_or_goes_away_is_an_error_line(server: OllamaServer) -> None:
    server.pulls.offline = True
    (error,) = ask(server, "POST", "/api/pull", {"model": "mistral:7b"}).lines[1:]
    assert "/library/mistral/manifests/7b" in error["error"]
    server.pulls.offline, server.pulls.lost_at = False, 1_000_000_000
    *events, last = ask(server, "POST", "/api/pull", {"model": "mistral:7b"}).lines
    assert last["error"].startswith("max retries exceeded")
    assert events[-1]["completed"] <= server.pulls.lost_at


def test_without_a_stream_a_pull_is_one_word(server: OllamaServer) -> None:
    response = ask(server, "POST", "/api/pull", {"model": "mistral:7b", "stream": False})
    assert response.body == b'{"status":"success"}'
