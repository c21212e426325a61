"""A client that takes nothing for granted: raw sockets, raw bytes.

Invariant: nothing is decoded before a test asks for it.
"""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import dataclass, field
from typing import Any

from .server import OllamaServer


@dataclass(frozen=True, slots=True)
class RawResponse:
    """One response; `chunks` is empty when the body was not chunked."""

    head: bytes
    body: bytes
    chunks: list[bytes] = field(default_factory=list)

    @property
    def status(self) -> int:
        """The status code."""
        return int(self.head.split(b" ", 2)[1])

    @property
    def names(self) -> list[str]:
        """Header names in the order they came."""
        return [line.partition(b":")[0].decode() for line in self.head.split(b"\r\n")[1:]]

    @property
    def headers(self) -> dict[str, str]:
        """Headers by name, as written."""
        pairs = (line.decode().split(": ", 1) for line in self.head.split(b"\r\n")[1:])
        return dict(tuple(pair) for pair in pairs)  # type: ignore[misc]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        """The body as JSON lines."""
        return [json.loads(line) for line in self.body.split(b"\n") if line]


class RawClient:
    """One TCP connection."""

    def __init__(self, server: OllamaServer) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        self._host = server.host
        self._buffer = b""

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> RawClient:
        """Send a request; a body that is not bytes goes as JSON."""
        data = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        lines = [f"{method} {path} HTTP/1.1", f"Host: {headers.pop('Host', self._host)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(data)}")
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
        return self

    def until(self, mark: bytes) -> bytes:
        """Bytes up to and without a mark. Raises EOFError when the server is gone before it."""
        while mark not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def exactly(self, count: int) -> bytes:
        """So many bytes. Raises EOFError as `until`."""
        while len(self._buffer) < count:
            self._more()
        found, self._buffer = self._buffer[:count], self._buffer[count:]
        return found

    def rest(self) -> bytes:
        """Everything up to the end of the connection."""
        try:
            while True:
                self._more()
        except EOFError:
            found, self._buffer = self._buffer, b""
            return found

    def chunk(self) -> bytes:
        """One HTTP chunk; b"" is the last."""
        data = self.exactly(int(self.until(b"\r\n"), 16))
        assert self.exactly(2) == b"\r\n"
        return data

    def response(self, *, bodiless: bool = False) -> RawResponse:
        """One whole response."""
        head = self.until(b"\r\n\r\n")
        empty = RawResponse(head, b"")
        if bodiless:
            return empty
        if empty.headers.get("Transfer-Encoding") != "chunked":
            return RawResponse(head, self.exactly(int(empty.headers["Content-Length"])))
        chunks = []
        while data := self.chunk():
            chunks.append(data)
        return RawResponse(head, b"".join(chunks), chunks)

    def reset(self) -> None:
        """Hang up with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _more(self) -> None:
        data = self.socket.recv(1 << 20)
        if not data:
            raise EOFError(self._buffer)
        self._buffer += data


def ask(
    server: OllamaServer, method: str, path: str, body: Any = None, **headers: str
) -> RawResponse:
    """One request on a connection of its own, and its whole response."""
    with RawClient(server) as client:
        client.send(method, path, body, **headers)
        return client.response(bodiless=method == "HEAD")


def chat_body(model: str = "llama3.2:3b", text: str = "Say hello", **more: Any) -> dict[str, Any]:
    """The body of a chat."""
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}
