"""Loops of models are noticed, and nothing that is merely dull."""

from __future__ import annotations

import base64
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from sutra_tui.core import pipeline
from sutra_tui.core.events import Event, Notice, RunFinished
from sutra_tui.core.repetition import LONGEST_PERIOD, RepetitionWatch
from sutra_tui.core.request import RunRequest
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.cache import DemonstrationCache
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer, Reply

A, B = LLAMA_3B.name, MISTRAL_7B.name
LENGTH = 6_000
_CHANCE = random.Random(7)
PARAGRAPH = "".join(_CHANCE.choices("abcdefghij klmnop\n", k=LONGEST_PERIOD))
LOOPS = ["a", " \n", "word ", "0, ", "The same again. ", "- item\n- item\n- other\n", PARAGRAPH]
DULL = {
    "counted": "".join(f"{n}. The same again\n" for n in range(500)),
    "base64": base64.b64encode(_CHANCE.randbytes(LENGTH)).decode(),
    "rule": "-" * 1_000 + "\nText.\n" + "=" * 1_000,
    "table": "".join(f"| {n} | 0 | 0 | 0 | 0 |\n" for n in range(300)),
    "refrain": "".join(
        f"{n} bottles of beer on the wall, {n} bottles of beer.\n" for n in range(150)
    ),
    "zeros": "[" + "0, " * 400 + "0]",
}


def noticed(text: str, size: int) -> bool:
    watch = RepetitionWatch()
    return any(watch.feed(text[at : at + size]) for at in range(0, len(text), size))


@pytest.mark.parametrize("size", [1, 4, LENGTH])
@pytest.mark.parametrize("unit", LOOPS, ids=range(len(LOOPS)))
def test_N17_a_loop_is_noticed_once_after_any_beginning(unit: str, size: int) -> None:
    text = DULL["counted"] + unit * (LENGTH // len(unit))
    assert noticed(text, size)
    watch = RepetitionWatch()
    assert sum(watch.feed(text[at : at + 4]) for at in range(0, len(text), 4)) == 1


@pytest.mark.parametrize("size", [1, 4, LENGTH])
@pytest.mark.parametrize("text", DULL.values(), ids=DULL.keys())
def test_N17_dull_text_is_no_loop(text: str, size: int) -> None:
    assert not noticed(text, size)


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer([LLAMA_3B, MISTRAL_7B]) as running:
        yield running


@pytest.fixture
async def engine(server: OllamaServer) -> AsyncIterator[OllamaEngine]:
    engine = OllamaEngine(server.url)
    yield engine
    await engine.close()


async def play(engine: OllamaEngine, cache: DemonstrationCache) -> list[Event]:
    request = RunRequest("What is 4+4?", A, B)
    async with aclosing(pipeline.run(request, engine, cache)) as events:
        return [event async for event in events]


@pytest.mark.parametrize("period", [1, 10, 200])
@pytest.mark.parametrize("model", [A, B])
async def test_N17_P14_a_run_with_a_loop_says_so_and_is_neither_whole_nor_cached(
    engine: OllamaEngine, server: OllamaServer, period: int, model: str
) -> None:
    demonstrations = "".join(f"<demonstration>\n{n}\n</demonstration>\n" for n in "abc")
    server.script(A, f"<answer>x</answer><demonstrations>{demonstrations}</demonstrations>")
    server.script(B, "The answer.")
    server.fault(f"loop_{period}", model=model)
    cache = DemonstrationCache()
    events = await play(engine, cache)
    told = [event for event in events if isinstance(event, Notice) and event.kind == "repeating"]
    assert [notice.stage for notice in told] == ["A" if model == A else "B"]
    assert "1,024 tokens" in told[0].text
    last = events[-1]
    assert isinstance(last, RunFinished)
    assert len(cache) == (0 if model == A else 1)
    if model == B:
        assert last.result.status == "incomplete" and len(last.result.answer) > 1_000


async def test_N17_text_that_only_looks_like_a_loop_arrives_whole(
    engine: OllamaEngine, server: OllamaServer
) -> None:
    padded = f"{DULL['base64'][:400]}{'A' * 3_000}=="
    server.script(B, Reply(padded, unlimited=True))
    server.script(A, "nothing")
    last = (await play(engine, DemonstrationCache()))[-1]
    assert isinstance(last, RunFinished)
    assert last.result.answer == padded
