"""The Ollama engine over real HTTP, against the scripted server."""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from sutra_tui.core.engine import ChatChunk, ChatRequest, Engine
from sutra_tui.core.errors import EngineError, InvalidHost
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import GenerationOptions, Memory
from sutra_tui.engines import ollama as engine_module
from sutra_tui.engines import open_engine
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.engines.wire import Limits
from tests.ollama_server import (
    CLOUD_STUB,
    LLAMA_3B,
    MISTRAL_7B,
    NOMIC_EMBED,
    QWEN_4B_THINKING,
    OllamaServer,
    Reply,
)

A = LLAMA_3B.name
TEXT = "The quick brown fox jumps over the lazy dog."
TOKENS = 12
"""Chunks that the server cuts it into."""


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    models = [LLAMA_3B, MISTRAL_7B, NOMIC_EMBED, QWEN_4B_THINKING, CLOUD_STUB]
    with OllamaServer(models=models) as running:
        running.script("*", Reply(TEXT))
        yield running


@pytest.fixture
async def engine(server: OllamaServer) -> AsyncIterator[OllamaEngine]:
    opened = OllamaEngine(server.url, stall_timeout_s=30, first_token_timeout_s=60)
    yield opened
    await opened.close()


def ask(
    model: str = A, *, thinks: bool = False, text: str = "Hello", **options: float
) -> ChatRequest:
    return ChatRequest(
        model, (Message("user", text),), GenerationOptions(**options), thinks  # type: ignore[arg-type]
    )  # fmt: skip


async def collect(engine: Engine, request: ChatRequest) -> list[ChatChunk]:
    async with contextlib.aclosing(engine.chat(request)) as stream:
        return [chunk async for chunk in stream]


