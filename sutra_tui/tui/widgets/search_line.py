"""The line in which the inspector's filter is typed.

Invariant: what stands in it is one line of clean text, also after a paste.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from ...core.clean import clean_line

SEARCH_LIMIT = 500
"""Characters of a filter."""


class CleanInput(Input):
    """An input that cleans what is pasted."""

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(clean_line(event.text[: 4 * SEARCH_LIMIT], SEARCH_LIMIT))


class SearchLine(Horizontal):
    """Absent until it is opened; then a sign, the filter and what it found.

    Args:
        placeholder: What can be typed.
    """

    DEFAULT_CSS = """
    SearchLine {
        height: 1; padding: 0 1; display: none; background: $panel;
        &.-open { display: block; }
        & > .sign { width: 2; color: $accent; text-style: bold; }
        & > .found { width: auto; color: $text-muted; padding-left: 2; }
        & > Input { width: 1fr; background: $panel; border: none; height: 1; padding: 0; }
    }
    """

    def __init__(self, placeholder: str = "words of the query or of a demonstration") -> None:
        super().__init__()
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        yield Static(Content("/"), classes="sign")
        yield CleanInput(
            placeholder=self._placeholder,
            id="search",
            compact=True,
            max_length=SEARCH_LIMIT,
        )
        yield Static("", classes="found")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    def open(self) -> None:
        """Show the line and type in it."""
        self.add_class("-open")
        # At once: letters that are on their way already must not be taken for commands.
        self.screen.set_focus(self.input)

    def close(self) -> None:
        """Forget the filter and go away."""
        self.input.clear()
        self.remove_class("-open")

    def say(self, found: int) -> None:
        """How many entries there are."""
        way_on = " · enter goes there" if found and self.size.width >= 80 else ""
        self.query_one(".found", Static).update(Content(f"{found:,} found{way_on}"))
