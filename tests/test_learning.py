"""Which runs teach the next ones: whole ones, of real models, on a machine that can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing

import pytest

from sutra_tui import AgentHandoff
from sutra_tui.core.events import Planned, Token
from sutra_tui.core.protocol import Memory
from sutra_tui.engines.demo import demo_engine
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.measured import MeasuredRuns
from tests.handoff_support import QUERY, A, B, scripted_server
from tests.ollama_server import GIB, LLAMA_3B, MISTRAL_7B, OllamaServer

DIGESTS = {LLAMA_3B.manifest, MISTRAL_7B.manifest}


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with scripted_server() as running:
        yield running


def handoff(server: OllamaServer, store: MeasuredRuns, memory: Memory | None) -> AgentHandoff:
    engine = OllamaEngine(server.url, memory=lambda: memory)
    return AgentHandoff(A, B, engine=engine, measured=store)


ROOMY = Memory(32 * GIB, 30 * GIB)


def test_a_whole_run_teaches_what_both_models_took(server: OllamaServer) -> None:
    store = MeasuredRuns(None)
    handoff(server, store, ROOMY).run(QUERY)
    known = store.known()
    assert set(known) == DIGESTS
    for model in (LLAMA_3B, MISTRAL_7B):
        seen = known[model.manifest].overhead
        assert seen is not None and seen.runs == 1
        held = model.memory(4096) - model.size - model.kv_bytes_per_token * 4096
        assert seen.bytes == held, "what /api/ps said beyond weights and cache"


async def test_the_next_plan_is_made_with_what_was_learnt(server: OllamaServer) -> None:
    store = MeasuredRuns(None)
    async with handoff(server, store, ROOMY) as chain:
        await chain.arun(QUERY)
        plans = [e.plan async for e in chain.stream("Another?") if isinstance(e, Planned)]
    assert [part.footprint.runs for part in plans[0].roles] == [1, 1]


def test_a_cache_hit_teaches_nothing_about_model_a(server: OllamaServer) -> None:
    store = MeasuredRuns(None)
    chain = handoff(server, store, ROOMY)
    for _ in range(3):
        chain.run(QUERY)
    runs = {digest: seen.overhead.runs for digest, seen in store.known().items() if seen.overhead}
    assert runs == {LLAMA_3B.manifest: 1, MISTRAL_7B.manifest: 3}


def test_another_machines_runs_teach_nothing_here(server: OllamaServer) -> None:
    store = MeasuredRuns(None)
    handoff(server, store, None).run(QUERY)
    assert store.known() == {} and not store.used_since(60)


def test_the_demo_teaches_nothing() -> None:
    store = MeasuredRuns(None)
    chain = AgentHandoff(
        "demo-swift:3b", "demo-steady:7b", engine=demo_engine("instant"), measured=store
    )
    assert chain.run("Write a Python merge sort")
    assert store.known() == {} and not store.used_since(60)


async def test_a_stopped_run_teaches_no_figure_but_what_it_brought_in_is_known_as_ours(
    server: OllamaServer,
) -> None:
    store = MeasuredRuns(None)
    async with handoff(server, store, ROOMY) as chain, aclosing(chain.stream(QUERY)) as events:
        async for event in events:
            if isinstance(event, Token):
                break
    assert store.known() == {}
    assert set(store.used_since(60)) == DIGESTS


def test_without_a_store_nothing_is_kept_and_runs_are_as_good(server: OllamaServer) -> None:
    engine = OllamaEngine(server.url, memory=lambda: ROOMY)
    assert AgentHandoff(A, B, engine=engine).run(QUERY)
