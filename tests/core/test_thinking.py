"""Model B's text goes through untouched; only a leading thinking block is set apart."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core.parser import MovedToThinking
from sutra_tui.core.thinking import ThinkSplitter

from .parser_support import chunks, cut_at, cuts


def split(pieces: list[str], *, missing: bool = False) -> tuple[str, str, bool]:
    """Text, thinking, and whether text was moved there, as a reader of the pieces has them."""
    splitter = ThinkSplitter(opening_may_be_missing=missing)
    text = thinking = ""
    moved = False
    for result in [*map(splitter.feed, pieces), splitter.finish()]:
        for piece in result:
            if isinstance(piece, MovedToThinking):
                text, thinking, moved = "", thinking + text, True
            elif piece[0] == "thinking":
                thinking += piece[1]
            else:
                text += piece[1]
    return text, thinking, moved


@pytest.mark.parametrize(
    "answer",
    [
        "Vec<u8>",
        "<answer>x</answer>",
        '{"answer": 42, "demonstrations": ["<think>"]}',
        "  leading blanks\n",
        "Models write <think> first, then </think>.",
        "```\n<think>x</think>\n```",
        "#include <stdio.h>\r\nint main(void) { return a<b; }\x00",
        "</think> alone",
        "<thin",
        "<",
        "",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_text_without_a_leading_block_passes_byte_for_byte(answer: str, size: int) -> None:
    assert split(chunks(answer, size)) == (answer, "", False)


@pytest.mark.parametrize(
    ("reply", "text", "thinking"),
    [
        ("<think>hm</think>42", "42", "hm"),
        ("\n <think>\nhm\n</think>\n\n42\n", "\n \n\n42\n", "\nhm\n"),
        ("<thinking>a < b</thinking> <think>x</think>", " <think>x</think>", "a < b"),
        ("< THINK >hm</ think >42", "42", "hm"),
        ("<think>never ended", "", "never ended"),
        ("<think>ended </thi", "", "ended </thi"),
        ("<think></think>", "", ""),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_leading_block_is_thinking(reply: str, text: str, thinking: str, size: int) -> None:
    assert split(chunks(reply, size)) == (text, thinking, False)


@pytest.mark.parametrize(
    ("reply", "text", "thinking", "moved"),
    [
        ("hm, 6 times 7\n</think>\n42", "\n42", "hm, 6 times 7\n", True),
        ("</think>42", "42", "", True),
        ("hm</think>a</think>b", "a</think>b", "hm", True),
        ("<think>hm</think>a</think>b", "a</think>b", "hm", False),
        ("first <think>, then </think>", "first <think>, then </think>", "", False),
        ("end it with `</think>`", "end it with `</think>`", "", False),
        ("end it with `</think>`\n</think>ok", "ok", "end it with `</think>`\n", True),
        ("no thinking at all", "no thinking at all", "", False),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_opening_tag_may_be_missing(
    reply: str, text: str, thinking: str, moved: bool, size: int
) -> None:
    assert split(chunks(reply, size), missing=True) == (text, thinking, moved)


_PIECES = ["<think>", "</think>", "<thinking>", "< /think >", "<", "</th", "`", " ", "\n", "a", ">"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5)).map("".join), cuts(), st.booleans())
def test_nothing_depends_on_the_chunks(reply: str, places: list[int], missing: bool) -> None:
    assert split(cut_at(reply, places), missing=missing) == split([reply], missing=missing)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_PIECES) | st.text(st.characters(), max_size=5)).map("".join))
def test_only_the_leading_tags_are_taken_out(reply: str) -> None:
    text, thinking, _ = split([reply])
    if not reply.lstrip().lower().startswith("<"):
        assert (text, thinking) == (reply, "")
    assert len(reply) - len(text) - len(thinking) in {0, *range(7, 48)}


def test_text_is_given_out_at_once() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed("Hel") == [("text", "Hel")]
    assert splitter.feed("lo <") == [("text", "lo <")]


def test_thinking_is_given_out_at_once() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed("<thi") == []
    assert splitter.feed("nk>let me") == [("thinking", "let me")]
    assert splitter.feed(" see</thi") == [("thinking", " see")]
    assert splitter.feed("nk>42") == [("text", "42")]
