"""The guard below the client: bytes from a server that may be broken or hostile, made harmless.

Invariant: what passes upwards is a 200 whose body is JSON by its first bytes, within the limits,
each line whole; everything else is raised here as one of our errors, before any other parser sees
it. What passes downwards carries no key that was not asked for, and is never sent anywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Final

import httpx

from ..core.clean import clean_line
from ..core.errors import EngineError
from . import faults
from .read_ahead import ReadAhead

MIB: Final = 1024 * 1024
_CHAT: Final = "/api/chat"
_PULL: Final = "/api/pull"
_BLANKS: Final = b" \t\r\n"
_CONTROLS: Final = bytes(range(32))
_LINE_BREAKS: Final = re.compile(rb"[\x0b\x0c\r\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9]")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bytes an honest server sends.

    Args:
        line: One line of a streamed reply; a token is some bytes, a final line some hundred.
        reply: A whole streamed reply; 16 MiB are about four million tokens. A pull has no limit:
            it may report for hours, and nothing of it is kept.
        document: One JSON document, such as the list of models.
        error: The body of an error; what is longer is cut, not refused.
    """

    line: int = MIB
    reply: int = 16 * MIB
    document: int = 8 * MIB
    error: int = 64 * 1024


class GuardTransport(httpx.AsyncBaseTransport):
    """An httpx transport that checks what another one brings.

    Args:
        inner: What really sends.
        address: The server, for messages.
        api_key: Sent as a bearer token; None sends none, whatever the client above adds.
        limits: The most bytes accepted.
        closes_inner: Whether closing this closes `inner`.
    """

    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        *,
        address: str,
        api_key: str | None = None,
        limits: Limits | None = None,
        closes_inner: bool = True,
    ) -> None:
        self._inner = inner
        self._address = address
        self._api_key = api_key
        self._limits = limits or Limits()
        self._closes_inner = closes_inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and answer with a checked response.

        Raises:
            EngineError: The answer is an error, a redirect or not the protocol.
            httpx.HTTPError: As raised by the inner transport.
        """
        self._clean_headers(request)
        response = await self._inner.handle_async_request(request)
        body = response.stream
        assert isinstance(body, httpx.AsyncByteStream)
        try:
            await self._check(request, response, body)
        except BaseException:
            await body.aclose()
            raise
        streamed = request.url.path.endswith((_CHAT, _PULL))
        return httpx.Response(
            200,
            # Rewritten, so that no charset or length of the server's reaches the decoder.
            headers={"content-type": "application/x-ndjson" if streamed else "application/json"},
            stream=_Body(
                body, _bursts(self._lines(body, request)) if streamed else self._document(body)
            ),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close the inner transport, if it is ours to close."""
        if self._closes_inner:
            await self._inner.aclose()

    def _clean_headers(self, request: httpx.Request) -> None:
        # Ollama's client adds OLLAMA_API_KEY by itself, also for plain http.
        request.headers.pop("authorization", None)
        request.headers.pop("cookie", None)
        request.headers["accept-encoding"] = "identity"
        if self._api_key:
            request.headers["authorization"] = f"Bearer {self._api_key}"

    async def _check(
        self, request: httpx.Request, response: httpx.Response, body: httpx.AsyncByteStream
    ) -> None:
        status, headers = response.status_code, response.headers
        if 300 <= status < 400:
            raise faults.violation(
                self._address, f"redirected to {_target(headers)}; nothing was sent there"
            )
        encoding = headers.get("content-encoding", "identity").strip().lower()
        compressed = encoding not in ("", "identity")
        if status >= 400:
            said = b"" if compressed else await _read_up_to(body, self._limits.error)
            raise faults.from_status(status, said, address=self._address, model=_asked(request))
        if compressed:
            raise faults.violation(
                self._address, f"sent a compressed reply ({clean_line(encoding, 20)}), unasked"
            )
        if status != 200:
            raise faults.not_ollama(self._address, f"it answered with HTTP status {status}")
        kind = headers.get("content-type", "").lower()
        if kind and "json" not in kind:
            raise faults.not_ollama(self._address, f"it sent {clean_line(kind, 40)}, not JSON")

    async def _document(self, body: httpx.AsyncByteStream) -> AsyncGenerator[bytes, None]:
        """One JSON document, unchanged and within its limit."""
        limit = self._limits.document
        total = 0
        async for piece in body:
            total += len(piece)
            if total > limit:
                raise faults.too_large(self._address, "a reply", limit)
            yield piece

    async def _lines(
        self, body: httpx.AsyncByteStream, request: httpx.Request
    ) -> AsyncGenerator[bytes, None]:
        """The lines of a streamed reply: whole, not blank, and with no line break but the last.

        Splits at "\\n" alone; the client's own reader splits at ten other characters too, which
        models do write.
        """
        limits, total, tail = self._limits, 0, bytearray()
        endless = request.url.path.endswith(_PULL)
        async for piece in body:
            total += len(piece)
            if total > limits.reply and not endless:
                raise faults.too_large(self._address, "a reply", limits.reply)
            *ends, rest = piece.split(b"\n")
            for end in ends:
                line = self._line(bytes(tail + end) if tail else end, request)
                tail.clear()
                if line:
                    yield line
            tail += rest
            if len(tail) > limits.line:
                raise faults.too_large(self._address, "a line", limits.line)
        line = self._line(bytes(tail), request)
        if line:
            if not _is_whole(line):
                raise faults.interrupted(self._address, "ended its reply in the middle of a line")
            yield line

    def _line(self, raw: bytes, request: httpx.Request) -> bytes:
        """One line ready for the client; empty for a blank one.

        Raises:
            EngineError: It is too long, not an object, or an error report.
        """
        if len(raw) > self._limits.line:
            raise faults.too_large(self._address, "a line", self._limits.line)
        line = raw.strip(_BLANKS)
        if not line:
            return b""
        if not line.isascii() or line.translate(None, _CONTROLS) != line:
            line = _LINE_BREAKS.sub(_escaped, line)
        if line.startswith(b"<"):
            raise faults.not_ollama(self._address, "it sent a web page")
        if not line.startswith(b"{"):
            raise faults.violation(self._address, "sent a line that is not a JSON object")
        # Inside JSON text a quote is escaped, so no model can write these bytes.
        if b'"error"' in line:
            error = _error_in(line, self._address, _asked(request))
            if error is not None:
                raise error
        return line + b"\n"


