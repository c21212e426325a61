"""The demo's tokenizer: text into word pieces, the unit everything in the demo is counted in.

Invariant: `"".join(pieces(text)) == text`, and the same text always gives the same pieces. So the
counts the demo reports are counts of something: pieces read, and pieces written one by one.

It has no vocabulary. A piece is a word or part of one with the blank before it, up to three digits,
a few punctuation marks with the line end after them, a run of blanks or newlines, or one character
of a script without blanks (U+2E80 and up). English comes out a little above four characters a piece
and code a little below, about as with the vocabularies of real models.
"""

from __future__ import annotations

import re
from typing import Final

_PIECE: Final = re.compile(
    r"""
      [\u2e80-\U0010ffff]                             # one wide character: CJK, emoji
    | [ ]?(?:(?![\u2e80-\U0010ffff])[^\W\d_]){1,8}    # a word, or eight letters of one
    | [ ]?\d{1,3}
    | [ ]?_{1,3}
    | [ ]?(?:(?![\u2e80-\U0010ffff])[^\w\s]){1,4}\n{0,2}
    | \n{1,8}
    | [^\S\n]{1,16}(?=[^\S\n])                        # indentation; its last blank joins the word
    | .                                               # whatever is left: nothing gets lost
    """,
    re.VERBOSE | re.DOTALL,
)


def pieces(text: str) -> list[str]:
    """Split a text into word pieces; joined again they are the text.

    Args:
        text: Any text, of any length; the work is linear in it.
    """
    return _PIECE.findall(text)


def count(text: str) -> int:
    """How many pieces a text has."""
    return sum(1 for _ in _PIECE.finditer(text))
