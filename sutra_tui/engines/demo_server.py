"""A model server inside this process: Ollama's endpoints over a pretended laptop and scripts.

Invariant: no socket, no file, no thread; a request is a call. Every number in a reply is a count of
pieces really read or written, or a duration really measured.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import httpx

from ..core.model_info import Memory
from .demo_generation import Generation, chat_object
from .demo_library import Library, library
from .demo_machine import Machine, Runner, TooBig
from .demo_models import MODELS, DemoModel, find_model
from .demo_pace import Pace
from .demo_roles import perform, understand
from .demo_wire import (
    ChatCall,
    Refusal,
    json_response,
    line,
    moment,
    not_found,
    read_chat,
    read_model,
    read_object,
    refusal_response,
    stream_response,
    text_response,
)

VERSION: Final = "demo"
CANNOT_PULL: Final = (
    "this is the built-in demo, which cannot pull models: install Ollama from "
    "https://ollama.com/download and start again without --demo"
)
CANNOT_CHANGE: Final = (
    "this is the built-in demo: its models can be neither copied, created nor deleted"
)
CHAT_ONLY: Final = "this is the built-in demo: it answers /api/chat and nothing else"
_REFUSED: Final = {
    "/api/copy": ("POST", CANNOT_CHANGE),
    "/api/create": ("POST", CANNOT_CHANGE),
    "/api/delete": ("DELETE", CANNOT_CHANGE),
    "/api/push": ("POST", CANNOT_CHANGE),
    "/api/generate": ("POST", CHAT_ONLY),
    "/api/embed": ("POST", CHAT_ONLY),
    "/api/embeddings": ("POST", CHAT_ONLY),
}


class DemoTransport(httpx.AsyncBaseTransport):
    """An httpx transport that answers as an Ollama server would.

    Args:
        pace: How long everything takes; brisk when None.
        scripts: What to say; the package's own scripts when None.
        machine: The pretended laptop; one with nothing loaded when None.
    """

    def __init__(
        self,
        pace: Pace | None = None,
        scripts: Library | None = None,
        machine: Machine | None = None,
    ) -> None:
        self._pace = pace or Pace()
        self._library = scripts or library()
        self.machine = machine or Machine(self._pace.clock)

    def memory(self) -> Memory:
        """Memory of the pretended laptop."""
        return self.machine.memory()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; a chat's headers come when its prompt is read, as from a server."""
        body = await request.aread()
        try:
            response = await self._answer(request.method, request.url.path, body)
        except Refusal as refusal:
            response = refusal_response(refusal)
        if request.method == "HEAD":
            return httpx.Response(response.status_code, headers=response.headers)
        return response

    async def _answer(self, method: str, path: str, body: bytes) -> httpx.Response:
        looks: dict[str, Callable[[], httpx.Response]] = {
            "/": lambda: text_response("Ollama is running"),
            "/api/version": lambda: json_response({"version": VERSION}),
            "/api/tags": lambda: json_response({"models": [m.listed() for m in MODELS]}),
            "/api/ps": lambda: json_response({"models": self._loaded()}),
        }
        if path in looks:
            return looks[path]() if method in {"GET", "HEAD"} else _wrong_method()
        if path in _REFUSED:
            expected, sentence = _REFUSED[path]
            if method != expected:
                return _wrong_method()
            raise Refusal(400, sentence)
        if path not in {"/api/show", "/api/pull", "/api/chat"}:
            return text_response("404 page not found", 404)
        if method != "POST":
            return _wrong_method()
        data = read_object(body)
        if path == "/api/show":
            return json_response(_known(read_model(data)).shown())
        if path == "/api/pull":
            read_model(data)
            return _pull(streamed=data.get("stream") is not False)
        return await self._chat(read_chat(data))

    def _loaded(self) -> list[dict[str, Any]]:
        now = self.machine.clock()
        return [
            {
                "name": runner.model.name,
                "model": runner.model.name,
                "size": runner.size,
                "digest": runner.model.digest,
                "details": runner.model.details(),
                "expires_at": moment(runner.stays(now)),
                "size_vram": 0,
                "context_length": runner.num_ctx,
            }
            for runner in self.machine.loaded()
        ]

    async def _chat(self, call: ChatCall) -> httpx.Response:
        model = _known(call.model)
        if call.think and not model.thinks:
            raise Refusal(400, f'"{model.name}" does not support thinking')
        if not call.contents and call.keep_alive == 0:
            self.machine.unload(model)
            return json_response(chat_object(model, done_reason="unload"))
        started = self._pace.clock()
        runner = await self._take(model, call)
        if not call.contents:
            self.machine.release(runner)
            return json_response(chat_object(model, done_reason="load"))
        generation = Generation(self._pace, self.machine, runner, call, started)
        try:
            await generation.read_prompt(perform(understand(call.asked), self._library))
            if call.stream:
                return stream_response(generation)
            return json_response(await generation.whole())
        except BaseException:
            generation.release()
            raise

    async def _take(self, model: DemoModel, call: ChatCall) -> Runner:
        async def load() -> None:
            await self._pace.wait(self._pace.clock(), model.speed.load_s)

        num_ctx = min(call.num_ctx, model.context_length)
        try:
            return await self.machine.take(model, num_ctx, call.keep_alive, load)
        except TooBig as error:
            raise Refusal(500, str(error)) from None


def _known(name: str) -> DemoModel:
    model = find_model(name)
    if model is None:
        raise not_found(name)
    return model


def _wrong_method() -> httpx.Response:
    return text_response("405 method not allowed", 405)


def _pull(*, streamed: bool) -> httpx.Response:
    if not streamed:
        raise Refusal(500, CANNOT_PULL)
    return stream_response(_Lines({"error": CANNOT_PULL}))


class _Lines(httpx.AsyncByteStream):
    """A short stream that is ready at once."""

    def __init__(self, *objects: dict[str, Any]) -> None:
        self._objects = objects

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for item in self._objects:
            yield line(item)
