"""How often models are loaded in a day of work: ours, unloading after every call, and the least.

Invariant: all three do the same runs on the same machine, on the scripted server, whose loads take
time, whose idle models expire and which is killed by a load that does not fit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import combinations

from sutra_tui.core import pipeline
from sutra_tui.core.events import RunFailed, RunFinished
from sutra_tui.core.plan import KEEP_LOADED_S
from sutra_tui.core.protocol import Memory, Method
from sutra_tui.core.request import RunRequest
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.measured import MeasuredRuns
from tests.handoff_support import WHOLE
from tests.ollama_server import GIB, LLAMA_3B, MISTRAL_7B, QWEN_3B, FakeModel, OllamaServer
from tests.ollama_server.raw import ask

MEMORY = 6 * GIB
"""What an 8 GB laptop has left for models: a 7B alone, or two of 3B."""
NUM_CTX = 4096
MOST_LOADED = 3
MODELS = tuple(replace(model, load_delay=0.002) for model in (LLAMA_3B, QWEN_3B, MISTRAL_7B))
LLAMA, QWEN, MISTRAL = (model.name for model in MODELS)
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Ask:
    """One run of the day.

    Args:
        model_a: Demonstration writer.
        model_b: Final responder.
        query: What is asked.
        method: `raw` asks Model B alone.
        fresh: Do not take the demonstrations from the cache.
        pause_s: Seconds until the next run.
    """

    model_a: str
    model_b: str
    query: str
    method: Method = "handoff"
    fresh: bool = False
    pause_s: float = 2 * MINUTE


def day() -> tuple[Ask, ...]:
    """Thirty runs: pairs that fit and pairs that do not, swaps, repeats, breaks and a lunch."""
    big, small = (LLAMA, MISTRAL), (QWEN, LLAMA)
    return (
        Ask(*big, "merge sort"),
        Ask(*big, "merge sort"),  # from the cache
        Ask(*big, "merge sort", method="raw"),
        Ask(*big, "binary search", pause_s=20 * MINUTE),  # longer than a server keeps a model
        Ask(*big, "binary search"),
        Ask(*big, "binary search", fresh=True),
        Ask(*big, "monads", method="raw", pause_s=12 * MINUTE),
        Ask(*small, "monads"),
        Ask(*small, "functors"),
        Ask(*small, "functors", fresh=True, pause_s=25 * MINUTE),
        Ask(*small, "monoids"),
        Ask(LLAMA, QWEN, "monoids"),  # swapped
        Ask(LLAMA, QWEN, "lenses"),
        Ask(LLAMA, LLAMA, "lenses"),  # one model in both roles
        Ask(LLAMA, LLAMA, "prisms", pause_s=90 * MINUTE),  # lunch
        Ask(*small, "sql joins"),
        Ask(*small, "sql joins", method="raw"),
        Ask(*small, "sql windows", pause_s=15 * MINUTE),
        Ask(*big, "sql windows"),
        Ask(*big, "sql windows"),
        Ask(*big, "sql joins"),
        Ask(*big, "sql joins", method="raw", pause_s=8 * MINUTE),
        Ask(*big, "indexes"),
        Ask(*big, "indexes"),
        Ask(MISTRAL, MISTRAL, "vacuum"),
        Ask(MISTRAL, MISTRAL, "vacuum", fresh=True),
        Ask(*small, "regex", pause_s=28 * MINUTE),
        Ask(*small, "regex"),
        Ask(*small, "parsers", method="raw"),
        Ask(*small, "parsers"),
    )


@dataclass(frozen=True, slots=True)
class Count:
    """What a policy cost.

    Args:
        loads: Models brought into memory.
        bytes: Read for that.
        complete: Runs that ended with a whole answer.
        calls: Models that each run called, in order, for the least that is possible.
    """

    loads: int
    bytes: int
    complete: int
    calls: tuple[tuple[str, ...], ...] = ()


def _machine() -> OllamaServer:
    server = OllamaServer(MODELS, memory=MEMORY, oom=True)
    server.script("*", WHOLE)
    return server


def _counted(server: OllamaServer, complete: int, calls: Sequence[tuple[str, ...]]) -> Count:
    sizes = {model.name: model.size for model in MODELS}
    loads = [event[1] for event in server.loads if event[0] in ("load", "reload")]
    return Count(len(loads), sum(sizes[name] for name in loads), complete, tuple(calls))


async def ours(asks: Iterable[Ask]) -> Count:
    """The day through the pipeline, as every face runs it."""
    complete, calls = 0, list[tuple[str, ...]]()
    cache, measured = DemonstrationCache(), MeasuredRuns(None)
    with _machine() as server:

        def memory() -> Memory:
            return Memory(total=8 * GIB, available=int(server.residency.free))

        engine = OllamaEngine(server.url, memory=memory)
        for one in asks:
            before = len(server.chats())
            request = RunRequest(
                one.query,
                model_a=one.model_a,
                model_b=one.model_b,
                method=one.method,
                cache="bypass" if one.fresh else "use",
            )
            run = pipeline.run(request, engine, cache, measured=measured)
            async with aclosing(run) as events:
                async for event in events:
                    if isinstance(event, RunFailed):
                        raise event.error
                    if isinstance(event, RunFinished):
                        complete += event.result.status == "complete"
            calls.append(tuple(chat.model for chat in server.chats()[before:]))
            server.pass_time(one.pause_s)
        await engine.close()
        return _counted(server, complete, calls)


def unloading_every_time(asks: Iterable[Ask]) -> Count:
    """The same day with `keep_alive` 0 on every call and a cache that knows queries alone."""
    seen: set[str] = set()
    complete = 0
    with _machine() as server:

        def call(model: str) -> int:
            body = {"model": model, "prompt": "x", "stream": False, "keep_alive": 0}
            return ask(server, "POST", "/api/generate", body).status

        for one in asks:
            needs_a = one.method == "handoff" and (one.fresh or one.query not in seen)
            called = [one.model_a, one.model_b] if needs_a else [one.model_b]
            if one.method == "handoff":
                seen.add(one.query)
            complete += all(call(model) == 200 for model in called)
            server.pass_time(one.pause_s)
        return _counted(server, complete, ())


def least_loads(calls: Sequence[tuple[str, ...]], pauses: Sequence[float]) -> int:
    """The fewest loads with which these calls can be made on this machine, knowing the whole day.

    Memory is given back on purpose after `KEEP_LOADED_S` without a call, so a longer pause empties
    it here, too.

    Args:
        calls: Models called by each run, in order.
        pauses: Seconds after each run.
    """
    by_name = {model.name: model for model in MODELS}
    states: dict[frozenset[str], int] = {frozenset(): 0}
    for called, pause_s in zip(calls, pauses, strict=True):
        for name in called:
            states = _after(states, name, by_name)
        if pause_s > KEEP_LOADED_S:
            states = {frozenset(): min(states.values())}
    return min(states.values())


def _after(
    states: dict[frozenset[str], int], name: str, models: dict[str, FakeModel]
) -> dict[frozenset[str], int]:
    """Every set of models that can be in memory after a call, with the fewest loads it takes."""
    found: dict[frozenset[str], int] = {}
    for held, loads in states.items():
        if name in held:
            found[held] = min(loads, found.get(held, loads))
            continue
        for count in range(len(held) + 1):
            for staying in combinations(sorted(held), count):
                after = frozenset({*staying, name})
                taken = sum(models[one].memory(NUM_CTX) for one in after)
                if len(after) <= MOST_LOADED and taken <= MEMORY:
                    found[after] = min(loads + 1, found.get(after, loads + 1))
    return found


def bench_loads() -> list[str]:
    """The three beside each other."""
    asks = day()
    mine, theirs = asyncio.run(ours(asks)), unloading_every_time(asks)
    least = least_loads(mine.calls, [one.pause_s for one in asks])
    return [
        f"{len(asks)} runs on a laptop with {MEMORY / GIB:.0f} GiB for models",
        f"{'':34}{'loads':>6}{'GB read':>9}{'whole answers':>15}",
        f"{'this program':34}{_row(mine)}",
        f"{'unloading after every call':34}{_row(theirs)}",
        f"{'the least, knowing the whole day':34}{least:>6}",
        f"avoidable loads: {mine.loads - least}",
    ]


def _row(count: Count) -> str:
    return f"{count.loads:>6}{count.bytes / 1e9:>9.1f}{count.complete:>15}"
