"""The small endpoints, byte by byte."""

from __future__ import annotations

import json
import re
import socket
from typing import Any

import pytest

from . import CLOUD_STUB, LLAMA_3B, MISTRAL_7B, NOMIC_EMBED, QWEN_4B_THINKING, OllamaServer
from .raw import RawClient, ask, chat_body

DATE = r"Date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"


@pytest.fixture
def server() -> Any:
    models = [LLAMA_3B, MISTRAL_7B, NOMIC_EMBED, CLOUD_STUB, QWEN_4B_THINKING]
    with OllamaServer(models) as running:
        yield running


def test_the_root_says_that_ollama_is_running(server: OllamaServer) -> None:
    with RawClient(server) as client:
        client.socket.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        expected = (
            rb"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + DATE.encode()
            + rb"\r\nContent-Length: 17\r\nConnection: close\r\n\r\nOllama is running"
        )
        assert re.fullmatch(expected, client.rest())


def test_head_of_the_root_has_no_body(server: OllamaServer) -> None:
    with RawClient(server) as client:
        client.socket.sendall(b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        head, _, body = client.rest().partition(b"\r\n\r\n")
    assert b"Content-Length: 17" in head
    assert body == b""


def test_json_is_compact_and_framed_as_gin_frames_it(server: OllamaServer) -> None:
    response = ask(server, "GET", "/api/version")
    assert response.body == b'{"version":"0.33.2"}'
    assert response.names == ["Content-Type", "Date", "Content-Length"]
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Content-Length"] == "20"


def test_a_body_beyond_the_buffer_of_go_is_one_chunk(server: OllamaServer) -> None:
    response = ask(server, "POST", "/api/show", {"model": "mistral:7b"})
    assert response.names == ["Content-Type", "Date", "Transfer-Encoding"]
    assert len(response.chunks) == 1


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/api/nothing", 404, b"404 page not found"),
        ("GET", "/api/chat", 405, b"405 method not allowed"),
        ("POST", "/api/tags", 405, b"405 method not allowed"),
    ],
)
def test_strange_paths_and_methods(
    server: OllamaServer, method: str, path: str, status: int, body: bytes
) -> None:
    response = ask(server, method, path)
    assert (response.status, response.body) == (status, body)
    assert response.headers["Content-Type"] == "text/plain"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", "missing request body"),
        (b"{", "unexpected EOF"),
        (b"{]", "invalid character"),
        (b"[]", "json: cannot unmarshal array into Go value"),
        (b'{"model":7}', "json: cannot unmarshal number into Go struct field ChatRequest.model"),
        (b"{}", "model is required"),
        (b'{"model":"a b"}', "invalid model name"),
        (b'{"model":"llama3.2:3b","messages":[],"keep_alive":true}', "Unsupported type: 'bool'"),
        (b'{"model":"llama3.2:3b","keep_alive":"5"}', 'time: missing unit in duration "5"'),
    ],
)
def test_bad_bodies_are_refused_with_gos_words(
    server: OllamaServer, body: bytes, error: str
) -> None:
    response = ask(server, "POST", "/api/chat", body)
    assert response.status == 400
    assert response.json["error"].startswith(error)
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "body", "status", "answer"),
    [
        ("/api/chat", chat_body("gone:1b"), 404, {"error": "model 'gone:1b' not found"}),
        ("/api/chat", chat_body("gone"), 404, {"error": "model 'gone' not found"}),
        ("/api/show", {"model": "gone"}, 404, {"error": "model 'gone' not found"}),
        ("/api/show", {}, 400, {"error": "model is required"}),
        ("/api/generate", {"prompt": "x"}, 404, {"error": "model '' not found"}),
        (
            "/api/embed",
            {"model": "gone", "input": "x"},
            404,
            {"error": 'model "gone" not found, try pulling it first'},
        ),
        (
            "/api/chat",
            chat_body("nomic-embed-text"),
            400,
            {"error": '"nomic-embed-text" does not support chat'},
        ),
        (
            "/api/generate",
            {"model": "nomic-embed-text", "prompt": "x"},
            400,
            {"error": '"nomic-embed-text" does not support generate'},
        ),
        (
            "/api/chat",
            chat_body(think=True),
            400,
            {"error": '"llama3.2:3b" does not support thinking'},
        ),
        (
            "/api/chat",
            chat_body(options={"stop": "x"}),
            500,
            {"error": 'option "stop" must be of type array'},
        ),
        (
            "/api/chat",
            chat_body("qwen3:4b", tools=[{}], think="hard"),
            400,
            {
                "error": 'invalid think value: "hard" (must be "low", "medium", "high", "max", '
                "true, or false)"
            },
        ),
        (
            "/api/copy",
            {"source": "gone", "destination": "x"},
            404,
            {"error": 'model "gone" not found'},
        ),
    ],
)
def test_refusals_have_the_exact_words(
    server: OllamaServer, path: str, body: dict[str, Any], status: int, answer: dict[str, str]
) -> None:
    response = ask(server, "POST", path, body)
    assert (response.status, response.json) == (status, answer)


