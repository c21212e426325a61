"""Every command can be had in any terminal: by a key that all of them send, or by the palette."""

from __future__ import annotations

import re

import pytest

from sutra_tui.tui.wishes import scopes

FROM_ANY_TERMINAL = re.compile(
    r"""
    [a-z0-9] | shift\+[a-z] | [A-Z] | ctrl\+[a-z] | f([1-9]|10|12) | shift\+tab
    | escape | enter | tab | space | backspace | delete | up | down | left | right | home | end
    | pageup | pagedown | slash | question_mark | comma | full_stop | plus | minus
    | left_square_bracket | right_square_bracket | less_than_sign | greater_than_sign
    """,
    re.VERBOSE,
)
SCREENS = tuple(scope.commands for scope in scopes())
EVERYTHING = {command.id: command.key for commands in SCREENS for command in commands}


@pytest.mark.parametrize("name", EVERYTHING)
def test_X19_one_of_its_keys_is_sent_by_every_terminal(name: str) -> None:
    """Not ctrl+enter, alt, f11 and the like: terminals, windows and multiplexers take them."""
    keys = [key.strip() for key in EVERYTHING[name].split(",") if key.strip()]
    in_the_palette_only = not keys
    assert in_the_palette_only or any(FROM_ANY_TERMINAL.fullmatch(key) for key in keys)
