"""The moment after all that was wanted is there: only the server's numbers can still come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from sutra_tui.core import pipeline, stage
from sutra_tui.core.engine import Engine
from sutra_tui.core.events import DemonstrationFound, RunFinished
from sutra_tui.core.protocol import HandoffResult
from sutra_tui.core.request import RunRequest
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.cache import DemonstrationCache
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer, Reply

A, B = LLAMA_3B.name, MISTRAL_7B.name
TEXTS = ("Q: 1+1\nA: 2", "Q: 2+2\nA: 4", "Q: 3+3\nA: 6")
BLOCKS = "".join(f"<demonstration>\n{text}\n</demonstration>\n" for text in TEXTS)
WHOLE = f"<answer>\nEight?\n</answer>\n<demonstrations>\n{BLOCKS}</demonstrations>"
REQUEST = RunRequest("What is 4+4?", A, B)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as server:
        server.script(A, WHOLE)
        server.script(B, "Eight.")
        yield server


@pytest.fixture
async def engine(server: OllamaServer) -> AsyncIterator[OllamaEngine]:
    engine = OllamaEngine(server.url, memory=lambda: None)
    yield engine
    await engine.close()


async def result_of(engine: Engine, cache: DemonstrationCache) -> HandoffResult:
    async with aclosing(pipeline.run(REQUEST, engine, cache)) as events:
        last = [event async for event in events][-1]
    assert isinstance(last, RunFinished)
    return last.result


async def test_a_well_behaved_model_is_given_time_for_its_numbers(engine: OllamaEngine) -> None:
    result = await result_of(engine, DemonstrationCache())
    a = result.stage("A")
    assert a is not None
    assert (a.status, a.done_reason) == ("complete", "stop")
    assert a.stats.output_tokens


async def test_a_server_that_keeps_its_numbers_back_holds_nobody_up(
    engine: OllamaEngine, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "LINGER_S", 0.01)
    server.hold("done", model=A)
    cache = DemonstrationCache()
    result = await result_of(engine, cache)
    a = result.stage("A")
    assert a is not None
    assert (a.status, a.done_reason, a.stats.output_tokens) == ("complete", "", None)
    assert a.stats.wall_ms
    assert result.demonstrations == TEXTS
    assert len(cache) == 1
    await server.until(lambda: server.chats(A)[0].disconnected)


async def test_an_error_after_everything_wanted_is_there_fails_nothing(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    server.script(A, Reply(WHOLE, error="an error was encountered while running the model"))
    cache = DemonstrationCache()
    result = await result_of(engine, cache)
    assert (result.status, result.answer) == ("complete", "Eight.")
    assert result.demonstrations == TEXTS
    assert len(cache) == 1


async def test_stopping_in_that_moment_stops_the_run(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    held = server.hold("done", model=A)
    all_found = asyncio.Event()

    async def play() -> None:
        async with aclosing(pipeline.run(REQUEST, engine)) as events:
            async for event in events:
                if isinstance(event, DemonstrationFound) and event.index == 2:
                    all_found.set()

    task = asyncio.create_task(play())
    await all_found.wait()
    await server.until(lambda: held.parked)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(lambda: server.chats(A)[0].disconnected)
    assert server.chats(B) == []