def text_of(chunks: list[ChatChunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


async def failure(engine: Engine, request: ChatRequest) -> tuple[str, EngineError]:
    """What came before a chat failed, and the error it failed with."""
    before = ""
    with pytest.raises(EngineError) as caught:
        async for chunk in engine.chat(request):
            before += chunk.text
    return before, caught.value


def hung_up(server: OllamaServer) -> bool:
    """Whether the server has seen a client leave in the middle of a chat."""
    return any(call.disconnected for call in server.calls("/api/chat"))


# A whole reply.


async def test_a_reply_arrives_whole_with_the_servers_numbers(engine: OllamaEngine) -> None:
    chunks = await collect(engine, ask())
    assert text_of(chunks) == TEXT
    assert [chunk.done for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    last = chunks[-1]
    assert last.done_reason == "stop"
    assert last.stats.output_tokens == TOKENS
    assert last.stats.prompt_tokens and last.stats.load_ms is not None
    assert last.stats.first_token_ms is None


async def test_exactly_what_was_asked_is_sent(engine: OllamaEngine, server: OllamaServer) -> None:
    messages = (Message("system", "Be brief."), Message("user", "Héllo\ud83c \ud83c\udf89"))
    options = GenerationOptions(0.5, 7, 2048, 99, keep_alive=90, think=True, repeat_penalty=1.2)
    await collect(engine, ChatRequest(A, messages, options))
    (call,) = server.chats()
    assert call.body == {
        "model": A,
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Héllo\ufffd 🎉"},
        ],
        "stream": True,
        "options": {
            "temperature": 0.5,
            "seed": 7,
            "num_ctx": 2048,
            "num_predict": 99,
            "repeat_penalty": 1.2,
        },
        "keep_alive": 90,
        "tools": [],
    }
    assert call.headers["accept-encoding"] == "identity"


async def test_nothing_unset_is_sent(engine: OllamaEngine, server: OllamaServer) -> None:
    await collect(engine, ask())
    body = server.chats()[0].body or {}
    assert set(body["options"]) == {"num_ctx", "num_predict", "repeat_penalty"}
    assert "keep_alive" not in body and "think" not in body


@pytest.mark.parametrize("think", [None, False, True])
async def test_think_is_sent_only_to_a_model_that_thinks(
    engine: OllamaEngine, server: OllamaServer, think: bool | None
) -> None:
    name = QWEN_4B_THINKING.name
    server.script(name, Reply(TEXT, thinking="Hm, let me see."))
    options = GenerationOptions(think=think)
    chunks = await collect(engine, ChatRequest(name, (Message("user", "x"),), options, True))
    assert (server.chats()[0].body or {})["think"] is bool(think)
    thought = "".join(chunk.thinking for chunk in chunks)
    assert thought == ("Hm, let me see." if think else "")


async def test_one_connection_serves_many_calls(server: OllamaServer) -> None:
    dialled: list[str] = []

    async def trace(event: str, info: object) -> None:
        if event == "connection.connect_tcp.complete":
            dialled.append(event)

    class Traced(httpx.AsyncHTTPTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            request.extensions["trace"] = trace
            return await super().handle_async_request(request)

    async with Traced(trust_env=False) as transport:
        engine = OllamaEngine(server.url, transport=transport)
        for _ in range(3):
            await engine.models()
            await collect(engine, ask())
        await engine.close()
    assert len(dialled) == 1


# Odd replies that are still replies.


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("blank_line", TEXT),
        ("u2028_raw", "one\u2028two\u2029three\x85four"),
        ("invalid_utf8", "bad \ufffd\ufffd\ufffd( end"),
        ("split_utf8", "héllo 世界 🎉"),
        ("split_surrogate", "🎉"),
        ("one_byte_writes", TEXT),
        ("done_with_content", TEXT + " and the last words"),
        ("u0085", "\x85"),
    ],
)
async def test_N11_N12_N13_T12_unusual_text_is_delivered(
    engine: OllamaEngine, server: OllamaServer, fault: str, text: str
) -> None:
    server.fault(fault)
    chunks = await collect(engine, ask())
    assert text in text_of(chunks)
    assert chunks[-1].done


@pytest.mark.parametrize("done", [False, True])
async def test_N13_T12_half_a_character_at_the_end_is_replaced(done: bool) -> None:
    message = {"role": "assistant", "content": "a\ud83c", "thinking": "\ud83c"}
    line = json.dumps({"message": message, "done": done}).encode() + b"\n"
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=line))
    chunks = await collect(OllamaEngine(transport=transport), ask())
    assert text_of(chunks) == "a\ufffd"
    assert chunks[-1].thinking == "\ufffd"
    assert chunks[-1].done is done


@pytest.mark.parametrize("fault", ["eof_no_done", "empty_body"])
async def test_N6_a_stream_without_an_end_just_ends(
    engine: OllamaEngine, server: OllamaServer, fault: str
) -> None:
    server.fault(fault)
    chunks = await collect(engine, ask())
    assert TEXT.startswith(text_of(chunks))
    assert not any(chunk.done for chunk in chunks)


@pytest.mark.parametrize(
    ("fault", "reason", "text"),
    [("load_reason", "load", ""), ("empty", "stop", ""), ("length", "length", TEXT)],
)
async def test_N15_N18_the_reason_for_the_end_is_passed_on(
    engine: OllamaEngine, server: OllamaServer, fault: str, reason: str, text: str
) -> None:
    server.fault(fault)
    chunks = await collect(engine, ask())
    assert (text_of(chunks), chunks[-1].done, chunks[-1].done_reason) == (text, True, reason)


async def test_numbers_the_server_leaves_out(engine: OllamaEngine, server: OllamaServer) -> None:
    server.fault("no_metrics")
    assert (await collect(engine, ask()))[-1].stats.output_tokens is None
    server.clear_faults()
    server.script(A, Reply(TEXT, metrics={"load_duration": 0, "prompt_eval_duration": 0}))
    stats = (await collect(engine, ask()))[-1].stats
    assert (stats.load_ms, stats.prompt_ms) == (0.0, 0.0)


# Everything that goes wrong.

