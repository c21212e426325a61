"""Reading request bodies as strictly as Ollama reads them.

Invariant: what Go would not unmarshal is refused with Go's words; unknown fields are ignored.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .exchange import Refused
from .journal import Kind

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
_FIELDS: dict[str, tuple[type, ...]] = {
    "model": (str,), "stream": (bool,), "messages": (list,), "prompt": (str,),
    "options": (dict,), "think": (bool, str),
}  # fmt: skip
_GO_TYPES = {
    "model": "string", "stream": "bool", "messages": "[]api.Message", "prompt": "string",
    "options": "map[string]interface {}", "think": "api.ThinkValue",
}  # fmt: skip


def parse_body(raw: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        Refused: 400, as Go's decoder puts it.
    """
    if not raw.strip():
        raise Refused(400, "missing request body")
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(400, _syntax_error(raw, getattr(error, "pos", 0))) from None
    if not isinstance(value, dict):
        kind = _go_kind(value)
        raise Refused(400, f"json: cannot unmarshal {kind} into Go value of type api.ChatRequest")
    for name, types in _FIELDS.items():
        found = value.get(name)
        if found is not None and not isinstance(found, types):
            raise Refused(
                400,
                f"json: cannot unmarshal {_go_kind(found)} into Go struct field "
                f"ChatRequest.{name} of type {_GO_TYPES[name]}",
            )
    return value


def _syntax_error(raw: bytes, position: int) -> str:
    text = raw.decode("utf-8", "replace")
    rest = text[position:].lstrip()
    if not rest:
        return "unexpected EOF"
    return f"invalid character {rest[0]!r} looking for beginning of value"


def _go_kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "number"


def kind_of(path: str, body: dict[str, Any] | None) -> Kind:
    """What a request asks for."""
    if path not in ("/api/chat", "/api/generate") or body is None:
        return "other"
    if body.get("messages" if path == "/api/chat" else "prompt"):
        return "reply"
    try:
        return "unload" if keep_alive_of(body) == 0 else "load"
    except Refused:
        return "load"


def keep_alive_of(body: dict[str, Any]) -> float | str | None:
    """Seconds, None for ever, "" when the request does not say.

    Raises:
        Refused: 400, as Go's duration parser puts it.
    """
    value = body.get("keep_alive")
    if value is None:
        return ""
    if isinstance(value, bool):
        raise Refused(400, "Unsupported type: 'bool'")
    seconds = _duration(value) if isinstance(value, str) else float(value)
    return None if seconds < 0 else seconds


def _duration(text: str) -> float:
    sign, digits = (-1.0, text[1:]) if text.startswith("-") else (1.0, text)
    if digits == "0":
        return 0.0
    parts = _DURATION.findall(digits)
    if not parts or "".join(number + unit for number, unit in parts) != digits:
        wrong = "missing unit in" if re.fullmatch(r"\d+(\.\d+)?", digits) else "invalid"
        raise Refused(400, f'time: {wrong} duration "{text}"')
    return sign * sum(float(number) * _UNITS[unit] for number, unit in parts)


def check_options(options: dict[str, Any]) -> None:
    """Raises Refused: 500 for an option of the wrong type."""
    for name, value in options.items():
        if name == "stop" and not isinstance(value, list):
            raise Refused(500, 'option "stop" must be of type array')
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if name in ("num_ctx", "num_predict", "seed", "top_k", "num_keep") and not number:
            raise Refused(500, f'option "{name}" must be of type integer')
        if name in ("temperature", "top_p", "min_p", "repeat_penalty") and not number:
            raise Refused(500, f'option "{name}" must be of type float32')
