"""`/api/chat` and `/api/generate`: load, read the prompt, stream, count.

Invariant: the figures of the last line agree with what was asked and written; an error before the
first byte has its own status, one after it is a line.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .exchange import JSON_STREAM_ERROR, Exchange, Refused
from .fields import check_options, keep_alive_of
from .models import FakeModel, is_valid
from .replies import Reply, count_prompt, pieces
from .residency import LoadFailed, Runner
from .wire import encode_json, utc_now

if TYPE_CHECKING:
    from .server import OllamaServer

RUNAWAY = 10
"""Contexts a reply may fill when `num_predict` is not set, as Ollama caps it."""
_LEVELS = ("low", "medium", "high", "max")


@dataclass(frozen=True, slots=True)
class Shape:
    """How one of the two endpoints spells its objects."""

    path: str
    named: str

    def piece(self, name: str, text: str, thinking: str) -> dict[str, Any]:
        """The fields every line has, in Go's order."""
        line: dict[str, Any] = {"model": name, "created_at": utc_now()}
        if self.path == "/api/chat":
            message = {"role": "assistant", "content": text}
            line["message"] = message | ({"thinking": thinking} if thinking else {})
        else:
            line |= {"response": text} | ({"thinking": thinking} if thinking else {})
        return line


CHAT = Shape("/api/chat", "chat")
GENERATE = Shape("/api/generate", "generate")


async def generate_text(server: OllamaServer, exchange: Exchange, shape: Shape) -> None:
    """Answer a chat or generate request."""
    model = _checked_model(server, exchange, shape)
    keep_alive = keep_alive_of(exchange.body)
    check_options(exchange.recorded.options)
    name = exchange.recorded.model
    if exchange.recorded.kind == "unload":
        server.residency.unload(model)
        line = shape.piece(name, "", "") | {"done": True, "done_reason": "unload"}
        await exchange.json(line)
        return
    replies = exchange.recorded.kind == "reply"
    reply = server.next_reply(model, exchange) if replies else None
    load = _loader(server, exchange, model, reply)
    arrived = time.perf_counter_ns()
    try:
        async with server.residency.use(
            model, exchange.recorded.options, keep_alive, load
        ) as ready:
            loaded = time.perf_counter_ns()
            if reply is None:
                line = shape.piece(name, "", "") | {"done": True, "done_reason": "load"}
                await exchange.json(line)
            else:
                await _reply(server, exchange, shape, reply, ready, (arrived, loaded))
    except LoadFailed as error:
        raise Refused(500, str(error)) from None


def _checked_model(server: OllamaServer, exchange: Exchange, shape: Shape) -> FakeModel:
    name = exchange.recorded.model
    if not name and shape is CHAT:
        raise Refused(400, "model is required")
    if name and not is_valid(name):
        raise Refused(400, "invalid model name")
    model = server.find(name)
    if model is None:
        raise Refused(404, f"model '{name}' not found")
    if model.remote_host:
        url = "https://ollama.com/connect?name=laptop&key=c3NoLWVkMjU1MTk"
        raise Refused(401, "unauthorized", signin_url=url)
    if not model.can("completion"):
        raise Refused(400, f'"{name}" does not support {shape.named}')
    if exchange.body.get("tools") and not model.can("tools"):
        raise Refused(400, f"registry.ollama.ai/library/{model.name} does not support tools")
    think = exchange.body.get("think")
    if isinstance(think, str) and think not in _LEVELS:
        levels = ", ".join(f'"{level}"' for level in _LEVELS)
        raise Refused(400, f'invalid think value: "{think}" (must be {levels}, true, or false)')
    old = server.numbers < (0, 12, 5)
    if not model.can("thinking") and (think or (old and think is not None)):
        raise Refused(400, f'"{name}" does not support thinking')
    return model


def _loader(
    server: OllamaServer, exchange: Exchange, model: FakeModel, reply: Reply | None
) -> Callable[[], Awaitable[None]]:
    async def load() -> None:
        scripted = server.scripts.load_delay(model.name) if reply is None else reply.load_delay
        await exchange.reach("load")
        await asyncio.sleep(max(model.load_delay, scripted))

    return load


async def _reply(
    server: OllamaServer,
    exchange: Exchange,
    shape: Shape,
    reply: Reply,
    runner: Runner,
    clock: tuple[int, int],
) -> None:
    prompt_tokens = _prompt_tokens(server, exchange, reply, runner)
    await asyncio.sleep(reply.prompt_delay)
    read = time.perf_counter_ns()
    reply = _without_thinking(exchange, reply, runner.model)
    writer = _Writer(exchange, shape, reply, runner.num_ctx)
    await writer.write()
    if reply.error:
        await writer.fail(reply.error)
        return
    now = time.perf_counter_ns()
    figures = {
        "total_duration": now - clock[0],
        "load_duration": clock[1] - clock[0],
        "prompt_eval_count": prompt_tokens,
        "prompt_eval_duration": read - clock[1],
        "eval_count": writer.written,
        "eval_duration": (now - read) if writer.written else 0,
    }
    figures |= reply.metrics
    await writer.finish({name: value for name, value in figures.items() if value})


