"""Starting, stopping, restarting, recording, waiting; and the real client."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator

import ollama
import pytest

from . import LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING, OllamaServer, Reply
from .raw import RawClient, ask, chat_body

HUNG = ("hang_headers", "hang_mid", "infinite", "huge_line", "drip")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING]) as running:
        yield running


@pytest.fixture
def client(server: OllamaServer) -> Iterator[ollama.Client]:
    with ollama.Client(server.url, trust_env=False) as opened:
        yield opened


def test_it_listens_on_loopback_only(server: OllamaServer) -> None:
    assert server.url == f"http://127.0.0.1:{server.port}"
    assert server.host == f"127.0.0.1:{server.port}"
    assert server.port > 0


def test_requests_are_recorded_with_body_and_headers(server: OllamaServer) -> None:
    ask(server, "POST", "/api/chat", chat_body(options={"num_ctx": 2048}), X_Test="yes")
    (call,) = server.requests
    assert (call.method, call.path, call.model) == ("POST", "/api/chat", "llama3.2:3b")
    assert call.body is not None
    assert call.body["options"] == call.options == {"num_ctx": 2048}
    assert call.headers["x-test"] == "yes"
    assert (call.status, call.finished, call.disconnected) == (200, True, False)
    assert call.prompt == "Say hello"


def test_hanging_up_stops_a_reply_and_is_recorded(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply("word ", endless=True, unlimited=True))
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body())
        client.until(b"word")
        client.reset()
    server.wait_for(lambda: server.requests[0].disconnected)
    assert not server.requests[0].finished
    assert ask(server, "GET", "/api/version").status == 200


def test_it_is_gone_at_once_whoever_hangs_on() -> None:
    server = OllamaServer([LLAMA_3B])
    server.start()
    clients = []
    for name in HUNG:
        server.clear_faults()
        server.fault(name)
        server.add_model(LLAMA_3B)
        clients.append(RawClient(server).send("POST", "/api/chat", chat_body()))
        server.wait_for(lambda: len(server.requests) == len(clients))
    idle = RawClient(server)
    began = time.monotonic()
    server.stop()
    took = time.monotonic() - began
    for client in (*clients, idle):
        client.socket.close()
    assert took < 2
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)


def test_it_comes_back_on_the_same_port_with_nothing_loaded(server: OllamaServer) -> None:
    ask(server, "POST", "/api/chat", chat_body())
    port = server.port
    server.stop()
    server.start()
    assert server.port == port
    assert ask(server, "GET", "/api/ps").body == b'{"models":[]}'
    ask(server, "POST", "/api/chat", chat_body())
    assert [event[0] for event in server.loads] == ["load", "load"]
    assert len(server.chats()) == 2


def test_a_kill_breaks_replies_but_is_no_clients_fault(server: OllamaServer) -> None:
    server.hold(2)
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body())
        server.wait_for(lambda: server.parked == 1)
        server.stop()
        try:
            rest = client.rest()
        except ConnectionResetError:
            rest = b""
        assert not rest.endswith(b"0\r\n\r\n")
    assert (server.requests[0].finished, server.requests[0].disconnected) == (False, False)


def test_a_model_can_vanish_between_two_calls(server: OllamaServer) -> None:
    assert ask(server, "POST", "/api/chat", chat_body()).status == 200
    server.remove_model("llama3.2:3b")
    assert ask(server, "POST", "/api/chat", chat_body()).status == 404


def test_waiting_in_vain_shows_the_log(server: OllamaServer) -> None:
    ask(server, "POST", "/api/chat", chat_body())
    with pytest.raises(AssertionError, match=r"POST /api/chat llama3\.2:3b \[reply\] 200"):
        server.wait_for(lambda: False, timeout=0.01)


async def test_asynchronous_tests_wait_without_blocking(server: OllamaServer) -> None:
    server.hold("headers")
    async with ollama.AsyncClient(server.url, trust_env=False) as client:
        chat = client.chat("llama3.2:3b", [{"role": "user", "content": "x"}])
        task = asyncio.ensure_future(chat)
        await server.until(lambda: server.parked == 1)
        task.cancel()
        await server.until(lambda: server.chats()[0].disconnected)
    with pytest.raises(AssertionError, match="not within"):
        await server.until(lambda: False, timeout=0.01)
    with pytest.raises(RuntimeError, match="until"):
        server.wait_for(lambda: True)


def test_a_mistake_in_a_script_fails_the_test() -> None:
    def broken(_: object) -> str:
        raise ZeroDivisionError

    with pytest.raises(AssertionError, match="scripted server failed"), OllamaServer() as server:
        server.script("llama3.2:3b", broken)
        with RawClient(server) as client:
            assert client.send("POST", "/api/chat", chat_body()).rest() == b""


def test_held_points_can_be_any_path(server: OllamaServer) -> None:
    server.hold("request", path="/api/tags")
    with RawClient(server) as client:
        client.send("GET", "/api/tags")
        server.wait_for(lambda: server.parked == 1)
        assert ask(server, "GET", "/api/version").status == 200
        server.release()
        assert client.response().status == 200


def test_the_real_client_reads_every_answer(server: OllamaServer, client: ollama.Client) -> None:
    server.script("qwen3:4b", Reply("Yes <b>.", thinking="Hm."))
    assert [model.model for model in client.list().models][:1] == ["llama3.2:3b"]
    shown = client.show("qwen3:4b")
    assert shown.capabilities == ["completion", "tools", "thinking"]
    stream = list(client.chat("qwen3:4b", [{"role": "user", "content": "x"}], stream=True))
    assert "".join(part.message.content or "" for part in stream) == "Yes <b>."
    assert stream[-1].done_reason == "stop"
    assert stream[-1].eval_count == 3
    (loaded,) = client.ps().models
    assert (loaded.name, loaded.context_length) == ("qwen3:4b", 4096)
    assert [event.status for event in client.pull("qwen2.5:3b", stream=True)][-1] == "success"
    client.delete("qwen2.5:3b")
    with pytest.raises(ollama.ResponseError, match="model 'gone' not found"):
        client.chat("gone", [{"role": "user", "content": "x"}])


def test_the_real_client_sees_for_ever_as_the_year_2318(client: ollama.Client) -> None:
    client.chat("llama3.2:3b", [], keep_alive=-1)
    (loaded,) = client.ps().models
    assert loaded.expires_at is not None
    assert loaded.expires_at.year in (2318, 2319)
