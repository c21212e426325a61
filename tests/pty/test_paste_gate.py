"""Telling what was typed from what was pasted, however it arrives."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.tui.paste_gate import BEGINS, ENDS, Pasted, PasteGate

PIECES = st.sampled_from(
    [BEGINS, ENDS, BEGINS[:3], ENDS[:5], "\x1b", "\x1b[A", "[", "a", "\r", "é"]
)
SENT = st.lists(PIECES, max_size=30).map("".join)


def told(chunks: list[str]) -> list[str | Pasted]:
    """What the gate says to these chunks, neighbouring keys joined."""
    gate = PasteGate()
    found: list[str | Pasted] = []
    pieces = [piece for chunk in chunks for piece in gate.feed(chunk)]
    for piece in [*pieces, gate.give_up_waiting()]:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        elif piece:
            found.append(piece)
    return found


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ("abc", ["abc"]),
        ("\x1b", ["\x1b"]),
        (f"a{BEGINS}b\x1bc\r\x11{ENDS}d", ["a", Pasted("b\x1bc\r\x11"), "d"]),
        (f"{BEGINS}{ENDS}", [Pasted("")]),
        (f"{BEGINS}a{BEGINS}b{ENDS}", [Pasted(f"a{BEGINS}b")]),
        (f"{BEGINS}one{ENDS}{BEGINS}two{ENDS}", [Pasted("one"), Pasted("two")]),
        (f"{BEGINS}never ends \x1b[20", []),
        (ENDS, [ENDS]),
    ],
)
def test_keys_and_pastes(sent: str, expected: list[str | Pasted]) -> None:
    assert told([sent]) == expected
    assert told(list(sent)) == expected


@given(SENT, st.lists(st.integers(0, 100), max_size=8))
def test_the_pieces_it_comes_in_do_not_matter(sent: str, cuts: list[int]) -> None:
    places = sorted({0, len(sent), *(cut for cut in cuts if cut < len(sent))})
    chunks = [sent[begin:end] for begin, end in pairwise(places)]
    assert told(chunks) == told([sent])


@given(SENT)
def test_X9_nothing_is_lost_or_added(sent: str) -> None:
    kept = [
        f"{BEGINS}{piece.text}{ENDS}" if isinstance(piece, Pasted) else piece
        for piece in told([sent])
    ]
    assert sent.startswith("".join(kept))
    rest = sent[len("".join(kept)) :]
    assert not rest or rest.startswith(BEGINS), "only a paste that goes on may be held back"


def test_half_a_marker_is_held_back_only_until_patience_ends() -> None:
    gate = PasteGate()
    assert list(gate.feed("a\x1b[2")) == ["a"]
    assert gate.hesitates
    assert gate.give_up_waiting() == "\x1b[2"
    assert not gate.hesitates
    assert list(gate.feed("00~")) == ["00~"]


def test_half_an_end_is_never_given_up() -> None:
    gate = PasteGate()
    assert list(gate.feed(f"{BEGINS}a\x1b[2")) == []
    assert not gate.hesitates and gate.give_up_waiting() == ""
    assert list(gate.feed("01~")) == [Pasted("a")]
