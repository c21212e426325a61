"""One look at the model server: is it up, what has it pulled, what is in memory.

Invariant: `look` and `glance` never raise; what went wrong comes back as a value.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from ..core.engine import Engine
from ..core.errors import SutraError, UnexpectedFailure
from .workbench import Server, Workbench


async def look(engine: Engine, bench: Workbench, preferred: tuple[str, str]) -> Workbench:
    """Ask everything, and choose a pair if the one chosen does not stand any more.

    Args:
        engine: The server.
        bench: What the screen knows; whatever the server does not change stays.
        preferred: The pair to choose if it is there.
    """
    server = Server(address=engine.address, is_demo=engine.is_demo)
    try:
        version, models, memory = await asyncio.gather(
            engine.version(), engine.models(), engine.memory()
        )
        loaded = await engine.loaded()
    except SutraError as error:
        return replace(bench, server=replace(server, status="down", error=error), loaded=())
    except Exception as error:
        failure = UnexpectedFailure.of(error)
        return replace(bench, server=replace(server, status="down", error=failure), loaded=())
    seen = replace(
        bench,
        server=replace(server, status="up", version=version),
        loaded=tuple(loaded),
        memory=memory,
    )
    return seen.with_models(tuple(models), preferred)


async def glance(engine: Engine, bench: Workbench) -> Workbench:
    """Ask only what changes by itself: what is loaded, how much memory is free."""
    try:
        loaded, memory = await asyncio.gather(engine.loaded(), engine.memory())
    except SutraError:
        return bench
    return replace(bench, loaded=tuple(loaded), memory=memory)
