"""The frame all three panels share: a title, a status in the lower edge, words while empty."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static


class Frame(Vertical):
    """A titled frame; subclasses put their text views behind the empty words.

    Args:
        title: Shown in the upper edge.
        id: Widget id.
    """

    class CopyRequested(Message):
        """The reader wants this frame's text copied.

        Args:
            what: What it is, for the sentence that confirms it.
            text: The raw text.
        """

        def __init__(self, what: str, text: str) -> None:
            self.what = what
            self.text = text
            super().__init__()

    DEFAULT_CSS = """
    Frame {
        border: round $border-blurred; padding: 0 1; background: $surface;
        border-title-color: $text-muted; border-title-style: bold;
        border-subtitle-color: $text-muted; border-subtitle-align: left;
        &:focus-within { border: round $primary; border-title-color: $foreground; }
        & > .empty { color: $text-muted; padding: 1 1; height: 1fr; }
        &.-filled > .empty { display: none; }
    }
    """
    BINDINGS = [Binding("c", "copy_text", "Copy pane", show=True)]

    HELP_KEYS: ClassVar[tuple[tuple[str, str], ...]] = (("up, down, pgup, pgdn", "Scroll"),)

    status: reactive[Content] = reactive(Content(""))

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = Content(title)
        self._empty = Static("", classes="empty")

    def watch_status(self, status: Content) -> None:
        self.border_subtitle = status

    @property
    def room(self) -> int:
        """Cells in the lower edge for a status."""
        return max(0, self.size.width - 4)

    @property
    def text(self) -> str:
        """The raw text so far."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget the text and show the empty words again."""
        raise NotImplementedError

    def show_empty(self, text: str) -> None:
        """Say, while there is no text, what will appear here, and how."""
        self._empty.update(Content(text))

    def action_copy_text(self) -> None:
        self.post_message(self.CopyRequested("pane's text", self.text))
