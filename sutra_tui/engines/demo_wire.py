"""Ollama's wire format as the demo speaks it: what requests may say, what bytes answers are.

Invariant: bytes out are the real server's bytes for the same values: key order, compact JSON, Go's
escapes, one object a line in streams, and its exact sentences where a client tells errors apart.
Requests are outside text: anything that is not the protocol becomes a `Refusal`, nothing else.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import httpx

DEFAULT_NUM_CTX: Final = 4096
FOREVER: Final = math.inf
_LATEST: Final = timedelta(days=106_751)
"""Go's longest duration, about 292 years: how servers print "for ever"."""
_GO_ESCAPES: Final = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})
_UNITS: Final = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION: Final = re.compile(r"(\d{1,12}(?:\.\d{1,12})?)(ns|us|µs|ms|s|m|h)")
_THINK_LEVELS: Final = ("low", "medium", "high", "max")


class Refusal(Exception):
    """An answer that is an error.

    Args:
        status: HTTP status.
        text: The server's sentence.
    """

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


@dataclass(frozen=True, slots=True)
class ChatCall:
    """What one `/api/chat` request asks for.

    Args:
        model: Name as sent.
        contents: The text of every message.
        asked: The text of the last user message, or of the last message when there is none.
        stream: Many lines, or one object.
        think: As sent; None when it was not.
        keep_alive: Seconds, `FOREVER`, or None when it was not sent.
        num_ctx: Context in tokens.
        num_predict: Most tokens to write; None is no limit.
    """

    model: str
    contents: tuple[str, ...]
    asked: str
    stream: bool
    think: bool | None
    keep_alive: float | None
    num_ctx: int
    num_predict: int | None


def read_object(body: bytes) -> Mapping[str, Any]:
    """A request's body.

    Raises:
        Refusal: It is empty, no JSON, or no object.
    """
    if not body.strip():
        raise Refusal(400, "missing request body")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "invalid character in request body") from None
    if not isinstance(data, dict):
        raise Refusal(400, "json: cannot unmarshal value into Go value of type api.Request")
    return data


def read_model(data: Mapping[str, Any]) -> str:
    """The model a request names.

    Raises:
        Refusal: It names none.
    """
    name = data.get("model") or data.get("name") or ""
    if not isinstance(name, str) or not name:
        raise Refusal(400, "model is required")
    return name


def read_chat(data: Mapping[str, Any]) -> ChatCall:
    """Everything the demo heeds in an `/api/chat` request; other fields are ignored.

    Raises:
        Refusal: A field of the wrong type.
    """
    messages = [_read_message(item) for item in _typed(data, "messages", list, [])]
    from_user = [content for role, content in messages if role == "user"]
    contents = tuple(content for _, content in messages)
    options = _typed(data, "options", dict, {})
    num_predict = _whole(options, "num_predict", -1)
    return ChatCall(
        model=read_model(data),
        contents=contents,
        asked=(from_user or contents or ("",))[-1],
        stream=_typed(data, "stream", bool, True),
        think=_read_think(data.get("think")),
        keep_alive=_read_keep_alive(data.get("keep_alive")),
        num_ctx=max(1, _whole(options, "num_ctx", DEFAULT_NUM_CTX)),
        num_predict=num_predict if num_predict > 0 else None,
    )


def _read_message(item: Any) -> tuple[str, str]:
    if not isinstance(item, dict):
        raise Refusal(400, "json: cannot unmarshal messages into api.Message")
    content = _typed(item, "content", str, "")
    # Go's decoder replaces halves of surrogate pairs; Python's keeps them, and they cannot be sent.
    whole = content.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _typed(item, "role", str, ""), whole


def _read_think(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if value in _THINK_LEVELS:
        return True
    raise Refusal(
        400, 'invalid think value: must be "high", "medium", "low", "max", true, or false'
    )


def _read_keep_alive(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _forever_below_zero(_go_duration(value))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except OverflowError:
            seconds = math.inf
        if not math.isnan(seconds):
            return _forever_below_zero(seconds)
    raise Refusal(400, f"Unsupported type: '{type(value).__name__}'")


def _go_duration(text: str) -> float:
    digits = text.removeprefix("-")
    if digits == "0":
        return 0.0
    if digits.replace(".", "", 1).isdecimal():
        raise Refusal(400, f'time: missing unit in duration "{text[:100]}"')
    parts = _DURATION.findall(digits)
    if not parts or "".join(number + unit for number, unit in parts) != digits:
        raise Refusal(400, f'time: invalid duration "{text[:100]}"')
    seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
    return -seconds if text != digits else seconds


def _forever_below_zero(seconds: float) -> float:
    return FOREVER if seconds < 0 else seconds


def _typed(data: Mapping[str, Any], name: str, kind: type, default: Any) -> Any:
    value = data.get(name)
    if value is None:
        return default
    if not isinstance(value, kind):
        raise Refusal(400, f"json: cannot unmarshal {type(value).__name__} into field {name}")
    return value


def _whole(options: Mapping[str, Any], name: str, default: int) -> int:
    value = options.get(name)
    if value is None:
        return default
    if isinstance(value, float) and math.isfinite(value):
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refusal(500, f'option "{name}" must be of type integer')
    return value


def encode(value: Mapping[str, Any]) -> bytes:
    """One JSON object as the server writes it, without a line end."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_GO_ESCAPES).encode("utf-8", "replace")


def line(value: Mapping[str, Any]) -> bytes:
    """One JSON object as a line of a stream."""
    return encode(value) + b"\n"


def json_response(value: Mapping[str, Any], status: int = 200) -> httpx.Response:
    """An answer of one object; errors come without a charset, as the server sends them."""
    kind = "application/json; charset=utf-8" if status == 200 else "application/json"
    return httpx.Response(status, headers={"Content-Type": kind}, content=encode(value))


def text_response(text: str, status: int = 200) -> httpx.Response:
    """An answer that is a plain sentence."""
    kind = "text/plain; charset=utf-8" if status == 200 else "text/plain"
    return httpx.Response(status, headers={"Content-Type": kind}, content=text.encode())


def stream_response(stream: httpx.AsyncByteStream) -> httpx.Response:
    """An answer that arrives line by line."""
    headers = {"Content-Type": "application/x-ndjson", "Transfer-Encoding": "chunked"}
    return httpx.Response(200, headers=headers, stream=stream)


def refusal_response(refusal: Refusal) -> httpx.Response:
    """An error as the server sends it before the first byte of a stream."""
    return json_response({"error": refusal.text}, refusal.status)


def not_found(model: str) -> Refusal:
    """The server's sentence for a model it does not have."""
    return Refusal(404, f"model '{model}' not found")


def moment(after_s: float = 0.0) -> str:
    """A time as servers print it.

    Args:
        after_s: Seconds from now; `FOREVER` gives the far end of what the server can print.
    """
    later = _LATEST if after_s > _LATEST.total_seconds() else timedelta(seconds=after_s)
    return (datetime.now(timezone.utc) + later).isoformat(timespec="microseconds")[:-6] + "Z"
