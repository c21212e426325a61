"""One call to one model: no wait is without a sign, and leaving closes the stream."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest

from sutra_tui.core import calling
from sutra_tui.core.calling import Stopwatch, call, is_loaded
from sutra_tui.core.engine import ChatChunk, ChatRequest
from sutra_tui.core.errors import ServerUnreachable, StreamInterrupted
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import GenerationOptions, LoadedModel, StageStats
from sutra_tui.engines.ollama import OllamaEngine
from tests.core.pretend_engine import PretendEngine
from tests.ollama_server import QWEN_4B_THINKING, OllamaServer, Reply

M = "llama3.2:3b"
REQUEST = ChatRequest(M, (), GenerationOptions())
THINKS, SAYS, NOTHING = ChatChunk(thinking="hm"), ChatChunk("eight"), ChatChunk()
DONE = ChatChunk(done=True, done_reason="stop")


@pytest.fixture(autouse=True)
def asks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "POLL_S", 0.001)


async def everything(engine: PretendEngine) -> list[Any]:
    async with aclosing(call(engine, REQUEST, Stopwatch())) as stream:
        return [item async for item in stream]


async def test_each_phase_is_said_when_it_begins() -> None:
    engine = PretendEngine()
    async with aclosing(call(engine, REQUEST, Stopwatch())) as stream:
        assert await anext(stream) == "loading"
        engine.held = [LoadedModel(M)]
        assert await anext(stream) == "reading"
        engine.say(THINKS, SAYS, DONE, None)
        assert [item async for item in stream] == ["thinking", THINKS, "writing", SAYS, DONE]


async def test_the_phases_of_a_real_server() -> None:
    model = QWEN_4B_THINKING.name
    with OllamaServer([QWEN_4B_THINKING]) as server:
        server.script(model, Reply("Eight.", thinking="Let me see."))
        loads, reads = server.hold("load"), server.hold("headers")
        engine = OllamaEngine(server.url)
        asked = (Message("user", "What is 4+4?"),)
        request = ChatRequest(model, asked, GenerationOptions(think=True), thinks=True)
        async with aclosing(call(engine, request, Stopwatch())) as stream:
            assert await anext(stream) == "loading"
            reading = asyncio.ensure_future(anext(stream))
            await server.until(lambda: loads.parked)
            assert not reading.done()
            loads.release()
            assert await reading == "reading"
            reads.release()
            items = [item async for item in stream]
        await engine.close()
    assert [item for item in items if isinstance(item, str)] == ["thinking", "writing"]
    assert "".join(item.text for item in items if not isinstance(item, str)) == "Eight."


async def test_a_loaded_model_reads_at_once_and_nobody_asks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(calling, "POLL_S", 0)
    engine = PretendEngine(M)
    async with aclosing(call(engine, REQUEST, Stopwatch())) as stream:
        assert await anext(stream) == "reading"
        waiting = asyncio.ensure_future(anext(stream))
        for _ in range(50):
            await asyncio.sleep(0)  # a turn of the event loop, time enough to look again
        assert engine.looks == 1
        engine.say(SAYS, None)
        assert await waiting == "writing"


async def test_a_reply_that_comes_before_anybody_looked_again_needs_no_reading_phase() -> None:
    engine = PretendEngine()
    engine.say(SAYS, None)
    assert await everything(engine) == ["loading", "writing", SAYS]


async def test_a_chunk_without_text_is_passed_on_and_begins_no_phase() -> None:
    engine = PretendEngine(M)
    watch = Stopwatch()
    engine.say(NOTHING, SAYS, None)
    async with aclosing(call(engine, REQUEST, watch)) as stream:
        assert [await anext(stream), await anext(stream)] == ["reading", NOTHING]
        assert watch.first_token is None
        assert [item async for item in stream] == ["writing", SAYS]
    assert watch.first_token is not None


async def test_a_model_that_thinks_again_is_seen_thinking_again() -> None:
    engine = PretendEngine(M)
    engine.say(THINKS, THINKS, SAYS, SAYS, THINKS, DONE, None)
    phases = [item for item in await everything(engine) if isinstance(item, str)]
    assert phases == ["reading", "thinking", "writing", "thinking"]


async def test_a_stream_that_says_nothing_just_ends() -> None:
    engine = PretendEngine(M)
    engine.say(None)
    assert await everything(engine) == ["reading"]


async def test_a_server_that_does_not_say_what_is_loaded_is_taken_to_be_loading() -> None:
    engine = PretendEngine(M)
    engine.blind = ServerUnreachable("gone")
    engine.say(SAYS, None)
    assert await everything(engine) == ["loading", "writing", SAYS]


@pytest.mark.parametrize("before", [[], [SAYS]])
async def test_an_error_of_the_stream_is_the_calls_own(before: list[ChatChunk]) -> None:
    engine = PretendEngine(M)
    engine.say(*before, StreamInterrupted("broken"))
    with pytest.raises(StreamInterrupted, match="broken"):
        await everything(engine)
    assert engine.open_streams == 0


@pytest.mark.parametrize("held", [[], [M]], ids=["while loading", "while reading"])
async def test_cancelling_while_the_server_is_silent_closes_the_stream(held: list[str]) -> None:
    engine = PretendEngine(*held)
    task = asyncio.create_task(everything(engine))
    await engine.asked.wait()
    assert engine.open_streams == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.open_streams == 0


async def test_cancelling_between_two_chunks_closes_the_stream() -> None:
    engine = PretendEngine(M)
    engine.say(SAYS)
    arrived = asyncio.Event()

    async def consume() -> None:
        async with aclosing(call(engine, REQUEST, Stopwatch())) as stream:
            async for item in stream:
                if item == SAYS:
                    arrived.set()

    task = asyncio.create_task(consume())
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert engine.open_streams == 0


async def test_leaving_at_any_item_closes_the_stream() -> None:
    for stop_at in ("loading", "reading", "thinking", THINKS, "writing", SAYS):
        engine = PretendEngine()
        async with aclosing(call(engine, REQUEST, Stopwatch())) as stream:
            async for item in stream:
                if item == stop_at:
                    break
                if item == "loading":
                    engine.held = [LoadedModel(M)]
                elif item == "reading":
                    engine.say(THINKS, SAYS)
            else:
                pytest.fail(f"{stop_at} never came")
        assert engine.open_streams == 0, stop_at


@pytest.mark.parametrize(
    ("held", "asked", "loaded"),
    [
        ("llama3.2:3b", "llama3.2:3b", True),
        ("mistral:latest", "mistral", True),
        ("mistral", "mistral:latest", True),
        ("Llama3.2:3B", "llama3.2:3b", True),
        ("llama3.2:1b", "llama3.2:3b", False),
        ("mistral:latest", "mistral:7b", False),
    ],
)
async def test_a_loaded_model_is_known_by_any_of_its_names(
    held: str, asked: str, loaded: bool
) -> None:
    assert await is_loaded(PretendEngine("other:7b", held), asked) is loaded


def test_the_watch_measures_what_the_server_cannot_know() -> None:
    now = [100.0]
    watch = Stopwatch(clock=lambda: now[0])
    watch.start()
    now[0] = 101.5
    watch.saw_token()
    now[0] = 103.0
    watch.saw_token()
    told = StageStats(load_ms=12.0, output_tokens=7)
    assert watch.complete(told) == StageStats(
        load_ms=12.0, output_tokens=7, first_token_ms=1500.0, wall_ms=3000.0
    )


def test_without_a_token_there_is_no_time_to_the_first_one() -> None:
    watch = Stopwatch(clock=lambda: 5.0)
    watch.start()
    assert watch.complete(StageStats()) == StageStats(first_token_ms=None, wall_ms=0.0)
