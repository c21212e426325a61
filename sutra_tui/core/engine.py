"""The door to a model server, as the chain sees it.

Invariant: an engine raises only `EngineError`s, and leaving `chat()` (closing the iterator or
cancelling the task) closes the connection before control returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from .model_info import LoadedModel, Memory, ModelInfo, ModelShape
from .options import GenerationOptions
from .stats import StageStats

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .message import Message
    from .model_details import Disk, ModelDetails
    from .pulling import PullLine

RoleName = Literal["a", "b"]
"""Model A's role in a run, or Model B's."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One call to one model.

    Args:
        model: Full model name.
        messages: What the model reads, in order.
        options: How it generates.
        thinks: Whether the model has a thinking mode; `think` is sent only then, because servers
            refuse it for other models.
    """

    model: str
    messages: tuple[Message, ...]
    options: GenerationOptions
    thinks: bool = False


@dataclass(frozen=True, slots=True)
class ChatChunk:
    """One piece of a reply. The last one has `done` set and carries the server's numbers.

    The last chunk may carry text too. A stream that ends without a `done` chunk was cut.
    """

    text: str = ""
    thinking: str = ""
    done: bool = False
    done_reason: str = ""
    stats: StageStats = StageStats()


class Engine(Protocol):
    """What every model server must be able to do for the chain."""

    @property
    def name(self) -> str:
        """Short stable name: "ollama", "demo"."""

    @property
    def address(self) -> str:
        """Where it is, for a person: "localhost:11434"."""

    @property
    def machine(self) -> str:
        """Which machine runs the models: the same for two servers that share its memory."""

    @property
    def exposed(self) -> bool:
        """Whether what is sent travels unencrypted to another machine."""

    @property
    def is_demo(self) -> bool:
        """Whether replies are scripted and no model's work."""

    def serving(self, role: RoleName) -> Engine:
        """The server of a role: this one, unless each role has a server of its own."""

    async def version(self) -> str:
        """The server's version; proves that it is up."""

    async def models(self) -> list[ModelInfo]:
        """Every pulled model, newest first, also those that cannot chat."""

    async def shape(self, model: str) -> ModelShape:
        """Architecture figures of one model."""

    async def loaded(self) -> list[LoadedModel]:
        """What is in the server's memory now."""

    async def memory(self) -> Memory | None:
        """Memory of the server's machine; None when it cannot be seen from here."""

    async def disk(self) -> Disk | None:
        """The disk the models lie on; None when it cannot be seen from here."""

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
        """Stream one reply."""

    async def load(self, model: str, options: GenerationOptions) -> None:
        """Bring a model into memory; cancelling aborts the load."""

    async def unload(self, model: str) -> None:
        """Put a model out of memory and wait until it is gone."""

    async def details(self, model: str) -> ModelDetails:
        """Everything the server tells of one model."""

    def pull(self, model: str) -> AsyncGenerator[PullLine, None]:
        """Get a model, line by line; ending without an error means that it is there.

        Leaving it stops the download; pulling again goes on where it was left.
        """

    async def delete(self, model: str) -> None:
        """Remove a pulled model from the server's disk."""

    async def close(self) -> None:
        """Let go of connections. The engine may be used again afterwards."""
