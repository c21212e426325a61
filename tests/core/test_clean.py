"""The one door for outside text: nothing that moves a cursor gets through, and no text is lost."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.clean import clean, clean_line

ANY_TEXT = st.text(alphabet=st.characters(), max_size=200)
HOSTILE = st.text(
    alphabet="\x1b\x07\x9b\x00\r\n\t[]0;m\u202e\u2066\ufeff\ud800a\U000e0041", max_size=60
)


@given(st.one_of(ANY_TEXT, HOSTILE))
def test_T4_no_control_bidi_or_unencodable_code_point_remains(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    for char in cleaned:
        assert char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"), hex(ord(char))
        assert unicodedata.bidirectional(char) not in (
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        )  # fmt: skip


@given(st.one_of(ANY_TEXT, HOSTILE))
def test_T4_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.one_of(ANY_TEXT, HOSTILE), st.integers(0, 200))
def test_T3_T4_a_split_anywhere_gives_the_same(text: str, at: int) -> None:
    assert clean(text[:at]) + clean(text[at:]) == clean(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x1b[2J", "␛[2J"),
        ("a\r\nb", "a\nb"),
        ("x\x7f", "x␡"),
        ("\x9b31m", "\ufffd31m"),
        ("\u202egpj.exe", "\ufffdgpj.exe"),
    ],
)
def test_T1_T4_sequences_become_visible(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text", ["[/] [red] a[i] List<String>", "日本語 ½ é", "👩‍👩‍👧‍👦 ❤️", "a\tb\nc", "<answer>&amp;"]
)
def test_T7_ordinary_text_is_untouched(text: str) -> None:
    assert clean(text) == text


@given(st.one_of(ANY_TEXT, HOSTILE), st.integers(1, 50))
def test_a_line_is_one_line_and_short(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert "\n" not in line
    assert len(line) <= limit
