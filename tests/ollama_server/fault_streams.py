"""Faults that strike between two lines of a stream, or in the middle of a body.

Invariant: what went out before was right; what returns lets the stream go on.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import NoReturn

from .connection import Complete, Hangup
from .exchange import Exchange
from .faults import fault
from .wire import encode_json, utc_now

RUNNER_DIED = "an error was encountered while running the model: unexpected EOF"


def _chunk_line(exchange: Exchange, content: bytes) -> bytes:
    """A chat line whose content is these raw bytes."""
    model = encode_json(exchange.recorded.model)
    stamp = encode_json(utc_now())
    start = b'{"model":' + model + b',"created_at":' + stamp
    return start + b',"message":{"role":"assistant","content":"' + content + b'"},"done":false}\n'


@fault("hang_mid", "midway")
async def hang_mid(exchange: Exchange) -> None:
    """Say nothing more, keep the connection."""
    await exchange.open_stream()
    await asyncio.Event().wait()


@fault("rst_mid", "midway")
async def rst_mid(exchange: Exchange) -> NoReturn:
    """Reset the connection."""
    await exchange.open_stream()
    exchange.connection.reset()
    raise Hangup


@fault("fin_mid_chunk", "midway")
async def fin_mid_chunk(exchange: Exchange) -> NoReturn:
    """Close the connection within an HTTP chunk."""
    await exchange.open_stream()
    await exchange.connection.write(b"fff\r\n" + _chunk_line(exchange, b"cut")[:40])
    raise Hangup


@fault("cut_mid_line", "midway")
async def cut_mid_line(exchange: Exchange) -> NoReturn:
    """End the stream properly, within a line."""
    await exchange.raw_line(_chunk_line(exchange, b"cut")[:40])
    await exchange.end()
    raise Complete


@fault("eof_no_done", "midway")
async def eof_no_done(exchange: Exchange) -> NoReturn:
    """End the stream properly, without a done line."""
    await exchange.end()
    raise Complete


@fault("error_mid", "midway")
async def error_mid(exchange: Exchange, error: str = RUNNER_DIED) -> NoReturn:
    """An error line, then the end."""
    await exchange.raw_line(encode_json({"error": error}) + b"\n")
    await exchange.end()
    raise Complete


@fault("error_mid_nested", "midway")
async def error_mid_nested(exchange: Exchange) -> NoReturn:
    """An error line whose text is an encoded error of its own, then the end."""
    inner = {"error": {"code": 500, "message": "decode failed", "type": "server_error"}}
    await error_mid(exchange, encode_json(inner).decode())


@fault("error_mid_object", "midway")
async def error_mid_object(exchange: Exchange) -> NoReturn:
    """An error line whose error is an object, then the end."""
    await exchange.raw_line(b'{"error":{"code":500,"message":"decode failed"}}\n')
    await exchange.end()
    raise Complete


@fault("garbage_line", "midway")
async def garbage_line(exchange: Exchange) -> None:
    """A line that is no JSON."""
    await exchange.raw_line(b"%!garbage{{{\n")


@fault("blank_line", "midway")
async def blank_line(exchange: Exchange) -> None:
    """An empty line."""
    await exchange.raw_line(b"\n")


@fault("json_list_line", "midway")
async def json_list_line(exchange: Exchange) -> None:
    """A line that is JSON but no object."""
    await exchange.raw_line(b"[1,2,3]\n")


@fault("wrong_types", "midway")
async def wrong_types(exchange: Exchange) -> None:
    """A line whose every field has the wrong type."""
    await exchange.raw_line(
        b'{"model":5,"created_at":7,"message":{"role":1,"content":["x"],"thinking":{}},'
        b'"done":"no","done_reason":[],"eval_count":"many"}\n'
    )


@fault("missing_message", "midway")
async def missing_message(exchange: Exchange) -> None:
    """A line without a message."""
    await exchange.raw_line(
        encode_json({"model": "x", "created_at": utc_now(), "done": False}) + b"\n"
    )


@fault("deep_json", "midway")
async def deep_json(exchange: Exchange, depth: int = 100_000) -> None:
    """A line nested too deeply for most parsers."""
    await exchange.raw_line(b'{"message":' + b"[" * depth + b"]" * depth + b"}\n")


@fault("u2028_raw", "midway")
async def u2028_raw(exchange: Exchange) -> None:
    """A line whose text holds U+2028, U+2029 and U+0085 as they are."""
    await exchange.raw_line(_chunk_line(exchange, "one\u2028two\u2029three\u0085four".encode()))


@fault("invalid_utf8", "midway")
async def invalid_utf8(exchange: Exchange) -> None:
    """A line whose text is not UTF-8."""
    await exchange.raw_line(_chunk_line(exchange, b"bad \xff\xfe\xc3( end"))


@fault("split_utf8", "midway")
async def split_utf8(exchange: Exchange, text: str = "héllo 世界 🎉") -> None:
    """A line sent byte by byte, each byte in a chunk and a write of its own."""
    line = _chunk_line(exchange, text.encode())
    for byte in line[:-1]:
        await exchange.raw_line(bytes([byte]))
        exchange.recorded.lines -= 1
        await asyncio.sleep(0)
    await exchange.raw_line(line[-1:])


@fault("split_surrogate", "midway")
async def split_surrogate(exchange: Exchange) -> None:
    """An emoji's two halves as escapes in two lines."""
    await exchange.raw_line(_chunk_line(exchange, b"\\ud83c"))
    await exchange.raw_line(_chunk_line(exchange, b"\\udf89"))


@fault("huge_line", "midway")
async def huge_line(exchange: Exchange, size: int = 64 * 1024**2) -> None:
    """One very long line, sent in chunks of 64 KiB."""
    whole = _chunk_line(exchange, b"@")
    start, _, end = whole.partition(b"@")
    block = b"x" * 65_536
    await exchange.raw_line(start)
    for _ in range(size // len(block)):
        await exchange.raw_line(block)
        exchange.recorded.lines -= 1
    await exchange.raw_line(end)
    exchange.recorded.lines -= 1


@fault("infinite", "midway")
async def infinite(exchange: Exchange, token_delay: float = 0.0) -> None:
    """Words without end, whatever `num_predict` says."""
    for number in itertools.count():
        await exchange.raw_line(_chunk_line(exchange, f" word{number}".encode()))
        await asyncio.sleep(token_delay)
