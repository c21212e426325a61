"""What is in memory, when it is loaded, and what makes room."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from . import GIB, LLAMA_3B, MISTRAL_7B, QWEN_3B, QWEN_4B_THINKING, OllamaServer, Reply
from .raw import RawClient, RawResponse, ask, chat_body


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([LLAMA_3B, MISTRAL_7B, QWEN_3B, QWEN_4B_THINKING]) as running:
        yield running


def preload(server: OllamaServer, model: str = "llama3.2:3b", **more: Any) -> RawResponse:
    return ask(server, "POST", "/api/chat", {"model": model, "messages": [], **more})


def running(server: OllamaServer) -> list[Any]:
    found: list[Any] = ask(server, "GET", "/api/ps").json["models"]
    return found


def test_a_preload_is_one_object_without_figures(server: OllamaServer) -> None:
    response = preload(server)
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert list(response.json) == ["model", "created_at", "message", "done", "done_reason"]
    assert response.json["message"] == {"role": "assistant", "content": ""}
    assert response.json["done_reason"] == "load"
    assert server.loads == [("load", "llama3.2:3b", 4096)]


def test_generate_without_prompt_preloads_too(server: OllamaServer) -> None:
    line = ask(server, "POST", "/api/generate", {"model": "llama3.2:3b"}).json
    assert (line["response"], line["done_reason"]) == ("", "load")


def test_preloads_are_no_chats(server: OllamaServer) -> None:
    preload(server)
    ask(server, "POST", "/api/chat", chat_body())
    assert len(server.calls("/api/chat")) == 2
    assert [call.kind for call in server.chats()] == ["reply"]
    assert server.chats("mistral:7b") == []


def test_ps_lists_what_is_loaded_longest_remaining_first(server: OllamaServer) -> None:
    preload(server, keep_alive="10m")
    preload(server, "mistral:7b", keep_alive=-1, options={"num_ctx": 2048})
    first, second = running(server)
    assert list(first) == [
        "name", "model", "size", "digest", "details", "expires_at", "size_vram", "context_length",
    ]  # fmt: skip
    assert (first["name"], first["context_length"], first["size_vram"]) == ("mistral:7b", 2048, 0)
    assert first["expires_at"].startswith("231")
    assert first["size"] == MISTRAL_7B.memory(2048)
    assert second["name"] == "llama3.2:3b"


def test_the_same_options_need_one_load(server: OllamaServer) -> None:
    for _ in range(3):
        ask(server, "POST", "/api/chat", chat_body(options={"num_ctx": 8192, "seed": 4}))
    assert server.loads == [("load", "llama3.2:3b", 8192)]


@pytest.mark.parametrize("changed", [{"num_ctx": 2048}, {"num_thread": 2}, {"use_mmap": True}])
def test_a_changed_runner_option_reloads(server: OllamaServer, changed: dict[str, Any]) -> None:
    ask(server, "POST", "/api/chat", chat_body())
    ask(server, "POST", "/api/chat", chat_body(options=changed))
    assert [event[0] for event in server.loads] == ["load", "reload"]
    assert len(running(server)) == 1


def test_the_context_is_clipped_to_what_the_model_was_trained_for(server: OllamaServer) -> None:
    preload(server, "mistral:7b", options={"num_ctx": 999_999})
    assert server.loads == [("load", "mistral:7b", 32_768)]


def test_names_that_share_weights_share_a_runner(server: OllamaServer) -> None:
    server.add_model(replace(LLAMA_3B, name="tuned:latest", weights=LLAMA_3B.name))
    preload(server)
    preload(server, "tuned")
    assert server.loads == [("load", "llama3.2:3b", 4096)]


def test_keep_alive_zero_unloads_after_the_reply(server: OllamaServer) -> None:
    ask(server, "POST", "/api/chat", chat_body(keep_alive=0))
    server.wait_for(lambda: server.loads[-1] == ("unload", "llama3.2:3b"))
    assert running(server) == []


def test_a_model_expires_when_its_time_is_over(server: OllamaServer) -> None:
    preload(server, keep_alive="10ms")
    server.wait_for(lambda: server.loads[-1] == ("unload", "llama3.2:3b"))


def test_unload_answers_at_once_and_is_done_later() -> None:
    with OllamaServer([LLAMA_3B], unload_delay=60) as server:
        preload(server)
        response = preload(server, keep_alive=0)
        assert response.json["done_reason"] == "unload"
        assert [model["name"] for model in running(server)] == ["llama3.2:3b"]


def test_unload_of_a_model_that_is_not_loaded_is_no_error(server: OllamaServer) -> None:
    assert preload(server, keep_alive=0).json["done_reason"] == "unload"
    assert server.loads == []


def test_unload_waits_for_a_running_reply(server: OllamaServer) -> None:
    server.hold(1)
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body())
        server.wait_for(lambda: server.parked == 1)
        assert preload(server, keep_alive=0).json["done_reason"] == "unload"
        assert server.loads == [("load", "llama3.2:3b", 4096)]
        server.release()
        assert client.response().lines[-1]["done"] is True
    server.wait_for(lambda: server.loads[-1] == ("unload", "llama3.2:3b"))


def test_a_model_that_still_loads_is_not_listed(server: OllamaServer) -> None:
    server.hold("load")
    with RawClient(server) as client:
        client.send("POST", "/api/chat", {"model": "llama3.2:3b", "messages": []})
        server.wait_for(lambda: server.parked == 1)
        assert running(server) == []
        server.release()
        assert client.response().json["done_reason"] == "load"
    assert server.loaded == ["llama3.2:3b"]


def test_hanging_up_aborts_the_load(server: OllamaServer) -> None:
    server.hold("load")
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body())
        server.wait_for(lambda: server.parked == 1)
    server.wait_for(lambda: server.loads[-1] == ("abort", "llama3.2:3b"))
    server.wait_for(lambda: server.requests[0].disconnected)
    assert server.loaded == []


def test_requests_to_one_model_are_served_one_after_the_other(server: OllamaServer) -> None:
    server.hold(1)
    with RawClient(server) as first, RawClient(server) as second:
        first.send("POST", "/api/chat", chat_body(text="first"))
        server.wait_for(lambda: server.parked == 1)
        second.send("POST", "/api/chat", chat_body(text="second"))
        server.wait_for(lambda: len(server.chats()) == 2)
        ask(server, "GET", "/api/version")
        assert server.chats()[1].lines == 0
        server.release()
        assert first.response().status == second.response().status == 200


def test_a_loaded_model_answers_while_another_loads(server: OllamaServer) -> None:
    preload(server)
    server.hold("load", model="mistral:7b")
    with RawClient(server) as client:
        client.send("POST", "/api/chat", chat_body("mistral:7b"))
        server.wait_for(lambda: server.parked == 1)
        assert ask(server, "POST", "/api/chat", chat_body()).status == 200


def test_an_old_server_evicts_to_make_room() -> None:
    with OllamaServer([LLAMA_3B, MISTRAL_7B], version="0.24.0", memory=6 * GIB) as server:
        preload(server)
        preload(server, "mistral:7b")
        assert server.loads == [
            ("load", "llama3.2:3b", 4096),
            ("unload", "llama3.2:3b"),
            ("load", "mistral:7b", 4096),
        ]


def test_an_old_server_waits_for_the_reply_of_the_model_it_evicts() -> None:
    with OllamaServer([LLAMA_3B, MISTRAL_7B], version="0.24.0", memory=6 * GIB) as server:
        server.hold(1, model="llama3.2:3b")
        with RawClient(server) as first, RawClient(server) as second:
            first.send("POST", "/api/chat", chat_body())
            server.wait_for(lambda: server.parked == 1)
            second.send("POST", "/api/chat", chat_body("mistral:7b"))
            server.wait_for(lambda: len(server.chats()) == 2)
            ask(server, "GET", "/api/version")
            assert len(server.loads) == 1
            server.release()
            assert first.response().lines[-1]["done"] is True
            assert second.response().lines[-1]["done"] is True


def test_an_old_server_refuses_what_can_never_fit() -> None:
    with OllamaServer([MISTRAL_7B], version="0.24.0", memory=2 * GIB) as server:
        response = ask(server, "POST", "/api/chat", chat_body("mistral:7b"))
    assert response.status == 500
    assert response.json == {
        "error": "model requires more system memory (4.9 GiB) than is available (2.0 GiB)"
    }


def test_a_new_server_never_evicts_for_memory() -> None:
    with OllamaServer([LLAMA_3B, MISTRAL_7B], memory=6 * GIB) as server:
        preload(server)
        preload(server, "mistral:7b")
        assert sorted(server.loaded) == ["llama3.2:3b", "mistral:7b"]


def test_a_new_server_may_be_killed_for_memory_instead() -> None:
    with OllamaServer([LLAMA_3B, MISTRAL_7B], memory=6 * GIB, oom=True) as server:
        preload(server)
        response = preload(server, "mistral:7b")
    assert response.status == 500
    assert response.json == {"error": "llama-server process has terminated: signal: killed"}


def test_a_fourth_model_pushes_out_the_least_patient(server: OllamaServer) -> None:
    preload(server, keep_alive=-1)
    preload(server, "mistral:7b", keep_alive="1h")
    preload(server, "qwen2.5:3b", keep_alive="2h")
    preload(server, "qwen3:4b")
    assert sorted(server.loaded) == ["llama3.2:3b", "qwen2.5:3b", "qwen3:4b"]


def test_a_load_that_fails_says_why(server: OllamaServer) -> None:
    server.add_model(replace(LLAMA_3B, load_error="llama-server binary not found (checked: /x)"))
    response = preload(server)
    assert (response.status, response.json["error"][:12]) == (500, "llama-server")


def test_a_load_takes_as_long_as_the_next_reply_says(server: OllamaServer) -> None:
    server.script("llama3.2:3b", Reply("x", load_delay=60))
    with RawClient(server) as client:
        client.send("POST", "/api/chat", {"model": "llama3.2:3b", "messages": []})
        server.wait_for(lambda: server.loads)
        assert running(server) == []


def test_a_test_can_start_with_a_loaded_model(server: OllamaServer) -> None:
    server.preload("mistral:7b", num_ctx=2048)
    assert running(server)[0]["context_length"] == 2048


def test_many_threads_share_one_load(server: OllamaServer) -> None:
    callers = [threading.Thread(target=preload, args=(server,)) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert server.loads == [("load", "llama3.2:3b", 4096)]


def test_time_that_passes_brings_idle_models_nearer_to_their_end(server: OllamaServer) -> None:
    preload(server, keep_alive="10m")
    preload(server, "mistral:7b", keep_alive="30m")
    preload(server, "qwen2.5:3b", keep_alive=-1)
    server.pass_time(599)
    assert sorted(server.loaded) == ["llama3.2:3b", "mistral:7b", "qwen2.5:3b"]
    server.pass_time(2)
    assert sorted(server.loaded) == ["mistral:7b", "qwen2.5:3b"]
    ask(server, "POST", "/api/chat", chat_body("mistral:7b"))
    server.pass_time(1799)
    assert sorted(server.loaded) == ["mistral:7b", "qwen2.5:3b"], "a call begins the time anew"
    server.pass_time(2)
    assert server.loaded == ["qwen2.5:3b"]


def test_free_memory_is_what_loaded_models_leave() -> None:
    with OllamaServer([LLAMA_3B], memory=6 * GIB) as server:
        assert server.residency.free == 6 * GIB
        preload(server)
        assert server.residency.free == 6 * GIB - LLAMA_3B.memory(4096)
