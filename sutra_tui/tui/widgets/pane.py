"""A panel for one growing text: the thinking behind it, folded away, and the text itself.

Invariant: outside text reaches the screen only through views that clean it.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding

from .frame import Frame
from .stream_view import StreamView
from .thinking_block import ThinkingBlock


class Pane(Frame):
    """A frame around one `StreamView` and the thinking before it.

    Both are mounted when there is something to show: an empty pane is on the screen sooner.
    """

    DEFAULT_CSS = """
    Pane {
        & > StreamView { display: none; }
        &.-filled > StreamView { display: block; }
    }
    """
    BINDINGS = [Binding("t", "toggle_thinking", "Thinking", show=False)]

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(title, id=id)
        self.view = StreamView()
        self.thinking = ThinkingBlock()

    def compose(self) -> ComposeResult:
        yield self._empty

    @property
    def text(self) -> str:
        """The raw text so far."""
        return self.view.text

    def append(self, text: str) -> None:
        if self.view.parent is None:
            self.mount(self.view)
        self.add_class("-filled")
        self.view.append(text)

    def think(self, text: str) -> None:
        if self.thinking.parent is None:
            self.mount(self.thinking, before=self._empty)
        self.thinking.append(text)

    def move_to_thinking(self) -> None:
        """All text so far was thinking."""
        self.think(self.view.text)
        self.view.clear()

    def finish(self) -> None:
        """No more text will come; what is still to be painted paints itself."""
        self.thinking.finish()

    def clear(self) -> None:
        self.remove_class("-filled")
        self.view.clear()
        self.thinking.clear()

    def action_toggle_thinking(self) -> None:
        self.thinking.toggle()

    def on_click(self) -> None:
        if self.view.is_attached:
            self.view.focus()
