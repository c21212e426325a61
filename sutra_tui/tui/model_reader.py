"""Asking the server what the model manager shows.

Invariant: nothing here raises; what went wrong comes back as a value, and what could not be learnt
stays as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from ..core.engine import Engine
from ..core.errors import EngineError, SutraError, UnexpectedFailure
from ..core.model_kind import kind
from ..core.protocol import ModelInfo, ModelShape
from .known_shapes import KnownShapes
from .model_view import ServerView

Measured = Callable[[ModelInfo], "float | None"]
"""Tokens per second a model was measured at on this machine; None without data. May read a disk."""
AT_ONCE: Final = 4
"""Models the server is asked about at the same time."""
MOST_ASKED: Final = 300
"""Models asked about in one go: more than anybody has, so that no list can keep a server busy."""


async def look(
    engine: Engine, before: ServerView, measured: Measured | None, known: KnownShapes
) -> ServerView:
    """Everything that takes one question: models, what is loaded, memory, disk, speeds."""
    try:
        models, loaded, memory, disk = await asyncio.gather(
            engine.models(), engine.loaded(), engine.memory(), engine.disk()
        )
    except SutraError as error:
        return replace(before, status="down", error=error)
    except Exception as error:
        return replace(before, status="down", error=UnexpectedFailure.of(error))
    there = known.of(models)
    return replace(
        before,
        status="up",
        error=None,
        is_demo=engine.is_demo,
        models=tuple(completed(model, there.get(model.name)) for model in models),
        shapes=there,
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
    engine: Engine, models: Iterable[ModelInfo], known: KnownShapes
) -> AsyncGenerator[tuple[str, ModelShape], None]:
    """Architecture figures of the models they are not known of, kept and told as they come in."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(model: ModelInfo) -> tuple[ModelInfo, ModelShape | None]:
        async with turn:
            with suppress(EngineError):
                return model, await engine.shape(model.name)
            return model, None

    asked = [model for model in models if kind(model) != "cloud"]
    there = known.of(asked)
    unknown = [model for model in asked if model.name not in there][:MOST_ASKED]
    tasks = [asyncio.create_task(ask(model)) for model in unknown]
    try:
        for done in asyncio.as_completed(tasks):
            model, shape = await done
            if shape is not None:
                known.keep(model, shape)
                yield model.name, shape
    finally:
        for task in tasks:
            task.cancel()


def with_shapes(server: ServerView, learnt: Mapping[str, ModelShape]) -> ServerView:
    """The server with more figures, which also say what old servers leave out of lists."""
    shapes = {**server.shapes, **learnt}
    models = tuple(completed(model, shapes.get(model.name)) for model in server.models)
    return replace(server, shapes=shapes, models=models)


def completed(model: ModelInfo, shape: ModelShape | None) -> ModelInfo:
    """A model with what old servers say only one model at a time."""
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
