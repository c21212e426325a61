"""One call to one model: chunks in, with the phases a waiting person wants to know in between.

Invariant: leaving `call()` early, by closing it or by cancelling the task, closes the engine's
stream before control returns.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from . import asking_again
from .engine import ChatChunk, ChatRequest, Engine
from .errors import EngineError
from .events import PhaseName
from .model_names import same_model
from .patience import settle
from .stats import StageStats

Clock = Callable[[], float]
"""Seconds from any fixed point."""
POLL_S: Final = 0.5
"""How often the server is asked, during a silent wait, whether the model is in memory yet."""


@dataclass(slots=True)
class Stopwatch:
    """Measures a call from our side, for the two times the server cannot know."""

    clock: Clock = time.monotonic
    started: float = 0.0
    first_token: float | None = None

    def start(self) -> None:
        self.started = self.clock()

    def saw_token(self) -> None:
        if self.first_token is None:
            self.first_token = self.clock()

    def complete(self, stats: StageStats) -> StageStats:
        """The server's numbers with ours filled in."""
        first = None if self.first_token is None else (self.first_token - self.started) * 1000
        return replace(stats, first_token_ms=first, wall_ms=(self.clock() - self.started) * 1000)


async def call(
    engine: Engine, request: ChatRequest, watch: Stopwatch
) -> AsyncGenerator[ChatChunk | PhaseName, None]:
    """Stream a reply, saying `loading`, `reading`, `thinking` and `writing` as they begin.

    A server sends nothing at all while it loads a model and reads the prompt, so the first two are
    told apart by asking which models are in memory.

    Args:
        engine: Who to ask.
        request: What to ask.
        watch: Started here, and told of the first token.

    Raises:
        EngineError: Whatever the engine raises.
    """
    watch.start()
    phase: PhaseName = "reading" if await is_loaded(engine, request.model) else "loading"
    yield phase
    async with aclosing(asking_again.chat(engine, request)) as stream:
        first = asyncio.ensure_future(anext(stream, None))
        try:
            while not first.done():
                await asyncio.wait({first}, timeout=POLL_S)
                still_loading = phase == "loading" and not first.done()
                if still_loading and await is_loaded(engine, request.model):
                    phase = "reading"
                    yield phase
        finally:
            await settle(first)
        chunk = first.result()
        while chunk is not None:
            spoken = _phase_of(chunk)
            if spoken is not None:
                watch.saw_token()
                if spoken != phase:
                    phase = spoken
                    yield phase
            yield chunk
            chunk = await anext(stream, None)


async def is_loaded(engine: Engine, model: str) -> bool:
    """Whether the server holds the model in memory; an unanswered question counts as no."""
    try:
        return any(same_model(loaded.name, model) for loaded in await engine.loaded())
    except EngineError:
        return False


def _phase_of(chunk: ChatChunk) -> PhaseName | None:
    if chunk.text:
        return "writing"
    return "thinking" if chunk.thinking else None
