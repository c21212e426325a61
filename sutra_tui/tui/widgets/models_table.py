"""The table of models: a heading that sorts, and rows painted as they come into view.

Invariant: the widgets hold no model of their own; they are given a `ModelsView` and show it.
"""

from __future__ import annotations

from typing import Final

from textual.reactive import reactive

from ...core.clean import clean_line
from ...wording import size
from .. import model_columns as columns
from .. import model_rows as rows
from ..model_rows import ModelRow
from ..model_view import ModelsView
from ..table_columns import Place
from .list_table import ListTable
from .table_heading import SortHeading
from .table_rows import CURSOR, Piece, TableRows

_FIT_STYLES: Final = {"fits": "good", "tight": "wary", "does not fit": "bad"}
EMPTY: Final = {
    "looking": "Looking at the server.",
    "up": "No model is pulled yet. Press p to pull one.",
    "down": "The server does not answer, so its models cannot be listed. Press f9 to try again.",
}
NO_MATCH: Final = "No model matches. Escape shows all of them again."


class ModelsHeading(SortHeading):
    """The columns' names; a click sorts by one."""

    LAYOUT = columns.LAYOUT

    view: reactive[ModelsView] = reactive(ModelsView())

    @property
    def order(self) -> tuple[int, bool]:
        return self.view.column, self.view.ascending


class ModelRows(TableRows):
    """The rows."""

    LAYOUT = columns.LAYOUT

    view: reactive[ModelsView] = reactive(ModelsView(), init=False)

    def signs(self, row: ModelRow | None, at_cursor: bool) -> list[Piece]:
        roles = row.roles if row else ""
        return [(f"{CURSOR if at_cursor else ' '}{roles:<2} ", "sign")]

    def cell(self, row: ModelRow, place: Place) -> Piece:
        style = "quiet"
        if place.column == columns.NAME and row.usable:
            style = ""
        elif place.column == columns.LOADED and (row.loaded or row.busy):
            style = "good"
        elif place.column == columns.FIT:
            style = _FIT_STYLES.get(row.fit.verdict, "quiet")
        return cell(row, place.column, self.view.now), style


class ModelsTable(ListTable):
    """Heading and rows, or words where there is nothing to list."""

    DEFAULT_CSS = """
    ModelsTable { height: 1fr; padding: 0 1; }
    """
    HEADING = ModelsHeading
    ROWS = ModelRows

    view: reactive[ModelsView] = reactive(ModelsView())

    def nothing(self, view: ModelsView) -> str:
        if view.rows:
            return ""
        return NO_MATCH if view.server.models else EMPTY[view.server.status]


def cell(row: ModelRow, column: int, now: float) -> str:
    """What a row says in a column.

    Args:
        row: The row.
        column: Place in `COLUMNS`.
        now: Seconds since the epoch.
    """
    info = row.info
    match column:
        case columns.NAME:
            return rows.name(row)
        case columns.FAMILY:
            return clean_line(info.family, 20) or rows.NOTHING
        case columns.PARAMETERS:
            return clean_line(info.parameter_size, 12) or rows.NOTHING
        case columns.QUANT:
            return clean_line(info.quantization, 12) or rows.NOTHING
        case columns.SIZE:
            return size(info.size) if info.size and row.kind != "cloud" else rows.NOTHING
        case columns.CONTEXT:
            return f"{info.context_length:,}" if info.context_length else rows.NOTHING
        case columns.CAN:
            return " ".join(row.can) or rows.NOTHING
        case columns.LOADED:
            return rows.loaded_words(row, now)
        case columns.SPEED:
            return rows.speed_words(row.speed)
    return rows.badge(row)[0]
