"""A server that is busy or starting again is asked once more, and only for what had not begun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from sutra_tui.core import asking_again, pipeline
from sutra_tui.core.events import DemonstrationFound, Event, RunFailed, RunFinished, StageStarted
from sutra_tui.core.request import RunRequest
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.cache import DemonstrationCache
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer

A, B = LLAMA_3B.name, MISTRAL_7B.name
REQUEST = RunRequest("What is 4+4?", A, B)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([LLAMA_3B, MISTRAL_7B]) as running:
        running.script(B, "Eight.")
        yield running


@pytest.fixture
async def engine(server: OllamaServer) -> AsyncIterator[OllamaEngine]:
    engine = OllamaEngine(server.url)
    yield engine
    await engine.close()


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking_again, "BUSY_PAUSES_S", (0.0, 0.0, 0.0))
    monkeypatch.setattr(asking_again, "GONE_PAUSES_S", (0.05,))


async def play(engine: OllamaEngine, cache: DemonstrationCache | None = None) -> list[Event]:
    async with aclosing(pipeline.run(REQUEST, engine, cache)) as events:
        return [event async for event in events]


@pytest.mark.parametrize(("refusals", "kind"), [(1, None), (3, None), (4, "busy")])
async def test_N9_a_busy_server_is_asked_three_times_more(
    engine: OllamaEngine,
    server: OllamaServer,
    short_pauses: None,
    refusals: int,
    kind: str | None,
) -> None:
    fault = server.fault("error_503_busy", model=B, times=refusals)
    last = (await play(engine))[-1]
    assert fault.hits == refusals
    if kind is None:
        assert isinstance(last, RunFinished) and last.result.answer == "Eight."
    else:
        assert isinstance(last, RunFailed) and last.error.kind == kind and last.error.remedy


async def test_N9_other_refusals_are_said_at_once(
    engine: OllamaEngine, server: OllamaServer, short_pauses: None
) -> None:
    fault = server.fault("error_500", model=B)
    last = (await play(engine))[-1]
    assert isinstance(last, RunFailed) and fault.hits == 1


@pytest.mark.parametrize("is_back", [True, False])
async def test_N24_a_server_that_starts_again_before_model_b_is_asked_once_more(
    engine: OllamaEngine,
    server: OllamaServer,
    monkeypatch: pytest.MonkeyPatch,
    is_back: bool,
) -> None:
    pauses: list[float] = []
    asleep = asyncio.sleep

    async def pause(seconds: float) -> None:
        if seconds >= 0.5:
            pauses.append(seconds)
            if is_back:
                await asyncio.to_thread(server.start)
        await asleep(0)

    monkeypatch.setattr("sutra_tui.core.asking_again.asyncio.sleep", pause)
    cache = DemonstrationCache()
    events: list[Event] = []
    async with aclosing(pipeline.run(REQUEST, engine, cache)) as running:
        async for event in running:
            events.append(event)
            if isinstance(event, StageStarted) and event.stage == "B":
                await asyncio.to_thread(server.stop)
    last = events[-1]
    assert len(pauses) == 1
    assert len([event for event in events if isinstance(event, DemonstrationFound)]) == 3
    assert len(cache) == 1
    if is_back:
        assert isinstance(last, RunFinished) and last.result.answer == "Eight."
    else:
        assert isinstance(last, RunFailed) and last.error.kind == "unreachable"
        assert len(last.result.demonstrations) == 3


async def test_N25_a_run_can_be_stopped_while_it_waits_to_ask_again(
    engine: OllamaEngine, server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking_again, "BUSY_PAUSES_S", (3_600.0,))
    fault = server.fault("error_503_busy", model=B)
    task = asyncio.create_task(play(engine))
    await server.until(lambda: fault.hits == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert fault.hits == 1
