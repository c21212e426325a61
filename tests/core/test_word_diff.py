"""Two texts word by word: nothing is lost, and what is alike is found."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core import word_diff as module
from sutra_tui.core.word_diff import Piece, WordDiff, word_diff

TEXTS = st.text(alphabet="ab \n.日\x1b\x85\u2028", max_size=60)


def told(diff: WordDiff) -> str:
    """The pieces as [-left-] and {+right+}."""
    marks = {"same": "{}", "left": "[-{}-]", "right": "{{+{}+}}"}
    return "".join(marks[piece.kind].format(piece.text) for piece in diff.pieces)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("", "", ""),
        ("same text", "same text", "same text"),
        ("", "new", "{+new+}"),
        ("old", "", "[-old-]"),
        ("one two three", "one 2 three", "one [-two-]{+2+} three"),
        ("sum(items)", "max(items)", "[-sum-]{+max+}(items)"),
        ("a\nb\nc\n", "a\nB\nc\n", "a\n[-b-]{+B+}\nc\n"),
        ("a\nb\n", "a\nx\nb\n", "a\n{+x\n+}b\n"),
        ("Vec<u8>", "Vec<u16>", "Vec<[-u8-]{+u16+}>"),
    ],
)
def test_what_changed_is_marked_and_the_rest_is_not(left: str, right: str, expected: str) -> None:
    assert told(word_diff(left, right)) == expected


@given(TEXTS, TEXTS)
def test_the_pieces_of_either_side_are_its_text(left: str, right: str) -> None:
    diff = word_diff(left, right)
    assert "".join(piece.text for piece in diff.left) == left
    assert "".join(piece.text for piece in diff.right) == right
    assert all(piece.text for piece in diff.pieces)
    kinds = [piece.kind for piece in diff.pieces]
    assert all(a != b for a, b in pairwise(kinds))


@given(TEXTS)
def test_a_text_is_wholly_like_itself(text: str) -> None:
    diff = word_diff(text, text)
    assert diff.alike == 1.0 and diff.pieces == ((Piece("same", text),) if text else ())


def test_how_much_is_alike() -> None:
    assert word_diff("one two", "one three").alike == 0.5
    assert word_diff("one", "two").alike == 0.0
    diff = word_diff("a b c", "a x y c")
    assert (diff.words("same"), diff.words("left"), diff.words("right")) == (2, 1, 2)


def test_long_rewritten_places_are_not_compared_word_by_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_PAIRS", 10)
    left, right = "same\na b c d e f\n", "same\na x c y e z\n"
    assert told(word_diff(left, right)) == "same\n[-a b c d e f\n-]{+a x c y e z\n+}"
