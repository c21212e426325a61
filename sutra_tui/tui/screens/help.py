"""Every key and what the screen shows, made from the registry."""

from __future__ import annotations

import textwrap
from typing import Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.keys import format_key
from textual.screen import ModalScreen
from textual.widgets import Static

from ..commands import Command
from ..widgets.thread_line import BEADS

INDENT: Final = 18
"""Cells before a sentence: the keys' column."""
PANE_KEYS = (
    ("enter", "send the query"),
    ("ctrl+j", "new line in the query"),
    ("up, down", "earlier queries, at the first and last line of the box"),
    ("tab, shift+tab", "go from part to part of the screen"),
    ("c", "copy the pane that has the focus"),
    ("t", "show or hide the thinking of the pane that has the focus"),
    ("f", "fold the demonstrations"),
)
BEAD_WORDS = {
    "idle": "not yet",
    "active": "at work",
    "complete": "done",
    "cached": "taken from the cache",
    "incomplete": "ended, but not whole",
    "stopped": "stopped by you",
    "failed": "failed",
}


class HelpScreen(ModalScreen[None]):
    """Keys, commands and signs.

    Args:
        commands: The registry with the keys in effect.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("escape,q", "dismiss", "Back", show=True),
        Binding("f1", "dismiss", "Back", show=False, id="app.help"),
    ]

    def __init__(self, commands: tuple[Command, ...]) -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled("Keys and signs", "bold $accent"), classes="head")
            with VerticalScroll():
                yield Static(id="keys")
            yield Static(
                Content("ctrl+p finds every command by name · escape back"), classes="foot"
            )

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def on_resize(self) -> None:
        """The dialog gets another width, now or with the next layout."""
        self.call_after_refresh(self._wrap)

    def _wrap(self) -> None:
        """Wrap the sentences here, each below its title."""
        scroll = self.query_one(VerticalScroll)
        room = scroll.scrollable_content_region.width - 1
        scroll.query_one("#keys", Static).update(_keys(self._commands, room))


def _keys(commands: tuple[Command, ...], room: int) -> Content:
    """All keys, commands and signs.

    Args:
        commands: The registry.
        room: Cells per row.
    """
    lines: list[str | tuple[str, str]] = []
    for command in commands:
        keys = [format_key(key) for key in command.key.split(",") if key]
        key = ", ".join(keys) or "ctrl+p"
        lines += [(f"{key:>16}", "bold $accent"), (f"  {command.title}\n", "bold")]
        help = textwrap.wrap(command.help, max(20, room - INDENT))
        lines += [(f"{'':{INDENT}}{row}\n", "$text-muted") for row in help]
    lines.append("\n")
    for key, words in PANE_KEYS:
        lines += [(f"{key:>16}", "bold $accent"), f"  {words}\n"]
    lines.append("\n")
    for state, (sign, _, style) in BEADS.items():
        lines += [(f"{sign:>16}", style), f"  {BEAD_WORDS[state]}\n"]
    return Content.assemble(*lines)
