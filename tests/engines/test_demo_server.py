"""The demo's answers, byte by byte where a client could tell, against the real server's."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sutra_tui.engines.demo_models import MODELS
from sutra_tui.engines.demo_server import CANNOT_CHANGE, CANNOT_PULL, CHAT_ONLY, DemoTransport

from .demo_support import chat_body, client, instant

JSON = "application/json; charset=utf-8"


async def ask(method: str, path: str, **kwargs: Any) -> httpx.Response:
    async with client(instant()) as http:
        return await http.request(method, path, **kwargs)


async def test_the_root_says_that_it_is_running() -> None:
    response = await ask("GET", "/")
    assert (response.content, response.headers["content-type"]) == (
        b"Ollama is running", "text/plain; charset=utf-8"
    )  # fmt: skip


async def test_the_version_is_demo() -> None:
    response = await ask("GET", "/api/version")
    assert (response.status_code, response.content) == (200, b'{"version":"demo"}')
    assert response.headers["content-type"] == JSON
    assert response.headers["content-length"] == str(len(response.content))


async def test_head_has_headers_and_no_body() -> None:
    response = await ask("HEAD", "/api/version")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-type"] == JSON


async def test_tags_list_four_models_newest_first_with_unmistakable_names() -> None:
    models = (await ask("GET", "/api/tags")).json()["models"]
    assert [model["name"] for model in models] == [
        "demo-swift:3b", "demo-steady:7b", "demo-thinker:4b", "demo-mini:1.5b"
    ]  # fmt: skip
    times = [model["modified_at"] for model in models]
    assert times == sorted(times, reverse=True)
    assert [model["name"] for model in models if "thinking" in model["capabilities"]] == [
        "demo-thinker:4b"
    ]
    swift = models[0]
    assert list(swift) == [
        "name", "model", "modified_at", "size", "digest", "details", "capabilities"
    ]  # fmt: skip
    assert (swift["model"], swift["size"], len(swift["digest"])) == (
        "demo-swift:3b", 2_000_000_000, 64
    )  # fmt: skip
    assert swift["details"]["parameter_size"] == "3.2B"
    assert swift["details"]["quantization_level"] == "Q4_K_M"
    assert len({model["digest"] for model in models}) == 4


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
async def test_show_has_the_figures_the_memory_sum_needs(model: Any) -> None:
    shown = (await ask("POST", "/api/show", json={"model": model.name})).json()
    info = shown["model_info"]
    arch = info["general.architecture"]
    layers, kv_heads, head = (
        info[f"{arch}.{key}"]
        for key in ("block_count", "attention.head_count_kv", "attention.key_length")
    )
    needed = model.bytes_loaded(4096) - model.bytes_loaded(0)
    assert needed == 4096 * 4 * layers * kv_heads * head
    assert shown["capabilities"][0] == "completion"
    assert "no weights" in shown["modelfile"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "text"),
    [
        ("POST", "/api/show", b'{"model":"x<1>"}', 404, "model 'x<1>' not found"),
        ("POST", "/api/chat", b'{"model":"llama3.2:3b"}', 404, "model 'llama3.2:3b' not found"),
        ("POST", "/api/chat", b'{"model":"demo-swift"}', 404, "model 'demo-swift' not found"),
        ("POST", "/api/chat", b'{"model":""}', 400, "model is required"),
        ("POST", "/api/show", b"{}", 400, "model is required"),
        ("POST", "/api/chat", b"", 400, "missing request body"),
        ("POST", "/api/pull", b'{"model":"x","stream":false}', 500, CANNOT_PULL),
        ("DELETE", "/api/delete", b'{"model":"demo-swift:3b"}', 400, CANNOT_CHANGE),
        ("POST", "/api/copy", b"{}", 400, CANNOT_CHANGE),
        ("POST", "/api/generate", b"{}", 400, CHAT_ONLY),
        (
            "POST", "/api/chat", b'{"model":"demo-swift:3b","think":true}', 400,
            '"demo-swift:3b" does not support thinking',
        ),
        (
            "POST", "/api/chat", b'{"model":"demo-swift:3b","keep_alive":"5"}', 400,
            'time: missing unit in duration "5"',
        ),
        (
            "POST", "/api/chat",
            b'{"model":"demo-steady:7b","messages":[],"options":{"num_ctx":32768}}', 500,
            "model requires more system memory (8.3 GiB) than is available (5.8 GiB)",
        ),
    ],
)  # fmt: skip
async def test_refusals_are_the_server_s_status_and_sentence(
    method: str, path: str, body: bytes, status: int, text: str
) -> None:
    response = await ask(method, path, content=body)
    assert (response.status_code, response.json()) == (status, {"error": text})
    assert response.headers["content-type"] == "application/json"


async def test_json_is_escaped_as_go_does() -> None:
    body = json.dumps({"model": "<&>\u2028\u2029\u0085é"}).encode()
    response = await ask("POST", "/api/show", content=body)
    assert response.content == (
        b'{"error":"model \'\\u003c\\u0026\\u003e\\u2028\\u2029\xc2\x85\xc3\xa9\' not found"}'
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "text"),
    [
        ("GET", "/api/nothing", 404, "404 page not found"),
        ("GET", "/v1/models", 404, "404 page not found"),
        ("GET", "/api/chat", 405, "405 method not allowed"),
        ("POST", "/api/tags", 405, "405 method not allowed"),
        ("POST", "/api/delete", 405, "405 method not allowed"),
    ],
)
async def test_unknown_paths_and_methods(method: str, path: str, status: int, text: str) -> None:
    response = await ask(method, path)
    assert (response.status_code, response.text) == (status, text)
    assert response.headers["content-type"] == "text/plain"


async def test_a_pull_fails_in_its_stream_as_on_a_server() -> None:
    response = await ask("POST", "/api/pull", json={"model": "llama3.2:3b"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.content == json.dumps(
        {"error": CANNOT_PULL}, separators=(",", ":")
    ).encode() + b"\n"  # fmt: skip


async def test_loading_and_unloading_answer_with_one_object_and_show_in_ps() -> None:
    transport = instant()
    async with client(transport) as http:
        load = await http.post(
            "/api/chat",
            json={"model": "demo-mini:1.5b", "messages": [], "options": {"num_ctx": 2048}},
        )
        assert load.headers["content-type"] == JSON
        assert list(load.json()) == ["model", "created_at", "message", "done", "done_reason"]
        assert load.json()["message"] == {"role": "assistant", "content": ""}
        assert (load.json()["done"], load.json()["done_reason"]) == (True, "load")
        (held,) = (await http.get("/api/ps")).json()["models"]
        assert (held["name"], held["context_length"], held["size_vram"]) == (
            "demo-mini:1.5b", 2048, 0
        )  # fmt: skip
        assert transport.memory().available + held["size"] == instant().memory().available
        assert datetime.fromisoformat(held["expires_at"].replace("Z", "+00:00"))
        unload = await http.post(
            "/api/chat", json={"model": "demo-mini:1.5b", "messages": [], "keep_alive": 0}
        )
        assert unload.json()["done_reason"] == "unload"
        assert (await http.get("/api/ps")).content == b'{"models":[]}'


async def test_unloading_what_is_not_loaded_is_no_error_and_loads_nothing() -> None:
    transport = instant()
    async with client(transport) as http:
        body = {"model": "demo-steady:7b", "messages": [], "keep_alive": "0"}
        assert (await http.post("/api/chat", json=body)).json()["done_reason"] == "unload"
    assert transport.machine.loaded() == []


@pytest.mark.parametrize(
    ("keep_alive", "seconds"),
    [(90, 90), (1.5, 1.5), ("5m", 300), ("1h30m", 5400), ("1500ms", 1.5), (None, 300)],
)
async def test_keep_alive_is_understood_as_go_does(
    keep_alive: float | str | None, seconds: float
) -> None:
    transport = instant()
    async with client(transport) as http:
        body = {"model": "demo-mini:1.5b", "messages": [], "keep_alive": keep_alive}
        assert (await http.post("/api/chat", json=body)).status_code == 200
    (runner,) = transport.machine.loaded()
    assert runner.keep_alive == seconds


@pytest.mark.parametrize("keep_alive", [-1, "-1m", 1e300, 10**400])
async def test_for_ever_is_a_date_that_can_be_printed(keep_alive: float | str) -> None:
    transport = instant()
    async with client(transport) as http:
        body = {"model": "demo-mini:1.5b", "messages": [], "keep_alive": keep_alive}
        assert (await http.post("/api/chat", json=body)).status_code == 200
        (held,) = (await http.get("/api/ps")).json()["models"]
    assert int(held["expires_at"][:4]) > 2300


@pytest.mark.parametrize("keep_alive", [True, "5", "x", "-", "1d", "5m!", [], "9" * 5000 + "h"])
async def test_other_keep_alives_are_refused(keep_alive: object) -> None:
    response = await ask("POST", "/api/chat", json=chat_body(keep_alive=keep_alive))
    assert response.status_code == 400
    assert len(response.json()["error"]) < 200


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": "hi"}, {"messages": [1]}, {"messages": [{"content": 1}]}, {"options": []},
        {"options": {"num_ctx": "big"}}, {"options": {"num_predict": True}}, {"think": "a lot"},
        {"think": 1}, {"think": []}, {"stream": "yes"}, {"model": ["x"]}, {"model": 5},
    ],
    ids=str,
)  # fmt: skip
async def test_fields_of_the_wrong_type_are_refused(fields: dict[str, Any]) -> None:
    response = await ask("POST", "/api/chat", json={**chat_body(), **fields})
    assert response.status_code in {400, 500}
    assert list(response.json()) == ["error"]


@pytest.mark.parametrize(
    "body",
    [b"nonsense", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b"9" * 10_000, b"{"],
    ids=range(8),
)
async def test_bodies_that_are_no_object_are_refused(body: bytes) -> None:
    response = await ask("POST", "/api/chat", content=body)
    assert response.status_code == 400
    assert list(response.json()) == ["error"]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_NAMES = ("model", "messages", "stream", "think", "keep_alive", "options", "role", "content")


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.sampled_from(_NAMES), _VALUES),
    st.lists(st.dictionaries(st.sampled_from(["role", "content"]), _VALUES), max_size=2),
    st.dictionaries(st.sampled_from(["num_ctx", "num_predict"]), _VALUES),
)
async def test_whatever_is_asked_the_answer_is_the_protocol_s(
    fields: dict[str, Any], messages: list[Any], options: dict[str, Any]
) -> None:
    body = {"model": "demo-mini:1.5b", "messages": messages, "options": options, **fields}
    response = await ask("POST", "/api/chat", content=json.dumps(body).encode())
    lines = [json.loads(line) for line in response.content.decode().split("\n") if line]
    if response.status_code == 200:
        assert lines[-1]["done"] is True
    else:
        assert response.status_code in {400, 404, 500}
        assert list(lines[-1]) == ["error"]


async def test_two_transports_are_two_machines() -> None:
    first, second = instant(), DemoTransport()
    async with client(first) as http:
        await http.post("/api/chat", json={"model": "demo-mini:1.5b", "messages": []})
    assert len(first.machine.loaded()) == 1
    assert second.machine.loaded() == []
