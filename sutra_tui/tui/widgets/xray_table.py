"""The table of a text's parts: what each is, about how many tokens, its share of the context.

Invariant: the widgets hold no part of their own; they are given an `XRayView` and show it.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual.content import Content
from textual.reactive import reactive

from ...core.clean import clean_line
from ...xray_rows import XRow
from ...xray_words import percent
from ..xray_view import XRayView
from .list_table import ListTable
from .table_heading import TableHeading
from .table_rows import CURSOR, SCROLLBAR, PagedRows, Piece, fitted

SIGNS: Final = 3
"""Cells before the first column: the cursor's sign, the part's letter, a blank."""
WORD, TOKENS, SHARE, BAR = 16, 12, 6, 20
ROOM_FOR_BAR: Final = 76
"""Narrowest table, in cells, that has room for the bar."""
_BLOCKS: Final = " ▏▎▍▌▋▊▉█"


class XRayHeading(TableHeading):
    """The columns' names."""

    def render(self) -> Content:
        width = self.content_size.width - SCROLLBAR
        bar = " " * BAR if width >= ROOM_FOR_BAR else ""
        about = fitted("", max(0, width - SIGNS - WORD - TOKENS - SHARE - len(bar) - 3))
        ends = fitted("about tokens", TOKENS, right=True) + fitted("share", SHARE, right=True)
        of = fitted("of num_ctx", len(bar))
        return Content(f"{' ' * SIGNS}{fitted('part', WORD)} {about}{ends} {of}")


class XRayRows(PagedRows):
    """The rows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table-rows--own", "table-rows--asked"}
    DEFAULT_CSS = """
    XRayRows {
        & > .table-rows--own { color: $text-secondary; }
        & > .table-rows--asked { color: $text-primary; }
    }
    """

    view: reactive[XRayView] = reactive(XRayView(), init=False)

    def signs(self, row: XRow | None, at_cursor: bool) -> list[Piece]:
        mark = row.mark if row else None
        return [
            (CURSOR if at_cursor else " ", "sign"),
            (f"{mark.letter} " if mark else "  ", mark.style if mark else ""),
        ]

    def cells(self, row: XRow, width: int) -> list[Piece]:
        bar = BAR if width >= ROOM_FOR_BAR else 0
        about = max(0, width - SIGNS - WORD - TOKENS - SHARE - bar - 3)
        pieces = [
            (fitted(row.word, WORD) + " ", row.mark.style),
            (fitted(clean_line(row.about, 200), about), "quiet"),
            (fitted(f"{row.tokens:,}", TOKENS, right=True), ""),
            (fitted(percent(row.share) or "–", SHARE, right=True) + " ", "quiet"),
        ]
        return [*pieces, (bar_of(row.share, bar), row.mark.style)] if bar else pieces


class XRayTable(ListTable):
    """Heading and rows, or words where there is nothing to list."""

    HEADING = XRayHeading
    ROWS = XRayRows

    view: reactive[XRayView] = reactive(XRayView())

    def nothing(self, view: XRayView) -> str:
        return view.nothing


def bar_of(share: float | None, width: int) -> str:
    """A bar that is full at the whole context; what is there at all is seen.

    Args:
        share: Of the context; None is nothing.
        width: Cells of the whole bar.
    """
    eighths = round(min(1.0, share or 0.0) * width * 8)
    eighths = max(eighths, 1 if share else 0)
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (_BLOCKS[part] if part else "")).ljust(width)
