"""Plain text: wrapped, never changed, the same in any chunks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.geometry import Size

from sutra_tui.tui.widgets.plain_rows import PlainRows

TEXTS = st.text(alphabet="ab \n\t你é👩\u200d\u0301[", max_size=120)


def rows_at(width: int) -> PlainRows:
    rows = PlainRows()
    rows.get_content_height(Size(width, 20), Size(width, 20), width)
    return rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\n\nb", ["a", "", "b"]),
        ("\n", [""]),
        ("a\tb", ["a    b"]),
        ("one two three", ["one two", "three"]),
        ("**[red]<b>", ["**[red]<b", ">"]),
    ],
)
def test_rows_are_the_lines_as_written(text: str, rows: list[str]) -> None:
    view = rows_at(9)
    view.append(text)
    assert view.plain_rows() == rows
    assert view.row_count() == len(rows)


@given(TEXTS, st.integers(1, 9), st.integers(8, 30))
def test_any_chunks_give_the_same_rows(text: str, size: int, width: int) -> None:
    whole, chunked = rows_at(width), rows_at(width)
    whole.append(text)
    for start in range(0, len(text), size):
        chunked.append(text[start : start + size])
    assert chunked.plain_rows() == whole.plain_rows()


@given(TEXTS, st.integers(8, 30))
def test_a_new_width_wraps_again(text: str, width: int) -> None:
    first, second = rows_at(40), rows_at(width)
    first.append(text)
    second.append(text)
    first.get_content_height(Size(width, 20), Size(width, 20), width)
    assert first.plain_rows() == second.plain_rows()


def test_text_from_before_the_first_layout_is_kept() -> None:
    rows = PlainRows()
    rows.append("early")
    assert rows.row_count() == 0
    assert rows.get_content_height(Size(20, 5), Size(20, 5), 20) == 1


def test_clear_starts_over() -> None:
    rows = rows_at(20)
    rows.append("old\nlines")
    rows.clear()
    rows.append("new")
    assert rows.plain_rows() == ["new"]


def test_one_line_that_grows_takes_linear_time() -> None:
    def seconds(pieces: int) -> float:
        rows = rows_at(80)
        began = time.thread_time()
        for _ in range(pieces):
            rows.append("word " * 200)
        return time.thread_time() - began

    seconds(10)
    assert seconds(800) < 16 * max(seconds(200), 0.005)
