"""Two servers, one for each role, behind one door.

Whoever knows the role asks `serving(role)` and talks to that server alone: that is how a run keeps
two models of one name on two machines apart. The calls below are for those who have no role.

Invariant: no call reaches the other server's model of the same name once a role is known.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from ..core.errors import EngineError
from ..core.model_names import same_model

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..core.engine import ChatChunk, ChatRequest, Engine, RoleName
    from ..core.model_details import Disk, ModelDetails
    from ..core.model_info import LoadedModel, Memory, ModelInfo, ModelShape
    from ..core.options import GenerationOptions
    from ..core.pulling import PullLine


class RoutedEngine:
    """An `Engine` over Model A's server and Model B's.

    Without a role a model is looked for at Model A's server first, then at Model B's.

    Args:
        a: Model A's server.
        b: Model B's server.
    """

    def __init__(self, a: Engine, b: Engine) -> None:
        self._a = a
        self._b = b

    @property
    def name(self) -> str:
        """Short stable name."""
        return self._a.name

    @property
    def address(self) -> str:
        """Where both servers are, for a person."""
        return f"A {self._a.address} · B {self._b.address}"

    @property
    def machine(self) -> str:
        """Which machines run the models."""
        if self._a.machine == self._b.machine:
            return self._a.machine
        return f"{self._a.machine} · {self._b.machine}"

    @property
    def exposed(self) -> bool:
        """Whether what is sent to either travels unencrypted to another machine."""
        return self._a.exposed or self._b.exposed

    @property
    def is_demo(self) -> bool:
        """Whether all replies are scripted."""
        return self._a.is_demo and self._b.is_demo

    def serving(self, role: RoleName) -> Engine:
        """The server of a role."""
        return self._a if role == "a" else self._b

    async def version(self) -> str:
        """Both versions, or the one that both have."""
        versions = await asyncio.gather(self._a.version(), self._b.version())
        return " and ".join(dict.fromkeys(versions))

    async def models(self) -> list[ModelInfo]:
        """What both have, Model A's server first; a name that both have is listed once."""
        at_a, at_b = await asyncio.gather(self._a.models(), self._b.models())
        names = {model.name for model in at_a}
        return at_a + [model for model in at_b if model.name not in names]

    async def shape(self, model: str) -> ModelShape:
        """Architecture figures of one model."""
        return await (await self._holder(model)).shape(model)

    async def loaded(self) -> list[LoadedModel]:
        """What both hold in memory now."""
        at_a, at_b = await asyncio.gather(self._a.loaded(), self._b.loaded())
        return at_a + at_b

    async def memory(self) -> Memory | None:
        """Memory of the machine, if it is one and can be seen from here."""
        return await self._a.memory() if self._a.machine == self._b.machine else None

    async def disk(self) -> Disk | None:
        """The disk of the models, if it is one machine's and can be seen from here."""
        return await self._a.disk() if self._a.machine == self._b.machine else None

    async def details(self, model: str) -> ModelDetails:
        """Everything that is told of one model."""
        return await (await self._holder(model)).details(model)

    async def pull(self, model: str) -> AsyncGenerator[PullLine, None]:
        """Get a model: a newer one for the server that has it, and a new one for Model A's."""
        holder = await self._holder(model)
        async with aclosing(holder.pull(model)) as lines:
            async for line in lines:
                yield line

    async def delete(self, model: str) -> None:
        """Remove a model from the server that has it; Model A's where both have."""
        await (await self._holder(model)).delete(model)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
        """Stream one reply."""
        holder = await self._holder(request.model)
        async with aclosing(holder.chat(request)) as stream:
            async for chunk in stream:
                yield chunk

    async def load(self, model: str, options: GenerationOptions) -> None:
        """Bring a model into memory; cancelling aborts the load."""
        await (await self._holder(model)).load(model, options)

    async def unload(self, model: str) -> None:
        """Put a model out of the memory of each server that holds it."""
        for server in (self._a, self._b):
            if any(same_model(held.name, model) for held in await server.loaded()):
                await server.unload(model)

    async def close(self) -> None:
        """Let go of the connections to both; a failure at one does not keep the other's."""
        failures = await asyncio.gather(self._a.close(), self._b.close(), return_exceptions=True)
        for failure in failures:
            if isinstance(failure, BaseException):
                raise failure

    async def _holder(self, model: str) -> Engine:
        """The server that has a model; Model A's where both or none have it."""
        try:
            at_a = await self._a.models()
            if any(same_model(info.name, model) for info in at_a):
                return self._a
            at_b = await self._b.models()
        except EngineError:
            return self._a
        return self._b if any(same_model(info.name, model) for info in at_b) else self._a
