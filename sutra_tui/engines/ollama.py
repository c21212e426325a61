"""The door to Ollama, and to anything that speaks its wire format.

Invariant: the client library is used here and nowhere else, always through the guard transport, and
only `EngineError`s leave.
"""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..core.clean import clean_line
from ..core.engine import ChatChunk, ChatRequest, RoleName
from ..core.errors import ServerBusy, StreamInterrupted
from ..core.model_names import same_model
from ..core.patience import within
from . import faults, pulls, replies
from .address import DEFAULT_URL, display, is_encrypted, is_loopback, machine, parse_host
from .asking import chat_arguments, load_body, model_name, sendable_key, unload_body
from .client_library import import_client
from .own_machine import own_disk, own_memory
from .read_ahead import ReadAhead

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    import httpx

    from ..core.model_details import Disk, ModelDetails
    from ..core.model_info import LoadedModel, Memory, ModelInfo, ModelShape
    from ..core.options import GenerationOptions
    from ..core.pulling import PullLine
    from .clients import Clients
    from .wire import Limits

ANSWER_S: Final = 15.0
"""How long a question that needs no model may take; lists can be slow while a server starts."""
UNLOAD_S: Final = 10.0
"""How long `unload` waits for a model to be gone."""
_POLL_S: Final = 0.1
_LONG: Final = 256 * 1024
"""Bytes of JSON whose reading would be seen as a stutter."""
_BYTES_OF_A_ROW: Final = 300
_TRAILER_S: Final = 0.5
"""How long the end of a stream may come after its last chunk and still keep the connection."""

T = TypeVar("T")


