"""The word of a query that names a file: one with an @ before it.

Invariant: pure and total; an @ within a word, as in an address, names nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class AtWord(NamedTuple):
    """A word with an @ before it.

    Args:
        start: Where the @ is in the text.
        end: Where the cursor is, behind what is typed.
        typed: What stands between.
    """

    start: int
    end: int
    typed: str


def at_word(text: str, cursor: int) -> AtWord | None:
    """The @ word that the cursor is in or behind; None when it is in none.

    Args:
        text: What stands in the box.
        cursor: Characters before the cursor.
    """
    before = text[:cursor]
    start = max((before.rfind(blank) for blank in " \t\n"), default=-1) + 1
    word = before[start:]
    opening = len(word) - len(word.lstrip("([{\"'`"))
    if word[opening : opening + 1] != "@":
        return None
    return AtWord(start + opening, cursor, word[opening + 1 :])
