"""Tells what was typed from what was pasted, before anything looks for keys in it.

Textual looks for escape sequences inside pastes as well: with an escape character among it, pasted
text would be lost, or worse, be taken for keys. Invariant: nothing between the two markers of a
bracketed paste is ever a key, and the pieces do not depend on how the bytes arrived.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

BEGINS: Final = "\x1b[200~"
ENDS: Final = "\x1b[201~"


class Pasted(NamedTuple):
    """One whole paste."""

    text: str


class PasteGate:
    """Takes what the terminal sends, in pieces of any size."""

    def __init__(self) -> None:
        self._rest = ""
        self._paste: list[str] | None = None

    @property
    def hesitates(self) -> bool:
        """Whether it holds something back that may be the beginning of a paste, or just a key."""
        return self._paste is None and bool(self._rest)

    def feed(self, text: str) -> Iterator[str | Pasted]:
        """What was typed, as text, and what was pasted, in order."""
        text = self._rest + text
        self._rest = ""
        while text:
            marker = BEGINS if self._paste is None else ENDS
            before, found, text = text.partition(marker)
            if not found:
                kept = _overlap(before, marker)
                self._rest = before[len(before) - kept :]
                before = before[: len(before) - kept]
            if self._paste is not None:
                self._paste.append(before)
            elif before:
                yield before
            if found and self._paste is None:
                self._paste = []
            elif found and self._paste is not None:
                yield Pasted("".join(self._paste))
                self._paste = None

    def give_up_waiting(self) -> str:
        """What was held back, when no more came: it was a key after all."""
        if not self.hesitates:
            return ""
        rest, self._rest = self._rest, ""
        return rest


def _overlap(text: str, marker: str) -> int:
    """How many characters at the end of a text may be the beginning of a marker."""
    return next((n for n in range(len(marker) - 1, 0, -1) if text.endswith(marker[:n])), 0)