class OllamaEngine:
    """An `Engine` that talks to an Ollama server over HTTP.

    It may be used from several event loops, one after the other or in several threads; each has its
    own connections.

    Args:
        host: Server address as a person writes it; None is the default on this machine. The
            environment is not looked at.
        stall_timeout_s: Longest silence between two pieces of a reply, in seconds.
        first_token_timeout_s: Longest wait for the first piece, loading and prompt included.
        reply_timeout_s: Longest a whole reply may take, for servers that drip.
        api_key: Bearer token; sent only when the connection is encrypted.
        transport: What sends requests, instead of the network, or what makes it when the first one
            is sent; stays the caller's to close.
        name: Stable name of the engine.
        is_demo: Whether replies are scripted.
        address: Text to show instead of the server's address.
        memory: Says how much memory the models' machine has, instead of asking this machine.
        disk: Says how full the models' disk is, likewise.
        limits: The most bytes accepted.

    Raises:
        InvalidHost: `host` cannot be an address.
    """

    def __init__(
        self,
        host: str | None = None,
        *,
        stall_timeout_s: float = 120.0,
        first_token_timeout_s: float = 600.0,
        reply_timeout_s: float = 3600.0,
        api_key: str | None = None,
        transport: httpx.AsyncBaseTransport | Callable[[], httpx.AsyncBaseTransport] | None = None,
        name: str = "ollama",
        is_demo: bool = False,
        address: str | None = None,
        memory: Callable[[], Memory | None] | None = None,
        disk: Callable[[], Disk | None] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._url = DEFAULT_URL if host is None else parse_host(host)
        self._stall_s = stall_timeout_s
        self._first_token_s = first_token_timeout_s
        self._reply_s = reply_timeout_s
        # Unencrypted, a key is readable for whoever sits in between or took the port.
        self._api_key = sendable_key(api_key) if is_encrypted(self._url) else None
        self._transport = transport
        self._name = name
        self._is_demo = is_demo
        self._address = address or display(self._url)
        self._memory = memory
        self._disk = disk
        self._limits = limits
        self._clients: dict[asyncio.AbstractEventLoop, Clients] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Short stable name."""
        return self._name

    @property
    def address(self) -> str:
        """Where the server is, for a person."""
        return self._address

    @property
    def machine(self) -> str:
        """Which machine runs the models, by the name it has in the address."""
        return self._address if self._is_demo else machine(self._url)

    @property
    def exposed(self) -> bool:
        """Whether what is sent travels unencrypted to another machine."""
        return not (self._is_demo or is_loopback(self._url) or is_encrypted(self._url))

    @property
    def url(self) -> str:
        """Base URL of the server."""
        return self._url

    @property
    def is_demo(self) -> bool:
        """Whether replies are scripted and no model's work."""
        return self._is_demo

    def serving(self, role: RoleName) -> OllamaEngine:
        """This server, for both roles."""
        return self

    async def version(self) -> str:
        """The server's version; proves that it is up.

        Raises:
            ServerUnreachable: Nobody answers.
            NotOllama: Something else answers.
        """
        try:
            told = (await self._ask("GET", "/api/version")).get("version")
        except StreamInterrupted as error:
            # Ollama answers this at once and whole; a mail or database server hangs up.
            raise faults.not_ollama(self._address, "it hangs up on a simple question") from error
        if not isinstance(told, str) or not told:
            raise faults.not_ollama(self._address, "it does not say a version")
        return clean_line(told, 40)

    async def models(self) -> list[ModelInfo]:
        """Every pulled model, newest first; at most `replies.MOST_MODELS`."""
        listed = await self._ask("GET", "/api/tags")
        if "models" not in listed:
            raise faults.not_ollama(self._address, "it does not list models")
        rows = listed["models"]
        return await _aside(
            len(rows) * _BYTES_OF_A_ROW if isinstance(rows, list) else 0, replies.models, listed
        )

    async def shape(self, model: str) -> ModelShape:
        """Architecture figures of one model.

        Raises:
            ModelNotFound: The server does not have it.
        """
        return replies.shape(await self._ask("POST", "/api/show", {"model": model_name(model)}))

    async def loaded(self) -> list[LoadedModel]:
        """What is in the server's memory now."""
        return replies.loaded(await self._ask("GET", "/api/ps"))

    async def memory(self) -> Memory | None:
        """Memory of this machine, when the server runs on it; None when it runs elsewhere."""
        if self._memory is not None:
            return self._memory()
        return own_memory() if is_loopback(self._url) else None

    async def disk(self) -> Disk | None:
        """The disk of the models, when the server runs on this machine; None otherwise."""
        if self._disk is not None:
            return self._disk()
        if self._is_demo or not is_loopback(self._url):
            return None
        return await asyncio.to_thread(own_disk)

    async def details(self, model: str) -> ModelDetails:
        """Everything the server tells of one model.

        Raises:
            ModelNotFound: The server does not have it.
        """
        return replies.details(await self._ask("POST", "/api/show", {"model": model_name(model)}))

    async def pull(self, model: str) -> AsyncGenerator[PullLine, None]:
        """Get a model; see `pulls.lines`. Nothing is asked before the first line is wanted."""
        name = model_name(model)
        with faults.translated(self._address, name):
            client = await self._typed()
            stream = await client.pull(name, stream=True)
        async with aclosing(pulls.lines(stream, self._address, name)) as lines:
            async for line in lines:
                yield line

    async def delete(self, model: str) -> None:
        """Remove a model from the server's disk.

        Raises:
            ModelNotFound: The server does not have it.
        """
        name = model_name(model)
        with faults.translated(self._address, name):
            client = await self._typed()
            await within(
                ANSWER_S, client.delete(name), lambda: faults.stalled(self._address, ANSWER_S)
            )

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
        """Stream one reply.

        A stream that the server ends without a `done` chunk just ends here too. A `done_reason` of
        "load" or "unload" means that the server took the prompt for an empty one.

        Args:
            request: Model, messages and options.

        Raises:
            StreamStalled: Silence, or the whole reply, for longer than the timeouts.
            StreamInterrupted: The connection broke.
            EngineError: Whatever else went wrong, by its name.
        """
        with faults.translated(self._address, request.model):
            stream = await self._open_stream(request)
            text, thinking = replies.SurrogateJoiner(), replies.SurrogateJoiner()
            patience_s = self._first_token_s
            deadline = time.monotonic() + self._reply_s
            async with ReadAhead(stream) as ahead:
                while parts := await self._take(ahead, patience_s, deadline):
                    patience_s = self._stall_s
                    for chunk in replies.chunks(parts, text, thinking):
                        if chunk.done:
                            # The end that follows it lets the connection be used again.
                            await ahead.end(_TRAILER_S)
                        yield chunk
                        if chunk.done:
                            return
            left = ChatChunk(text=text.end(), thinking=thinking.end())
            if left.text or left.thinking:
                yield left

    async def load(self, model: str, options: GenerationOptions) -> None:
        """Bring a model into memory; cancelling aborts the load.

        Args:
            model: Full model name.
            options: Those of the calls to come: a server loads again for a different `num_ctx`.

        Raises:
            ModelNotFound: The server does not have it.
            ModelLoadFailed: The server could not.
        """
        await self._ask(
            "POST", "/api/chat", load_body(model, options), patience_s=self._first_token_s
        )

    async def unload(self, model: str) -> None:
        """Put a model out of memory and wait until it is gone.

        Raises:
            ServerBusy: It is still there after `UNLOAD_S` seconds.
        """
        await self._ask("POST", "/api/chat", unload_body(model))
        name = clean_line(model, 100)
        await within(
            UNLOAD_S,
            self._until_gone(model),
            lambda: ServerBusy(
                f"The server still holds {name} in memory after {UNLOAD_S:g} seconds.",
                "Another program may be using it; wait until it is done, or try `ollama stop`.",
            ),
        )

    async def close(self) -> None:
        """Let go of this event loop's connections. The engine may be used again afterwards."""
        with self._lock:
            mine = self._clients.pop(asyncio.get_running_loop(), None)
            self._forget_dead()
        if mine is not None:
            with faults.translated(self._address):
                await mine.aclose()

    async def _open_stream(self, request: ChatRequest) -> AsyncGenerator[Any, None]:
        """The client's stream of typed chunks; nothing is sent before the first is asked for."""
        arguments = chat_arguments(request)
        client = await self._typed()
        stream: AsyncGenerator[Any, None] = await client.chat(**arguments)
        return stream

    async def _typed(self) -> Any:
        """The client library's own client for the running event loop."""
        clients = await self._here()
        if clients.typed is None:
            # In a thread: importing takes long enough to be seen as a stutter.
            library = await asyncio.to_thread(import_client)
            clients.typed = clients.typed or library.AsyncClient(host=self._url, **clients.settings)
        return clients.typed

    async def _take(self, ahead: ReadAhead[Any], seconds: float, deadline: float) -> list[Any]:
        """What has come of a reply.

        Raises:
            StreamStalled: Nothing has, or the reply has taken too long as a whole.
        """
        left = deadline - time.monotonic()
        try:
            if left > 0:
                return await ahead.take(min(seconds, left))
        except TimeoutError:
            if seconds <= left:
                raise faults.stalled(self._address, seconds) from None
        raise faults.endless(self._address, self._reply_s)

    async def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        *,
        patience_s: float | None = None,
    ) -> dict[str, Any]:
        """One question, one JSON object. The typed client drops fields, so this does without."""
        patience_s = ANSWER_S if patience_s is None else patience_s
        with faults.translated(self._address, (body or {}).get("model", "")):
            clients = await self._here()
            response = await within(
                patience_s,
                clients.http.request(method, path, json=body),
                lambda: faults.stalled(self._address, patience_s),
            )
            return await _aside(
                len(response.content), replies.document, response.content, self._address
            )

    async def _here(self) -> Clients:
        """The clients of the running event loop."""
        loop = asyncio.get_running_loop()
        mine = self._clients.get(loop)
        if mine is None:
            # In a thread: importing takes long enough to be seen as a stutter.
            mine = await asyncio.to_thread(self._make_clients, loop)
        return mine

    def _make_clients(self, loop: asyncio.AbstractEventLoop) -> Clients:
        from .clients import Clients  # brings httpx, which the first frame does without

        with self._lock:
            if loop not in self._clients:
                self._forget_dead()
                if callable(self._transport):
                    self._transport = self._transport()
                self._clients[loop] = Clients(
                    self._url,
                    address=self._address,
                    transport=self._transport,
                    api_key=self._api_key,
                    limits=self._limits,
                )
            return self._clients[loop]

    def _forget_dead(self) -> None:
        """Drop what belonged to event loops that have ended; nobody can close it any more."""
        for loop in [loop for loop in self._clients if loop.is_closed()]:
            del self._clients[loop]

    async def _until_gone(self, model: str) -> None:
        # Servers unload some time after they said so, and have no way to tell when.
        while any(same_model(held.name, model) for held in await self.loaded()):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)


async def _aside(size: int, read: Callable[..., T], *arguments: Any) -> T:
    """Read something, in a thread if it is long: a list of models has no natural end."""
    if size < _LONG:
        return read(*arguments)
    return await asyncio.to_thread(read, *arguments)
