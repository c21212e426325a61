"""The one orchestrator: a request in, a stream of events out.

`run` is an async generator. Whoever iterates it drives the run; whoever closes it, or cancels the
task that iterates it, stops the run, and the server sees the connection close at once. What had
been produced by then is what the events had said by then (`Transcript` folds them).

Invariant: a demonstration is cached only if Model A's stream ended well and the parser took it as
whole; Model B's text is passed on byte for byte.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

from .cache_slot import CacheSlot
from .calling import Clock
from .demonstration_store import DemonstrationStore
from .engine import Engine
from .errors import SutraError, UnexpectedFailure
from .events import (
    DemonstrationFound,
    Event,
    Notice,
    Planned,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from .measurement import Known, MeasuredStore, samples_of
from .plan import KEEP_LOADED_S, RunPlan, prompts_of
from .prompting import check_fit, prompt_a, prompt_b
from .protocol import HandoffResult, ModelInfo, ModelShape
from .reading import AnswerReader, DraftReader
from .request import RunRequest, find_model
from .residency import MemoryKeeper
from .role import Role, role_options
from .stage import ModelStage
from .transcript import Transcript


async def run(
    request: RunRequest,
    engine: Engine,
    cache: DemonstrationStore | None = None,
    *,
    measured: MeasuredStore | None = None,
    clock: Clock = time.monotonic,
) -> AsyncGenerator[Event, None]:
    """Run one query through its method.

    Args:
        request: What to run.
        engine: Who answers.
        cache: Where demonstrations are kept; None keeps none.
        measured: Where measurements of this machine are kept; None measures nothing.
        clock: Seconds from any fixed point, for what is measured on this side.

    Yields:
        `RunStarted` first; `RunFinished` or `RunFailed` last, unless the run is stopped.
    """
    transcript = Transcript(clock)
    start = RunStarted(
        request.run_id,
        query=request.query,
        method=request.method,
        model_a=request.model_a if request.method == "handoff" else "",
        model_b=request.model_b if request.final else "",
        engine=engine.name,
        files=tuple(file.note for file in request.files),
    )
    transcript.apply(start)
    yield start
    try:
        steps = _Run(request, engine, cache, measured, clock)
        async with aclosing(steps.events()) as events:
            async for event in events:
                transcript.apply(event)
                yield event
    except SutraError as error:
        yield RunFailed(request.run_id, error, transcript.result("failed"))
    except Exception as error:
        failure = UnexpectedFailure.of(error)
        failure.__cause__ = error
        yield RunFailed(request.run_id, failure, transcript.result("failed"))
    else:
        result = transcript.result()
        await steps.learn_from(result)
        yield RunFinished(request.run_id, result)


class _Run:
    """One run's steps, each an async generator of events."""

    def __init__(
        self,
        request: RunRequest,
        engine: Engine,
        cache: DemonstrationStore | None,
        measured: MeasuredStore | None,
        clock: Clock,
    ) -> None:
        self._request = request
        self._engine = engine
        self._cache = cache if request.cache != "off" else None
        # What the demo's scripts take says nothing of any machine.
        self._measured = None if engine.is_demo else measured
        self._plan = RunPlan()
        self._clock = clock
        self._id = request.run_id
        self._demonstrations = request.demonstrations or ()
        self._draft = request.draft if request.demonstrations else ""

    async def events(self) -> AsyncGenerator[Event, None]:
        request = self._request
        request.check()
        # Before anything can fail: a run loses nothing that it was given.
        for event in self._given():
            yield event
        a, b = await self._roles()
        check_fit(request, a, b)
        keeper = await self._keeper(a, b)
        yield Planned(self._id, self._plan)
        try:
            if a is not None:
                async with aclosing(self._demonstrate(a, keeper)) as events:
                    async for event in events:
                        yield event
            if b is not None:
                async with aclosing(self._answer(b, keeper)) as events:
                    async for event in events:
                        yield event
        finally:
            await keeper.close()

    def _given(self) -> Iterator[Event]:
        """What stands in for Model A's work; with a draft it is the work of an earlier run."""
        if self._draft:
            yield StageStarted(self._id, "A", self._request.model_a)
            yield Token(self._id, "A", "draft", self._draft)
        for index, text in enumerate(self._demonstrations):
            yield DemonstrationFound(self._id, index, text)
        if self._draft:
            yield StageFinished(self._id, "A", "skipped")

    async def learn_from(self, result: HandoffResult) -> None:
        """Keep what a run of this machine's models took; another machine's says nothing here."""
        if self._measured is None or self._plan.memory is None:
            return
        footprints = {part.digest: part.footprint for part in self._plan.roles if part.digest}
        samples = samples_of(result, footprints, time.time())
        if samples:
            await asyncio.to_thread(self._measured.add, samples)

    async def _keeper(self, a: Role | None, b: Role | None) -> MemoryKeeper:
        """Whoever keeps memory, with the plan made."""
        known: Known = {}
        lately: tuple[str, ...] = ()
        if self._measured is not None:
            known, lately = await asyncio.to_thread(_look_up, self._measured)
        keeper = MemoryKeeper(
            self._engine,
            a,
            b,
            prompts=prompts_of(self._request),
            known=known,
            may_unload=lately,
        )
        self._plan = plan = await keeper.plan()
        if self._measured is not None and plan.memory is not None:
            digests = [part.digest for part in plan.roles if part.digest]
            await asyncio.to_thread(self._measured.note_use, digests)
        return keeper

    async def _roles(self) -> tuple[Role | None, Role | None]:
        """Look both models up, and give them the same limits if they are one model."""
        request = self._request
        at_a, at_b = self._engine.serving("a"), self._engine.serving("b")
        listed: dict[Engine, list[ModelInfo]] = {}

        async def find(server: Engine, name: str) -> ModelInfo:
            if server not in listed:
                listed[server] = await server.models()
            where = "The server" if at_a is at_b else f"The server at {server.address}"
            return find_model(listed[server], name, allow_cloud=request.allow_cloud, where=where)

        info_a = await find(at_a, request.model_a) if request.asks_model_a else None
        info_b = await find(at_b, request.model_b) if request.final else None
        options_a, options_b = role_options(request, info_a, info_b, apart=at_a is not at_b)
        shape_a = await _shape(at_a, info_a)
        same = at_a is at_b and info_a == info_b
        shape_b = shape_a if same else await _shape(at_b, info_b)
        return (
            Role(info_a, options_a, shape_a) if info_a else None,
            Role(info_b, options_b, shape_b) if info_b else None,
        )

    async def _demonstrate(self, a: Role, keeper: MemoryKeeper) -> AsyncGenerator[Event, None]:
        """Get demonstrations from the cache or from Model A."""
        request = self._request
        slot = CacheSlot(self._cache, request, a.info, a.options)
        if request.cache == "use":
            async for event in slot.replay():
                yield event
            if slot.demonstrations:
                self._demonstrations, self._draft = slot.demonstrations, slot.draft
                await keeper.keep(a)
                return
        reader = DraftReader(
            self._id,
            request.count,
            request.query,
            wants_draft=request.wants_draft,
            refuse=slot.refuse,
        )
        prompt = prompt_a(request, a.options)
        server = self._engine.serving("a")
        stage = ModelStage(self._id, "A", a, prompt.messages, reader, server, keeper, self._clock)
        async with aclosing(stage.events()) as events:
            async for event in events:
                yield event
        parsed = reader.parsed
        self._demonstrations, self._draft = parsed.demonstrations, parsed.draft
        yield StageStarted(self._id, "parse")
        yield StageFinished(self._id, "parse", "complete", problems=parsed.problems)
        if stage.outcome.status == "complete":
            await slot.keep(parsed, stage.outcome.stats)

    async def _answer(self, b: Role, keeper: MemoryKeeper) -> AsyncGenerator[Event, None]:
        """Let Model B answer, with the demonstrations if there are any."""
        request = self._request
        if request.method == "handoff" and not self._demonstrations:
            yield Notice(
                self._id,
                "fell_back_to_raw",
                "Model A gave no usable demonstration, so Model B answers alone. "
                "This is a raw answer.",
            )
        prompt = prompt_b(request, b.options, tuple(self._demonstrations), self._draft)
        if prompt.left_out:
            yield Notice(self._id, "turns_left_out", prompt.left_out_words, "B")
        reader = AnswerReader(self._id, thinks=b.thinks)
        server = self._engine.serving("b")
        stage = ModelStage(self._id, "B", b, prompt.messages, reader, server, keeper, self._clock)
        async with aclosing(stage.events()) as events:
            async for event in events:
                yield event


async def _shape(server: Engine, info: ModelInfo | None) -> ModelShape:
    """The model's shape; a cloud model's is of no use, its memory is not ours."""
    if info is None or info.remote:
        return ModelShape()
    return await server.shape(info.name)


def _look_up(measured: MeasuredStore) -> tuple[Known, tuple[str, ...]]:
    """What is known of this machine, and which models runs of ours may still hold in memory."""
    return measured.known(), tuple(measured.used_since(KEEP_LOADED_S))
