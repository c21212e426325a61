"""The table of cache entries: a heading that sorts, and rows painted as they come into view.

Invariant: painting and memory cost what is visible. The widget holds no entry of its own; it is
given a `CacheView`, says which of its pages are missing, and asks for the cursor to be moved.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from .. import cache_columns as columns
from ..cache_columns import COLUMNS, arrange
from ..cache_view import CacheView, Row
from ..cache_words import EMPTY_CACHE, LOOKING, NO_MATCH, cell

AHEAD: Final = 40
"""Rows read beyond those in view, so that scrolling seldom meets an empty one."""
SCROLLBAR: Final = 1
CURSOR: Final = "▸"
WOULD_HIT: Final = "●"


class CacheHeading(Widget):
    """The columns' names; a click sorts by one."""

    class SortWanted(Message):
        """The user pressed a column's name."""

        def __init__(self, column: int) -> None:
            self.column = column
            super().__init__()

    DEFAULT_CSS = """
    CacheHeading { height: 1; color: $text-muted; }
    """

    view: reactive[CacheView] = reactive(CacheView())

    def on_mount(self) -> None:
        self.tooltip = Content("Sort by this column; once more turns the order round")

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        start = 0
        for place in arrange(self.content_size.width - SCROLLBAR):
            column, sorted_by = COLUMNS[place.column], place.column == self.view.listing.column
            arrow = (" ▲" if self.view.listing.ascending else " ▼") if sorted_by else ""
            name = _fit(column.name + arrow, place.width, right=column.right)
            parts += [" " * (place.start - start), (name, "bold $foreground" if sorted_by else "")]
            start = place.start + place.width
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        for place in arrange(self.content_size.width - SCROLLBAR):
            if place.start <= event.x <= place.start + place.width:
                self.post_message(self.SortWanted(place.column))


class CacheRows(ScrollView, can_focus=True, inherit_bindings=False):
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

    class PagesMissing(Message):
        """Rows came into view whose pages are not here."""

    DEFAULT_CSS = """
    CacheRows {
        height: 1fr; overflow-x: hidden; overflow-y: auto;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > .cache-rows--quiet { color: $text-muted; }
        & > .cache-rows--hit { color: $text-success; }
        & > .cache-rows--sign { color: $accent; text-style: bold; }
        & > .cache-rows--cursor { background: $panel-lighten-1; }
        &:focus > .cache-rows--cursor { background: $primary 40%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "cache-rows--quiet",
        "cache-rows--hit",
        "cache-rows--sign",
        "cache-rows--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "first", "First", show=False),
        Binding("end,G", "last", "Last", show=False),
    ]

    view: reactive[CacheView] = reactive(CacheView(), init=False)

    @property
    def window(self) -> tuple[int, int]:
        """The rows in view or nearly so, as first and last place."""
        top = self.scroll_offset.y
        return max(0, top - AHEAD), top + self.size.height + AHEAD

    def watch_view(self, old: CacheView, new: CacheView) -> None:
        if old.total != new.total:
            self.virtual_size = Size(1, new.total)
        if (old.cursor, old.answered) != (new.cursor, new.answered):
            self.call_after_refresh(self._show_cursor)
        if old.listing != new.listing or old.pages is not new.pages or old.total != new.total:
            self._ask_for_pages()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_pages()

    def on_resize(self) -> None:
        self._ask_for_pages()
        self.call_after_refresh(self._show_cursor)

    def _ask_for_pages(self) -> None:
        if self.view.missing(*self.window):
            self.post_message(self.PagesMissing())

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
            base = ("cache-rows--cursor",) if at_cursor else ()
            pieces = self._gutter(row, at_cursor) + (_cells(self.view, row, width) if row else [])
        segments = [
            Segment(text, self._style(*base, *([style] if style else []))) for text, style in pieces
        ]
        return Strip(segments).adjust_cell_length(width, self._style(*base))

    def _style(self, *component_classes: str) -> RichStyle:
        return self.get_visual_style(*component_classes).rich_style

    def _gutter(self, row: Row | None, at_cursor: bool) -> list[tuple[str, str]]:
        wanted = self.view.asked.key
        hit = row and row.key == wanted and row.entry.state(self.view.now) == "live" and row.usable
        return [
            (CURSOR if at_cursor else " ", "cache-rows--sign"),
            (f"{WOULD_HIT if hit else ' ' if row else '…'} ", "cache-rows--hit" if row else ""),
        ]

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
        if place < self.view.total:
            self.post_message(self.Moved(place, relative=False))


class CacheTable(Vertical):
    """Heading and rows, or words where there is nothing to list."""

    DEFAULT_CSS = """
    CacheTable {
        & > .empty {
            display: none; color: $text-muted; padding: 1 2; height: 1fr; max-width: 84;
        }
        &.-empty > .empty { display: block; }
        &.-empty > CacheRows, &.-empty > CacheHeading { display: none; }
    }
    """

    view: reactive[CacheView] = reactive(CacheView())

    def compose(self) -> ComposeResult:
        yield CacheHeading()
        yield CacheRows()
        yield Static(Content(LOOKING), classes="empty")

    def watch_view(self, view: CacheView) -> None:
        self.query_one(CacheHeading).view = view
        self.query_one(CacheRows).view = view
        empty = view.is_empty or view.answered is None
        if empty:
            words = NO_MATCH if view.listing.search.strip() else EMPTY_CACHE
            self.query_one(".empty", Static).update(Content(words if view.is_empty else LOOKING))
        self.set_class(empty, "-empty")


def _cells(view: CacheView, row: Row, width: int) -> list[tuple[str, str]]:
    """A row's texts with their styles, each padded to its column."""
    dead = row.entry.state(view.now) != "live"
    pieces: list[tuple[str, str]] = []
    start = columns.GUTTER
    for place in arrange(width):
        column = COLUMNS[place.column]
        text = _fit(cell(view, row, place.column, place.width), place.width, right=column.right)
        quiet = dead or place.column not in (columns.QUERY, columns.FLAGS)
        gap = " " * (place.start - start)
        pieces.append((gap + text, "cache-rows--quiet" if quiet else ""))
        start = place.start + place.width
    return pieces


def _fit(text: str, width: int, *, right: bool) -> str:
    """The text in exactly `width` cells."""
    content = Content(text).truncate(width, ellipsis=True)
    blank = " " * max(0, width - content.cell_length)
    return blank + content.plain if right else content.plain + blank
