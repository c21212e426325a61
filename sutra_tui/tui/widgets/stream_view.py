"""One growing text from a model, shown as Markdown while that is cheap and as plain text otherwise.

Invariant: every character reaches the screen through `clean`, none is read as console markup, and
no link is opened from here.
"""

from __future__ import annotations

from typing import Final

from textual import on
from textual.message import Message
from textual.reactive import reactive

from ...core.clean import clean
from .fenced_code import fenced_code
from .markdown_gate import MarkdownGate
from .markdown_rows import MarkdownRows
from .plain_rows import PlainRows
from .plain_view import PLAIN_LINES, PLAIN_WRITE
from .tail_view import TailView

MARKDOWN_WRITE: Final = 8_000
"""Most characters of Markdown laid out in one frame; a longer text arrives over several frames."""
MARKDOWN_LINES: Final = 400


class StreamView(TailView):
    """A scrolling view of one untrusted Markdown text."""

    DEFAULT_CSS = """
    StreamView {
        padding: 0 0 0 1;
    }
    """

    plain_reason: reactive[str | None] = reactive(None, init=False)
    """Why the text is shown as plain text, one sentence; None while it is Markdown."""

    class LinkRequested(Message):
        """The reader clicked a link to the web; nothing has been opened.

        Args:
            view: The view it is in.
            href: Where it leads, http or https with a host. Show the host before opening it.
        """

        def __init__(self, view: StreamView, href: str) -> None:
            super().__init__()
            self.view = view
            self.href = href

        @property
        def control(self) -> StreamView:
            """The view, for selectors in handlers."""
            return self.view

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        self._markdown = MarkdownRows()
        self._plain = PlainRows()
        self._plain.display = False
        self._gate = MarkdownGate()
        super().__init__(self._markdown, self._plain, name=name, id=id, classes=classes)

    @property
    def rows(self) -> MarkdownRows | PlainRows:
        """The view that shows the text now."""
        return self._markdown if self.plain_reason is None else self._plain

    @property
    def code_blocks(self) -> list[str]:
        """The bodies of the fenced code blocks so far, exactly as they were given."""
        return fenced_code(self.text)

    def clear(self) -> None:
        """Back to empty, Markdown and following, at once; nothing of the old text appears later."""
        self._gate = MarkdownGate()
        self._show(self._markdown, None)
        super().clear()

    async def finish(self) -> None:
        """Show everything that was appended so far, without waiting for the timer."""
        await super().finish()
        self._markdown.finish()

    def show_plain(self, reason: str) -> None:
        """Show the text as plain text from now on, until it is cleared.

        Args:
            reason: What `plain_reason` will say.
        """
        if self.plain_reason is None:
            self._show(self._plain, reason)
            self.start_over()

    def show_next(self) -> None:
        """Show the next piece, as Markdown unless the gate says no."""
        if self.plain_reason is None:
            piece = clean(self.take(MARKDOWN_WRITE, MARKDOWN_LINES))
            reason = self._gate.feed(piece)
            if reason is None:
                self._markdown.append(piece)
                reason = self._gate.check_block(self._markdown.unsettled)
            if reason is None:
                return
            self.show_plain(reason)
        self._plain.append(clean(self.take(PLAIN_WRITE, PLAIN_LINES)))

    def _show(self, rows: MarkdownRows | PlainRows, reason: str | None) -> None:
        """Empty both views and show one of them."""
        for view in (self._markdown, self._plain):
            view.clear()
            view.display = view is rows
        self.plain_reason = reason

    @on(MarkdownRows.LinkClicked)
    def _request_link(self, event: MarkdownRows.LinkClicked) -> None:
        event.stop()
        self.post_message(self.LinkRequested(self, event.href))
