"""The table of cache entries: a heading that sorts, and rows painted as they come into view.

Invariant: the widgets hold no entry of their own; they are given a `CacheView` and show it.
"""

from __future__ import annotations

from typing import Final

from textual.reactive import reactive

from .. import cache_columns as columns
from ..cache_view import CacheView, Row
from ..cache_words import EMPTY_CACHE, LOOKING, NO_MATCH, cell
from ..table_columns import Place
from .list_table import ListTable
from .table_heading import SortHeading
from .table_rows import CURSOR, PagedRows, Piece

WOULD_HIT: Final = "●"


class CacheHeading(SortHeading):
    """The columns' names; a click sorts by one."""

    LAYOUT = columns.LAYOUT

    view: reactive[CacheView] = reactive(CacheView())

    @property
    def order(self) -> tuple[int, bool]:
        return self.view.listing.column, self.view.listing.ascending


class CacheRows(PagedRows):
    """The rows."""

    LAYOUT = columns.LAYOUT

    view: reactive[CacheView] = reactive(CacheView(), init=False)

    def signs(self, row: Row | None, at_cursor: bool) -> list[Piece]:
        wanted = self.view.asked.key
        hit = row and row.key == wanted and row.entry.state(self.view.now) == "live" and row.usable
        return [
            (CURSOR if at_cursor else " ", "sign"),
            (f"{WOULD_HIT if hit else ' ' if row else '…'} ", "good" if row else ""),
        ]

    def cell(self, row: Row, place: Place) -> Piece:
        dead = row.entry.state(self.view.now) != "live"
        quiet = dead or place.column not in (columns.QUERY, columns.FLAGS)
        return cell(self.view, row, place.column, place.width), "quiet" if quiet else ""


class CacheTable(ListTable):
    """Heading and rows, or words where there is nothing to list."""

    HEADING = CacheHeading
    ROWS = CacheRows

    view: reactive[CacheView] = reactive(CacheView())

    def nothing(self, view: CacheView) -> str:
        if view.is_empty:
            return NO_MATCH if view.listing.search.strip() else EMPTY_CACHE
        return "" if view.answered is not None else LOOKING
