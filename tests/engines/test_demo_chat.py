"""Replies of the demo: true counts, measured durations, limits, pacing, and stopping at once."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from sutra_tui.engines.demo_models import MODELS, DemoModel
from sutra_tui.engines.demo_pace import PACES
from sutra_tui.engines.demo_server import DemoTransport
from sutra_tui.engines.demo_tokens import count

from .demo_support import QUERY, SCRIPT, FakeTime, OneScript, chat, chat_body, client, instant


def paced(time: FakeTime, pace: str = "realistic") -> DemoTransport:
    return DemoTransport(time.pace(pace), OneScript())


def carried(chunks: list[dict[str, Any]], field: str = "content") -> list[str]:
    return [chunk["message"][field] for chunk in chunks if chunk["message"].get(field)]


async def test_a_stream_has_the_server_s_bytes() -> None:
    async with client(instant()) as http:
        response = await http.post("/api/chat", json=chat_body())
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["transfer-encoding"] == "chunked"
    assert "content-length" not in response.headers
    lines = response.content.split(b"\n")
    assert lines.pop() == b""
    first, last = json.loads(lines[0]), json.loads(lines[-1])
    head = b'{"model":"demo-swift:3b","created_at":"'
    assert all(line.startswith(head) for line in lines)
    assert lines[0].endswith(b'Z","message":{"role":"assistant","content":"1"},"done":false}')
    assert list(first) == ["model", "created_at", "message", "done"]
    assert list(last) == [
        "model", "created_at", "message", "done", "done_reason", "total_duration",
        "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration",
    ]  # fmt: skip
    assert (last["message"], last["done"], last["done_reason"]) == (
        {"role": "assistant", "content": ""}, True, "stop"
    )  # fmt: skip


async def test_counts_are_of_pieces_really_read_and_really_sent() -> None:
    chunks = await chat(instant())
    assert "".join(carried(chunks)) == SCRIPT.raw
    assert chunks[-1]["eval_count"] == len(carried(chunks)) == len(chunks) - 1 == count(SCRIPT.raw)
    assert chunks[-1]["prompt_eval_count"] == count(QUERY)


async def test_every_message_counts_and_the_last_user_message_is_answered() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "hello there"},
        {"role": "assistant", "content": "hi"},
        {"role": "user", "content": QUERY},
        {"role": "tool", "content": "x"},
    ]
    transport = instant()
    async with client(transport) as http:
        response = await http.post(
            "/api/chat", json={"model": "demo-swift:3b", "messages": messages}
        )
    chunks = [json.loads(line) for line in response.content.splitlines()]
    assert "".join(carried(chunks)) == SCRIPT.raw
    assert chunks[-1]["prompt_eval_count"] == sum(count(m["content"]) for m in messages)


async def test_a_reply_that_does_not_stream_is_the_same_in_one_object() -> None:
    async with client(instant()) as http:
        response = await http.post("/api/chat", json=chat_body(stream=False))
    whole = response.json()
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert whole["message"]["content"] == SCRIPT.raw
    assert (whole["done_reason"], whole["eval_count"]) == ("stop", count(SCRIPT.raw))
    assert "thinking" not in whole["message"]


@pytest.mark.parametrize("think", [True, "low", "max", None])
async def test_a_thinking_model_thinks_first(think: bool | str | None) -> None:
    chunks = await chat(instant(), model="demo-thinker:4b", think=think)
    thought = carried(chunks, "thinking")
    assert "".join(thought) == SCRIPT.answer_thinking
    assert "".join(carried(chunks)) == SCRIPT.raw
    assert all("thinking" in chunk["message"] for chunk in chunks[: len(thought)])
    assert not any("thinking" in chunk["message"] for chunk in chunks[len(thought) :])
    assert chunks[-1]["eval_count"] == len(chunks) - 1


@pytest.mark.parametrize(("model", "think"), [("demo-thinker:4b", False), ("demo-mini:1.5b", None)])
async def test_nobody_else_thinks(model: str, think: bool | None) -> None:
    chunks = await chat(instant(), model=model, think=think)
    assert carried(chunks, "thinking") == []
    assert "".join(carried(chunks)) == SCRIPT.raw


async def test_thinking_arrives_whole_without_streaming_too() -> None:
    async with client(instant()) as http:
        body = chat_body(model="demo-thinker:4b", stream=False)
        message = (await http.post("/api/chat", json=body)).json()["message"]
    assert message == {
        "role": "assistant", "content": SCRIPT.raw, "thinking": SCRIPT.answer_thinking
    }  # fmt: skip


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("limit", [1, 2])
async def test_num_predict_cuts_the_reply(limit: int, streamed: bool) -> None:
    body = chat_body(options={"num_predict": limit}, stream=streamed)
    async with client(instant()) as http:
        response = await http.post("/api/chat", json=body)
    chunks = [json.loads(line) for line in response.content.splitlines()]
    text = "".join(carried(chunks))
    assert (count(text), chunks[-1]["eval_count"]) == (limit, limit)
    assert SCRIPT.raw.startswith(text)
    assert chunks[-1]["done_reason"] == "length"


@pytest.mark.parametrize("limit", [3, 100, -1, 0, None])
async def test_a_reply_within_its_limit_stops_by_itself(limit: int | None) -> None:
    assert count(SCRIPT.raw) == 3
    chunks = await chat(instant(), options={"num_predict": limit})
    assert chunks[-1]["done_reason"] == "stop"
    assert "".join(carried(chunks)) == SCRIPT.raw


async def test_the_end_of_the_context_cuts_the_reply_too() -> None:
    chunks = await chat(instant(), options={"num_ctx": count(QUERY) + 2})
    assert (chunks[-1]["eval_count"], chunks[-1]["done_reason"]) == (2, "length")


async def test_a_prompt_longer_than_the_context_is_refused_not_cut() -> None:
    transport = instant()
    async with client(transport) as http:
        response = await http.post("/api/chat", json=chat_body(options={"num_ctx": count(QUERY)}))
    assert response.status_code == 400
    inner = json.loads(response.json()["error"])["error"]
    assert (inner["type"], inner["n_prompt_tokens"], inner["n_ctx"]) == (
        "exceed_context_size_error", count(QUERY), count(QUERY)
    )  # fmt: skip
    assert [runner.busy for runner in transport.machine.loaded()] == [False]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
@pytest.mark.parametrize("pace", ["realistic", "brisk"])
async def test_durations_are_those_of_the_profile_because_they_were_waited_for(
    model: DemoModel, pace: str
) -> None:
    time = FakeTime()
    transport = paced(time, pace)
    last = (await chat(transport, model=model.name, think=False if model.thinks else None))[-1]
    faster = PACES[pace]
    assert faster is not None
    load_s = model.speed.load_s / faster
    prompt_s = count(QUERY) / model.speed.prompt / faster
    write_s = count(SCRIPT.raw) / model.speed.decode / faster
    assert last["load_duration"] / 1e9 == pytest.approx(load_s)
    assert last["prompt_eval_duration"] / 1e9 == pytest.approx(prompt_s)
    assert last["eval_duration"] / 1e9 == pytest.approx(write_s)
    assert last["total_duration"] / 1e9 == pytest.approx(sum(time.slept))
    assert sum(time.slept) == pytest.approx(load_s + prompt_s + write_s)


async def test_a_loaded_model_loads_in_no_time_and_says_so() -> None:
    time = FakeTime()
    transport = paced(time)
    await chat(transport)
    assert (await chat(transport))[-1]["load_duration"] == 1


async def test_instant_claims_no_duration_that_did_not_happen() -> None:
    time = FakeTime()
    last = (await chat(paced(time, "instant")))[-1]
    assert time.slept == []
    assert {value for name, value in last.items() if name.endswith("_duration")} == {1}


async def test_a_slow_reader_gets_what_is_due_without_more_waiting() -> None:
    time = FakeTime()
    async with (
        client(paced(time)) as http,
        http.stream("POST", "/api/chat", json=chat_body()) as response,
        aclosing(response.aiter_bytes()) as lines,
    ):
        await anext(lines)
        slept = len(time.slept)
        time.now += 60
        rest = [line async for line in lines]
    assert len(rest) == count(SCRIPT.raw)
    assert len(time.slept) == slept


async def test_headers_come_when_the_prompt_is_read_and_text_only_later() -> None:
    time = FakeTime()
    transport = paced(time)
    async with (
        client(transport) as http,
        http.stream("POST", "/api/chat", json=chat_body()) as response,
    ):
        assert response.status_code == 200
        assert sum(time.slept) == pytest.approx(1.5 + count(QUERY) / 58)
        assert transport.machine.loaded()[0].busy


@pytest.mark.parametrize("sleeps_before", [0, 1, 2, 3], ids=["load", "prompt", "token", "token 2"])
async def test_cancelling_ends_any_wait_at_once_and_gives_the_model_back(
    sleeps_before: int,
) -> None:
    time = FakeTime()
    time.hold_after = sleeps_before
    transport = paced(time)
    async with client(transport) as http:
        asking = asyncio.ensure_future(http.post("/api/chat", json=chat_body()))
        await asyncio.wait_for(time.asleep.wait(), 10)
        assert len(time.slept) == sleeps_before + 1
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not any(runner.busy for runner in transport.machine.loaded())
        assert len(transport.machine.loaded()) == (0 if sleeps_before == 0 else 1)
        time.hold_after = None
        assert "".join(carried(await chat(transport))) == SCRIPT.raw


async def test_closing_the_response_in_the_middle_stops_the_writing() -> None:
    time = FakeTime()
    transport = paced(time)
    async with client(transport) as http:
        async with (
            http.stream("POST", "/api/chat", json=chat_body()) as response,
            aclosing(response.aiter_bytes()) as lines,
        ):
            await anext(lines)
            assert transport.machine.loaded()[0].busy
        slept = len(time.slept)
        assert not transport.machine.loaded()[0].busy
        await asyncio.sleep(0)
        assert len(time.slept) == slept


async def test_closing_an_unread_response_gives_the_model_back() -> None:
    transport = instant()
    async with client(transport) as http, http.stream("POST", "/api/chat", json=chat_body()):
        assert transport.machine.loaded()[0].busy
    assert not transport.machine.loaded()[0].busy


async def test_a_stream_closed_from_elsewhere_ends_without_a_last_line() -> None:
    transport = instant()
    request = httpx.Request("POST", "http://demo/api/chat", json=chat_body())
    response = await transport.handle_async_request(request)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    lines = []
    async for line in response.stream:
        lines.append(json.loads(line))
        await response.aclose()
    assert [line["done"] for line in lines] == [False]


async def test_the_model_is_free_when_the_last_line_is_there() -> None:
    transport = instant()
    request = httpx.Request("POST", "http://demo/api/chat", json=chat_body(keep_alive=0))
    response = await transport.handle_async_request(request)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    async for line in response.stream:
        held = [runner.busy for runner in transport.machine.loaded()]
        assert held == ([] if json.loads(line)["done"] else [True])


async def test_the_larger_model_takes_the_place_of_the_smaller() -> None:
    transport = instant()
    await chat(transport)
    await chat(transport, model="demo-steady:7b")
    assert [runner.model.name for runner in transport.machine.loaded()] == ["demo-steady:7b"]
    assert transport.memory().available >= 0


async def test_halves_of_surrogate_pairs_cannot_break_the_stream() -> None:
    body = b'{"model":"demo-swift:3b","messages":[{"role":"user","content":"why \\ud83d?"}]}'
    async with client(instant()) as http:
        response = await http.post("/api/chat", content=body)
    chunks = [json.loads(line) for line in response.content.decode().split("\n") if line]
    assert "why \ufffd?" in "".join(carried(chunks))
    assert chunks[-1]["eval_count"] == len(chunks) - 1
