"""Faults that answer in place of the server: silence, error bodies, strangers, redirects, floods.

Invariant: the request is never looked at, so each works on every path.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from .chat import too_long
from .connection import Hangup
from .exchange import JSON, JSON_STREAM_ERROR, NDJSON, Exchange
from .faults import fault
from .wire import LAST_CHUNK, chunk, encode_json

MIB = 1024**2
NOT_SIGNED_IN = "https://ollama.com/connect?name=laptop&key=c3NoLWVkMjU1MTk"


@fault("hang_headers", "instead")
async def hang_headers(exchange: Exchange) -> None:
    """Say nothing at all, keep the connection."""
    await asyncio.Event().wait()


@fault("close_before_headers", "instead")
async def close_before_headers(exchange: Exchange) -> NoReturn:
    """Close the connection without a byte."""
    raise Hangup


@fault("rst_before_headers", "instead")
async def rst_before_headers(exchange: Exchange) -> NoReturn:
    """Reset the connection without a byte."""
    exchange.connection.reset()
    raise Hangup


@fault("empty_body", "instead")
async def empty_body(exchange: Exchange) -> None:
    """200 and nothing."""
    await exchange.complete(200, {"Content-Type": NDJSON}, b"")


@fault("html_200", "instead")
async def html_200(exchange: Exchange) -> None:
    """A captive portal's page."""
    page = b"<!DOCTYPE html>\n<html><body>\n<h1>Welcome to Hotel Wi-Fi</h1>\n</body></html>\n"
    await exchange.complete(200, {"Content-Type": "text/html"}, page)


@fault("not_http", "instead")
async def not_http(exchange: Exchange) -> NoReturn:
    """Another service's banner."""
    await exchange.connection.write(b"SSH-2.0-OpenSSH_9.6p1 Ubuntu-3ubuntu13\r\n")
    raise Hangup


