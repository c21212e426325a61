"""The tests' own reading of what a terminal gets: every byte in one token, however it is cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .sequences import Lexer, kinds

WHOLE = ("\x1b[1;2H", "\x1b[38;5;1m", "\x1b[?25l", "\x1b]0;t\x07", "\x1b]8;;x\x1b\\", "\x1bc")
BROKEN = ("\x1b", "\x9b", "\x07", "[", "]", "é", "text", "\x1bP", "\x1b\\", "\x1b[?2026$p", "\x1b[")
PIECES = st.sampled_from(WHOLE + BROKEN)
STREAM = st.lists(PIECES, max_size=20).map("".join).map(str.encode)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("\x1b[2J", {"CSI J"}),
        ("\x1b[?1049h", {"CSI ?1049h"}),
        ("\x1b[>25u", {"CSI >u"}),
        ("\x1b[?2026$p", {"CSI ?2026$p"}),
        ("\x1b]52;c;eA==\x07", {"OSC 52"}),
        ("\x1b]8;;http://x\x1b\\", {"OSC 8"}),
        ("\x1bPq\x1b\\", {"DCS"}),
        ("\x1b_x\x1b\\", {"APC"}),
        ("\x1bc", {"ESC c"}),
        ("\x1b(0", {"ESC (0"}),
        ("\x9b2J", {"C1 9b"}),
        ("a\x07\n", {"C0 07", "C0 0a"}),
        ("\x1b]0;never ends", {"C0 1b"}),
        ("plain [text]", set()),
    ],
)
def test_kinds(written: str, found: set[str]) -> None:
    assert kinds(written.encode(), final=True) == found


def test_bytes_that_are_no_utf8_are_told() -> None:
    assert kinds(b"a\x9b2J", final=True) == {"byte 9b"}


@given(STREAM, st.lists(st.integers(0, 200), max_size=8))
def test_cutting_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    lexer = Lexer()
    raw = ""
    found: set[str] = set()
    for begin, end in pairwise(places):
        for token in lexer.feed(stream[begin:end]):
            raw += token.raw
            found.add(token.kind)
    for token in lexer.feed(b"", final=True):
        raw += token.raw
        found.add(token.kind)
    assert raw == stream.decode()
    assert found - {"text"} == kinds(stream, final=True)