def test_a_cloud_stub_wants_a_sign_in(server: OllamaServer) -> None:
    response = ask(server, "POST", "/api/chat", chat_body(CLOUD_STUB.name))
    assert response.status == 401
    assert list(response.json) == ["error", "signin_url"]
    assert b"\\u0026key=" in response.body


def test_tags_list_newest_first_with_capabilities(server: OllamaServer) -> None:
    response = ask(server, "GET", "/api/tags")
    models = response.json["models"]
    assert [model["name"] for model in models][:2] == ["llama3.2:3b", "mistral:7b"]
    assert list(models[0]) == [
        "name", "model", "modified_at", "size", "digest", "details", "capabilities",
    ]  # fmt: skip
    assert models[0]["details"] == {
        "parent_model": "",
        "format": "gguf",
        "family": "llama",
        "families": ["llama"],
        "parameter_size": "3.2B",
        "quantization_level": "Q4_K_M",
        "context_length": 131072,
        "embedding_length": 3072,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}[+-]\d\d:\d\d", models[0]["modified_at"])
    assert re.fullmatch("[0-9a-f]{64}", models[0]["digest"])


def test_a_cloud_stub_is_listed_with_its_remote_and_no_families(server: OllamaServer) -> None:
    models = {model["name"]: model for model in ask(server, "GET", "/api/tags").json["models"]}
    stub = models["gpt-oss:120b-cloud"]
    assert stub["remote_host"] == "https://ollama.com:443"
    assert stub["details"]["families"] is None
    assert stub["size"] == 384


def test_an_old_server_lists_no_capabilities() -> None:
    with OllamaServer([LLAMA_3B], version="0.24.0") as server:
        (model,) = ask(server, "GET", "/api/tags").json["models"]
    assert "capabilities" not in model
    assert "context_length" not in model["details"]


def test_no_models_is_an_empty_list() -> None:
    with OllamaServer([]) as server:
        assert ask(server, "GET", "/api/tags").body == b'{"models":[]}'


def test_show_has_the_architecture(server: OllamaServer) -> None:
    response = ask(server, "POST", "/api/show", {"model": "qwen3:4b"})
    info = response.json["model_info"]
    assert info["general.architecture"] == "qwen3"
    assert info["qwen3.block_count"] == 36
    assert info["qwen3.attention.head_count_kv"] == 8
    assert info["qwen3.attention.key_length"] == 128
    assert list(info) == sorted(info)
    assert response.json["capabilities"] == ["completion", "tools", "thinking"]
    assert len(json.dumps(response.json["tensors"])) > 10_000


def test_a_model_that_states_no_head_size_leaves_it_to_arithmetic(server: OllamaServer) -> None:
    info = ask(server, "POST", "/api/show", {"model": "mistral:7b"}).json["model_info"]
    assert "llama.attention.key_length" not in info
    assert info["llama.embedding_length"] // info["llama.attention.head_count"] == 128


def test_an_embedder_has_a_pooling_type_and_no_completion(server: OllamaServer) -> None:
    shown = ask(server, "POST", "/api/show", {"model": "nomic-embed-text"}).json
    assert shown["model_info"]["nomic-bert.pooling_type"] == 1
    assert shown["capabilities"] == ["embedding"]


def test_a_name_without_tag_is_latest(server: OllamaServer) -> None:
    for name in ("nomic-embed-text", "library/nomic-embed-text:latest"):
        assert ask(server, "POST", "/api/show", {"model": name}).status == 200


def test_copy_lists_a_second_name_and_delete_takes_it_away(server: OllamaServer) -> None:
    copied = ask(server, "POST", "/api/copy", {"source": "llama3.2:3b", "destination": "twin"})
    assert (copied.status, copied.body, copied.headers["Content-Length"]) == (200, b"", "0")
    assert server.find("twin:latest") is not None
    assert ask(server, "DELETE", "/api/delete", {"model": "twin"}).status == 200
    gone = ask(server, "DELETE", "/api/delete", {"model": "twin"})
    assert gone.json == {"error": "model 'twin' not found"}


def test_embed_answers_with_one_vector_per_text(server: OllamaServer) -> None:
    body = {"model": "nomic-embed-text", "input": ["a", "b"]}
    assert len(ask(server, "POST", "/api/embed", body).json["embeddings"]) == 2


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:11434", 200), ("[::1]:1", 200), ("10.0.0.8", 200), ("evil.example", 403)],
)
def test_other_sites_names_are_forbidden(server: OllamaServer, host: str, status: int) -> None:
    assert ask(server, "GET", "/api/version", Host=host).status == status


def test_one_connection_carries_many_requests(server: OllamaServer) -> None:
    with RawClient(server) as client:
        for _ in range(3):
            assert client.send("GET", "/api/version").response().status == 200
            assert client.send("POST", "/api/chat", chat_body()).response().status == 200
    assert len(server.requests) == 6


def test_what_is_no_http_gets_a_400(server: OllamaServer) -> None:
    with RawClient(server) as client:
        client.socket.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        client.socket.shutdown(socket.SHUT_WR)
        assert client.rest().startswith(b"HTTP/1.1 400 Bad Request\r\n")
