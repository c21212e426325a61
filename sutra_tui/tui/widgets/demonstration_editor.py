"""The box in which a demonstration is edited in place.

Invariant: what is in the box is clean text, whether it was there, typed or pasted. Every change is
told at once, so that somebody else can keep it.
"""

from __future__ import annotations

from typing import Final

from textual import events, on
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from ...core.clean import clean

EDIT_LIMIT: Final = 64 * 1024
"""Longest text edited in place, in characters: a text area is slow with more."""


class DemonstrationEditor(TextArea):
    """Says `Typed`, `SaveWanted` and `LeaveWanted`.

    Args:
        text: What it begins with.
        key: Of the entry.
        demonstration: Which one; 0 for one that is being added.
    """

    class Typed(Message):
        """The text has changed."""

        def __init__(self, editor: DemonstrationEditor) -> None:
            self.key = editor.key
            self.demonstration = editor.demonstration
            self.text = editor.text
            super().__init__()

    class SaveWanted(Typed):
        """The user saves."""

    class LeaveWanted(Typed):
        """The user leaves without saving."""

    DEFAULT_CSS = """
    DemonstrationEditor {
        height: auto; min-height: 3; max-height: 24; border: round $accent; padding: 0 1;
        background: $surface; border-subtitle-color: $text-muted;
        &:focus { border: round $accent; }
    }
    """
    BINDINGS = [
        Binding("ctrl+s", "save", "Save", show=True),
        Binding("escape", "leave", "Leave unsaved", show=True),
    ]

    def __init__(self, text: str, key: str, demonstration: int) -> None:
        super().__init__(
            clean(text[:EDIT_LIMIT]),
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="indent",
            highlight_cursor_line=False,
        )
        self.key = key
        self.demonstration = demonstration
        self._began = self._told = self.text

    def on_mount(self) -> None:
        self.border_subtitle = Content("kept while you type · ctrl+s save · escape leave")

    @property
    def changed(self) -> bool:
        """Whether it says something else than in the beginning."""
        return self.text != self._began

    @on(TextArea.Changed)
    def _changed(self, event: TextArea.Changed) -> None:
        event.stop()
        if self.text != self._told:
            self._told = self.text
            self.post_message(self.Typed(self))

    def action_save(self) -> None:
        self.post_message(self.SaveWanted(self))

    def action_leave(self) -> None:
        self.post_message(self.LeaveWanted(self))

    async def _on_key(self, event: events.Key) -> None:
        # The text area itself would only move the focus on.
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.action_leave()
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        room = max(0, EDIT_LIMIT - len(self.text))
        if result := self._replace_via_keyboard(clean(event.text[:room]), *self.selection):
            self.move_cursor(result.end_location)
