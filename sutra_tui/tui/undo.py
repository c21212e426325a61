"""What a person did and can take back.

Invariant: a deed and its undoing are one step, pushed before the deed is told.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..core.errors import InvalidRequest

KEPT_UNDOS: Final = 50


@dataclass(frozen=True, slots=True)
class Undo:
    """One step back.

    Args:
        deed: What was done, in words that follow "Undone: ".
        back: Takes it back.
    """

    deed: str
    back: Callable[[], object]


class UndoStack:
    """What can be taken back, the latest first. It outlives the screen: give each the same one."""

    def __init__(self) -> None:
        self._steps: list[Undo] = []
        self._lock = threading.Lock()

    @property
    def latest(self) -> str:
        """What undo would take back, in words; empty for nothing."""
        with self._lock:
            return self._steps[-1].deed if self._steps else ""

    def push(self, step: Undo) -> None:
        """Something was done."""
        with self._lock:
            self._steps = [*self._steps, step][-KEPT_UNDOS:]

    def undo(self) -> str:
        """Take the latest back and say what it was. It is gone from the stack in any case.

        Raises:
            InvalidRequest: There is nothing, or it was overtaken by something else.
            StoreError: The store cannot be used.
        """
        with self._lock:
            if not self._steps:
                raise InvalidRequest("There is nothing to undo.")
            step = self._steps.pop()
        step.back()
        return step.deed
