"""One look at the model servers: are they up, what have they pulled, what is in memory.

Invariant: `look` and `glance` never raise; what went wrong comes back as a value.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from ..core.errors import SutraError, UnexpectedFailure
from .workbench import Beside, Server, Workbench

if TYPE_CHECKING:
    from ..core.engine import Engine


async def look(engine: Engine, bench: Workbench, preferred: tuple[str, str]) -> Workbench:
    """Ask everything, and choose a pair if the one chosen does not stand any more.

    Args:
        engine: The server, or two of them, one for each role.
        bench: What the screen knows; whatever the servers do not change stays.
        preferred: The pair to choose if it is there.
    """
    at_a, at_b = engine.serving("a"), engine.serving("b")
    if at_a is at_b:
        return _alone(bench, await _seen(at_a), preferred)
    seen_a, seen_b = await asyncio.gather(_seen(at_a), _seen(at_b))
    for seen in (seen_a, seen_b):
        if seen.server.status == "down" or not any(m.generates_text for m in seen.models):
            return _alone(bench, seen, preferred)  # what is missing, and where
    both = replace(bench, server=seen_a.server, loaded=seen_a.loaded, memory=seen_a.memory)
    return replace(both, beside=seen_b).with_models(seen_a.models, preferred)


async def glance(engine: Engine, bench: Workbench) -> Workbench:
    """Ask only what changes by itself: what is loaded, how much memory is free."""
    try:
        at_a = engine.serving("a")
        loaded, memory = await asyncio.gather(at_a.loaded(), at_a.memory())
        beside = bench.beside
        if beside is not None:
            at_b = engine.serving("b")
            there = await asyncio.gather(at_b.loaded(), at_b.memory())
            beside = replace(beside, loaded=tuple(there[0]), memory=there[1])
    except SutraError:
        return bench
    return replace(bench, loaded=tuple(loaded), memory=memory, beside=beside)


def server_of(engine: Engine) -> Server:
    """A server that was not asked yet."""
    return Server(engine.address, is_demo=engine.is_demo, exposed=engine.exposed)


def _alone(bench: Workbench, seen: Beside, preferred: tuple[str, str]) -> Workbench:
    """The workbench on one server."""
    after = replace(bench, server=seen.server, loaded=seen.loaded, memory=seen.memory, beside=None)
    return after if seen.server.status == "down" else after.with_models(seen.models, preferred)


async def _seen(engine: Engine) -> Beside:
    """All that one server says now."""
    server = server_of(engine)
    try:
        version, models, memory = await asyncio.gather(
            engine.version(), engine.models(), engine.memory()
        )
        loaded = await engine.loaded()
    except SutraError as error:
        return Beside(replace(server, status="down", error=error))
    except Exception as error:
        return Beside(replace(server, status="down", error=UnexpectedFailure.of(error)))
    return Beside(
        replace(server, status="up", version=version), tuple(models), tuple(loaded), memory
    )
