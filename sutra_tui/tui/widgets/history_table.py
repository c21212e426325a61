"""The table of runs: a heading, and rows painted as they come into view.

Invariant: the widgets hold no run of their own; they are given a `HistoryView` and show it.
"""

from __future__ import annotations

from typing import Final

from textual.reactive import reactive

from .. import history_columns as columns
from ..history_view import HistoryView, RunRow
from ..history_words import EMPTY, LOOKING, NO_MATCH, STATUS_STYLES, cell
from ..table_columns import Place
from .list_table import ListTable
from .table_heading import TableHeading
from .table_rows import CURSOR, PagedRows, Piece

STAR: Final = "★"
MARKED: Final = "◆"


class HistoryHeading(TableHeading):
    """The columns' names."""

    LAYOUT = columns.LAYOUT


class HistoryRows(PagedRows):
    """The rows."""

    LAYOUT = columns.LAYOUT

    view: reactive[HistoryView] = reactive(HistoryView(), init=False)

    def signs(self, row: RunRow | None, at_cursor: bool) -> list[Piece]:
        sign = " " if row else "…"
        if row and row.key == self.view.marked:
            sign = MARKED
        elif row and row.run.starred:
            sign = STAR
        return [(CURSOR if at_cursor else " ", "sign"), (f"{sign} ", "wary" if row else "")]

    def cell(self, row: RunRow, place: Place) -> Piece:
        style = "" if place.column == columns.NAME else "quiet"
        if place.column == columns.STATUS:
            style = STATUS_STYLES[row.run.status(self.view.now)]
        return cell(self.view, row, place.column), style


class HistoryTable(ListTable):
    """Heading and rows, or words where there is nothing to list."""

    HEADING = HistoryHeading
    ROWS = HistoryRows

    view: reactive[HistoryView] = reactive(HistoryView())

    def nothing(self, view: HistoryView) -> str:
        if view.is_empty:
            return NO_MATCH if view.is_narrowed else EMPTY
        return "" if view.answered is not None else LOOKING
