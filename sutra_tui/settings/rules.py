"""What a setting may be: one rule per kind of value, each with the words that say so.

Invariant: a rule is pure, and its `allowed` says exactly what `accepts` accepts.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Number(NamedTuple):
    """A setting that is a number between two limits, both allowed."""

    low: float
    high: float
    whole: bool = False

    @property
    def allowed(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:,} to {self.high:,}"

    def accepts(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            return False
        return math.isfinite(value) and self.low <= value <= self.high


class Choice(NamedTuple):
    """A setting that is one of a few names."""

    names: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return " or ".join(f'"{name}"' for name in self.names)

    def accepts(self, value: object) -> bool:
        return value in self.names


class Text(NamedTuple):
    """A setting that is a short text."""

    longest: int = 1024

    @property
    def allowed(self) -> str:
        return f"a text in quotes, at most {self.longest:,} characters long"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and len(value) <= self.longest


class Address(NamedTuple):
    """A setting that is a server's address; empty is none."""

    allowed: str = 'an address in quotes: "HOST", "HOST:PORT" or "http(s)://HOST:PORT"'

    def accepts(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        from ..core.errors import InvalidHost
        from ..engines.address import parse_host

        try:
            parse_host(value)
        except InvalidHost:
            return False
        return True


class Switch(NamedTuple):
    """A setting that is on or off."""

    allowed: str = "true or false"

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)


class Keys(NamedTuple):
    """A setting that is the keys of a command: a text with commas, or a list of texts."""

    allowed: str = 'a key such as "f2", "ctrl+k" or "alt+m", or a list of them'

    def accepts(self, value: object) -> bool:
        from .key_names import read_keys

        return bool(read_keys(value))


Rule = Number | Choice | Text | Address | Switch | Keys
