"""AgentHandoff in scripts, threads and running loops: the same answers, nothing left behind."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import Any, TypeVar

import pytest

from sutra_tui import AgentHandoff, DemonstrationCache
from sutra_tui.core.engine import ChatChunk
from sutra_tui.core.errors import (
    EngineError,
    ModelNotFound,
    ServerUnreachable,
    UnexpectedFailure,
)
from sutra_tui.core.events import RunFailed, RunFinished, RunStarted, StageStarted, Token
from sutra_tui.core.protocol import HandoffPacket, HandoffResult, ModelInfo
from tests.core.pretend_engine import PretendEngine
from tests.handoff_support import QUERY, TEXTS, WHOLE, A, B, answer_to, scripted_server
from tests.ollama_server import OllamaServer, Reply

T = TypeVar("T")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def handoff(server: OllamaServer) -> AgentHandoff:
    return AgentHandoff(A, B, ollama_host=server.url)


@pytest.fixture
async def open_handoff(handoff: AgentHandoff) -> AsyncIterator[AgentHandoff]:
    """One whose connections in the test's own event loop are closed at the end."""
    async with handoff:
        yield handoff


# Where it can be called from


def directly(work: Callable[[], T]) -> T:
    return work()


def in_a_thread(work: Callable[[], T]) -> T:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def in_a_running_loop(work: Callable[[], T]) -> T:
    async def cell() -> T:
        return work()

    return asyncio.run(cell())


def in_a_thread_with_a_running_loop(work: Callable[[], T]) -> T:
    return in_a_thread(lambda: in_a_running_loop(work))


WAYS = [directly, in_a_thread, in_a_running_loop, in_a_thread_with_a_running_loop]


@pytest.mark.parametrize("way", WAYS)
def test_the_plain_methods_work_everywhere(
    handoff: AgentHandoff, way: Callable[[Callable[[], Any]], Any]
) -> None:
    assert way(lambda: handoff.run(QUERY)) == answer_to(QUERY)
    result = way(lambda: handoff.run_detailed(QUERY))
    assert (result.answer, result.cache_hit) == (answer_to(QUERY), True)
    packet = way(lambda: handoff.generate_demonstrations(QUERY))
    assert packet == HandoffPacket(QUERY, TEXTS, "A draft.", A, cache_hit=True)
    assert way(lambda: handoff.generate_final("Why?", ["because"])) == answer_to("Why?")


async def test_each_method_has_a_twin_to_be_awaited(open_handoff: AgentHandoff) -> None:
    handoff = open_handoff
    assert await handoff.arun(QUERY) == answer_to(QUERY)
    assert isinstance(await handoff.arun_detailed(QUERY), HandoffResult)
    packet = await handoff.agenerate_demonstrations(QUERY)
    assert packet.demonstrations == TEXTS
    assert await handoff.agenerate_final("Why?", packet.demonstrations) == answer_to("Why?")


async def test_a_plain_call_inside_a_loop_leaves_the_awaited_ones_alone(
    open_handoff: AgentHandoff,
) -> None:
    assert await open_handoff.arun(QUERY)
    assert open_handoff.run("Sync?") == answer_to("Sync?")
    assert await open_handoff.arun("Again?") == answer_to("Again?")


def test_one_handoff_serves_many_threads_and_loops_at_once(
    handoff: AgentHandoff, server: OllamaServer
) -> None:
    def plain(number: int) -> str:
        return handoff.run(f"plain {number}?")

    def awaited(number: int) -> list[str]:
        async def several() -> list[str]:
            async with handoff:
                return list(
                    await asyncio.gather(*(handoff.arun(f"own {number}.{i}?") for i in range(3)))
                )

        return asyncio.run(several())

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(plain, range(6)))
        more = list(pool.map(awaited, range(3)))
    assert answers == [answer_to(f"plain {i}?") for i in range(6)]
    assert more == [[answer_to(f"own {n}.{i}?") for i in range(3)] for n in range(3)]
    assert len(server.chats(A)) == len(server.chats(B)) == 15


def test_context_variables_hold_in_a_running_loop(handoff: AgentHandoff) -> None:
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")
    seen: list[str] = []

    class Asking(DemonstrationCache):
        def is_banned(self, text: str) -> bool:
            seen.append(who.get())
            return super().is_banned(text)

    handoff.cache = Asking()

    async def cell() -> str:
        who.set("caller")
        return handoff.run(QUERY)

    asyncio.run(cell())
    assert set(seen) == {"caller"}


# What a run says and holds


async def test_stream_says_what_happens_while_it_happens(
    open_handoff: AgentHandoff, server: OllamaServer
) -> None:
    held = server.hold("headers", model=B)
    kinds: list[type] = []
    text = ""
    async with aclosing(open_handoff.stream(QUERY)) as events:
        async for event in events:
            kinds.append(type(event))
            if isinstance(event, StageStarted) and event.stage == "B":
                assert not server.chats(B), "the event comes before the call"
                held.release()
            if isinstance(event, Token) and event.channel == "answer":
                text += event.text
    assert (kinds[0], kinds[-1]) == (RunStarted, RunFinished)
    assert text == answer_to(QUERY)


async def test_a_failed_run_is_the_last_event_of_its_stream(
    open_handoff: AgentHandoff, server: OllamaServer
) -> None:
    server.remove_model(B)
    events = [event async for event in open_handoff.stream(QUERY)]
    assert isinstance(events[-1], RunFailed)
    assert isinstance(events[-1].error, ModelNotFound)


async def test_leaving_a_stream_closes_the_connection(
    open_handoff: AgentHandoff, server: OllamaServer
) -> None:
    server.script(B, Reply("on and on ", endless=True, token_delay=0.002))
    async with aclosing(open_handoff.stream(QUERY)) as events:
        async for event in events:
            if isinstance(event, Token) and event.channel == "answer":
                break
    await server.until(lambda: server.chats(B)[0].disconnected)


