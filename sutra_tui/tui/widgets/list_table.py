"""A heading over rows, or words where there is nothing to list.

Invariant: the widget holds nothing of its own; it is given a view and hands it on.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from .table_heading import TableHeading
from .table_rows import TableRows


class ListTable(Vertical):
    """The table."""

    DEFAULT_CSS = """
    ListTable {
        & > .empty { display: none; color: $text-muted; padding: 1 2; height: 1fr; max-width: 84; }
        &.-empty > .empty { display: block; }
        &.-empty > TableRows, &.-empty > TableHeading { display: none; }
    }
    """
    HEADING: ClassVar[type[TableHeading]]
    ROWS: ClassVar[type[TableRows]]

    view: reactive[Any]

    def compose(self) -> ComposeResult:
        yield self.HEADING()
        yield self.ROWS()
        yield Static(classes="empty")

    def nothing(self, view: Any) -> str:
        """Why nothing is listed; empty when something is."""
        raise NotImplementedError

    def watch_view(self, view: Any) -> None:
        self.query_one(TableHeading).view = view
        self.query_one(TableRows).view = view
        nothing = self.nothing(view)
        if nothing:
            self.query_one(".empty", Static).update(Content(nothing))
        self.set_class(bool(nothing), "-empty")
