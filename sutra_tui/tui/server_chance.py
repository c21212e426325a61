"""Whether a server that does not answer could be started from here.

Invariant: only where nobody answers at all; what answers strangely is not ours to replace.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.engine import Engine
    from ..server_process import ServerProcess
    from .workbench import Workbench


async def with_chance(bench: Workbench, engine: Engine, process: ServerProcess | None) -> Workbench:
    """The workbench, with how its server could be started if it does not run.

    Args:
        bench: The server as just seen.
        engine: The door to it.
        process: Knows what this machine has of Ollama; None starts nothing.
    """
    error = bench.server.error
    if process is None or error is None or error.kind != "unreachable":
        return bench
    chance = await process.chance(engine)
    return replace(bench, server=replace(bench.server, chance=chance))
