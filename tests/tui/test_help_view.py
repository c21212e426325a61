"""What the help finds, by words and by keys."""

from __future__ import annotations

import pytest

from sutra_tui.tui.commands import COMMANDS
from sutra_tui.tui.help_view import Line, Place, Section, sections
from sutra_tui.tui.wishes import with_keys

PLACE = Place("the query box", (Line("enter", "Send"), Line("up, down", "Earlier queries")))


def titles(found: tuple[Section, ...]) -> list[str]:
    return [line.title for section in found for line in section.lines]


def test_nothing_typed_shows_everything_where_you_are_first() -> None:
    found = sections(COMMANDS, PLACE)
    assert found[0] == Section("Here: the query box", PLACE.lines)
    assert found[-1].heading == "Everywhere"
    assert {command.title for command in COMMANDS} <= set(titles(found))
    assert len([section.heading for section in found]) == len({s.heading for s in found})


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("swap", "Swap the models"),
        ("SWAP models", "Swap the models"),
        ("/swap", "Swap the models"),
        ("exactly as model b", "Copy the answer"),
        ("earlier", "Earlier queries"),
        ("two seconds", "Stop, then quit"),
    ],
)
def test_words_find_a_command(typed: str, title: str) -> None:
    assert title in titles(sections(COMMANDS, PLACE, typed))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("f1", ["Help"]),
        ("F5", ["Run again without the cache"]),
        ("ctrl+s", ["Swap the models"]),
        ("^s", ["Swap the models"]),
        ("esc", ["Stop the run"]),
        ("down", ["Earlier queries"]),
        (" enter ", ["Send"]),
    ],
)
def test_a_key_finds_what_it_does_and_nothing_else(typed: str, expected: list[str]) -> None:
    assert titles(sections(COMMANDS, PLACE, typed)) == expected


def test_keys_are_the_ones_in_effect() -> None:
    moved = with_keys(COMMANDS, {"model.swap": "f11,alt+s"})
    for key in ("f11", "alt+s"):
        assert titles(sections(moved, None, key)) == ["Swap the models"]
    assert "Swap the models" not in titles(sections(moved, None, "ctrl+s"))


def test_nothing_found_is_nothing() -> None:
    assert sections(COMMANDS, PLACE, "zzz") == ()
