"""A screen whose keys, footer and palette are views of one table.

Invariant: what does not apply does not run, and pressing its key says why not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeVar

from textual import events
from textual.binding import ActiveBinding
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input, TextArea

from ..screen_commands import ScreenCommands
from ..widgets.notice_bar import NoticeBar
from .screen_palette import ScreenPalette

E = TypeVar("E")


class CommandScreen(Screen[E]):
    """What such screens share. It has a `NoticeBar`, and a view that says what applies."""

    TABLE: ClassVar[ScreenCommands[Any]]
    COMMANDS = {ScreenPalette}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-medium"), (100, "-wide")]

    view: reactive[Any]
    _applicable: frozenset[str] = frozenset()

    @property
    def table(self) -> ScreenCommands[Any]:
        """The table with the keys that the user gave to commands."""
        keys: Mapping[str, str] = getattr(self.app, "keys", {})
        return self.TABLE.with_keys(keys) if keys else self.TABLE

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The bindings as the footer wants them: those that apply, as many as fit."""
        typing = isinstance(self.focused, (Input, TextArea))
        active = super().active_bindings
        return self.table.footer(active, self.view, self.size.width, typing=typing)

    def show_applicable(self) -> None:
        """Let the footer say what applies now. It is built anew, so only where that changed."""
        applicable = self.TABLE.applicable(self.view)
        if applicable != self._applicable:
            self._applicable = applicable
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What does not apply right now does not run, by the table's word."""
        return None if self.TABLE.reason_against(action, parameters, self.view) else True

    def on_key(self, event: events.Key) -> None:
        """A key of ours that nobody took does not apply right now: say why."""
        if reason := self.table.reason_for_key(event.key, event.character, self.view):
            self.say(reason)

    async def run_command(self, action: str) -> None:
        """What the palette or the mouse does: the action, or the reason against it."""
        if reason := self.TABLE.reason_against(action, (), self.view):
            self.say(reason)
        else:
            await self.run_action(action)

    def say(self, text: str) -> None:
        """Something that is neither wrong nor urgent."""
        self.query_one(NoticeBar).show_quiet(text)