REFUSALS = [
    ("error_400", "model_not_found"),
    ("error_400_no_chat", "model_unsuitable"),
    ("error_400_no_thinking", "model_unsuitable"),
    ("error_400_nested_context", "context_exceeded"),
    ("error_401_signin", "refused"),
    ("error_403_empty", "refused"),
    ("error_403_cloud", "refused"),
    ("error_404", "model_not_found"),
    ("error_404_page", "not_ollama"),
    ("error_500", "load_failed"),
    ("error_500_oom", "load_failed"),
    ("error_500_memory", "load_failed"),
    ("error_502_html", "server_error"),
    ("error_502_cloud", "server_error"),
    ("error_503_busy", "busy"),
    ("error_body_list", "server_error"),
    ("error_body_string", "server_error"),
    ("error_body_null", "server_error"),
    ("error_body_deep", "server_error"),
    ("error_body_huge", "server_error"),
    ("html_200", "not_ollama"),
    ("not_http", "interrupted"),
    ("gzip_bomb", "protocol"),
    ("redirect_same", "protocol"),
    ("redirect_cross", "protocol"),
    ("redirect_loop", "protocol"),
    ("close_before_headers", "interrupted"),
    ("rst_before_headers", "interrupted"),
]


@pytest.mark.parametrize(("fault", "kind"), REFUSALS)
async def test_N5_N9_N10_N14_N20_N28_a_refused_chat_has_a_name(
    engine: OllamaEngine, server: OllamaServer, fault: str, kind: str
) -> None:
    server.fault(fault)
    before, error = await failure(engine, ask())
    assert (error.kind, before) == (kind, "")
    assert error.message and error.remedy and len(error.message) < 600
    assert len(server.requests) == 1


@pytest.mark.parametrize(("fault", "kind"), REFUSALS)
async def test_N9_N10_N20_a_refused_load_and_question_have_the_same_names(
    engine: OllamaEngine, server: OllamaServer, fault: str, kind: str
) -> None:
    server.fault(fault, on="load")
    with pytest.raises(EngineError) as caught:
        await engine.load(A, GenerationOptions())
    assert caught.value.kind == kind
    server.fault(fault, path="/api/tags")
    with pytest.raises(EngineError) as caught:
        await engine.models()
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("rst_mid", "interrupted"),
        ("fin_mid_chunk", "interrupted"),
        ("cut_mid_line", "interrupted"),
        ("error_mid", "load_failed"),
        ("error_mid_nested", "server_error"),
        ("error_mid_object", "server_error"),
        ("garbage_line", "protocol"),
        ("json_list_line", "protocol"),
        ("wrong_types", "protocol"),
        ("missing_message", "protocol"),
        ("deep_json", "protocol"),
        ("huge_line", "too_large"),
    ],
)
async def test_N5_N7_N11_N14_a_reply_that_breaks_keeps_what_came_before(
    engine: OllamaEngine, server: OllamaServer, fault: str, kind: str
) -> None:
    server.fault(fault)
    before, error = await failure(engine, ask())
    assert error.kind == kind
    assert before and TEXT.startswith(before)
    server.clear_faults()
    assert text_of(await collect(engine, ask())) == TEXT


