"""What one setting is for, and the line in which its value is typed.

Invariant: what is typed is judged with every key; only what can be used is ever accepted.
"""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from ...core.clean import clean, clean_line
from ...settings.effective import Effective, words_for
from ..settings_view import Typed, read_typed, suggestions
from .search_line import CleanInput

HINT = "enter save · empty is the default · escape leave"


class SettingEditor(Vertical):
    """A panel about a setting; `open` lets its value be typed."""

    class Accepted(Message):
        """A value was typed that can be used.

        Args:
            name: The setting's full name.
            value: Its value; None resets it.
        """

        def __init__(self, name: str, value: Any) -> None:
            self.name = name
            self.value = value
            super().__init__()

    class Left(Message):
        """Typing was given up."""

    DEFAULT_CSS = """
    SettingEditor {
        height: auto; border: round $border-blurred; padding: 0 1; background: $surface;
        border-title-color: $accent; border-title-style: bold;
        border-subtitle-color: $text-muted;
        & > Input { display: none; border: none; height: 1; padding: 0; background: $panel; }
        & > .verdict { display: none; height: auto; color: $text-muted; }
        &.-open { border: round $primary; }
        &.-open > Input, &.-open > .verdict { display: block; }
        &.-wrong > .verdict { color: $text-error; }
    }
    """
    BINDINGS = [Binding("escape", "leave", "Leave", show=True)]

    def __init__(self) -> None:
        super().__init__(id="editor")
        self._row: Effective | None = None
        self._keys: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield Static("", classes="about")
        yield CleanInput(id="value", compact=True, max_length=1024)
        yield Static("", classes="verdict")

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def show(self, row: Effective | None, about: Content) -> None:
        """Tell of a setting; None where there is none."""
        self._row = row
        self.border_title = Content(row.field.name) if row else Content("")
        self.query_one(".about", Static).update(about)

    def open(self, keys: dict[str, str]) -> None:
        """Let the value be typed.

        Args:
            keys: The keys that commands have now, for clashes.
        """
        if self._row is None:
            return
        field, value = self._row.field, self._row.value
        self._keys = keys
        box = self.query_one(Input)
        names = suggestions(field)
        box.suggester = SuggestFromList(names, case_sensitive=False) if names else None
        box.placeholder = clean_line(field.unset or words_for(field, field.default), 60)
        box.value = "" if value in (None, "") else clean(words_for(field, value))
        box.cursor_position = len(box.value)
        self.add_class("-open")
        self.border_subtitle = Content(HINT)
        self._judge(box.value)
        box.focus()

    def close(self) -> None:
        self.remove_class("-open", "-wrong")
        self.border_subtitle = Content("")

    def action_leave(self) -> None:
        self.close()
        self.post_message(self.Left())

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._judge(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed = self._judge(event.value)
        if typed is not None and not typed.problem and self._row is not None:
            self.post_message(self.Accepted(self._row.field.name, typed.value))

    def _judge(self, text: str) -> Typed | None:
        if self._row is None:
            return None
        field = self._row.field
        typed = read_typed(field, text, self._keys)
        self.set_class(bool(typed.problem), "-wrong")
        if typed.problem:
            words = f"✗ {clean_line(typed.problem, 300)}"
        elif typed.value is None:
            words = "✓ the default"
        else:
            words = f"✓ {field.name} = {clean_line(words_for(field, typed.value), 80)}"
        self.query_one(".verdict", Static).update(Content(words))
        return typed
