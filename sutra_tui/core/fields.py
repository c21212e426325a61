"""Reading and writing the plain JSON forms of our values, with errors that name the field.

Invariant: what is written is JSON in the strict sense and can be encoded; whatever is read, the
only error is ValueError.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar, get_args

T = TypeVar("T")
_HALF_CHARACTER: Final = re.compile("[\ud800-\udfff]")


def plain(value: Any) -> Any:
    """Tuples to lists, all the way down, so that a round trip through JSON changes nothing.

    JSON has no infinity and no NaN: such a number becomes null.
    """
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def dump(data: Mapping[str, Any], indent: int | None) -> str:
    """A JSON document, readable in every script; only what no file can hold is escaped."""
    document = json.dumps(data, ensure_ascii=False, indent=indent)
    return _HALF_CHARACTER.sub(lambda half: f"\\u{ord(half[0]):04x}", document)


def load_object(document: str) -> Mapping[str, Any]:
    """A JSON document that is an object. Raises ValueError for any other text."""
    try:
        return as_object(json.loads(document))
    except RecursionError as error:
        raise ValueError("the JSON is nested too deeply") from error


def as_object(value: Any) -> Mapping[str, Any]:
    """The value itself, if it is an object. Raises ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError("the JSON document is not an object")
    return value


def text(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    """A text; required when there is no default. This and all below raise ValueError."""
    value = data.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"field {name!r} is missing or is not text")
    return value


def texts(data: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts; empty when there is none."""
    value = data.get(name, ())
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"field {name!r} is not a list of texts")
    return tuple(value)


def flag(data: Mapping[str, Any], name: str) -> bool:
    """True or false; false when it is not there."""
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"field {name!r} is not true or false")
    return value


def number(data: Mapping[str, Any], name: str) -> float | None:
    """A number; None when it is null or not there."""
    value = data.get(name)
    if value is None:
        return None
    if not _is_number(value, (int, float)):
        raise ValueError(f"field {name!r} is not a number")
    return float(value)


def whole(data: Mapping[str, Any], name: str) -> int | None:
    """A whole number; None when it is null or not there."""
    value = data.get(name)
    if value is not None and not _is_number(value, (int,)):
        raise ValueError(f"field {name!r} is not a whole number")
    return value


def wholes(data: Mapping[str, Any], name: str) -> dict[str, int]:
    """Whole numbers by name; empty when there are none."""
    value = mapping(data, name)
    if not all(_is_number(item, (int,)) for item in value.values()):
        raise ValueError(f"field {name!r} is not a table of whole numbers")
    return dict(value)


def mapping(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object of anything; empty when there is none."""
    value = data.get(name, {})
    if not isinstance(value, Mapping):
        raise ValueError(f"field {name!r} is not an object")
    try:
        return {str(key): plain(item) for key, item in value.items()}
    except RecursionError as error:
        raise ValueError(f"field {name!r} is nested too deeply") from error


def objects(data: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """A list of objects; empty when there is none."""
    value = data.get(name, ())
    if not isinstance(value, (list, tuple)) or not all(isinstance(i, Mapping) for i in value):
        raise ValueError(f"field {name!r} is not a list of objects")
    return value


def choice(data: Mapping[str, Any], name: str, allowed: Any, default: T) -> T:
    """One of the texts of a `Literal`; the default when it is not there."""
    value = data.get(name, default)
    if not isinstance(value, str) or value not in get_args(allowed):
        raise ValueError(f"field {name!r} is not one of {', '.join(get_args(allowed))}")
    return value  # type: ignore[return-value]


def _is_number(value: Any, kinds: tuple[type, ...]) -> bool:
    """Whether a value is a number that a float can hold; true and false are none."""
    try:
        return type(value) in kinds and math.isfinite(value)
    except OverflowError:
        return False
