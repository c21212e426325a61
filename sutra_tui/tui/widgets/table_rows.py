"""Rows of a long table, painted as they come into view.

Invariant: painting and memory cost what is visible. The widgets hold no row of their own; they are
given a view, say which of its pages are missing, and ask for the cursor to be moved.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Protocol

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..paging import PagedView
from ..table_columns import Layout, Place

AHEAD: Final = 40
"""Rows read beyond those in view, so that scrolling seldom meets an empty one."""
SCROLLBAR: Final = 1
CURSOR: Final = "▸"
Piece = tuple[str, str]
"""A text and its style: the name of a component class without `table-rows--`; empty for none."""


class Listed(Protocol):
    """What there is to list."""

    @property
    def total(self) -> int:
        """How many rows there are."""

    @property
    def cursor(self) -> int:
        """Place of the row under the cursor."""

    @property
    def answered(self) -> object:
        """What the rows answer: where it is another, the cursor is brought into view."""

    def row(self, place: int) -> Any:
        """The row at a place; None when it is not here."""


class TableRows(ScrollView, can_focus=True, inherit_bindings=False):
    """The rows."""

    class Moved(Message):
        """The cursor goes to another row.

        Args:
            place: Its place; or, if `relative`, how many rows from where the cursor is.
            relative: Counted from the cursor, so that keys pressed fast add up.
        """

        def __init__(self, place: int, *, relative: bool) -> None:
            self.place = place
            self.relative = relative
            super().__init__()

    class Opened(Message):
        """The row under the cursor was clicked once more."""

    DEFAULT_CSS = """
    TableRows {
        height: 1fr; overflow-x: hidden; overflow-y: auto;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > .table-rows--quiet { color: $text-muted; }
        & > .table-rows--good { color: $text-success; }
        & > .table-rows--wary { color: $text-warning; }
        & > .table-rows--bad { color: $text-error; }
        & > .table-rows--sign { color: $accent; text-style: bold; }
        & > .table-rows--cursor { background: $panel-lighten-1; }
        &:focus > .table-rows--cursor { background: $primary 25%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table-rows--quiet",
        "table-rows--good",
        "table-rows--wary",
        "table-rows--bad",
        "table-rows--sign",
        "table-rows--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
    ]

    LAYOUT: ClassVar[Layout]

    view: reactive[Listed] = reactive[Listed](PagedView[Any](), init=False)

    def watch_view(self, old: Listed, new: Listed) -> None:
        if old.total != new.total:
            self.virtual_size = Size(1, new.total)
        if (old.cursor, old.answered) != (new.cursor, new.answered):
            self.call_after_refresh(self._show_cursor)
        self.refresh()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_cursor)

    def _show_cursor(self) -> None:
        cursor, top, height = self.view.cursor, self.scroll_offset.y, self.size.height
        if cursor < top:
            self.scroll_to(y=cursor, animate=False)
        elif height and cursor >= top + height:
            self.scroll_to(y=cursor - height + 1, animate=False)

    # Painting

    def render_line(self, y: int) -> Strip:
        place = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        base: tuple[str, ...] = ()
        pieces: list[tuple[str, str]] = []
        if place < self.view.total:
            row, at_cursor = self.view.row(place), place == self.view.cursor
            base = ("cursor",) if at_cursor else ()
            pieces = self.signs(row, at_cursor) + (self.cells(row, width) if row else [])
        segments = [
            Segment(text, self._style(*base, *([style] if style else []))) for text, style in pieces
        ]
        return Strip(segments).adjust_cell_length(width, self._style(*base))

    def _style(self, *names: str) -> RichStyle:
        return self.get_visual_style(*(f"table-rows--{name}" for name in names)).rich_style

    def signs(self, row: Any, at_cursor: bool) -> list[Piece]:
        """What stands before a row's first cell; `row` is None where its page is not here."""
        raise NotImplementedError

    def cells(self, row: Any, width: int) -> list[Piece]:
        """A row's texts, each padded to its column."""
        pieces: list[Piece] = []
        places = self.LAYOUT.arrange(width)
        end = places[0].start
        for place in places:
            text, style = self.cell(row, place)
            text = fitted(text, place.width, right=self.LAYOUT.columns[place.column].right)
            pieces.append((" " * (place.start - end) + text, style))
            end = place.start + place.width
        return pieces

    def cell(self, row: Any, place: Place) -> Piece:
        """What a row says in a column."""
        raise NotImplementedError

    # Keys and mouse

    def action_step(self, step: int) -> None:
        self.post_message(self.Moved(step, relative=True))

    def action_page(self, step: int) -> None:
        self.post_message(self.Moved(step * max(1, self.size.height - 1), relative=True))

    def action_first(self) -> None:
        self.post_message(self.Moved(0, relative=False))

    def action_last(self) -> None:
        self.post_message(self.Moved(max(0, self.view.total - 1), relative=False))

    def on_click(self, event: events.Click) -> None:
        place = self.scroll_offset.y + event.y
        if place < self.view.total and place == self.view.cursor and event.chain > 1:
            self.post_message(self.Opened())
        elif place < self.view.total:
            self.post_message(self.Moved(place, relative=False))


class PagedRows(TableRows):
    """The rows of a list of which only a few pages are held."""

    class PagesMissing(Message):
        """Rows came into view whose pages are not here."""

    view: reactive[PagedView[Any]] = reactive(PagedView(), init=False)

    @property
    def window(self) -> tuple[int, int]:
        """The rows in view or nearly so, as first and last place."""
        top = self.scroll_offset.y
        return max(0, top - AHEAD), top + self.size.height + AHEAD

    def watch_view(self, old: Any, new: Any) -> None:
        super().watch_view(old, new)
        if old.edition != new.edition or old.pages is not new.pages or old.total != new.total:
            self._ask_for_pages()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_pages()

    def on_resize(self) -> None:  # Textual calls that of the base as well
        self._ask_for_pages()

    def _ask_for_pages(self) -> None:
        if self.view.missing(*self.window):
            self.post_message(self.PagesMissing())


def fitted(text: str, width: int, *, right: bool = False) -> str:
    """The text in exactly `width` cells."""
    content = Content(text).truncate(width, ellipsis=True)
    blank = " " * max(0, width - content.cell_length)
    return blank + content.plain if right else content.plain + blank
