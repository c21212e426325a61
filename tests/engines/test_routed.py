"""Two scripted servers at once: each is asked what is its own, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from typing import Any

import pytest

from sutra_tui import AgentHandoff, DemonstrationCache
from sutra_tui.core.engine import ChatRequest
from sutra_tui.core.errors import InvalidHost, ModelNotFound, ServerUnreachable
from sutra_tui.core.message import Message
from sutra_tui.core.model_details import Disk
from sutra_tui.core.protocol import GenerationOptions, LoadedModel, Memory, ModelInfo
from sutra_tui.core.residency import MemoryKeeper
from sutra_tui.core.role import Role
from sutra_tui.engines import open_engine
from sutra_tui.engines.address import machine, parse_host
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.engines.routed import RoutedEngine
from tests.core.pretend_engine import PretendEngine
from tests.handoff_support import QUERY, TEXTS, WHOLE, A, B
from tests.ollama_server import GIB, LLAMA_3B, MISTRAL_7B, QWEN_4B_THINKING, OllamaServer

SMALL_AT_A = replace(LLAMA_3B, digest="a" * 64)


@contextmanager
def two_servers(**changes: Any) -> Iterator[tuple[OllamaServer, OllamaServer]]:
    """Model A's server and Model B's, each with both models and a script of its own."""
    with OllamaServer(**changes) as at_a, OllamaServer(**changes) as at_b:
        for server, place in ((at_a, "A's"), (at_b, "B's")):
            server.script(A, f"{place} small one. {WHOLE}")
            server.script(B, f"{place} large one.")
        yield at_a, at_b


@pytest.fixture
def servers() -> Iterator[tuple[OllamaServer, OllamaServer]]:
    with two_servers() as servers:
        yield servers


class Elsewhere(OllamaEngine):
    """An engine that takes its server for one on another machine."""

    machine = "elsewhere"

    async def memory(self) -> Memory | None:
        return None


def routed(servers: tuple[OllamaServer, OllamaServer]) -> RoutedEngine:
    """Model A on this machine, Model B on another."""
    return RoutedEngine(OllamaEngine(servers[0].url), Elsewhere(servers[1].url))


def asked(server: OllamaServer) -> set[tuple[str, str]]:
    """What kinds of questions a server got, and about which model."""
    return {(request.path, request.model) for request in server.requests if request.model}


# -- a run ----------------------------------------------------------------------------------------


def test_each_server_is_asked_for_its_own_model_only(
    servers: tuple[OllamaServer, OllamaServer],
) -> None:
    at_a, at_b = servers
    handoff = AgentHandoff(A, B, ollama_host_a=at_a.url, ollama_host_b=at_b.url)
    result = handoff.run_detailed(QUERY)
    assert (result.answer, result.demonstrations) == ("B's large one.", TEXTS)
    assert {model for _, model in asked(at_a)} == {A}
    assert {model for _, model in asked(at_b)} == {B}


def test_one_name_on_two_machines_is_two_models(
    servers: tuple[OllamaServer, OllamaServer],
) -> None:
    at_a, at_b = servers
    handoff = AgentHandoff(
        A,
        A,
        engine=routed(servers),
        options_a={"num_ctx": 2048},
        options_b={"num_ctx": 8192},
    )
    result = handoff.run_detailed(QUERY)
    assert result.answer.startswith("B's small one.")
    assert [chat.options["num_ctx"] for chat in at_a.chats(A)] == [2048]
    assert {chat.options["num_ctx"] for chat in at_b.chats(A)} == {8192}, "no common limit"
    assert len(at_b.chats(A)) <= 2, "a load and the answer"


@pytest.mark.parametrize("hosts", ["same", "a", "b", "both"])
def test_what_is_not_named_is_at_the_host_for_both(hosts: str) -> None:
    with two_servers() as (one, other):
        named = {
            "same": {"ollama_host": one.url, "ollama_host_b": one.url},
            "a": {"ollama_host": other.url, "ollama_host_a": one.url},
            "b": {"ollama_host": one.url, "ollama_host_b": other.url},
            "both": {"ollama_host_a": one.url, "ollama_host_b": other.url},
        }[hosts]
        assert AgentHandoff(A, B, **named).run(QUERY) == (
            "A's large one." if hosts == "same" else "B's large one."
        )
        assert bool(other.requests) == (hosts != "same")


def test_the_environment_is_for_the_role_that_has_no_host(
    servers: tuple[OllamaServer, OllamaServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_a, at_b = servers
    monkeypatch.setenv("OLLAMA_HOST", at_a.host)
    assert AgentHandoff(A, B, ollama_host_b=at_b.url).run(QUERY) == "B's large one."
    assert {model for _, model in asked(at_a)} == {A}


def test_the_key_in_the_cache_is_of_the_model_as_its_own_server_has_it() -> None:
    cache = DemonstrationCache()
    with two_servers() as (at_a, at_b):
        at_a.add_model(SMALL_AT_A)
        AgentHandoff(A, B, cache, ollama_host_a=at_a.url, ollama_host_b=at_b.url).run(QUERY)
        (entry,) = cache.entries()
        assert entry.digest == SMALL_AT_A.manifest != LLAMA_3B.manifest
        at_b.remove_model(A)
        again = AgentHandoff(A, B, cache, ollama_host_a=at_a.url, ollama_host_b=at_b.url)
        assert again.run_detailed(QUERY).cache_hit


def test_a_model_that_only_the_other_server_has_is_missing_by_address() -> None:
    with OllamaServer([LLAMA_3B]) as at_a, OllamaServer([MISTRAL_7B]) as at_b:
        handoff = AgentHandoff(B, A, ollama_host_a=at_a.url, ollama_host_b=at_b.url)
        with pytest.raises(ModelNotFound, match=f"The server at localhost:{at_a.port} does not"):
            handoff.run(QUERY)
        with pytest.raises(ModelNotFound, match=f"The server at localhost:{at_b.port} does not"):
            handoff.run(QUERY, method="raw")
        assert not at_a.chats() and not at_b.chats()


def test_model_b_alone_does_not_need_model_as_server(
    servers: tuple[OllamaServer, OllamaServer],
) -> None:
    at_a, at_b = servers
    handoff = AgentHandoff(A, B, ollama_host_a=at_a.url, ollama_host_b=at_b.url)
    at_a.stop()
    assert handoff.run(QUERY, method="raw") == "B's large one."
    with pytest.raises(ServerUnreachable, match=str(at_a.port)):
        handoff.run(QUERY)


# -- memory ---------------------------------------------------------------------------------------


def test_two_machines_do_not_compete(servers: tuple[OllamaServer, OllamaServer]) -> None:
    at_a, at_b = servers
    AgentHandoff(A, B, engine=routed(servers)).run(QUERY)
    chats = [*at_a.chats(), *at_b.chats()]
    assert not [chat for chat in chats if chat.body.get("keep_alive") == 0], "nothing is unloaded"
    assert (at_a.loaded, at_b.loaded) == ([A], [B])


A_ROLE = Role(ModelInfo("a:3b", digest="d1", size=2 * GIB), GenerationOptions())
B_ROLE = Role(ModelInfo("b:7b", digest="d2", size=4 * GIB), GenerationOptions())
ROOMY, TIGHT = Memory(32 * GIB, 30 * GIB), Memory(8 * GIB, 5 * GIB)


def pretenders(
    machine_b: str, memory: Memory | None
) -> tuple[PretendEngine, PretendEngine, RoutedEngine]:
    a, b = PretendEngine(memory=memory), PretendEngine(memory=memory)
    b.machine = machine_b
    return a, b, RoutedEngine(a, b)


@pytest.mark.parametrize(
    ("machine_b", "memory", "verdict"),
    [
        ("elsewhere", TIGHT, "apart"),
        ("elsewhere", None, "apart"),
        ("nowhere", ROOMY, "together"),
        ("nowhere", TIGHT, "one at a time"),
        ("nowhere", None, "unknown"),
    ],
)
async def test_only_models_on_one_machine_have_to_fit_together(
    machine_b: str, memory: Memory | None, verdict: str
) -> None:
    *_, engine = pretenders(machine_b, memory)
    assert (await MemoryKeeper(engine, A_ROLE, B_ROLE).plan()).residency == verdict


async def test_on_another_machine_model_b_is_loaded_before_model_a_has_written_a_word() -> None:
    a, b, engine = pretenders("elsewhere", TIGHT)
    keeper = MemoryKeeper(engine, A_ROLE, B_ROLE)
    await keeper.plan()
    assert [phase async for phase in keeper.prepare(A_ROLE)] == []
    assert [phase async for phase in keeper.prepare(B_ROLE)] == ["loading"]
    assert (a.told, b.told) == ([], [("load", "b:7b")])
    await keeper.close()


async def test_an_unload_goes_to_the_server_that_holds_the_model() -> None:
    a, b, engine = pretenders("nowhere", TIGHT)
    a.held = [LoadedModel("a:3b"), LoadedModel("b:7b")]
    b.held = [LoadedModel("a:3b"), LoadedModel("b:7b")]
    keeper = MemoryKeeper(engine, A_ROLE, B_ROLE)
    await keeper.plan()
    assert [phase async for phase in keeper.prepare(B_ROLE)] == ["unloading"]
    assert (a.told, b.told) == ([("unload", "a:3b")], [])


async def test_one_name_on_two_servers_of_one_machine_is_two_loads() -> None:
    *_, engine = pretenders("nowhere", Memory(8 * GIB, 5 * GIB))
    twice = Role(A_ROLE.info, GenerationOptions())
    assert (await MemoryKeeper(engine, A_ROLE, twice).plan()).residency == "one at a time"


# -- the door itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("localhost:1", "localhost"),
        ("127.0.0.1:2", "localhost"),
        ("[::1]", "localhost"),
        ("192.168.1.5:11434", "192.168.1.5"),
        ("https://Example.org.", "example.org"),
    ],
)
def test_a_machine_is_known_by_its_address_without_the_port(written: str, name: str) -> None:
    assert machine(parse_host(written)) == name


@pytest.mark.parametrize(
    ("host_a", "host_b", "exposed"),
    [
        ("localhost:1", "localhost:2", False),
        ("localhost:1", "192.168.1.5", True),
        ("http://example.org", "localhost", True),
        ("https://example.org", "localhost", False),
    ],
)
def test_one_open_way_is_enough_to_be_overheard(host_a: str, host_b: str, exposed: bool) -> None:
    assert open_engine(host_a=host_a, host_b=host_b, environ={}).exposed is exposed


def test_two_spellings_of_one_server_are_one_server() -> None:
    engine = open_engine(host_a="localhost", host_b="http://localhost:11434/", environ={})
    assert engine.serving("a") is engine.serving("b") is engine
    apart = open_engine("x", host_b="y", environ={})
    assert (apart.serving("a").address, apart.serving("b").address) == ("x:11434", "y:11434")
    assert apart.address == "A x:11434 · B y:11434"


@pytest.mark.parametrize(("role", "words"), [("host_a", "Model A's"), ("host_b", "Model B's")])
def test_an_address_that_is_none_is_refused_by_its_role(role: str, words: str) -> None:
    named = {"host_a": "localhost", "host_b": "localhost", role: "ftp://x"}
    with pytest.raises(InvalidHost, match=words):
        open_engine(**named, environ={})


async def test_engines_of_no_role_look_at_both(servers: tuple[OllamaServer, OllamaServer]) -> None:
    at_a, at_b = servers
    at_b.add_model(QWEN_4B_THINKING)
    engine = RoutedEngine(OllamaEngine(at_a.url), OllamaEngine(at_b.url))
    names = [model.name for model in await engine.models()]
    assert sorted(names) == sorted({A, B, QWEN_4B_THINKING.name})
    await engine.load(QWEN_4B_THINKING.name, GenerationOptions())
    assert [held.name for held in await engine.loaded()] == [QWEN_4B_THINKING.name]
    assert at_a.chats(QWEN_4B_THINKING.name) == []
    request = ChatRequest(B, (Message("user", "hello"),), GenerationOptions())
    assert "".join([chunk.text async for chunk in engine.chat(request)]) == "A's large one."
    await engine.unload(QWEN_4B_THINKING.name)
    assert [held.name for held in await engine.loaded()] == [B]
    assert (await engine.shape(B)).layers
    assert await engine.version() == at_a.version
    await engine.close()


async def test_models_are_got_described_and_deleted_where_they_are() -> None:
    with (
        OllamaServer([LLAMA_3B], registry=[MISTRAL_7B]) as at_a,
        OllamaServer([QWEN_4B_THINKING], registry=[QWEN_4B_THINKING]) as at_b,
    ):
        engine = RoutedEngine(OllamaEngine(at_a.url), OllamaEngine(at_b.url))
        async with aclosing(engine.pull(MISTRAL_7B.name)) as lines:
            assert [line.status async for line in lines][-1] == "success"
        assert at_a.find(MISTRAL_7B.name) and not at_b.find(MISTRAL_7B.name)
        async with aclosing(engine.pull(QWEN_4B_THINKING.name)) as lines:
            assert [line.status async for line in lines][-1] == "success"
        assert len(at_b.calls("/api/pull")) == 1
        details = await engine.details(QWEN_4B_THINKING.name)
        assert "thinking" in details.capabilities
        await engine.delete(QWEN_4B_THINKING.name)
        assert not at_b.find(QWEN_4B_THINKING.name)
        await engine.close()


async def test_two_machines_have_no_disk_in_common() -> None:
    here = OllamaEngine("127.0.0.1", disk=lambda: Disk(1, 2, "/models"))
    assert await RoutedEngine(here, OllamaEngine("10.0.0.9")).disk() is None
    assert await RoutedEngine(here, OllamaEngine("127.0.0.1:9")).disk() == Disk(1, 2, "/models")
