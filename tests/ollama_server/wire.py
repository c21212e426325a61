"""How Go puts values on the wire: JSON, timestamps, HTTP heads, chunks.

Invariant: byte for byte what `encoding/json` and `net/http` write. Nothing here does I/O.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

BUFFERED = 2048
"""Longest body, in bytes, that Go sends with a Content-Length when the handler states none."""

_ESCAPED = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_FOREVER = timedelta(microseconds=(2**63 - 1) // 1000)
"""Go's longest duration; `keep_alive: -1` adds it to now, which gives the year 2318."""


def encode_json(value: Any) -> bytes:
    """A value as `json.Marshal` writes it: compact, keys in order, HTML characters escaped.

    U+2028 and U+2029 are escaped, U+0085 is not; what is no valid text becomes U+FFFD.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _LONE_SURROGATE.sub("\\\\ufffd", text).translate(_ESCAPED).encode("utf-8")


def utc_now() -> str:
    """`created_at`: UTC with nine fractional digits; the last is never 0, as Go would trim it."""
    seconds, nanos = divmod(time.time_ns(), 10**9)
    if nanos % 10 == 0:
        nanos += 1
    stamp = datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{stamp}.{nanos:09d}Z"


def local_time(seconds_from_now: float | None) -> str:
    """`expires_at`: local time with offset and nine fractional digits; None is "for ever"."""
    ahead = _FOREVER if seconds_from_now is None else timedelta(seconds=seconds_from_now)
    moment = datetime.now().astimezone()
    then = (moment.replace(tzinfo=None) + ahead).replace(tzinfo=moment.tzinfo)
    offset = then.strftime("%z")
    zone = "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}"
    return f"{then.strftime('%Y-%m-%dT%H:%M:%S.%f')}{time.time_ns() % 999 + 1:03d}{zone}"


def head(status: int, headers: Mapping[str, str], **framing: str) -> bytes:
    """Status line and headers in Go's order: the handler's sorted, Date, then the framing.

    Args:
        status: HTTP status code.
        headers: What the handler set.
        framing: `content_length`, `connection` or `transfer_encoding`.
    """
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
    lines += [f"{name}: {headers[name]}" for name in sorted(headers)]
    lines.append(f"Date: {formatdate(usegmt=True)}")
    for name in ("content_length", "connection", "transfer_encoding"):
        if name in framing:
            lines.append(f"{name.replace('_', '-').title()}: {framing[name]}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    """One HTTP chunk."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


LAST_CHUNK = b"0\r\n\r\n"
