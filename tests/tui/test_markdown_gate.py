"""What is shown as Markdown and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.tui.widgets.markdown_gate import (
    MAX_BLOCK,
    MAX_BRACKETS,
    MAX_CODE,
    MAX_LINE,
    MAX_LINES,
    MAX_NESTING,
    MAX_TABLE_COLUMNS,
    MAX_TABLE_ROWS,
    MAX_TOTAL,
    MarkdownGate,
)


def table(rows: int, columns: int) -> str:
    row = "|x" * columns + "|\n"
    return row + "|-" * columns + "|\n" + row * rows


REFUSED = {
    "long line": ("x" * (MAX_LINE + 1), "a line of more than 10,000 characters"),
    "many characters": (("word " * 100 + "\n\n") * (MAX_TOTAL // 500), "than 200,000 characters"),
    "many lines": ("a\n\n" * MAX_LINES, "more than 8,000 lines"),
    "long code": ("```py\n" + "x = 1\n" * (MAX_CODE // 5), "a code block of more than 20,000"),
    "long table": (table(MAX_TABLE_ROWS + 1, 3), "more than 200 rows"),
    "wide table": (table(1, MAX_TABLE_COLUMNS + 1), "more than 40 columns"),
    "large table": (table(150, 30), "more than 2,000 cells"),
    "deep quotes": ("> " * (MAX_NESTING + 1) + "x", "more than 10 deep"),
    "deep quotes without spaces": (">" * 200, "more than 10 deep"),
    "deep list": ("".join("  " * n + "- a\n" for n in range(MAX_NESTING + 1)), "10 deep"),
    "deep numbered list": ("".join("   " * n + "1. a\n" for n in range(11)), "10 deep"),
    "deep list in one line": ("- " * (MAX_NESTING + 1) + "x\n", "10 deep"),
    "brackets": ("[" * (MAX_BRACKETS + 1) + "\n", "opening brackets"),
}
ALLOWED = {
    "empty": "",
    "a line at the limit": "x" * MAX_LINE,
    "code at the limit": "```\n" + ("x" * 99 + "\n") * 199 + "```\n",
    "many code blocks": ("```\n" + "x = 1\n" * 100 + "```\n\n") * 60,
    "one-line code is no fence": "```x```\n\n" + "word word word\n\n" * 2000,
    "a table at the limit": table(MAX_TABLE_ROWS, 3),
    "pipes in code": "```\n" + "||||" * 100 + "\n```\n",
    "pipes in text": "a || b " * 200 + "\n",
    "rules made of spaced marks": "- " * 40 + "\n\n" + "* " * 40 + "\n",
    "flat list": "- item\n" * 1000,
    "lists one after another": ("- a\n  - b\n    - c\n\ntext\n\n") * 100,
    "deep indentation in code": "```\n" + "".join("  " * n + "- x\n" for n in range(40)) + "```\n",
    "brackets in many paragraphs": ("a[i] " * 50 + "\n\n") * 100,
}


@pytest.mark.parametrize("name", REFUSED)
def test_T10_refuses_what_is_slow_and_says_why(name: str) -> None:
    text, why = REFUSED[name]
    gate = MarkdownGate()
    reason = gate.feed(text)
    assert reason is not None
    assert reason.startswith("Shown as plain text: ")
    assert reason.endswith(".")
    assert why in reason


@pytest.mark.parametrize("name", ALLOWED)
def test_allows_ordinary_answers(name: str) -> None:
    gate = MarkdownGate()
    assert gate.feed(ALLOWED[name]) is None


@pytest.mark.parametrize("name", [*REFUSED, *ALLOWED])
@pytest.mark.parametrize("size", [7, 1000])
def test_the_verdict_does_not_depend_on_the_chunks(name: str, size: int) -> None:
    text = REFUSED[name][0] if name in REFUSED else ALLOWED[name]
    gate = MarkdownGate()
    for start in range(0, len(text), size):
        gate.feed(text[start : start + size])
    assert (gate.reason is not None) == (name in REFUSED)


def test_a_reason_stays() -> None:
    gate = MarkdownGate()
    reason = gate.feed("x" * (MAX_LINE + 1))
    assert gate.feed("\n\nshort\n") == reason


def test_a_block_that_never_ends_is_refused() -> None:
    gate = MarkdownGate()
    assert gate.check_block(MAX_BLOCK) is None
    assert "one list or paragraph" in (gate.check_block(MAX_BLOCK + 1) or "")


@given(st.text(alphabet="ab|->*1.` ~[\n", max_size=300), st.integers(1, 20))
def test_any_short_text_passes_in_any_chunks(text: str, size: int) -> None:
    gate = MarkdownGate()
    for start in range(0, len(text), size):
        gate.feed(text[start : start + size])
    deep = gate.reason is not None and "deep" in gate.reason
    assert gate.reason is None or deep