class _Body(httpx.AsyncByteStream):
    """Checked bytes, and the unchecked body that closing must close."""

    def __init__(self, inner: httpx.AsyncByteStream, checked: AsyncGenerator[bytes, None]) -> None:
        self._inner = inner
        self._checked = checked

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._checked

    async def aclose(self) -> None:
        await self._checked.aclose()
        await self._inner.aclose()


async def _bursts(lines: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """Lines that have come together, together: every layer of the client costs once for them."""
    async with ReadAhead(lines) as ahead:
        while pieces := await ahead.take():
            yield b"".join(pieces)


async def _read_up_to(body: httpx.AsyncByteStream, limit: int) -> bytes:
    """The beginning of an error's body; a body that breaks off says what it said."""
    said = bytearray()
    try:
        async for piece in body:
            said += piece
            if len(said) >= limit:
                break
    except httpx.HTTPError:
        pass
    return bytes(said[:limit])


def _asked(request: httpx.Request) -> str:
    """Which model a request of ours was about."""
    try:
        model = json.loads(request.content).get("model", "")
    except (ValueError, AttributeError, httpx.RequestNotRead):
        return ""
    return model if isinstance(model, str) else ""


def _target(headers: httpx.Headers) -> str:
    """Where a redirect leads, without anything secret its URL may hold."""
    try:
        host = httpx.URL(headers.get("location", "")).host
    except (httpx.InvalidURL, ValueError):
        host = ""
    return clean_line(host, 100) or "another address"


def _error_in(line: bytes, address: str, model: str) -> EngineError | None:
    """The error a line reports; None when it is a piece of a reply after all."""
    try:
        said = json.loads(line.decode("utf-8", "replace")).get("error")
    except (ValueError, RecursionError):
        return faults.violation(address, "sent a line that is not JSON")
    return faults.from_words(said, address=address, model=model) if said else None


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line.decode("utf-8", "replace"))
    except ValueError:
        return False
    except RecursionError:
        return True  # whole or not, it is not a reply; the client's reader says so
    return True


def _escaped(found: re.Match[bytes]) -> bytes:
    """A raw line break as the JSON escape of the same character."""
    return b"\\u%04x" % ord(found.group().decode("utf-8"))
