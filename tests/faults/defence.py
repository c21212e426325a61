"""What a defence of the program is, and which there are.

Invariant: nothing is taken away unless `SUTRA_WITHOUT` names it; `without.py` sets that for a
process of its own, and every Python process that one starts takes the same defence away.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

VARIABLE: Final = "SUTRA_WITHOUT"
DEFENCES: dict[str, Defence] = {}


@dataclass(frozen=True, slots=True)
class Defence:
    """A defence.

    Args:
        row: The row of the fault list it is for.
        test: The test that must fail without it, as pytest names it.
        what: What is taken away, in a few words.
        take_away: Does it.
    """

    row: str
    test: str
    what: str
    take_away: Callable[[], None]


def defence(row: str, test: str, what: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter the decorated function as the way to take a defence away."""

    def enter(take_away: Callable[[], None]) -> Callable[[], None]:
        DEFENCES[take_away.__name__] = Defence(row, f"tests/{test}", what, take_away)
        return take_away

    return enter


def apply_from_environment() -> None:
    """Take away what the environment names; called as a Python process starts."""
    if name := os.environ.get(VARIABLE):
        DEFENCES[name].take_away()


class Replaced:
    """A module with some names replaced."""

    def __init__(self, real: Any, **replaced: Any) -> None:
        self.__dict__.update(replaced)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)
