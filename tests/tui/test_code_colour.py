"""Colours of growing code."""

from __future__ import annotations

import pytest

from sutra_tui.tui.widgets import code_colour
from sutra_tui.tui.widgets.code_colour import MAX_COLOURED, CodeColour

CODE = "def f(x):\n    return x + 1  # a comment\n"


@pytest.fixture
def coloured(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of the texts a lexer ran over."""
    lengths: list[int] = []
    real = code_colour._spans

    def counted(code: str, language: str) -> list[code_colour.Span]:
        lengths.append(len(code))
        return real(code, language)

    monkeypatch.setattr(code_colour, "_spans", counted)
    return lengths


def test_known_languages_are_coloured_and_the_text_is_the_code() -> None:
    painted = CodeColour().paint(CODE, "python", growing=False)
    assert painted.plain == CODE
    assert painted.spans


@pytest.mark.parametrize("language", ["", "klingon", "../../etc/passwd", "text", "[red]"])
def test_other_languages_stay_plain(language: str) -> None:
    painted = CodeColour().paint(CODE, language, growing=False)
    assert (painted.plain, list(painted.spans)) == (CODE, [])


def test_a_growing_block_is_coloured_a_constant_number_of_times_over(coloured: list[int]) -> None:
    colour = CodeColour()
    code = CODE * 200
    for end in range(1, MAX_COLOURED, 20):
        colour.paint(code[:end], "python", growing=True)
    assert sum(coloured) < 6 * MAX_COLOURED


def test_a_whole_block_is_coloured_once(coloured: list[int]) -> None:
    colour = CodeColour()
    for _ in range(5):
        colour.paint(CODE, "python", growing=False)
        colour.paint(CODE * 2, "python", growing=False)
    assert len(coloured) == 2


def test_only_the_beginning_of_a_huge_block_is_coloured(coloured: list[int]) -> None:
    code = CODE * 2000
    assert CodeColour().paint(code, "python", growing=False).plain == code
    assert coloured == [MAX_COLOURED]


def test_a_failing_lexer_costs_the_colours_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> None:
        raise RuntimeError("lexer")

    monkeypatch.setattr("textual.highlight.highlight", broken)
    assert CodeColour().paint(CODE, "python", growing=False).plain == CODE
