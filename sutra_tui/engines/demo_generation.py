"""One reply being written, at a model's pace, as the body of a response.

Invariant: what it reports is what it did. Tokens are pieces really read and really sent, durations
are measured, and closing it gives the model back at once and ends the writing, like a disconnect.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import httpx

from . import demo_tokens
from .demo_machine import Machine, Runner
from .demo_models import DemoModel
from .demo_pace import Pace
from .demo_roles import Reply
from .demo_wire import ChatCall, Refusal, line, moment


@dataclass(frozen=True, slots=True)
class Piece:
    """One token of a reply; only one of the two is not empty."""

    text: str = ""
    thinking: str = ""


def in_pieces(reply: Reply, *, thinks: bool) -> list[Piece]:
    """A reply token by token, the thinking first if there is to be any."""
    thinking = demo_tokens.pieces(reply.thinking) if thinks else []
    return [
        *(Piece(thinking=piece) for piece in thinking),
        *(Piece(text=piece) for piece in demo_tokens.pieces(reply.text)),
    ]


def chat_object(
    model: DemoModel, piece: Piece = Piece(), done_reason: str = "", **figures: int
) -> dict[str, Any]:
    """One `/api/chat` object, its fields in the server's order.

    Args:
        model: Who writes.
        piece: What this object carries.
        done_reason: Why it is the last one; empty when it is not.
        figures: The server's counts and durations, for the last one.
    """
    message = {"role": "assistant", "content": piece.text}
    if piece.thinking:
        message["thinking"] = piece.thinking
    end: dict[str, Any] = {"done_reason": done_reason, **figures} if done_reason else {}
    return {
        "model": model.name,
        "created_at": moment(),
        "message": message,
        "done": bool(done_reason),
        **end,
    }


class Generation(httpx.AsyncByteStream):
    """One chat reply, from the moment its model is taken until it is given back.

    Args:
        pace: How long reading and writing take.
        machine: Where the model goes back to.
        runner: The model, taken.
        call: The request.
        started: When the request came, by the pace's clock; loading began then.
    """

    def __init__(
        self, pace: Pace, machine: Machine, runner: Runner, call: ChatCall, started: float
    ) -> None:
        self._pace = pace
        self._machine = machine
        self._runner = runner
        self._call = call
        self._started = started
        self._closed = False
        self._load_ns = pace.nanoseconds_since(started)
        self._prompt_tokens = sum(demo_tokens.count(content) for content in call.contents)
        self._prompt_ns = 0
        self._pieces: list[Piece] = []

    async def read_prompt(self, reply: Reply) -> None:
        """Take the time the model takes to read the prompt.

        Args:
            reply: What it will then say.

        Raises:
            Refusal: The prompt is longer than the context; nothing is cut in silence here.
        """
        num_ctx, speed = self._runner.num_ctx, self._runner.model.speed
        if self._prompt_tokens >= num_ctx:
            raise _context_exceeded(self._prompt_tokens, num_ctx)
        began = self._pace.clock()
        thinks = self._runner.model.thinks and self._call.think is not False
        self._pieces = in_pieces(reply, thinks=thinks)
        await self._pace.wait(began, self._prompt_tokens / speed.prompt)
        self._prompt_ns = self._pace.nanoseconds_since(began)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        model = self._runner.model
        began = self._pace.clock()
        async with aclosing(self._write(began)) as written:
            async for piece in written:
                yield line(chat_object(model, piece))
        if not self._closed:
            last = self._last(Piece(), began)
            self.release()
            yield line(last)

    async def whole(self) -> dict[str, Any]:
        """The reply as one object, for a request that does not stream."""
        began = self._pace.clock()
        async with aclosing(self._write(began)) as written:
            pieces = [piece async for piece in written]
        text = "".join(piece.text for piece in pieces)
        thinking = "".join(piece.thinking for piece in pieces)
        last = self._last(Piece(text, thinking), began)
        self.release()
        return last

    async def aclose(self) -> None:
        self.release()

    def release(self) -> None:
        """End the writing and give the model back; once is as good as twice."""
        if not self._closed:
            self._closed = True
            self._machine.release(self._runner)

    async def _write(self, began: float) -> AsyncGenerator[Piece, None]:
        for number, piece in enumerate(self._pieces[: self._limit()], 1):
            await self._pace.wait(began, number / self._runner.model.speed.decode)
            if self._closed:
                return
            yield piece

    def _limit(self) -> int:
        room = self._runner.num_ctx - self._prompt_tokens
        return min(room, self._call.num_predict or room)

    def _last(self, piece: Piece, began: float) -> dict[str, Any]:
        return chat_object(
            self._runner.model,
            piece,
            done_reason="length" if self._limit() < len(self._pieces) else "stop",
            total_duration=self._pace.nanoseconds_since(self._started),
            load_duration=self._load_ns,
            prompt_eval_count=self._prompt_tokens,
            prompt_eval_duration=self._prompt_ns,
            eval_count=min(self._limit(), len(self._pieces)),
            eval_duration=self._pace.nanoseconds_since(began),
        )


def _context_exceeded(tokens: int, num_ctx: int) -> Refusal:
    # Recent servers put the runner's own error object, as text, into their error.
    message = (
        f"request ({tokens} tokens) exceeds the available context size ({num_ctx} tokens), "
        "try increasing it"
    )
    inner = {
        "code": 400,
        "message": message,
        "type": "exceed_context_size_error",
        "n_prompt_tokens": tokens,
        "n_ctx": num_ctx,
    }
    return Refusal(400, json.dumps({"error": inner}, separators=(",", ":")))
