"""What a terminal can do, told from its environment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sutra_tui.doctor.finding import Finding
from sutra_tui.doctor.terminal import TerminalFacts, examine_terminal

from .support import terminal


def of(facts: TerminalFacts) -> dict[str, Finding]:
    return {found.id.partition(".")[2]: found for found in examine_terminal(facts)}


@pytest.mark.parametrize(
    ("variables", "colours"),
    [
        ({"COLORTERM": "truecolor"}, 2**24),
        ({"COLORTERM": "24bit", "TERM": "xterm"}, 2**24),
        ({"COLORTERM": "", "TERM": "xterm-256color"}, 256),
        ({"COLORTERM": "", "TERM": "xterm"}, 16),
        ({"COLORTERM": "", "TERM": "xterm-kitty"}, 2**24),
        ({"COLORTERM": "", "TERM": "xterm", "WT_SESSION": "1"}, 2**24),
        ({"NO_COLOR": "1"}, 0),
    ],
)
def test_colours(variables: dict[str, str], colours: int) -> None:
    found = of(terminal(**variables))["colours"]
    assert found.facts["colours"] == colours
    assert found.verdict == ("warning" if colours == 16 else "ok")


@pytest.mark.parametrize(
    ("variables", "verdict", "works", "words"),
    [
        (
            {"TERM_PROGRAM": "Apple_Terminal"},
            "warning",
            False,
            "(macOS Terminal) takes no",
        ),
        ({"VTE_VERSION": "7600"}, "warning", False, "GNOME Terminal or a relative) takes"),
        ({"TERM_PROGRAM": "iTerm.app"}, "warning", None, "only when it is allowed to"),
        ({"TERM_PROGRAM": "WezTerm"}, "ok", True, "Copying works"),
        ({"TERM": "foot"}, "ok", True, "Copying works"),
        ({"TERM": "linux"}, "warning", False, "does not work here"),
        ({"STY": "1.pts"}, "warning", False, "does not work here"),
        ({"TMUX": "/tmp/x", "TERM_PROGRAM": "tmux"}, "warning", None, "goes through tmux"),
        ({}, "ok", None, "not known"),
    ],
)
def test_X18_the_clipboard(
    variables: dict[str, str], verdict: str, works: bool | None, words: str
) -> None:
    found = of(terminal(**variables))["clipboard"]
    assert (found.verdict, found.facts["osc52"]) == (verdict, works)
    assert words in found.text


@pytest.mark.parametrize(
    ("columns", "rows", "verdict"),
    [(120, 40, "ok"), (60, 15, "ok"), (59, 40, "warning"), (120, 14, "warning"), (0, 0, "warning")],
)
def test_the_size(columns: int, rows: int, verdict: str) -> None:
    assert of(terminal(columns, rows))["size"].verdict == verdict


@pytest.mark.parametrize(
    ("encoding", "verdict", "named"),
    [
        ("utf-8", "ok", "utf-8"),
        ("UTF8", "ok", "UTF8"),
        ("cp1252", "warning", "cp1252"),
        ("\x1b]0;x\x07", "warning", "unknown"),
    ],
)
def test_the_characters(encoding: str, verdict: str, named: str) -> None:
    found = of(replace(terminal(), encoding=encoding))["unicode"]
    assert (found.verdict, found.facts["encoding"]) == (verdict, named)


def test_what_lies_between_is_said() -> None:
    found = of(terminal(TMUX="/tmp/secret-socket", SSH_CONNECTION="10.1.2.3 1 10.4.5.6 22"))["kind"]
    assert found.text == "TERM is xterm-256color, through tmux and ssh."
    assert found.facts["through"] == ["tmux", "ssh"]


def test_a_terminal_that_cannot_draw_fails() -> None:
    assert of(terminal(TERM="dumb"))["kind"].verdict == "failed"


def test_without_a_terminal_little_is_said() -> None:
    found = of(replace(terminal(), is_terminal=False))
    assert set(found) == {"kind", "unicode"}
    assert found["kind"].verdict == "ok"


@pytest.mark.parametrize("term", ["hunter2", "xterm-hunter2", "xterm\x1b[2J", "screen.hunter2"])
def test_a_term_that_is_none_is_not_repeated(term: str) -> None:
    found = of(terminal(TERM=term))["kind"]
    assert found.facts["term"] == "an unusual value"
    assert term not in found.text
