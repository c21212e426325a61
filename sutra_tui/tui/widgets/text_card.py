"""One text with a line above it, that can have the focus as a whole."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from .stream_view import StreamView

AT_ONCE: Final = 4_000
"""Longest text painted in one go, in characters."""


class TextCard(Vertical, can_focus=True):
    """Has the focus as a whole, so that keys know which text is meant."""

    DEFAULT_CSS = """
    TextCard {
        height: auto; margin-bottom: 1; border-left: blank;
        & > Static { height: 1; color: $text-primary; }
        & > StreamView { height: auto; overflow: hidden; padding-left: 2; }
        &:focus, &:focus-within { border-left: outer $accent; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._heading = Static("")
        self._view = StreamView()
        self._view.can_focus = False
        self._words = Content("")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._view

    async def put(self, heading: Content, text: str) -> None:
        """Show a text below a heading."""
        if heading != self._words:
            self._words = heading
            self._heading.update(heading)
        if self._view.text != text:
            self._view.set_text(text, follow=False)
            if len(text) < AT_ONCE:
                # Not with the view's next beat: an empty card would flash up before it.
                await self._view.finish()
