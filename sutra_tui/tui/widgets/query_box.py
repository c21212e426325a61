"""Where the query is typed: several lines, a history on up and down, pastes kept within reason.

Invariant: what is typed leaves the box by `Submitted` alone. While it is a slash command, the keys
that move in a list are the palette's.
"""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea

from ...core.clean import clean, clean_line
from .. import slash
from ..at_word import AtWord, at_word

PASTE_LIMIT = 64 * 1024
"""Longest paste taken in, in characters: already several times a small model's context."""

NEWLINE_KEYS = ("ctrl+j", "shift+enter", "alt+enter")
ROOMY = 52
"""Cells within the frame that its lower edge needs for all its hints."""
PALETTE_KEYS = ("up", "down", "tab", "escape")


class QueryBox(TextArea):
    """A text area that sends on enter.

    Args:
        id: Widget id.
    """

    class Submitted(Message):
        """The user sends the query."""

        def __init__(self, query: str) -> None:
            self.query = query
            super().__init__()

    class PasteCut(Message):
        """A paste was longer than the box takes."""

        def __init__(self, length: int) -> None:
            self.length = length
            super().__init__()

    class Browsed(Message):
        """A key for the palette was pressed.

        Args:
            key: One of `PALETTE_KEYS`.
        """

        def __init__(self, key: str) -> None:
            self.key = key
            super().__init__()

    class HelpAsked(Message):
        """A question mark in an empty box."""

    DEFAULT_CSS = """
    QueryBox {
        height: auto; max-height: 10; min-height: 3; border: round $border-blurred; padding: 0 1;
        background: $surface;
        border-title-color: $text-muted; border-subtitle-color: $text-muted;
        &:focus { border: round $accent; border-title-color: $foreground; }
    }
    """
    BINDINGS = [
        Binding("enter", "submit", "Send", show=True),
        Binding(",".join(NEWLINE_KEYS), "newline", "New line", show=False),
    ]

    HELP_NAME = "the query box"
    HELP_KEYS = (
        ("up, down", "Earlier queries, at the first and last line"),
        ("/", "Commands, when the box is empty; // begins a query with a slash"),
        ("@", "A file to go along, at the beginning of a word"),
        ("?", "Help, when the box is empty"),
    )

    def __init__(self, *, id: str) -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            highlight_cursor_line=False,
        )
        self._history: list[str] = []
        self._suggestions: tuple[str, ...] = ()
        self._place: int | None = None
        self._unsent = ""
        self.closed_at = ""
        """The text at which the palette was closed; it opens again when that changes."""
        self.browsed_text: str | None = None
        """The query for which the palette offers files."""
        self.plain_text: str | None = None
        """The query for which no files are offered; for any other they may be on their way."""

    def on_mount(self) -> None:
        self.show_set([])

    def on_resize(self) -> None:
        newline = " · ctrl+j new line" if self.size.width >= ROOMY else ""
        self.border_subtitle = Content(f"enter send{newline} · / commands · ? help")

    def show_set(self, words: list[str]) -> None:
        """Say what is set for this session, a few words each."""
        self.border_title = Content(" · ".join(["ask", *map(clean_line, words)]))

    @property
    def typed_query(self) -> str:
        """The query that stands here; empty while it is a command."""
        return "" if slash.is_command(self.text) else slash.query_of(self.text)

    @property
    def is_browsed(self) -> bool:
        """Whether the palette's keys are the palette's: the text is a command, on one line, or
        names a file that is offered."""
        text = self.text
        if text == self.browsed_text:
            return True
        return slash.is_command(text) and "\n" not in text and text != self.closed_at

    def remember(self, query: str) -> None:
        """Put a sent query into the history."""
        if query in self._history:
            self._history.remove(query)
        self._history.append(query)
        self._place = None

    def suggest(self, queries: tuple[str, ...]) -> None:
        """Queries that lie behind the history, for a first try."""
        self._suggestions = queries

    @property
    def cursor_index(self) -> int:
        """Characters before the cursor."""
        row, column = self.cursor_location
        lines = self.text.split("\n")
        return sum(len(line) + 1 for line in lines[:row]) + column

    @property
    def at_word(self) -> AtWord | None:
        """The word at the cursor that names a file."""
        return None if slash.is_command(self.text) else at_word(self.text, self.cursor_index)

    def put(self, text: str, cursor: int | None = None) -> None:
        """Set the text, cleaned, with the cursor behind it, or behind so many characters of it."""
        self.text = text = clean(text)
        if cursor is None:
            self.move_cursor(self.document.end)
        else:
            before = text[:cursor]
            self.move_cursor((before.count("\n"), len(before.rpartition("\n")[2])))

    def action_submit(self) -> None:
        if self.text.strip():
            self.post_message(self.Submitted(self.text))

    def action_newline(self) -> None:
        start, end = self.selection
        self._replace_via_keyboard("\n", start, end)

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.cursor_at_first_line and self._travel(-1):
            return
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.cursor_at_last_line and self._travel(1):
            return
        super().action_cursor_down(select)

    async def _on_key(self, event: events.Key) -> None:
        # Not by bindings: priority ones overtake letters that are typed fast and still on their
        # way, ordinary ones are overtaken by them.
        action = self.action_submit if event.key == "enter" else self.action_newline
        if event.key in ("enter", *NEWLINE_KEYS):
            event.stop()
            event.prevent_default()
            action()
            return
        # Files may be found only after a tab that was typed fast.
        awaited = event.key == "tab" and self.text != self.plain_text and self.at_word is not None
        if event.key in PALETTE_KEYS and (self.is_browsed or awaited):
            event.stop()
            event.prevent_default()
            self.post_message(self.Browsed(event.key))
            return
        if event.key == "question_mark" and not self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.HelpAsked())
            return
        await super()._on_key(event)

    async def _on_paste(self, event: events.Paste) -> None:
        # A paste of a megabyte freezes a text area for seconds, so it is cut before it gets there.
        event.prevent_default()
        event.stop()
        text = clean(event.text[:PASTE_LIMIT])
        if len(event.text) > PASTE_LIMIT:
            self.post_message(self.PasteCut(len(event.text)))
        if result := self._replace_via_keyboard(text, *self.selection):
            self.move_cursor(result.end_location)

    def _travel(self, step: int) -> bool:
        """Go through the history; False when there is nothing in that direction."""
        shelf = [*reversed(self._suggestions), *self._history]
        place = len(shelf) if self._place is None else self._place
        if self._place is None:
            if step > 0:
                return False
            self._unsent = self.text
        target = place + step
        if target < 0 or target > len(shelf):
            return False
        self._place = None if target == len(shelf) else target
        text = self._unsent if self._place is None else shelf[target]
        self.closed_at = text  # or the palette would take the keys that travel on
        self.put(text)
        return True
