"""A model's thinking: one line that can be opened, absent when there is none."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from .chip import Chip
from .plain_view import PlainView


class ThinkingBlock(Vertical):
    """Collapsed to one line with a word count; opened, it shows the thinking as plain text."""

    DEFAULT_CSS = """
    ThinkingBlock {
        height: auto; display: none;
        & > Chip { color: $text-muted; padding: 0; }
        & > VerticalScroll {
            height: auto; max-height: 10; display: none; color: $text-muted;
            border-left: tall $border-blurred; padding: 0 1;
        }
        &.-filled { display: block; }
        &.-open > VerticalScroll { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._words = 0
        self._inside_word = False
        self._finished = False
        self._line = Chip("Show or hide what the model thought")
        self._view = PlainView()

    def compose(self) -> ComposeResult:
        yield self._line
        with VerticalScroll():
            yield self._view

    def append(self, text: str) -> None:
        if not text:
            return
        self._count(text)
        self.add_class("-filled")
        self._view.append(text)
        self._show_line()

    def finish(self) -> None:
        self._finished = True
        self._show_line()

    def clear(self) -> None:
        self._words, self._inside_word, self._finished = 0, False, False
        self.remove_class("-filled", "-open")
        self._view.clear()

    def toggle(self) -> None:
        self.toggle_class("-open")
        self._show_line()

    def on_chip_pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        self.toggle()

    def _count(self, text: str) -> None:
        for char in text:
            inside = not char.isspace()
            self._words += inside and not self._inside_word
            self._inside_word = inside

    def _show_line(self) -> None:
        sign = "▾" if self.has_class("-open") else "▸"
        verb = "thought" if self._finished else "thinking"
        noun = "word" if self._words == 1 else "words"
        self._line.content = Content(f"{sign} {verb} · {self._words:,} {noun}")
