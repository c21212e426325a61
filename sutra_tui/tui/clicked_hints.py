"""What a click means where only a key was named: the hints at the foot of a dialog, and beside it.

Invariant: a click does what the key does that its place names, by pressing that key; elsewhere it
does nothing.
"""

from __future__ import annotations

import re
from typing import Final

from textual.screen import ModalScreen, Screen
from textual.widget import Widget

KEYS: Final = {"enter": "enter", "escape": "escape", "esc": "escape", "down": "down", "s": "s"}
"""Keys as the hints name them."""
_HINT: Final = re.compile(r"[^·\s](?:[^·]*[^·\s])?")


def key_of_hint(line: str, column: int) -> str:
    """The key that a hint names: "enter pull · escape back".

    Args:
        line: The line that was clicked on, in cells that are one character each.
        column: Where, from 0.

    Returns:
        The key's name; empty where there is no hint.
    """
    for hint in _HINT.finditer(line):
        words = hint.group().split()
        if hint.start() <= column < hint.end() and len(words) > 1:
            return KEYS.get(words[0], "") or KEYS.get(words[1] if words[0] == "Press" else "", "")
    return ""


def key_clicked(screen: Screen[object], widget: Widget, x: int, y: int) -> str:
    """The key that a click stands for; empty for none.

    Args:
        screen: The screen on top.
        widget: What was clicked on.
        x: Where in it, in cells.
        y: Likewise.
    """
    if not isinstance(screen, ModalScreen):
        return ""
    if widget is screen:
        return "escape"
    if not widget.has_class("foot") or not 0 <= y < widget.size.height:
        return ""
    return key_of_hint(widget.render_line(y).text, x)
