"""The help: every key and command, found by what it does or by its key, made from the registry."""

from __future__ import annotations

import textwrap
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ...core.clean import clean_line
from ..commands import Command
from ..help_view import Line, Place, Section, sections
from ..widgets.search_line import CleanInput
from ..widgets.thread_line import BEADS, STALE_BEAD

KEY_WIDTH: Final = 16
INDENT: Final = KEY_WIDTH + 2
"""Cells before a sentence: the keys' column."""
BEAD_WORDS: Final = {
    "idle": "not yet",
    "active": "at work",
    "complete": "done",
    "cached": "taken from the cache",
    "reused": "taken from an earlier run",
    "incomplete": "ended, but not whole",
    "stopped": "stopped by you",
    "failed": "failed",
}
STALE_WORDS: Final = "stale: something it depends on was changed since"
Part = str | tuple[str, str]


class HelpScreen(ModalScreen[None]):
    """Keys, commands and signs.

    Args:
        commands: The registry with the keys in effect.
        place: What has the focus on the screen below.
    """

    CSS_PATH = "help.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (26, "-tall")]
    BINDINGS = [
        Binding("escape", "back", "Back", show=True),
        Binding("f1", "dismiss", "Back", show=False, id="app.help", priority=True),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("down", "scroll(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]

    def __init__(self, commands: tuple[Command, ...], place: Place | None = None) -> None:
        super().__init__()
        self._commands = commands
        self._place = place

    def compose(self) -> ComposeResult:
        name = f"  you are in: {clean_line(self._place.name, 40)}" if self._place else ""
        with Vertical(classes="dialog"):
            yield Static(
                Content.assemble(("Help", "bold $accent"), (name, "$foreground-muted")),
                classes="head",
            )
            yield CleanInput(placeholder="type what you want to do, or a key", id="filter")
            with VerticalScroll(can_focus=False):
                yield Static(id="keys")
            yield Static(Content("↑↓ scroll · esc back"), classes="foot")

    def on_resize(self) -> None:
        """The dialog gets another width, now or with the next layout."""
        self.call_after_refresh(self._show)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _show(self) -> None:
        """Wrap the sentences here, each below its title."""
        scroll = self.query_one(VerticalScroll)
        typed = self.query_one(Input).value
        found = sections(self._commands, self._place, typed)
        room = scroll.scrollable_content_region.width - 1
        shown = help_text(found, room, signs=not typed.strip())
        if not found:
            shown = Content(
                f"Nothing here does or is called “{clean_line(typed, 40)}”. "
                "Escape shows everything again."
            )
        scroll.query_one("#keys", Static).update(shown)

    def action_back(self) -> None:
        """Show everything again, then leave."""
        typed = self.query_one(Input)
        if typed.value:
            typed.value = ""
        else:
            self.dismiss()

    def action_scroll(self, step: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=step, animate=False)

    def action_page(self, step: int) -> None:
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=step * max(1, scroll.size.height - 1), animate=False)


def help_text(found: tuple[Section, ...], room: int, *, signs: bool) -> Content:
    """The help as text.

    Args:
        found: What to show.
        room: Cells per row.
        signs: Whether to explain the signs of the thread line.
    """
    parts: list[Part] = []
    for section in found:
        parts.append((f"{'':{INDENT}}{section.heading}\n", "bold $primary"))
        for line in section.lines:
            parts += _line(line, room)
        parts.append("\n")
    if signs:
        parts.append((f"{'':{INDENT}}Signs\n", "bold $primary"))
        for state, (sign, _, style) in BEADS.items():
            parts += [(f"{sign:>{KEY_WIDTH}}", style), f"  {BEAD_WORDS[state]}\n"]
        parts += [(f"{STALE_BEAD:>{KEY_WIDTH}}", "$text-warning"), f"  {STALE_WORDS}\n"]
    return Content.assemble(*parts)


def _line(line: Line, room: int) -> list[Part]:
    wide = max(20, room - INDENT)
    gap = f"\n{'':{INDENT}}"
    keys = textwrap.wrap(line.key, KEY_WIDTH) or ["·"]
    title = textwrap.wrap(line.title, wide)
    parts: list[Part] = [(f"{keys[0]:>{KEY_WIDTH}}", "bold $accent"), "  "]
    parts.append((gap.join(title), "bold"))
    if line.slash:
        fits = len(title[-1]) + 2 + len(line.slash) <= wide
        parts.append((f"{'  ' if fits else gap}{line.slash}", "$accent"))
    parts.append("\n")
    about = textwrap.wrap(line.about, wide)
    for place in range(max(len(about), len(keys) - 1)):
        key = keys[place + 1] if place + 1 < len(keys) else ""
        parts.append((f"{key:>{KEY_WIDTH}}  ", "bold $accent"))
        parts.append((f"{about[place] if place < len(about) else ''}\n", "$foreground-muted"))
    return parts