def test_a_result_tells_everything_about_its_run(
    handoff: AgentHandoff, server: OllamaServer
) -> None:
    figures = {"eval_count": 7, "eval_duration": 10**9, "load_duration": 2 * 10**9}
    server.script(A, Reply(WHOLE, prompt_tokens=100, metrics={"eval_count": 40}))
    server.script(B, Reply("Eight.", prompt_tokens=300, metrics=figures))
    result = handoff.run_detailed(QUERY)
    assert str(result) == result.answer == "Eight."
    assert (result.query, result.method, result.status) == (QUERY, "handoff", "complete")
    assert (result.model_a, result.model_b, result.engine) == (A, B, "ollama")
    assert result.demonstrations == TEXTS
    assert result.draft == "A draft."
    assert result.token_counts == {
        "prompt_tokens": 400,
        "completion_tokens": 47,
        "total_tokens": 447,
    }
    assert [stage.name for stage in result.stages] == ["A", "parse", "B"]
    b = result.stage("B")
    assert b is not None
    assert b.stats.load_ms == 2000
    assert b.stats.tokens_per_second == 7
    assert b.messages[-1].content.endswith(QUERY)
    assert b.options["num_ctx"] == 4096
    assert HandoffResult.from_json(result.to_json()) == result


# Errors


@pytest.mark.parametrize("way", WAYS)
def test_an_error_carries_what_the_run_had(
    handoff: AgentHandoff, server: OllamaServer, way: Callable[[Callable[[], Any]], Any]
) -> None:
    server.fault("error_mid", model=B)
    server.script(B, Reply("one two three four five six seven"))
    with pytest.raises(EngineError) as caught:
        way(lambda: handoff.run(QUERY))
    result = caught.value.result
    assert result is not None
    assert result.status == "failed"
    assert result.answer.startswith("one")
    assert result.demonstrations == TEXTS
    assert caught.value.remedy


async def test_an_awaited_error_carries_it_too(
    open_handoff: AgentHandoff, server: OllamaServer
) -> None:
    server.remove_model(B)
    with pytest.raises(ModelNotFound) as caught:
        await open_handoff.agenerate_final(QUERY, TEXTS)
    assert caught.value.result is not None
    assert caught.value.result.query == QUERY


def test_without_a_server_the_error_says_so(server: OllamaServer, handoff: AgentHandoff) -> None:
    server.stop()
    with pytest.raises(ServerUnreachable) as caught:
        handoff.run(QUERY)
    assert caught.value.result is not None
    assert caught.value.result.status == "failed"
    server.start()
    assert handoff.run(QUERY), "and the same one works again afterwards"


def test_a_fault_of_our_own_keeps_its_cause(handoff: AgentHandoff) -> None:
    class Broken(DemonstrationCache):
        def lookup(self, key: str) -> Any:
            raise ZeroDivisionError

    handoff.cache = Broken()
    with pytest.raises(UnexpectedFailure) as caught:
        handoff.run(QUERY)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


# Letting go


class Closing(PretendEngine):
    """Answers one run and counts how often it was let go of."""

    def __init__(self, close_error: Exception | None = None) -> None:
        super().__init__("a:1", "b:1")
        self.close_error = close_error
        for text in (WHOLE, "Eight."):
            self.say(ChatChunk(text), ChatChunk(done=True, done_reason="stop"))

    async def models(self) -> list[ModelInfo]:
        return [ModelInfo("a:1"), ModelInfo("b:1")]

    async def close(self) -> None:
        await super().close()
        if self.close_error:
            raise self.close_error

    @property
    def closed(self) -> int:
        return self.told.count(("close", ""))


@pytest.mark.parametrize("way", WAYS)
def test_a_plain_call_lets_go_of_its_connections(
    way: Callable[[Callable[[], Any]], Any],
) -> None:
    engine = Closing()
    assert way(lambda: AgentHandoff("a:1", "b:1", engine=engine).run(QUERY)) == "Eight."
    assert engine.closed == 1


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_is_not_lost_to_an_error_while_letting_go(
    way: Callable[[Callable[[], Any]], Any],
) -> None:
    engine = Closing(EngineError("broken pipe"))
    assert way(lambda: AgentHandoff("a:1", "b:1", engine=engine).run(QUERY)) == "Eight."
    assert engine.closed == 1


async def test_awaited_calls_keep_their_connections_until_told() -> None:
    engine = Closing()
    async with AgentHandoff("a:1", "b:1", engine=engine) as handoff:
        assert await handoff.arun(QUERY) == "Eight."
        assert engine.closed == 0
    assert engine.closed == 1
    await handoff.aclose()
    assert engine.closed == 2


def test_nothing_is_left_open_behind_plain_calls(handoff: AgentHandoff) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        handoff.run(QUERY)
        in_a_running_loop(lambda: handoff.run(QUERY))
        gc.collect()


async def test_cancelling_an_awaited_run_closes_the_stream(
    open_handoff: AgentHandoff, server: OllamaServer
) -> None:
    server.hold(1, model=B)
    task = asyncio.create_task(open_handoff.arun(QUERY))
    await server.until(lambda: server.parked == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(lambda: server.chats(B)[0].disconnected)
    server.release()
    assert await open_handoff.arun(QUERY) == answer_to(QUERY)


async def test_a_run_given_too_little_time_is_stopped(
    open_handoff: AgentHandoff, server: OllamaServer
) -> None:
    server.hold("headers", model=A)
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(open_handoff.arun(QUERY), 0.2)
    await server.until(lambda: all(chat.disconnected for chat in server.chats(A)))
