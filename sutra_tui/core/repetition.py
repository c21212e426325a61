"""Noticing that a model writes the same over and over.

Small models fall into loops and fill everything they are allowed to write; a silence timeout never
sees that. Some honest text repeats itself too (padding, zeros in base64), so this only notices:
nobody is stopped by it, but what holds a loop is not called complete and not cached.

Invariant: what a feed costs depends on the length of the piece alone, never on what came before.
"""

from __future__ import annotations

from typing import Final

LONGEST_PERIOD: Final = 300
"""Longest piece, in characters, whose repetition is noticed: a paragraph."""
LEAST_REPEATED: Final = 1_500
"""How many characters must repeat what stood before them, about 400 tokens: more than any rule,
table border or row of zeros that is meant."""
LEAST_TIMES: Final = 6
_EVERY: Final = 200
_KEPT: Final = LONGEST_PERIOD * (LEAST_TIMES + 1)
_PROBE: Final = 32
_TRIES: Final = 8


class RepetitionWatch:
    """Reads a stream's text and says once when it goes round in circles."""

    def __init__(self) -> None:
        self._tail = ""
        self._unseen = 0
        self.noticed = False

    def feed(self, text: str) -> bool:
        """Read on; whether this is the moment at which a repetition is noticed."""
        if self.noticed:
            return False
        for begin in range(0, len(text), _EVERY):
            piece = text[begin : begin + _EVERY]
            self._tail = (self._tail + piece)[-_KEPT:]
            self._unseen += len(piece)
            if self._unseen >= _EVERY:
                self._unseen = 0
                if repeats_at_its_end(self._tail):
                    self.noticed = True
                    return True
        return False


def repeats_at_its_end(text: str) -> bool:
    """Whether the end of a text is one short piece again and again."""
    probe = text[-_PROBE:]
    at = len(text) - len(probe)
    for _ in range(_TRIES):
        at = text.rfind(probe, 0, at + len(probe) - 1)
        period = len(text) - len(probe) - at
        if at < 0 or period > LONGEST_PERIOD:
            return False
        length = max(LEAST_REPEATED, LEAST_TIMES * period)
        if len(text) >= length + period and text[-length:] == text[-length - period : -period]:
            return True
    return False
