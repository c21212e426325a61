"""The app's pulls, without the app: real connections to the scripted server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from sutra_tui.core.errors import ModelUnknown, StreamInterrupted, UnexpectedFailure
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.tui.pulls import Pull, Pulls
from tests.core.pretend_engine import PretendEngine
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer

A, B = LLAMA_3B.name, MISTRAL_7B.name


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([], registry=[LLAMA_3B, MISTRAL_7B]) as running:
        yield running


@pytest.fixture
async def engine(server: OllamaServer) -> AsyncIterator[OllamaEngine]:
    opened = OllamaEngine(server.url)
    yield opened
    await opened.close()


class Ended(list[Pull]):
    """What `Pulls` told, and waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self._told = asyncio.Event()

    def __call__(self, pull: Pull) -> None:
        self.append(pull)
        self._told.set()

    async def count(self, number: int) -> None:
        while len(self) < number:
            self._told.clear()
            await asyncio.wait_for(self._told.wait(), 5)


async def started(pulls: Pulls, engine: OllamaEngine, name: str) -> None:
    """Wait until the first bytes of a pull were told."""

    def begun() -> bool:
        pull = pulls.find(engine, name)
        return pull is not None and pull.progress.completed > 0

    while not begun():  # noqa: ASYNC110
        await asyncio.sleep(0.001)


async def test_several_pulls_run_at_once_and_each_is_told_of(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    server.hold(4, path="/api/pull")
    ended = Ended()
    pulls = Pulls(ended=ended)
    assert pulls.start(engine, A)
    assert pulls.start(engine, B)
    await server.until(lambda: server.parked == 2)
    assert [pull.running for pull in pulls.all] == [True, True]
    server.release()
    await ended.count(2)
    assert {pull.state for pull in pulls.all} == {"done"}
    assert not pulls.running
    assert {model.name for model in server.models} == {A, B}


async def test_a_model_is_pulled_once_under_whichever_spelling(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    server.hold(1, path="/api/pull")
    pulls = Pulls()
    assert pulls.start(engine, B)
    assert not pulls.start(engine, B.upper())
    assert len(pulls.all) == 1
    await pulls.close()


async def test_stopping_closes_the_connection_and_starting_again_goes_on(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    server.hold(4, path="/api/pull")
    ended = Ended()
    pulls = Pulls(ended=ended)
    pulls.start(engine, B)
    await started(pulls, engine, B)
    await pulls.stop(engine, B)
    await server.until(lambda: server.calls("/api/pull")[0].disconnected)
    (pull,) = pulls.all
    assert pull.state == "stopped"
    assert not ended
    had = pull.progress.completed
    server.release()
    assert pulls.start(engine, B)
    await ended.count(1)
    (pull,) = pulls.all
    assert pull.state == "done"
    assert pull.progress.before >= had > 0


async def test_stopping_before_the_first_step_counts_too(engine: OllamaEngine) -> None:
    pulls = Pulls()
    pulls.start(engine, B)
    await pulls.stop(engine, B)
    assert pulls.all[0].state == "stopped"


async def test_a_broken_connection_fails_and_can_be_resumed(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    server.fault("rst_mid", path="/api/pull", after=4, times=1)
    ended = Ended()
    pulls = Pulls(ended=ended)
    pulls.start(engine, B)
    await ended.count(1)
    assert isinstance(ended[0].error, StreamInterrupted)
    assert ended[0].can_resume
    pulls.start(engine, B)
    await ended.count(2)
    assert ended[1].state == "done"
    assert ended[1].progress.before > 0


async def test_an_unknown_name_fails_with_its_error_and_can_be_put_away(
    engine: OllamaEngine,
) -> None:
    ended = Ended()
    pulls = Pulls(ended=ended)
    pulls.start(engine, "nobody:1b")
    await ended.count(1)
    assert isinstance(pulls.all[0].error, ModelUnknown)
    pulls.forget(engine, "nobody:1b")
    assert pulls.all == ()


async def test_a_pull_that_runs_is_not_put_away(server: OllamaServer, engine: OllamaEngine) -> None:
    server.hold(1, path="/api/pull")
    pulls = Pulls()
    pulls.start(engine, B)
    pulls.forget(engine, B)
    assert len(pulls.all) == 1
    await pulls.close()


async def test_closing_stops_everything(server: OllamaServer, engine: OllamaEngine) -> None:
    server.hold(4, path="/api/pull")
    pulls = Pulls()
    pulls.start(engine, A)
    pulls.start(engine, B)
    await started(pulls, engine, A)
    await started(pulls, engine, B)
    await pulls.close()
    await server.until(lambda: all(call.disconnected for call in server.calls("/api/pull")))
    assert pulls.all == ()


async def test_a_fault_of_ours_ends_a_pull_and_not_the_app() -> None:
    class Broken(PretendEngine):
        async def pull(self, model: str):  # type: ignore[no-untyped-def]
            raise ZeroDivisionError
            yield

    ended = Ended()
    pulls = Pulls(ended=ended)
    pulls.start(Broken(), B)
    await ended.count(1)
    assert isinstance(ended[0].error, UnexpectedFailure)


async def test_two_servers_may_pull_one_model_each(
    server: OllamaServer, engine: OllamaEngine
) -> None:
    ended = Ended()
    with OllamaServer([], registry=[MISTRAL_7B]) as second:
        other = OllamaEngine(second.url)
        pulls = Pulls(ended=ended)
        assert pulls.start(engine, B)
        assert pulls.start(other, B)
        await ended.count(2)
        assert [pull.state for pull in (*pulls.at(engine), *pulls.at(other))] == ["done", "done"]
        pulls.forget(other, B)
        assert pulls.find(other, B) is None
        assert pulls.find(engine, B) is not None
        await other.close()
