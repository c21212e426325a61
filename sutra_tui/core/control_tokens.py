"""Tokens by which chat formats switch speakers, made harmless in text that is not the user's.

A small model often leaks them and a file can hold any of them; a server that tokenises them as
control tokens would end the turn in the middle of the text. Invariant: all else stays as it is, and
what was made harmless once does not change again.
"""

from __future__ import annotations

import re
from typing import Final

_CONTROL_TOKEN: Final = re.compile(
    r"<\|[A-Za-z0-9_]{1,32}\|>|<(?=(?:start|end)_of_turn>)|\[(?=/?INST\])|<<(?=/?SYS>>)"
)


def defuse(text: str) -> str:
    """Break chat control tokens with a space after their first character; all else stays."""
    return _CONTROL_TOKEN.sub(lambda match: f"{match[0][0]} {match[0][1:]}", text)
