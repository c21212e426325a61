"""Which of a run's two models are in memory, and when: loads and unloads driven by the plan.

Invariant: nothing is unloaded but the run's own two models and what the plan names, which earlier
runs of ours brought in; one model in both roles is loaded once; nothing goes out before its place
is needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from .engine import Engine
from .errors import EngineError
from .events import PhaseName
from .measurement import Known
from .memory import Residency
from .model_info import LoadedModel
from .options import GenerationOptions
from .patience import settle, within
from .plan import Prompts, RolePlan, RunPlan, Situation, make_plan
from .role import Role

LOOK_S: Final = 1.0
"""How long a run waits for a server's word that it could do without."""


class MemoryKeeper:
    """Makes room for each model of a run in turn, and loads Model B early when both fit.

    Args:
        engine: The server, or two of them, one for each role.
        a: Model A's role; None when the run has none.
        b: Model B's role; None when the run ends before it.
        prompts: What they will read.
        known: Measurements of this machine's models.
        may_unload: Digests of models of earlier runs that may go out to make room.
    """

    def __init__(
        self,
        engine: Engine,
        a: Role | None,
        b: Role | None,
        *,
        prompts: Prompts | None = None,
        known: Known | None = None,
        may_unload: Sequence[str] = (),
    ) -> None:
        self._engine = engine
        self._a = a
        self._b = b
        self._situation = Situation(
            a, b, prompts=prompts or Prompts(), known=known or {}, may_unload=tuple(may_unload)
        )
        self._preload: asyncio.Task[None] | None = None
        self.planned = RunPlan()

    @property
    def residency(self) -> Residency:
        """What the plan says of keeping both in memory."""
        return self.planned.residency

    async def plan(self) -> RunPlan:
        """Decide, from what the servers and the machine say now, what is loaded and unloaded."""
        at_b = self._engine.serving("b")
        server = at_b if self._a is None else self._engine.serving("a")
        loaded, memory = await asyncio.gather(server.loaded(), server.memory())
        beside = None
        if at_b is not server and self._b is not None:
            beside = tuple(await at_b.loaded())
        self._situation = replace(
            self._situation,
            loaded=tuple(loaded),
            memory=memory,
            beside=beside,
            apart=beside is not None and at_b.machine != server.machine,
        )
        self.planned = make_plan(self._situation)
        return self.planned

    def options(self, role: Role) -> GenerationOptions:
        """A role's options, with the plan's word on how long its model stays in memory."""
        if role.options.keep_alive is not None or role.info.remote:
            return role.options
        return replace(role.options, keep_alive=self.planned.keep_alive)

    async def prepare(self, role: Role) -> AsyncGenerator[PhaseName, None]:
        """Before a role's call: wait for its early load, or make room for the load it needs."""
        is_b = role is self._b
        if is_b and self._preload is not None:
            if not self._preload.done():
                yield "loading"
            await self._preload
        if self.residency == "apart":
            self.model_is_writing(role)  # B's machine is idle: no load of A's is held up there
        other = self._a if is_b else self._b
        apart = other if self.residency == "one at a time" else None
        if apart is None and not self.planned.unload_first:
            return
        if self.planned.unload_first:
            loaded = await self._server(role).loaded()
            if not any(role.plays(held) for held in loaded):
                for held in self._still_there(loaded):
                    yield "unloading"
                    await self._put_out(held)
        if apart is not None:
            server = self._server(apart)
            for held in await server.loaded():
                if apart.plays(held):
                    yield "unloading"
                    await server.unload(held.name)

    def model_is_writing(self, role: Role) -> None:
        """While Model A writes, Model B is loaded beside it if both fit. Calling again is harmless.

        Not before: a server brings in one model at a time, and B's load would hold A's up.
        """
        if self._b is None or role is self._b:
            return
        if self._preload is None and self.residency in ("together", "apart"):
            self._preload = asyncio.create_task(self._load_b(self._b), name="preload B")

    async def keep(self, role: Role) -> None:
        """A role is not called this time: let its model, if it is loaded, stay as if it were.

        Its time would run out while the run's other model is in use, and the next run need it.
        """
        part = self._part(role)
        if part is None or not part.held or self.residency != "together":
            return
        with suppress(EngineError):
            load = self._server(role).load(role.info.name, self.options(role))
            await within(LOOK_S, load, _late)

    async def held_by(self, role: Role) -> int | None:
        """What the server says a role's model holds, in bytes; None when it cannot be compared."""
        part = self._part(role)
        if self.planned.memory is None or part is None or part.elsewhere:
            return None
        try:
            loaded = await within(LOOK_S, self._server(role).loaded(), _late)
        except EngineError:
            return None
        return next(
            (
                held.size or None
                for held in loaded
                if role.plays(held) and held.context_length == part.num_ctx
            ),
            None,
        )

    async def close(self) -> None:
        """Abort a load that nobody waits for any more."""
        if self._preload is not None:
            await settle(self._preload)

    def _server(self, role: Role) -> Engine:
        return self._engine.serving("b" if role is self._b else "a")

    def _part(self, role: Role) -> RolePlan | None:
        return self.planned.of("B" if role is self._b else "A")

    async def _load_b(self, b: Role) -> None:
        # A load that fails early fails again, and is reported, when Model B is called.
        with suppress(EngineError):
            server = self._server(b)
            if self.planned.unload_first:
                for held in self._still_there(await server.loaded()):
                    await self._put_out(held)
            await server.load(b.info.name, self.options(b))

    def _still_there(self, loaded: Sequence[LoadedModel]) -> list[LoadedModel]:
        names = {held.name for held in self.planned.unload_first}
        return [held for held in loaded if held.name in names]

    async def _put_out(self, held: LoadedModel) -> None:
        # Somebody else may be using it by now; then the run goes on beside it.
        with suppress(EngineError):
            await self._engine.unload(held.name)


def _late() -> EngineError:
    return EngineError("The server did not say in time what it holds.")
