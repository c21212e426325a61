"""The table of runs: a heading, and rows painted as they come into view.

Invariant: the widgets hold no run of their own; they are given a `HistoryView` and show it.
"""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from .. import history_columns as columns
from ..history_columns import COLUMNS, arrange
from ..history_view import HistoryView, RunRow
from ..history_words import EMPTY, LOOKING, NO_MATCH, STATUS_STYLES, cell
from .table_rows import CURSOR, SCROLLBAR, Piece, TableRows, fitted

STAR: Final = "★"
MARKED: Final = "◆"


class HistoryHeading(Widget):
    """The columns' names."""

    DEFAULT_CSS = """
    HistoryHeading { height: 1; color: $text-muted; }
    """

    def render(self) -> Content:
        line, start = "", 0
        for place in arrange(self.content_size.width - SCROLLBAR):
            column = COLUMNS[place.column]
            name = fitted(column.name, place.width, right=column.right)
            line += " " * (place.start - start) + name
            start = place.start + place.width
        return Content(line)


class HistoryRows(TableRows):
    """The rows."""

    view: reactive[HistoryView] = reactive(HistoryView(), init=False)

    def signs(self, row: RunRow | None, at_cursor: bool) -> list[Piece]:
        sign = " " if row else "…"
        if row and row.key == self.view.marked:
            sign = MARKED
        elif row and row.run.starred:
            sign = STAR
        return [(CURSOR if at_cursor else " ", "sign"), (f"{sign} ", "wary" if row else "")]

    def cells(self, row: RunRow, width: int) -> list[Piece]:
        pieces: list[Piece] = []
        start = columns.GUTTER
        for place in arrange(width):
            text = cell(self.view, row, place.column)
            text = fitted(text, place.width, right=COLUMNS[place.column].right)
            style = "" if place.column == columns.NAME else "quiet"
            if place.column == columns.STATUS:
                style = STATUS_STYLES[row.run.status(self.view.now)]
            pieces.append((" " * (place.start - start) + text, style))
            start = place.start + place.width
        return pieces


class HistoryTable(Vertical):
    """Heading and rows, or words where there is nothing to list."""

    DEFAULT_CSS = """
    HistoryTable {
        & > .empty {
            display: none; color: $text-muted; padding: 1 2; height: 1fr; max-width: 84;
        }
        &.-empty > .empty { display: block; }
        &.-empty > HistoryRows, &.-empty > HistoryHeading { display: none; }
    }
    """

    view: reactive[HistoryView] = reactive(HistoryView())

    def compose(self) -> ComposeResult:
        yield HistoryHeading()
        yield HistoryRows()
        yield Static(Content(LOOKING), classes="empty")

    def watch_view(self, view: HistoryView) -> None:
        self.query_one(HistoryRows).view = view
        empty = view.is_empty or view.answered is None
        if empty:
            words = NO_MATCH if view.is_narrowed else EMPTY
            self.query_one(".empty", Static).update(Content(words if view.is_empty else LOOKING))
        self.set_class(empty, "-empty")
