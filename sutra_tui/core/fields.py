"""Reading and writing the plain JSON forms of our values, with errors that name the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Tuples to lists, all the way down, so that a round trip through JSON changes nothing."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


def load_object(text: str) -> Mapping[str, Any]:
    try:
        data = json.loads(text)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error
    if not isinstance(data, dict):
        raise ValueError("the JSON document is not an object")
    return data


def text(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = data.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"field {name!r} is missing or is not text")
    return value


def texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = data.get(name, ())
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"field {name!r} is not a list of texts")
    return tuple(value)
