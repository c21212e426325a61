"""Asking the server what the model manager shows.

Invariant: nothing here raises; what went wrong comes back as a value, and what could not be learnt
stays as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Final

from ..core.engine import Engine
from ..core.errors import EngineError, SutraError, UnexpectedFailure
from ..core.model_kind import kind
from ..core.protocol import ModelInfo, ModelShape
from .model_view import ServerView

Measured = Callable[[ModelInfo], "float | None"]
"""Tokens per second a model was measured at on this machine; None without data. May read a disk."""
AT_ONCE: Final = 4
"""Models the server is asked about at the same time."""


async def look(engine: Engine, before: ServerView, measured: Measured | None) -> ServerView:
    """Everything that takes one question: models, what is loaded, memory, disk, speeds."""
    try:
        models, loaded, memory, disk = await asyncio.gather(
            engine.models(), engine.loaded(), engine.memory(), engine.disk()
        )
    except SutraError as error:
        return replace(before, status="down", error=error)
    except Exception as error:
        return replace(before, status="down", error=UnexpectedFailure.of(error))
    return replace(
        before,
        status="up",
        error=None,
        is_demo=engine.is_demo,
        models=tuple(_completed(model, before) for model in models),
        loaded=tuple(loaded),
        memory=memory,
        disk=disk,
        speeds=await _speeds(models, measured),
    )


async def glance(engine: Engine, before: ServerView) -> ServerView:
    """Only what changes by itself: what is loaded, free memory, free disk."""
    try:
        loaded, memory, disk = await asyncio.gather(engine.loaded(), engine.memory(), engine.disk())
    except SutraError:
        return before
    return replace(before, loaded=tuple(loaded), memory=memory, disk=disk)


async def shapes(
    engine: Engine, server: ServerView
) -> AsyncGenerator[tuple[str, ModelShape], None]:
    """Architecture figures of the models they are not known of, as they come in."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(name: str) -> tuple[str, ModelShape | None]:
        async with turn:
            with suppress(EngineError):
                return name, await engine.shape(name)
            return name, None

    unknown = [m.name for m in server.models if m.name not in server.shapes and kind(m) != "cloud"]
    tasks = [asyncio.create_task(ask(name)) for name in unknown]
    try:
        for done in asyncio.as_completed(tasks):
            name, shape = await done
            if shape is not None:
                yield name, shape
    finally:
        for task in tasks:
            task.cancel()


def with_shape(server: ServerView, name: str, shape: ModelShape) -> ServerView:
    """The server with one model's figures, which also say what old servers leave out of lists."""
    after = replace(server, shapes={**server.shapes, name: shape})
    return replace(after, models=tuple(_completed(model, after) for model in after.models))


def _completed(model: ModelInfo, server: ServerView) -> ModelInfo:
    shape = server.shapes.get(model.name)
    if shape is None or (model.context_length and model.capabilities is not None):
        return model
    return replace(
        model,
        context_length=model.context_length or shape.context_length,
        capabilities=model.capabilities or shape.capabilities or None,
    )


async def _speeds(models: list[ModelInfo], measured: Measured | None) -> dict[str, float]:
    if measured is None:
        return {}

    def read() -> dict[str, float]:
        found = {model.name: measured(model) for model in models}
        return {name: speed for name, speed in found.items() if speed is not None}

    with suppress(SutraError):
        return await asyncio.to_thread(read)
    return {}
