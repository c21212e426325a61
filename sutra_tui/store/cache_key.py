"""The name under which demonstrations are kept: everything that can change what Model A writes.

Invariant: two keys are equal exactly when all parts are, where queries are compared as Unicode says
(NFC), numbers by value and options whatever their order. Nothing is ever joined by a separator that
could itself occur in a part: the hash is taken over one JSON document.
"""

from __future__ import annotations

import hashlib
import json
import math
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..core.errors import InvalidRequest

KEY_VERSION: Final = 1
"""Raised whenever the meaning of a part changes; older entries are then never hits."""
_MAX_DEPTH: Final = 20


@dataclass(frozen=True, slots=True)
class KeyParts:
    """What a key is made of.

    Args:
        query: What the user typed.
        model_a: Model A's full name.
        digest: Model A's digest as the server lists it; a retagged model has a new one.
        template_hash: Hash of the prompt template that Model A is given.
        count: Demonstrations wanted.
        order: What Model A writes first.
        options: Sampling options, JSON values only.
    """

    query: str
    model_a: str = ""
    digest: str = ""
    template_hash: str = ""
    count: int = 3
    order: str = "answer-first"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """SHA-256 in hexadecimal over the canonical JSON of all parts.

        Raises:
            InvalidRequest: An option is not a JSON value.
        """
        document = {
            "version": KEY_VERSION,
            "query": unicodedata.normalize("NFC", self.query),
            "model_a": self.model_a,
            "digest": self.digest,
            "template_hash": self.template_hash,
            "count": self.count,
            "order": self.order,
            "options": self.options,
        }
        return hashlib.sha256(canonical_json(document).encode("ascii")).hexdigest()


def canonical_json(value: Any) -> str:
    """JSON in one spelling: keys sorted, no blanks, ASCII, 1.0 written as 1.

    Raises:
        InvalidRequest: It holds something that JSON has no word for, or is nested too deeply.
    """
    plain = _canonical(value, 0)
    try:
        return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError as error:  # integers of thousands of digits
        raise InvalidRequest("An option is too large a number.", "Use a smaller one.") from error


def _canonical(value: Any, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise InvalidRequest("The options are nested too deeply.", "Use plain option values.")
    if value is None or isinstance(value, (bool, str, int)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return int(value) if value.is_integer() else value
    if isinstance(value, (list, tuple)):
        return [_canonical(item, depth + 1) for item in value]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _canonical(item, depth + 1) for name, item in value.items()}
    raise InvalidRequest(
        f"An option holds a {type(value).__name__}, which cannot be part of a cache key.",
        "Use text, finite numbers, true, false, lists and objects.",
    )


def text_hash(text: str) -> str:
    """Names a demonstration whatever its case, blanks and Unicode form: what a ban is kept by."""
    plain = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
