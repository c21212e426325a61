"""What became of each part of a reply: for every form small models write, and as a run took it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from sutra_tui.core.parser import parse, problems
from sutra_tui.core.taken import (
    BANNED,
    BEING_WRITTEN,
    BROKEN_OFF,
    OUTSIDE,
    REWRITTEN,
    SURPLUS,
    Piece,
    pieces_as_taken,
    pieces_of,
)

from .parser_support import replies
from .test_parser_corpus import NAMES, expected, reply

TWO = "<demonstration>\none\n</demonstration>\n<demonstration>\ntwo\n</demonstration>"


def brief(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    """Kinds and texts, without the layout and the blanks around."""
    return [
        (f"{piece.kind} {piece.number}" if piece.number else piece.kind, piece.text.strip())
        for piece in pieces
        if piece.kind != "layout"
    ]


def squeezed(text: str) -> str:
    return "".join(text.split())


def is_rewritten(name: str) -> bool:
    """The parser had to decode it, or read its thinking twice."""
    said = expected(name)[0].problems
    return any(
        problem in said for problem in (problems.JSON, problems.ESCAPED, problems.THINKING_SEARCHED)
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_pieces_are_the_reply(name: str) -> None:
    _, query, cut = expected(name)
    pieces = pieces_of(reply(name), query=query, cut=cut)
    assert "".join(piece.text for piece in pieces) == reply(name)


@pytest.mark.parametrize("name", [name for name in NAMES if not is_rewritten(name)])
def test_what_was_taken_is_marked_as_what_it_was_taken_for(name: str) -> None:
    parsed, query, cut = expected(name)
    pieces = pieces_of(reply(name), query=query, cut=cut)
    demonstrations = [piece for piece in pieces if piece.kind == "demonstration"]
    assert tuple(piece.text for piece in demonstrations) == parsed.demonstrations
    assert [piece.number for piece in demonstrations] == [*range(1, len(demonstrations) + 1)]
    assert "".join(p.text for p in pieces if p.kind == "draft").strip() == parsed.draft
    thinking = "".join(p.text for p in pieces if p.kind == "thinking")
    assert squeezed(thinking) == squeezed(parsed.thinking)


@pytest.mark.parametrize(
    ("text", "wanted", "pieces"),
    [
        ("", 3, []),
        ("Only words.", 3, [("draft", "Only words.")]),
        (
            f"Sure!\n<answer>\na\n</answer>\n<demonstrations>\n{TWO}\n</demonstrations>\nBye now",
            2,
            [
                ("left out", "Sure!"),
                ("draft", "a"),
                ("demonstration 1", "one"),
                ("demonstration 2", "two"),
                ("left out", "Bye now"),
            ],
        ),
        (
            f"<answer>a</answer>{TWO}",
            1,
            [("draft", "a"), ("demonstration 1", "one"), ("left out", "two")],
        ),
        (
            "<answer>a</answer><demonstration>x</demonstration><demonstration>x</demonstration>",
            2,
            [("draft", "a"), ("demonstration 1", "x"), ("dropped", "x")],
        ),
        ("same\n<answer>same</answer>", 0, [("left out", "same"), ("draft", "same")]),
        ("Hm, well.</think><answer>a</answer>", 0, [("thinking", "Hm, well."), ("draft", "a")]),
    ],
)
def test_replies_and_their_pieces(text: str, wanted: int, pieces: list[tuple[str, str]]) -> None:
    assert brief(pieces_of(text, wanted=wanted)) == pieces


@pytest.mark.parametrize(
    ("text", "changes", "kind", "why"),
    [
        ("Hello there.\n<answer>a</answer>", {}, "left out", OUTSIDE),
        (f"<answer>a</answer>{TWO}", {"wanted": 1}, "left out", SURPLUS),
        ("<demonstration>\none", {"cut": True}, "dropped", "The first demonstration was cut off"),
        ("<demonstration>\none", {"over": False}, "demonstration", BEING_WRITTEN),
        (
            f"<answer>a</answer>{TWO}",
            {"refuse": lambda text: BANNED if text == "one" else None},
            "dropped",
            "The first demonstration was left out: it is banned.",
        ),
        ('{"answer": {"a": 1, "b": "x\\ty"}}', {}, "rewritten", REWRITTEN),
    ],
)
def test_what_was_not_taken_says_why(
    text: str, changes: dict[str, object], kind: str, why: str
) -> None:
    found = pieces_of(text, **changes)  # type: ignore[arg-type]
    assert [p for p in found if p.kind == kind and p.why.startswith(why)], found


def test_text_in_a_wrapper_that_was_cut_off_is_told_from_other_left_over_text() -> None:
    pieces = pieces_of("Hi\n<answer>a</answer>\n<demonstrations>\nfirst, a loop", cut=True)
    assert [(p.text.strip(), p.why) for p in pieces if p.kind == "left out"] == [
        ("Hi", OUTSIDE),
        ("first, a loop", BROKEN_OFF),
    ]


@pytest.mark.parametrize("wanted", [1, 2, 3, 5])
def test_how_many_were_wanted_is_found_out(wanted: int) -> None:
    text = "<answer>a</answer>" + TWO + TWO.replace("one", "three").replace("two", "four")
    parsed = parse(text, wanted=wanted)
    as_taken = pieces_as_taken(text, "", parsed.demonstrations, parsed.problems)
    assert as_taken == pieces_of(text, wanted=wanted)


def test_a_demonstration_that_was_banned_at_the_time_is_not_shown_as_taken() -> None:
    text = f"<answer>a</answer>{TWO}"
    said = (
        "The first demonstration was left out: it is banned.",
        "Model A wrote only 1 of 3 usable demonstrations.",
    )
    assert brief(pieces_as_taken(text, "", ("two",), said)) == [
        ("draft", "a"),
        ("dropped", "one"),
        ("demonstration 1", "two"),
    ]


def test_a_record_that_does_not_fit_its_reply_is_shown_all_the_same() -> None:
    text = f"<answer>a</answer>{TWO}"
    pieces = pieces_as_taken(text, "", ("something else",), ("Odd.",))
    assert "".join(piece.text for piece in pieces) == text
    assert not [piece for piece in pieces if piece.kind == "demonstration"]


@settings(max_examples=60)
@given(replies())
def test_any_reply_has_pieces(text: str) -> None:
    for over in (True, False):
        assert "".join(piece.text for piece in pieces_of(text, over=over)) == text