async def test_N8_the_sentences_name_the_model_and_the_way_out(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    _, missing = await failure(engine, ask("gone:1b"))
    assert "gone:1b" in missing.message and "`ollama pull gone:1b`" in missing.remedy
    server.fault("error_400_nested_context")
    _, long = await failure(engine, ask())
    assert "13392" in long.message and "8192" in long.message
    with pytest.raises(EngineError) as caught:
        await engine.shape("gone:1b")
    assert caught.value.kind == "model_not_found"


async def test_a_model_without_a_name_is_refused_before_anything_is_sent(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    _, error = await failure(engine, ask(" "))
    assert error.kind == "model_not_found"
    assert server.requests == []


async def test_N20_a_redirect_is_not_followed_with_the_prompt(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    with OllamaServer() as other:
        server.fault("redirect_cross", to=f"{other.url}/api/chat")
        _, error = await failure(engine, ask(text="secret"))
        assert "127.0.0.1" in error.message
        assert other.requests == []


async def test_N16_a_reply_without_end_is_cut_off(server: OllamaServer) -> None:
    server.fault("infinite")
    engine = OllamaEngine(server.url, limits=Limits(reply=100_000))
    before, error = await failure(engine, ask())
    assert error.kind == "too_large" and before
    await server.until(lambda: hung_up(server))
    await engine.close()


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "[::1]:{port}", "nowhere.invalid"])
async def test_N1_nobody_there(host: str) -> None:
    engine = OllamaEngine(host.format(port=closed_port()))
    for call in (engine.version(), engine.models(), engine.loaded(), engine.shape(A),
                 engine.load(A, GenerationOptions()), engine.unload(A)):  # fmt: skip
        with pytest.raises(EngineError) as caught:
            await call
        assert caught.value.kind == "unreachable"
    _, error = await failure(engine, ask())
    assert error.kind == "unreachable"
    assert engine.address in error.message and "--demo" in error.remedy
    await engine.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 30_000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"220 mail.example ESMTP\r\n",
        b"",
    ],
)
async def test_N28_peers_that_do_not_speak_http(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as peer:
        engine = OllamaEngine(f"127.0.0.1:{peer.sockets[0].getsockname()[1]}")
        with pytest.raises(EngineError) as caught:
            await engine.version()
        assert caught.value.kind == "not_ollama"
        _, error = await failure(engine, ask())
        assert error.kind in ("not_ollama", "interrupted")
        assert "address" in error.remedy
        await engine.close()


@pytest.mark.parametrize(
    "error",
    [
        httpx.InvalidURL("x"), httpx.UnsupportedProtocol("x"), httpx.LocalProtocolError("x"),
        httpx.PoolTimeout("x"), httpx.ReadTimeout(""), ConnectionError("x"), OSError("x"),
        ValueError("x"), TypeError("x"), AttributeError("x"), RecursionError("x"),
        KeyError("x"), RuntimeError("x"), StopAsyncIteration(), TimeoutError(),
    ],
    ids=lambda error: type(error).__name__,
)  # fmt: skip
async def test_N22_no_foreign_exception_escapes(error: Exception) -> None:
    def explode(request: httpx.Request) -> httpx.Response:
        raise error

    engine = OllamaEngine(transport=httpx.MockTransport(explode))
    await failure(engine, ask())
    for call in (engine.version(), engine.models(), engine.loaded(), engine.shape(A),
                 engine.load(A, GenerationOptions()), engine.unload(A)):  # fmt: skip
        with pytest.raises(EngineError):
            await call


# Waiting, and not waiting any more.


async def test_N2_silence_before_the_first_token(server: OllamaServer) -> None:
    server.fault("hang_headers")
    engine = OllamaEngine(server.url, first_token_timeout_s=0.3)
    _, error = await failure(engine, ask())
    assert error.kind == "stalled" and "0.3 seconds" in error.message
    await server.until(lambda: hung_up(server))
    await engine.close()


async def test_N3_silence_between_two_tokens(server: OllamaServer) -> None:
    server.fault("hang_mid")
    engine = OllamaEngine(server.url, stall_timeout_s=0.3)
    before, error = await failure(engine, ask())
    assert error.kind == "stalled"
    assert before and TEXT.startswith(before)
    await server.until(lambda: hung_up(server))
    await engine.close()


async def test_N4_a_reply_that_drips_has_a_total_time(server: OllamaServer) -> None:
    server.script(A, Reply("drop " * 60, token_delay=0.05, unlimited=True))
    engine = OllamaEngine(server.url, reply_timeout_s=0.5)
    before, error = await failure(engine, ask())
    assert error.kind == "stalled" and "not over after 0.5 seconds" in error.message
    assert before.startswith("drop")
    await server.until(lambda: hung_up(server))
    await engine.close()


async def test_a_slow_load_is_no_stall(server: OllamaServer) -> None:
    server.script(A, Reply(TEXT, load_delay=0.6))
    engine = OllamaEngine(server.url, stall_timeout_s=0.5)
    assert text_of(await collect(engine, ask())) == TEXT
    await engine.close()


async def test_N2_a_question_that_hangs_is_given_up(
    server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fault("hang_headers", path="/api/version")
    engine = OllamaEngine(server.url)
    monkeypatch.setattr(engine_module, "ANSWER_S", 0.05)
    with pytest.raises(EngineError) as caught:
        await engine.version()
    assert caught.value.kind == "stalled"
    await engine.close()


@pytest.mark.parametrize("fault", ["hang_headers", "hang_mid", "drip", "infinite"])
async def test_N25_cancelling_hangs_up_and_stays_cancelled(
    engine: OllamaEngine, server: OllamaServer, fault: str
) -> None:
    server.fault(fault)
    task = asyncio.create_task(collect(engine, ask()))
    await server.until(
        lambda: server.chats() and (fault == "hang_headers" or server.chats()[0].lines)
    )
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(lambda: hung_up(server))


async def test_N25_closing_the_stream_hangs_up_before_it_returns(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.fault("drip", delay=0.01)
    stream = engine.chat(ask())
    assert (await anext(stream)).text
    await stream.aclose()
    await server.until(lambda: hung_up(server))
    server.clear_faults()
    assert text_of(await collect(engine, ask())) == TEXT


async def test_N25_the_connection_is_closed_when_closing_returns_and_not_later() -> None:
    closed: list[bool] = []

    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield b'{"message":{"role":"assistant","content":"x"},"done":false}\n'

        async def aclose(self) -> None:
            closed.append(True)

    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
    stream = OllamaEngine(transport=transport).chat(ask())
    assert (await anext(stream)).text.startswith("x")
    await stream.aclose()
    assert closed


async def test_a_reply_read_to_its_end_is_no_hanging_up(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    stream = engine.chat(ask())
    async for chunk in stream:
        if chunk.done:
            break
    await stream.aclose()
    await server.until(lambda: any(chat.finished for chat in server.chats()))
    assert not server.chats()[0].disconnected


# Models, versions, memory.


async def test_the_list_of_models(engine: OllamaEngine) -> None:
    by_name = {model.name: model for model in await engine.models()}
    assert len(by_name) == 5
    a = by_name[A]
    assert (a.digest, a.size) == (LLAMA_3B.manifest, LLAMA_3B.size)
    assert (a.parameter_size, a.quantization, a.family) == ("3.2B", "Q4_K_M", "llama")
    assert a.context_length == LLAMA_3B.context_length
    assert a.generates_text and not a.remote and not a.thinks and a.modified_at
    assert not by_name[NOMIC_EMBED.name].generates_text
    assert by_name[QWEN_4B_THINKING.name].thinks
    assert by_name[CLOUD_STUB.name].remote


async def test_an_old_server_tells_capabilities_only_when_asked_for_one_model() -> None:
    with OllamaServer(models=[LLAMA_3B, QWEN_4B_THINKING], version="0.12.6") as server:
        engine = OllamaEngine(server.url)
        assert await engine.version() == "0.12.6"
        assert {model.capabilities for model in await engine.models()} == {None}
        assert "thinking" in (await engine.shape(QWEN_4B_THINKING.name)).capabilities
        await engine.close()


@pytest.mark.parametrize("model", [LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING])
async def test_the_shape_of_a_model_gives_its_memory(engine: OllamaEngine, model: object) -> None:
    assert isinstance(model, type(LLAMA_3B))
    shape = await engine.shape(model.name)
    assert shape.kv_bytes_per_token == model.kv_bytes_per_token
    assert shape.context_length == model.context_length
    assert set(shape.capabilities) == set(model.capabilities)


@pytest.mark.parametrize("fault", ["million_models", "megabyte_names", "hostile_names"])
async def test_Z8_hostile_lists_are_cut_or_refused(
    engine: OllamaEngine, server: OllamaServer, fault: str
) -> None:
    server.fault(fault)
    try:
        models = await engine.models()
    except EngineError as error:
        assert error.kind == "too_large"
        return
    assert len(models) <= 10_000
    assert all(0 < len(model.name.strip()) <= 512 for model in models)
    assert fault != "hostile_names" or models


async def test_load_and_chat_ask_for_the_same_runner(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    options = GenerationOptions(temperature=0.1, num_ctx=2048, keep_alive=60)
    await engine.load(A, options)
    assert [held.name for held in await engine.loaded()] == [A]
    assert (await engine.loaded())[0].context_length == 2048
    await collect(engine, ChatRequest(A, (Message("user", "x"),), options))
    assert server.loads == [("load", A, 2048)]
    loading, chatting = server.calls("/api/chat")
    assert loading.kind == "load" and loading.options == chatting.options
    assert (loading.body or {})["keep_alive"] == 60


async def test_unloading_waits_until_the_model_is_gone() -> None:
    with OllamaServer(unload_delay=0.15) as server:
        engine = OllamaEngine(server.url)
        await engine.load(A, GenerationOptions())
        await engine.unload(A)
        assert server.loaded == []
        assert len(server.calls("/api/ps")) > 1
        await engine.close()


async def test_a_model_that_stays_loaded_is_reported(
    engine: OllamaEngine, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "UNLOAD_S", 0.1)
    server.script(A, Reply(TEXT, endless=True, token_delay=0.01))
    stream = engine.chat(ask(num_predict=100_000))
    await anext(stream)
    with pytest.raises(EngineError) as caught:
        await engine.unload(A)
    assert caught.value.kind == "busy" and A in caught.value.message
    await stream.aclose()


async def test_N25_cancelling_a_load_aborts_it(engine: OllamaEngine, server: OllamaServer) -> None:
    server.hold("load", model=A)
    task = asyncio.create_task(engine.load(A, GenerationOptions()))
    await server.until(lambda: server.parked)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(lambda: hung_up(server))
    assert server.loaded == []


async def test_memory_is_this_machines_only_when_the_server_is_here() -> None:
    here = await OllamaEngine("localhost").memory()
    assert here is not None and 0 < here.available <= here.total and not here.simulated
    assert await OllamaEngine("192.0.2.1").memory() is None
    told = Memory(8, 4, simulated=True)
    assert await OllamaEngine("192.0.2.1", memory=lambda: told).memory() == told


# Event loops, transports, keys, imports.


def test_one_engine_serves_loops_one_after_the_other_and_in_threads(server: OllamaServer) -> None:
    engine = OllamaEngine(server.url)
    texts: list[str] = []

    def one_run(close: bool) -> None:
        async def run() -> None:
            texts.append(text_of(await collect(engine, ask())))
            if close:
                await engine.close()

        asyncio.run(run())

    one_run(close=True)
    one_run(close=False)
    threads = [threading.Thread(target=one_run, args=(n % 2 == 0,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert texts == [TEXT] * 6
    asyncio.run(engine.close())
    assert not engine._clients  # nothing is kept of event loops that have ended


async def test_an_engine_can_be_used_after_closing(engine: OllamaEngine) -> None:
    await collect(engine, ask())
    await engine.close()
    await engine.close()
    assert text_of(await collect(engine, ask())) == TEXT


async def test_an_in_process_server_is_guarded_like_any_other() -> None:
    answers = {
        "/api/version": httpx.Response(200, json={"version": "1.2.3"}),
        "/api/tags": httpx.Response(200, json={"models": [{"name": "demo-a:latest"}]}),
        "/api/chat": httpx.Response(307, headers={"location": "http://evil.example/"}),
        "/api/ps": httpx.Response(200, json={"other": []}),
    }
    engine = OllamaEngine(
        transport=httpx.MockTransport(lambda request: answers[request.url.path]),
        name="demo",
        is_demo=True,
        address="built-in demo",
    )
    assert (engine.name, engine.is_demo, engine.address) == ("demo", True, "built-in demo")
    assert await engine.version() == "1.2.3"
    assert [model.name for model in await engine.models()] == ["demo-a:latest"]
    assert await engine.loaded() == []
    _, error = await failure(engine, ask())
    assert error.kind == "protocol" and "built-in demo" in error.message


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("https://example.org", "Bearer s3cret"),
        ("http://example.org", None),
        ("localhost", None),
    ],
)
async def test_N23_Z5_a_key_travels_encrypted_or_not_at_all(
    monkeypatch: pytest.MonkeyPatch, host: str, sent: str | None
) -> None:
    monkeypatch.setenv("OLLAMA_API_KEY", "from-the-environment")
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        done = {"message": {"role": "assistant", "content": "x"}, "done": True}
        return httpx.Response(200, json={"models": [], **done})

    engine = OllamaEngine(host, api_key=" s3cret\n", transport=httpx.MockTransport(answer))
    await engine.models()
    await collect(engine, ask())
    assert seen == [sent, sent]


def test_N23_a_key_that_cannot_be_sent_is_refused_without_showing_it() -> None:
    with pytest.raises(EngineError) as caught:
        OllamaEngine("https://example.org", api_key="s3c\nret")
    assert "s3c" not in str(caught.value) and "OLLAMA_API_KEY" in caught.value.remedy


def test_the_environment_is_read_by_open_engine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLLAMA_HOST", "elsewhere:1")
    assert OllamaEngine().address == "localhost:11434"
    assert open_engine().address == "elsewhere:1"
    assert open_engine("x:2").address == "x:2"
    assert open_engine(environ={}).address == "localhost:11434"
    with pytest.raises(InvalidHost, match="OLLAMA_HOST"):
        open_engine(environ={"OLLAMA_HOST": "x:99999"})


def python(code: str, **environ: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": "", **environ},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_and_opening_an_engine_is_cheap() -> None:
    code = (
        "import sys, sutra_tui.engines, sutra_tui.engines.ollama as o;"
        "sutra_tui.engines.open_engine(); o.OllamaEngine('x:1');"
        "print([m for m in ('ollama', 'httpx', 'pydantic', 'psutil') if m in sys.modules])"
    )
    assert python(code) == "[]"


@pytest.mark.parametrize(
    "environ",
    [
        {"OLLAMA_HOST": "::1"},
        {"OLLAMA_HOST": "host:port"},
        {"ALL_PROXY": "socks5://127.0.0.1:9"},
        {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"},
        {"HTTPS_PROXY": "nonsense://", "NO_PROXY": "::::"},
        {"OLLAMA_HOST": "x:99999", "all_proxy": "socks5://x"},
    ],
    ids=lambda environ: " ".join(f"{name}={value}" for name, value in environ.items()),
)
def test_N21_N22_a_bad_environment_does_not_stop_a_chat(
    server: OllamaServer, environ: dict[str, str]
) -> None:
    code = (
        "import asyncio, os\n"
        "from sutra_tui.core.engine import ChatRequest\n"
        "from sutra_tui.core.message import Message\n"
        "from sutra_tui.core.protocol import GenerationOptions\n"
        "from sutra_tui.engines.ollama import OllamaEngine\n"
        "before = dict(os.environ)\n"
        "async def run():\n"
        f"    engine = OllamaEngine({server.url!r})\n"
        f"    request = ChatRequest({A!r}, (Message('user', 'x'),), GenerationOptions())\n"
        "    print(''.join([chunk.text async for chunk in engine.chat(request)]))\n"
        "    await engine.close()\n"
        "asyncio.run(run())\n"
        "assert dict(os.environ) == before\n"
    )
    assert python(code, **environ) == TEXT
