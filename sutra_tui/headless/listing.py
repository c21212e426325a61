"""`sutra models`: what the server has, as a table or as JSON.

Invariant: the table is plain text, a model a line, so that it can be read aloud and cut up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import Any, Final

from ..core.clean import clean_line
from ..core.engine import Engine
from ..core.errors import EngineError, SutraError
from ..core.model_kind import kind
from ..core.protocol import LoadedModel, ModelInfo
from ..wording import size
from .asking import PULL
from .faces import to_json
from .stopping import stoppable
from .streams import Output, Voice
from .table import table
from .telling import DEMO_LABEL

HEADINGS: Final = ("NAME", "PARAMETERS", "QUANT", "SIZE", "CONTEXT", "LOADED", "KIND")
_Listed = tuple[Engine, list[ModelInfo], list[LoadedModel]]
"""A server, what it has, and what it holds in memory."""
AT_ONCE: Final = 4
"""Models the server is asked about at the same time."""


def models_command(
    open_engine: Callable[[], Engine], output: Output, voice: Voice, *, as_json: bool
) -> None:
    """List the server's models.

    Args:
        open_engine: Opens the door to the models.
        output: Where the list goes.
        voice: Where remarks go.
        as_json: One JSON document instead of a table.

    Raises:
        SutraError: The server cannot be asked, or the list cannot be written.
        Stopped: A signal came.
    """
    engine, servers = asyncio.run(_ask(open_engine))
    if engine.is_demo:
        voice.say(DEMO_LABEL)
    apart = len(servers) > 1
    rows = [
        _row(model, loaded, server.address if apart else "")
        for server, models, loaded in servers
        for model in models
    ]
    if as_json:
        document = {
            "engine": engine.name,
            "address": engine.address,
            "demo": engine.is_demo,
            "models": rows,
        }
        output.write_trusted(to_json(document, output, indent=2) + "\n")
    elif rows:
        headings = (*HEADINGS, "SERVER") if apart else HEADINGS
        output.write(table([headings, *map(_cells, rows)]))
    else:
        voice.say(f"No model is pulled. {PULL}")


async def _ask(open_engine: Callable[[], Engine]) -> tuple[Engine, list[_Listed]]:
    engine = open_engine()

    async def ask() -> list[_Listed]:
        listed = []
        for server in dict.fromkeys((engine.serving("a"), engine.serving("b"))):
            models = await _with_contexts(server, await server.models())
            listed.append((server, models, await server.loaded()))
        return listed

    try:
        servers = await stoppable(ask())
    finally:
        with suppress(SutraError):
            await engine.close()
    return engine, servers


async def _with_contexts(engine: Engine, models: Sequence[ModelInfo]) -> list[ModelInfo]:
    """Older servers say context and capabilities only one model at a time."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def complete(model: ModelInfo) -> ModelInfo:
        known = model.context_length is not None and model.capabilities is not None
        if known or model.remote:
            return model
        async with turn:
            try:
                shape = await engine.shape(model.name)
            except EngineError:
                return model
        return replace(
            model,
            context_length=model.context_length or shape.context_length,
            capabilities=model.capabilities or shape.capabilities or None,
        )

    return list(await asyncio.gather(*map(complete, models)))


def _row(model: ModelInfo, loaded: Sequence[LoadedModel], address: str) -> dict[str, Any]:
    row = asdict(model)
    if address:
        row["address"] = address
    row["loaded"] = any(held.name == model.name for held in loaded)
    row["kind"] = kind(model)
    return row


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    context = row["context_length"]
    return (
        clean_line(row["name"], 80),
        clean_line(row["parameter_size"], 12) or "-",
        clean_line(row["quantization"], 12) or "-",
        "-" if row["kind"] == "cloud" or not row["size"] else size(row["size"]),
        f"{context:,}" if context else "-",
        "yes" if row["loaded"] else "no",
        row["kind"],
        *([clean_line(row["address"], 80)] if "address" in row else []),
    )
