"""Rows fit, lose nothing, and do not depend on when the text came."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sutra_tui.tui.widgets.line_wrap import MAX_STACK, breaks

PIECES = [
    "a",
    "word ",
    "  ",
    "é",
    "—",
    "你好",
    "ｱ",
    "👩‍💻",
    "☺️",
    "1️⃣",
    "e\u0301",
    "🇩🇪",
    "한글",
    "ß",
    "\u200d",
]
LINES = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
WIDTHS = st.integers(min_value=2, max_value=24)


def cut(text: str, width: int, *, words: bool = True) -> list[str]:
    edges = [0, *breaks(text, width, words=words), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("", 8, [""]),
        ("short", 8, ["short"]),
        ("exactly8", 8, ["exactly8"]),
        ("one two three", 8, ["one two ", "three"]),
        ("12345678 next", 8, ["12345678 ", "next"]),
        ("abcdefghijkl", 5, ["abcde", "fghij", "kl"]),
        ("你好世界", 5, ["你好", "世界"]),
        ("a 你好世界", 6, ["a 你好", "世界"]),
        ("Привет мир", 7, ["Привет ", "мир"]),
    ],
)
def test_rows_break_after_spaces_and_where_they_are_full(
    text: str, width: int, rows: list[str]
) -> None:
    assert cut(text, width) == rows


def test_without_words_a_row_ends_where_it_is_full() -> None:
    assert cut("one two three", 5, words=False) == ["one t", "wo th", "ree"]


@given(LINES, WIDTHS, st.booleans())
def test_rows_join_to_the_text_and_fit(text: str, width: int, words: bool) -> None:
    rows = cut(text, width, words=words)
    assert "".join(rows) == text
    for row in rows:
        assert cell_len(row.rstrip(" ")) <= width


@given(LINES, WIDTHS, st.data())
def test_going_on_from_the_last_row_gives_the_same_rows(
    text: str, width: int, data: st.DataObject
) -> None:
    known = data.draw(st.integers(min_value=0, max_value=len(text)))
    first = breaks(text[:known], width)
    start = first[-1] if first else 0
    assert first + breaks(text, width, start=start) == breaks(text, width)


def test_marks_stacked_without_end_are_cut() -> None:
    rows = cut("a" + "\u0301" * 10_000, 10)
    assert max(map(len, rows)) <= 10 * MAX_STACK


@pytest.mark.parametrize("piece", ["a", "word ", "你", "é", "\u0301", "👩‍💻 "])
def test_a_long_line_takes_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        text = (piece * count)[:count]
        began = time.thread_time()
        breaks(text, 80)
        return time.thread_time() - began

    seconds(1_000)
    assert seconds(400_000) < 12 * max(seconds(100_000), 0.005)
