"""Which of a run's two models are in memory, and when: loads and unloads driven from here.

Invariant: nothing but the run's own two models is ever unloaded, and one model in both roles is
loaded once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass

from .engine import Engine
from .errors import EngineError
from .events import PhaseName
from .memory import Residency, footprint, residency
from .model_names import same_model
from .patience import settle
from .protocol import GenerationOptions, LoadedModel, ModelInfo, ModelShape, reconcile
from .request import RunRequest


@dataclass(frozen=True, slots=True)
class Role:
    """One model in one role of a run."""

    info: ModelInfo
    options: GenerationOptions
    shape: ModelShape = ModelShape()

    @property
    def thinks(self) -> bool:
        return self.info.thinks or "thinking" in self.shape.capabilities


class MemoryKeeper:
    """Makes room for each model of a run in turn, and loads Model B early when both fit.

    Args:
        engine: The server.
        a: Model A's role; None when the run has none.
        b: Model B's role; None when the run ends before it.
    """

    def __init__(self, engine: Engine, a: Role | None, b: Role | None) -> None:
        self._engine = engine
        self._a = a
        self._b = b
        self._preload: asyncio.Task[None] | None = None
        self.residency: Residency = "one model"

    async def plan(self) -> Residency:
        """Decide, from what the server and the machine say now, whether both may stay loaded."""
        a, b = self._a, self._b
        if a is None or b is None:
            return self.residency
        at_a, at_b = self._server(a), self._server(b)
        if at_a.machine != at_b.machine:
            self.residency = "apart"
            return self.residency
        loaded = await at_a.loaded()
        beside = loaded if at_b is at_a else await at_b.loaded()
        one = at_b is at_a and same_weights(a.info, b.info)
        mine = [held for held in loaded if _plays(held, a)]
        others = [held for held in beside if _plays(held, b) and not (one and held in mine)]
        self.residency = residency(
            footprint(a.info, a.shape, a.options.num_ctx),
            footprint(b.info, b.shape, b.options.num_ctx),
            await at_a.memory(),
            sum(held.size for held in (*mine, *others)),
            same_model=one,
        )
        return self.residency

    async def prepare(self, role: Role) -> AsyncGenerator[PhaseName, None]:
        """Before a role's call: wait for its early load, unload the other if both do not fit."""
        if role is self._b and self._preload is not None:
            if not self._preload.done():
                yield "loading"
            await self._preload
        if self.residency == "apart":
            self.model_is_writing(role)  # B's machine is idle: no load of A's is held up there
        other = self._a if role is self._b else self._b
        if self.residency != "one at a time" or other is None:
            return
        server = self._server(other)
        if any(_plays(held, other) for held in await server.loaded()):
            yield "unloading"
            await server.unload(other.info.name)

    def model_is_writing(self, role: Role) -> None:
        """While Model A writes, Model B is loaded beside it if both fit. Calling again is harmless.

        Not before: a server brings in one model at a time, and B's load would hold A's up.
        """
        if self._b is None or role is self._b:
            return
        if self._preload is None and self.residency in ("together", "apart"):
            self._preload = asyncio.create_task(self._load_b(self._b), name="preload B")

    async def close(self) -> None:
        """Abort a load that nobody waits for any more."""
        if self._preload is not None:
            await settle(self._preload)

    async def _load_b(self, b: Role) -> None:
        # A load that fails early fails again, and is reported, when Model B is called.
        with suppress(EngineError):
            await self._server(b).load(b.info.name, b.options)

    def _server(self, role: Role) -> Engine:
        return self._engine.serving("a" if role is self._a else "b")


def same_weights(a: ModelInfo, b: ModelInfo) -> bool:
    """Whether two names are one model for the server, so that one load serves both."""
    return same_model(a.name, b.name) or bool(a.digest and a.digest == b.digest)


def role_options(
    request: RunRequest, a: ModelInfo | None, b: ModelInfo | None, *, apart: bool = False
) -> tuple[GenerationOptions, GenerationOptions]:
    """How the roles generate: as asked, but with one limit for both if they are one model.

    Args:
        request: The run.
        a: Model A; None when it is not asked.
        b: Model B; None likewise.
        apart: They are on two servers, so that one name is two models.
    """
    if a and b and not apart and same_weights(a, b):
        return reconcile(request.options_a, request.options_b)
    return request.options_a, request.options_b


def _plays(held: LoadedModel, role: Role) -> bool:
    """Whether a model in memory is the one of a role."""
    return same_model(held.name, role.info.name)