def _without_thinking(exchange: Exchange, reply: Reply, model: FakeModel) -> Reply:
    """What is left of a reply when the request switches thinking off."""
    if exchange.body.get("think") is not False:
        return reply
    if not model.leaks_thinking or not reply.thinking:
        return replace(reply, thinking="", thinking_chunks=None, done_thinking="")
    text = f"{reply.thinking}\n</think>\n\n{reply.text}"
    return replace(reply, thinking="", thinking_chunks=None, done_thinking="", text=text)


def _prompt_tokens(server: OllamaServer, exchange: Exchange, reply: Reply, runner: Runner) -> int:
    """`prompt_eval_count`, after the cuts the server's version makes."""
    if reply.prompt_tokens is not None:
        return reply.prompt_tokens
    messages = exchange.recorded.messages or [{"content": exchange.recorded.prompt}]
    limit = runner.num_ctx
    if exchange.body.get("truncate") is not False:
        messages = _fitting(messages, limit)
    count = count_prompt(messages)
    if count <= limit:
        return count
    if exchange.body.get("truncate") is False or (server.modern and runner.model.native):
        raise Refused(400, too_long(count, limit, server.modern), JSON_STREAM_ERROR)
    return limit // 2 + 2 if server.modern else limit


def _fitting(messages: list[dict[str, Any]], limit: int) -> list[dict[str, Any]]:
    """The messages without the oldest ones, until they fit; system and last always stay."""
    while count_prompt(messages) > limit:
        oldest = next((m for m in messages[:-1] if m.get("role") != "system"), None)
        if oldest is None:
            break
        messages = [message for message in messages if message is not oldest]
    return messages


def too_long(tokens: int, num_ctx: int, modern: bool) -> str:
    """What a server says to a prompt it will not cut; from 0.30 on an encoded JSON object."""
    if not modern:
        return "the input length exceeds the context length"
    problem = {
        "code": 400,
        "message": f"request ({tokens} tokens) exceeds the available context size "
        f"({num_ctx} tokens), try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": tokens,
        "n_ctx": num_ctx,
    }
    return encode_json({"error": problem}).decode()


class _Writer:
    """Writes the lines of one reply, or collects them when no stream is wanted."""

    def __init__(self, exchange: Exchange, shape: Shape, reply: Reply, num_ctx: int) -> None:
        self.written = 0
        self._exchange = exchange
        self._shape = shape
        self._reply = reply
        self._streams = exchange.body.get("stream") is not False
        self._said: list[tuple[str, str]] = []
        asked = int(exchange.recorded.options.get("num_predict") or 0)
        limit = asked if asked > 0 else RUNAWAY * num_ctx
        self._limit = None if reply.unlimited else limit
        self._cut = False

    async def write(self) -> None:
        """Everything but the last line."""
        for thinking, text in self._pieces():
            if self.written:
                await asyncio.sleep(self._reply.token_delay)
            self.written += 1
            if self._streams:
                await self._exchange.line(self._piece(text, thinking) | {"done": False})
            else:
                self._said.append((thinking, text))

    def _pieces(self) -> Iterator[tuple[str, str]]:
        for number, piece in enumerate(self._reply.stream()):
            if self._limit is not None and number >= self._limit:
                self._cut = True
                return
            yield piece

    def _piece(self, text: str, thinking: str) -> dict[str, Any]:
        return self._shape.piece(self._exchange.recorded.model, text, thinking)

    async def fail(self, error: str) -> None:
        """End in an error: a status when nothing was sent yet, a line otherwise."""
        if not self._exchange.recorded.lines:
            raise Refused(500, error, JSON_STREAM_ERROR)
        await self._exchange.line({"error": error})
        await self._exchange.end()

    async def finish(self, figures: dict[str, int]) -> None:
        """The last line and the end of the stream, or the whole reply as one object."""
        reply = self._reply
        thinking, text = ("", "") if self._cut else (reply.done_thinking, reply.done_text)
        if not self._streams:
            thinking = "".join(piece for piece, _ in self._said) + thinking
            text = "".join(piece for _, piece in self._said) + text
        reason = "length" if self._cut else reply.done_reason
        line = self._piece(text, thinking) | {"done": True}
        line |= {"done_reason": reason} if reason else {}
        if self._shape is GENERATE and not self._exchange.body.get("raw"):
            line["context"] = list(range(len(pieces(text)) + 1))
        if not self._streams:
            await self._exchange.json(line | figures)
            return
        if reply.done:
            await self._exchange.line(line | figures, last=True)
        await self._exchange.end()
