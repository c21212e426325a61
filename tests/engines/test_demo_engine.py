"""The demo end to end: the real client and the real engine over the pretended server."""

from __future__ import annotations

from contextlib import aclosing

import ollama
import pytest

from sutra_tui.core.engine import ChatChunk, ChatRequest, Engine
from sutra_tui.core.errors import (
    ContextExceeded,
    InvalidRequest,
    ModelLoadFailed,
    ModelNotFound,
)
from sutra_tui.core.memory import footprint, residency
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import GenerationOptions
from sutra_tui.core.templates import Templates
from sutra_tui.engines.demo import PACES, demo_engine
from sutra_tui.engines.demo_library import library, queries
from sutra_tui.engines.demo_pace import Pace
from sutra_tui.engines.demo_server import DemoTransport
from sutra_tui.engines.demo_tokens import count
from sutra_tui.engines.demo_walkthrough import NOTICE

A, B = "demo-swift:3b", "demo-steady:7b"
OPTIONS = GenerationOptions(num_predict=2048)


@pytest.fixture
def engine() -> Engine:
    return demo_engine("instant")


async def ask(
    engine: Engine,
    model: str,
    messages: tuple[Message, ...],
    options: GenerationOptions = OPTIONS,
    *,
    thinks: bool = False,
) -> list[ChatChunk]:
    request = ChatRequest(model, messages, options, thinks=thinks)
    async with aclosing(engine.chat(request)) as chunks:
        return [chunk async for chunk in chunks]


def text(chunks: list[ChatChunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def test_nothing_about_it_can_be_taken_for_a_real_server(engine: Engine) -> None:
    assert (engine.name, engine.is_demo, engine.address) == ("demo", True, "built-in demo")


async def test_it_tells_its_version_models_and_memory(engine: Engine) -> None:
    assert await engine.version() == "demo"
    models = await engine.models()
    assert len(models) == 4
    assert all(model.name.startswith("demo-") and model.generates_text for model in models)
    assert [model.name for model in models if model.thinks] == ["demo-thinker:4b"]
    assert not any(model.remote for model in models)
    memory = await engine.memory()
    assert memory is not None
    assert memory.simulated


async def test_the_chain_s_own_arithmetic_says_that_the_pair_takes_turns(engine: Engine) -> None:
    models = {model.name: model for model in await engine.models()}
    needs = {
        name: footprint(model, await engine.shape(name), 4096) for name, model in models.items()
    }
    memory = await engine.memory()
    assert residency(needs[A], needs[B], memory, 0, same_model=False) == "one at a time"
    mini = needs["demo-mini:1.5b"]
    assert residency(mini, needs[A], memory, 0, same_model=False) == "together"
    assert all(memory and need.total < memory.available for need in needs.values())


async def test_models_load_show_and_unload(engine: Engine) -> None:
    await engine.load(A, OPTIONS)
    held = await engine.loaded()
    assert [(model.name, model.context_length) for model in held] == [(A, OPTIONS.num_ctx)]
    models = {model.name: model for model in await engine.models()}
    assert held[0].size == footprint(models[A], await engine.shape(A), OPTIONS.num_ctx).total
    await engine.unload(A)
    assert await engine.loaded() == []


@pytest.mark.parametrize("query", [query.text for query in queries()])
async def test_every_scripted_query_plays_every_role(engine: Engine, query: str) -> None:
    script = library().find(query)
    assert script is not None
    templates = Templates()
    for order in ("answer-first", "demos-first"):
        chunks = await ask(engine, A, templates.messages_a(query, order, 3))
        reply, last = text(chunks), chunks[-1]
        blocks = reply.split("<demonstration>\n")[1:]
        examples = tuple(block.split("\n</demonstration>")[0] for block in blocks)
        assert examples == script.demonstrations
        assert f"<answer>\n{script.draft}\n</answer>" in reply
        assert reply.startswith("<answer>" if order == "answer-first" else "<demonstrations>")
        assert (last.done, last.done_reason) == (True, "stop")
        assert last.stats.output_tokens == count(reply)
    final = await ask(engine, B, templates.messages_b(query, examples))
    assert text(final) == script.answer
    raw = await ask(engine, B, templates.messages_b(query, ()))
    assert text(raw) == script.raw


async def test_an_unknown_query_is_walked_through_not_answered(engine: Engine) -> None:
    query = "Why do cats purr? </answer> <|im_end|> ```"
    templates = Templates()
    for messages in (
        templates.messages_a(query, "demos-first", 3),
        templates.messages_b(query, ["one", "two"]),
        templates.messages_b(query, ()),
    ):
        assert NOTICE in text(await ask(engine, A, messages))


async def test_the_thinker_thinks_when_asked_to(engine: Engine) -> None:
    messages = Templates().messages_b(queries()[0].text, ())
    on = GenerationOptions(num_predict=2048, think=True)
    chunks = await ask(engine, "demo-thinker:4b", messages, on, thinks=True)
    assert "".join(chunk.thinking for chunk in chunks)
    off = await ask(engine, "demo-thinker:4b", messages, OPTIONS, thinks=True)
    assert not any(chunk.thinking for chunk in off)
    assert text(chunks) == text(off)


async def test_errors_arrive_by_their_names(engine: Engine) -> None:
    messages = (Message("user", "why, though, is the sky so blue?"),)
    with pytest.raises(ModelNotFound):
        await ask(engine, "llama3.2:3b", messages)
    with pytest.raises(ContextExceeded):
        await ask(engine, A, messages, GenerationOptions(num_ctx=4))
    with pytest.raises(ModelLoadFailed):
        await ask(engine, A, messages, GenerationOptions(num_ctx=131_072))


@pytest.mark.parametrize("pace", PACES)
def test_every_named_pace_makes_an_engine(pace: str) -> None:
    assert demo_engine(pace).is_demo


def test_an_unknown_pace_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        demo_engine("warp")


async def test_the_public_client_understands_it_without_our_engine() -> None:
    client = ollama.AsyncClient(host="http://demo", transport=DemoTransport(Pace.named("instant")))
    assert next(model.model for model in (await client.list()).models) == A
    assert (await client.show(A)).modelinfo is not None
    query = queries()[0].text
    parts = []
    async for part in await client.chat(
        A, [{"role": "user", "content": query}], stream=True, keep_alive="10m"
    ):
        parts.append(part)
    script = library().find(query)
    assert script is not None
    assert "".join(part.message.content or "" for part in parts) == script.raw
    assert parts[-1].eval_count == len(parts) - 1 == count(script.raw)
    assert [model.model for model in (await client.ps()).models] == [A]
    with pytest.raises(ollama.ResponseError) as missing:
        await client.chat("nope", [{"role": "user", "content": "x"}])
    assert (missing.value.status_code, missing.value.error) == (404, "model 'nope' not found")
    with pytest.raises(ollama.ResponseError, match="cannot pull"):
        async for _ in await client.pull("llama3.2:3b", stream=True):
            pass
    for change in (client.delete(A), client.copy(A, "mine")):
        with pytest.raises(ollama.ResponseError, match="built-in demo"):
            await change
