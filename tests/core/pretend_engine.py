"""An engine without a server, for tests that decide when each thing happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from sutra_tui.core.engine import ChatChunk, ChatRequest, Engine, RoleName
from sutra_tui.core.model_details import Disk, ModelDetails
from sutra_tui.core.protocol import (
    GenerationOptions,
    LoadedModel,
    Memory,
    ModelInfo,
    ModelShape,
)
from sutra_tui.core.pulling import PullLine


class PretendEngine:
    """Says what it is told to say, and writes down what it was asked.

    Args:
        held: What is in its memory; `load` and `unload` change it.
        memory: What its machine has.
    """

    name = "pretend"
    address = "nowhere"
    machine = "nowhere"
    exposed = False
    is_demo = False

    def __init__(self, *held: str, memory: Memory | None = None) -> None:
        self.held = [LoadedModel(name) for name in held]
        self.ram = memory
        self.told: list[tuple[str, str]] = []
        self.looks = 0
        self.blind: Exception | None = None
        self.load_fails: Exception | None = None
        self.loads_at_once = True
        self.may_load = asyncio.Event()
        self.aborted = 0
        self.asked = asyncio.Event()
        self.open_streams = 0
        self._said: asyncio.Queue[ChatChunk | Exception | None] = asyncio.Queue()

    def say(self, *said: ChatChunk | Exception | None) -> None:
        """What comes next in the stream; None ends it."""
        for item in said:
            self._said.put_nowait(item)

    def serving(self, role: RoleName) -> Engine:
        return self

    async def version(self) -> str:
        return "1"

    async def models(self) -> list[ModelInfo]:
        return []

    async def shape(self, model: str) -> ModelShape:
        return ModelShape()

    async def loaded(self) -> list[LoadedModel]:
        self.looks += 1
        if self.blind:
            raise self.blind
        return list(self.held)

    async def memory(self) -> Memory | None:
        return self.ram

    async def disk(self) -> Disk | None:
        return None

    async def details(self, model: str) -> ModelDetails:
        return ModelDetails()

    async def pull(self, model: str) -> AsyncGenerator[PullLine, None]:
        self.told.append(("pull", model))
        yield PullLine("success")

    async def delete(self, model: str) -> None:
        self.told.append(("delete", model))

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
        self.told.append(("chat", request.model))
        self.open_streams += 1
        self.asked.set()
        try:
            while (item := await self._said.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.open_streams -= 1

    async def load(self, model: str, options: GenerationOptions) -> None:
        self.told.append(("load", model))
        try:
            if not self.loads_at_once:
                await self.may_load.wait()
        except asyncio.CancelledError:
            self.aborted += 1
            raise
        if self.load_fails:
            raise self.load_fails
        self.held.append(LoadedModel(model))

    async def unload(self, model: str) -> None:
        self.told.append(("unload", model))
        self.held = [held for held in self.held if held.name != model]

    async def close(self) -> None:
        self.told.append(("close", ""))