@fault("gzip_bomb", "instead")
async def gzip_bomb(exchange: Exchange, size: int = 50 * MIB) -> None:
    """A line of many megabytes in a compressed body of a few kilobytes, asked for or not."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = packer.compress(b'{"message":{"role":"assistant","content":"')
    block = b"a" * MIB
    for _ in range(size // MIB):
        packed += packer.compress(block)
    packed += packer.compress(b'"},"done":true}\n') + packer.flush()
    headers = {"Content-Type": NDJSON, "Content-Encoding": "gzip"}
    await exchange.complete(200, headers, packed)


def _refusal(name: str, status: int, body: Any, content_type: str = JSON) -> None:
    """Enter a fault that answers with a status and a body; text and bytes go out as they are."""

    async def refuse(exchange: Exchange) -> None:
        whole = body(exchange) if callable(body) else body
        data = whole if isinstance(whole, bytes) else encode_json(whole)
        headers = {"Content-Type": content_type} if content_type else {}
        await exchange.complete(status, headers, data)

    refuse.__doc__ = f"Status {status}."
    fault(name, "instead")(refuse)


def _named(text: str) -> Callable[[Exchange], dict[str, str]]:
    return lambda exchange: {"error": text.format(name=exchange.recorded.model)}


_refusal("error_400", 400, {"error": "invalid model name"})
_refusal("error_400_no_chat", 400, _named('"{name}" does not support chat'))
_refusal("error_400_no_thinking", 400, _named('"{name}" does not support thinking'))
_refusal("error_400_nested_context", 400, {"error": too_long(13392, 8192, True)}, JSON_STREAM_ERROR)
_refusal("error_401_signin", 401, {"error": "unauthorized", "signin_url": NOT_SIGNED_IN})
_refusal("error_403_empty", 403, b"", "")
_refusal("error_403_cloud", 403, {"error": "ollama cloud is disabled: remote model is unavailable"})
_refusal("error_404", 404, _named("model '{name}' not found"))
_refusal("error_404_page", 404, b"404 page not found", "text/plain")
_refusal(
    "error_500",
    500,
    {
        "error": "model runner has unexpectedly stopped, this may be due to resource limitations "
        "or an internal error, check ollama server logs for details"
    },
    JSON_STREAM_ERROR,
)
_refusal("error_500_oom", 500, {"error": "llama-server process has terminated: signal: killed"})
_refusal(
    "error_500_memory",
    500,
    {"error": "model requires more system memory (5.6 GiB) than is available (3.9 GiB)"},
)
_refusal(
    "error_502_html",
    502,
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.24.0</center>\r\n"
    b"</body>\r\n</html>\r\n",
    "text/html",
)
_refusal(
    "error_502_cloud",
    502,
    {
        "error": 'Post "https://ollama.com:443/api/chat?ts=1": dial tcp: '
        "lookup ollama.com: no such host"
    },
)
_refusal(
    "error_503_busy",
    503,
    {"error": "server busy, please try again.  maximum pending requests exceeded"},
)
_refusal("error_body_list", 500, ["x"])
_refusal("error_body_string", 500, "x")
_refusal("error_body_null", 500, None)
_refusal("error_body_deep", 500, b'{"error":' + b"[" * 100_000 + b"]" * 100_000 + b"}")


@fault("error_body_huge", "instead")
async def error_body_huge(exchange: Exchange, size: int = 64 * MIB) -> None:
    """An error text of many megabytes."""
    blocks = (b"x" * 65_536 for _ in range(size // 65_536))
    await _flood(exchange, 500, JSON, _between(b'{"error":"', blocks, b'"}'))


@fault("redirect_same", "instead")
async def redirect_same(exchange: Exchange, status: int = 307) -> None:
    """Another path of the same server."""
    await exchange.complete(status, {"Location": f"/redirected{exchange.request.path}"}, b"")


@fault("redirect_cross", "instead")
async def redirect_cross(exchange: Exchange, to: str = "", status: int = 307) -> None:
    """Another origin: by default this server under its other name, so that it shows in the log."""
    port = exchange.request.headers.get("host", "").rpartition(":")[2]
    where = to or f"http://localhost:{port}/stolen{exchange.request.path}"
    await exchange.complete(status, {"Location": where}, b"")


@fault("redirect_loop", "instead")
async def redirect_loop(exchange: Exchange) -> None:
    """The same path again, for ever."""
    await exchange.complete(307, {"Location": exchange.request.path}, b"")


@fault("million_models", "instead", "/api/tags")
async def million_models(exchange: Exchange, count: int = 1_000_000) -> None:
    """A list of very many models."""
    await _flood(exchange, 200, JSON, _list(b'"m%d:latest"' % number for number in range(count)))


@fault("megabyte_names", "instead", "/api/tags")
async def megabyte_names(exchange: Exchange, size: int = MIB, count: int = 20) -> None:
    """Models whose names are a megabyte long."""
    names = (encode_json(f"{number}{'n' * size}:latest") for number in range(count))
    await _flood(exchange, 200, JSON, _list(names))


HOSTILE_NAMES = (
    "\x1b[31mred\x1b[0m:latest",
    "\x1b]0;title\x07:latest",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\:latest",
    "\x9b2J:latest",
    "[bold red]markup[/]:latest",
    "[/]:latest",
    "[@click=app.quit]quit[/]:latest",
    "new\nline:latest",
    "tab\tand\rreturn:latest",
    "\u202egnp.exe:latest",
    "zero\u200bwidth\u2066:latest",
    "e" + "\u0301" * 200 + ":latest",
    "{query} {0} %s %n:latest",
    "../../etc/passwd:latest",
    "世界🎉👩\u200d👩\u200d👧:latest",
    "\ufeff:latest",
    "",
    " ",
)


@fault("hostile_names", "instead", "/api/tags")
async def hostile_names(exchange: Exchange) -> None:
    """Models whose names are made to be taken for something else."""
    await _flood(exchange, 200, JSON, _list(map(encode_json, HOSTILE_NAMES)))


@fault("same_names", "instead", "/api/tags")
async def same_names(exchange: Exchange, model: str = "llama3.2:3b", count: int = 3) -> None:
    """One model listed again and again."""
    await _flood(exchange, 200, JSON, _list(encode_json(model) for _ in range(count)))


_ENTRY = (
    b',"modified_at":"2026-10-04T09:30:12.123456789+02:00","size":2019393189,"digest":"'
    + b"5" * 64
    + b'","details":{"parent_model":"","format":"gguf","family":"llama","families":null}}'
)


def _list(names: Iterator[bytes]) -> Iterator[bytes]:
    """A list of models with these names, quoted already."""
    for number, quoted in enumerate(names):
        start = b'{"models":[' if not number else b","
        yield start + b'{"name":' + quoted + b',"model":' + quoted + _ENTRY
    yield b"]}"


def _between(start: bytes, blocks: Iterator[bytes], end: bytes) -> Iterator[bytes]:
    yield start
    yield from blocks
    yield end


async def _flood(exchange: Exchange, status: int, kind: str, parts: Iterator[bytes]) -> None:
    """A long body in chunks of 64 KiB or more."""
    await exchange.head(status, {"Content-Type": kind}, transfer_encoding="chunked")
    waiting = bytearray()
    for part in parts:
        waiting += part
        if len(waiting) >= 65_536:
            await exchange.connection.write(chunk(bytes(waiting)))
            await asyncio.sleep(0)
            waiting.clear()
    await exchange.connection.write((chunk(bytes(waiting)) if waiting else b"") + LAST_CHUNK)
