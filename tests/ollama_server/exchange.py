"""One request and its reply, written as gin writes it.

Invariant: a stream's head goes out together with its first line, and faults and held points act
between lines, so that every kind of reply can be broken in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .connection import Connection, Request
from .gate import Gate, Point
from .journal import Journal, Recorded
from .wire import BUFFERED, LAST_CHUNK, chunk, encode_json, head

if TYPE_CHECKING:
    from .faults import Active

JSON = "application/json; charset=utf-8"
JSON_STREAM_ERROR = "application/json"
"""Errors found by the stream writer come without a charset."""
NDJSON = "application/x-ndjson"
TEXT = "text/plain"


class Refused(Exception):
    """The request ends with an error body.

    Args:
        status: HTTP status.
        error: The text under "error".
        content_type: Gin's, or the stream writer's.
        more: Further fields, in order.
    """

    def __init__(self, status: int, error: str, content_type: str = JSON, **more: str) -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error, **more}
        self.content_type = content_type


class Exchange:
    """What a handler needs to answer one request."""

    def __init__(
        self,
        connection: Connection,
        request: Request,
        recorded: Recorded,
        journal: Journal,
        gate: Gate,
        faults: list[Active],
        model: str,
    ) -> None:
        self.connection = connection
        self.request = request
        self.recorded = recorded
        self.faults = faults
        self.model = model
        """Full name of the model asked for; "" when none is."""
        self.closing = request.headers.get("connection", "").lower() == "close"
        """Whether the connection ends after this reply."""
        self._journal = journal
        self._gate = gate
        self._open = False

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object of the request; {} when there is none."""
        return self.recorded.body or {}

    async def reach(self, point: Point) -> None:
        """Wait while this point is held."""
        await self._gate.reach(point, self.recorded, self.model)

    async def head(self, status: int, headers: dict[str, str], **framing: str) -> None:
        """Send the head alone."""
        if self.closing:
            framing["connection"] = "close"
        self.recorded.status = status
        self._journal.notify()
        await self.connection.write(head(status, headers, **framing))

    async def complete(self, status: int, headers: dict[str, str], body: bytes) -> None:
        """Send a whole reply at once, framed as Go frames it: chunked beyond its buffer."""
        chunked = len(body) > BUFFERED
        framing = (
            {"transfer_encoding": "chunked"} if chunked else {"content_length": str(len(body))}
        )
        if self.closing:
            framing["connection"] = "close"
        if self.request.method == "HEAD":
            wire = b""
        else:
            wire = chunk(body) + LAST_CHUNK if chunked else body
        self.recorded.status = status
        self.recorded.finished = True
        await self.connection.write(head(status, headers, **framing) + wire)

    async def json(self, value: Any, status: int = 200, content_type: str = JSON) -> None:
        """Answer with one JSON value."""
        await self.reach("headers")
        body = encode_json(value)
        for active in self.faults:
            if status == 200 and await active.interrupt_body(self, body):
                return
        await self.complete(status, {"Content-Type": content_type}, body)

    async def line(self, value: Any, *, last: bool = False) -> None:
        """Write one line of a stream; the first one opens it."""
        if not self.recorded.lines:
            await self.reach("headers")
        await self.reach(self.recorded.lines)
        if last:
            await self.reach("done")
        for active in self.faults:
            await active.interrupt_line(self, last)
        await self.raw_line(encode_json(value) + b"\n")

    async def open_stream(self, content_type: str = NDJSON) -> None:
        """Send the head of a stream unless it has been sent."""
        if not self._open:
            self._open = True
            await self.head(200, {"Content-Type": content_type}, transfer_encoding="chunked")

    async def raw_line(self, data: bytes) -> None:
        """Write bytes as one chunk of the stream, whatever they are."""
        await self.open_stream()
        self.recorded.lines += 1
        await self.connection.write(chunk(data))
        self._journal.notify()

    async def end(self) -> None:
        """End the stream properly."""
        await self.open_stream()
        self.recorded.finished = True
        await self.connection.write(LAST_CHUNK)
