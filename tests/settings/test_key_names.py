"""How keys are written and kept."""

from __future__ import annotations

import string

import pytest
from textual.keys import _character_to_key

from sutra_tui.settings.key_names import key_named, read_keys, why_no_key


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("f2", "f2"),
        ("F12", "f12"),
        (" ctrl+k ", "ctrl+k"),
        ("Ctrl+K", "ctrl+k"),
        ("control+k", "ctrl+k"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("alt+E", "alt+E"),
        ("shift+e", "E"),
        ("e", "e"),
        ("E", "E"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        ("ctrl+/", "ctrl+slash"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        (" ", "space"),
        ("PgDn", "pagedown"),
        ("esc", "escape"),
        ("", None),
        ("f25", None),
        ("ctl+k", None),
        ("hyper+k", None),
        ("ctrl+", None),
        ("kk", None),
        ("\x1b", None),
        ("ctrl+k+l", None),
    ],
)
def test_what_a_text_names(written: str, key: str | None) -> None:
    assert key_named(written) == key


def test_characters_are_spelled_as_textual_spells_them() -> None:
    for character in string.printable[:95]:
        assert key_named(character) == _character_to_key(character), character


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("f2", ("f2",)),
        ("f2, ctrl+k", ("f2", "ctrl+k")),
        (["f2", "F2", "f3"], ("f2", "f3")),
        (",", ("comma",)),
        ("", ()),
        ([], ()),
        ("f2,", ()),
        ("f1,f2,f3,f4,f5", ()),
        (["f2", 3], ()),
        (2, ()),
        (None, ()),
        ("ctrl+m", ()),
        ("ctrl+[", ()),
    ],
)
def test_what_a_setting_names(value: object, keys: tuple[str, ...]) -> None:
    assert read_keys(value) == keys


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("ctl+k", "did you mean ctrl+k?"),
        ("f2, escpe", "did you mean escape?"),
        ("Shft+pagedwn", "did you mean shift+pagedown?"),
        ("ctrl+m", "terminals send enter for ctrl+m"),
        ("f1,f2,f3,f4,f5", "a command may have 4 keys"),
        ("zzzzzz", ""),
        (3, ""),
    ],
)
def test_why_a_setting_names_none(value: object, why: str) -> None:
    assert why_no_key(value) == why
