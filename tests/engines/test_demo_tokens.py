from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.engines.demo_library import library
from sutra_tui.engines.demo_tokens import count, pieces


@given(st.text())
def test_pieces_joined_are_the_text_and_counting_agrees(text: str) -> None:
    found = pieces(text)
    assert "".join(found) == text
    assert "" not in found
    assert count(text) == len(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Explain monads", ["Explain", " monads"]),
        ("incomprehensible", ["incompre", "hensible"]),
        ("12345 apples", ["123", "45", " apples"]),
        ("def f():\n    return x_1", ["def", " f", "():\n", "   ", " return", " x", "_", "1"]),
        ("你好。", ["你", "好", "。"]),
        ("a 👩‍💻", ["a", " ", "👩", "\u200d", "💻"]),
        ("été\n\n\n", ["été", "\n\n\n"]),
    ],
)
def test_pieces_of_known_texts(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_scripts_come_out_near_four_characters_a_piece() -> None:
    texts = [text for script in library().scripts for text in (script.draft, script.answer)]
    assert texts
    ratio = sum(map(len, texts)) / sum(map(count, texts))
    assert 3.3 < ratio < 5
