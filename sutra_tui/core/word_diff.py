"""Two texts, word by word: what they share and what each has alone.

Invariant: pure, and nothing is lost: the pieces of either side put together are its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

Kind = Literal["same", "left", "right"]
"""In both texts, in the first alone, in the second alone."""
MOST_PAIRS: Final = 400_000
"""Pairs of words compared in one place at most; beyond it the place counts as rewritten."""
_WORD: Final = re.compile(r"\w+|[^\w\s]|\s+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words.

    Args:
        kind: Who has it.
        text: The words with their blanks.
    """

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class WordDiff:
    """Two texts compared.

    Args:
        pieces: In reading order; what only the first has stands before what only the second has.
    """

    pieces: tuple[Piece, ...]

    @property
    def left(self) -> tuple[Piece, ...]:
        """The first text."""
        return tuple(piece for piece in self.pieces if piece.kind != "right")

    @property
    def right(self) -> tuple[Piece, ...]:
        """The second text."""
        return tuple(piece for piece in self.pieces if piece.kind != "left")

    @property
    def alike(self) -> float:
        """Share of both texts' words that they have in common, 0 to 1; 1 for two empty texts."""
        same = _count(self.pieces, "same")
        both = 2 * same + _count(self.pieces, "left") + _count(self.pieces, "right")
        return 2 * same / both if both else 1.0

    def words(self, kind: Kind) -> int:
        """How many words are in both, or in one alone."""
        return _count(self.pieces, kind)


def word_diff(left: str, right: str) -> WordDiff:
    """Compare two texts.

    Lines are compared first, so that the words of a long text are only compared where it changed.
    """
    lines = (left.splitlines(keepends=True), right.splitlines(keepends=True))
    pieces: list[Piece] = []
    for same, a, b in _blocks(*lines):
        text_a, text_b = "".join(a), "".join(b)
        pieces += [Piece("same", text_a)] if same else _by_words(text_a, text_b)
    return WordDiff(tuple(_joined(pieces)))


def _by_words(left: str, right: str) -> Iterator[Piece]:
    words = (_WORD.findall(left), _WORD.findall(right))
    if len(words[0]) * len(words[1]) > MOST_PAIRS:
        yield from (Piece("left", left), Piece("right", right))
        return
    for same, a, b in _blocks(*words):
        if same:
            yield Piece("same", "".join(a))
        else:
            yield from (Piece("left", "".join(a)), Piece("right", "".join(b)))


def _blocks(
    left: Sequence[str], right: Sequence[str]
) -> Iterator[tuple[bool, Sequence[str], Sequence[str]]]:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, start_a, end_a, start_b, end_b in matcher.get_opcodes():
        yield tag == "equal", left[start_a:end_a], right[start_b:end_b]


def _joined(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Neighbours of one kind as one piece, and of one change the first text's part first."""
    held: dict[Kind, str] = {"same": "", "left": "", "right": ""}

    def flush(*kinds: Kind) -> Iterator[Piece]:
        for kind in kinds:
            if held[kind]:
                yield Piece(kind, held[kind])
                held[kind] = ""

    for piece in pieces:
        if piece.text:
            yield from flush("left", "right") if piece.kind == "same" else flush("same")
            held[piece.kind] += piece.text
    yield from flush("same", "left", "right")


def _count(pieces: Sequence[Piece], kind: Kind) -> int:
    return sum(len(re.findall(r"\w+", piece.text)) for piece in pieces if piece.kind == kind)
