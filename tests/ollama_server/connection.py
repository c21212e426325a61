"""One TCP connection: requests in, bytes out, and whether the client is still there.

Invariant: one task reads the socket all the time, so a client that hangs up is seen at once, also
while a reply is being written, as Go's server does it.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

_RESET = struct.pack("ii", 1, 0)
_SLICE = 1 << 16


class Hangup(Exception):
    """The server side ends this connection on purpose."""


class Complete(Exception):
    """The reply is complete as it stands, though a handler meant to write more."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]


class Connection:
    """Reads requests, writes bytes, notices the end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.gone = asyncio.Event()
        self.slice = _SLICE
        """Most bytes per write to the socket."""
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._pump = asyncio.ensure_future(self._read_all())

    async def _read_all(self) -> None:
        try:
            while data := await self._reader.read(_SLICE):
                self._buffer += data
                self._arrived.set()
        except OSError:
            pass
        finally:
            self.gone.set()
            self._arrived.set()

    async def request(self) -> Request | None:
        """The next request, or None when the client has gone.

        Raises:
            ValueError: What arrived is not HTTP.
        """
        top = await self._until(b"\r\n\r\n")
        if top is None:
            return None
        first, *rest = top.decode("latin-1").split("\r\n")
        method, target, protocol = first.split(" ")
        if not protocol.startswith("HTTP/1."):
            raise ValueError(protocol)
        pairs = (line.partition(":") for line in rest)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        body = await self._body(headers)
        return None if body is None else Request(method, target, headers, body)

    async def _body(self, headers: dict[str, str]) -> bytes | None:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self._exactly(int(headers.get("content-length", "0")))
        body = b""
        while (size := await self._until(b"\r\n")) is not None:
            piece = await self._exactly(int(size.partition(b";")[0], 16) + 2)
            if piece is None:
                return None
            if len(piece) == 2:
                return body
            body += piece[:-2]
        return None

    async def _until(self, mark: bytes) -> bytes | None:
        while (at := self._buffer.find(mark)) < 0:
            if not await self._more():
                return None
        data = bytes(self._buffer[:at])
        del self._buffer[: at + len(mark)]
        return data

    async def _exactly(self, count: int) -> bytes | None:
        while len(self._buffer) < count:
            if not await self._more():
                return None
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def _more(self) -> bool:
        if self.gone.is_set():
            return False
        self._arrived.clear()
        await self._arrived.wait()
        return True

    async def write(self, data: bytes) -> None:
        """Send bytes, in slices, giving way after each so that a hang-up is noticed.

        Raises:
            ConnectionError: The client has gone.
        """
        for start in range(0, len(data), self.slice):
            if self.gone.is_set():
                raise ConnectionResetError
            self._writer.write(data[start : start + self.slice])
            await self._writer.drain()
            if start + self.slice < len(data):
                await asyncio.sleep(0)

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        raw = self._writer.get_extra_info("socket")
        if raw is not None and not self._writer.transport.is_closing():
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._writer.transport.abort()
        self._pump.cancel()

    async def close(self) -> None:
        """End the connection in the orderly way, after what was written."""
        self._pump.cancel()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    def abort(self) -> None:
        """End the connection now, whatever was not sent yet."""
        self._writer.transport.abort()
        self._pump.cancel()
