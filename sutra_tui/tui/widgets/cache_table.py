"""The table of cache entries: a heading that sorts, and rows painted as they come into view.

Invariant: the widgets hold no entry of their own; they are given a `CacheView` and show it.
"""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from .. import cache_columns as columns
from ..cache_columns import COLUMNS, arrange
from ..cache_view import CacheView, Row
from ..cache_words import EMPTY_CACHE, LOOKING, NO_MATCH, cell
from .table_rows import CURSOR, SCROLLBAR, Piece, TableRows, fitted

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
            name = fitted(column.name + arrow, place.width, right=column.right)
            parts += [" " * (place.start - start), (name, "bold $foreground" if sorted_by else "")]
            start = place.start + place.width
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        for place in arrange(self.content_size.width - SCROLLBAR):
            if place.start <= event.x <= place.start + place.width:
                self.post_message(self.SortWanted(place.column))


class CacheRows(TableRows):
    """The rows."""

    view: reactive[CacheView] = reactive(CacheView(), init=False)

    def signs(self, row: Row | None, at_cursor: bool) -> list[Piece]:
        wanted = self.view.asked.key
        hit = row and row.key == wanted and row.entry.state(self.view.now) == "live" and row.usable
        return [
            (CURSOR if at_cursor else " ", "sign"),
            (f"{WOULD_HIT if hit else ' ' if row else '…'} ", "good" if row else ""),
        ]

    def cells(self, row: Row, width: int) -> list[Piece]:
        return _cells(self.view, row, width)


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
        text = fitted(cell(view, row, place.column, place.width), place.width, right=column.right)
        quiet = dead or place.column not in (columns.QUERY, columns.FLAGS)
        gap = " " * (place.start - start)
        pieces.append((gap + text, "quiet" if quiet else ""))
        start = place.start + place.width
    return pieces
