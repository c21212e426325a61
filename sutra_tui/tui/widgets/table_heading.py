"""The line over a table that names its columns, and sorts by them where that is wanted.

Invariant: the heading shows what it is given; it asks for an order, it does not make one.
"""

from __future__ import annotations

from typing import Any, ClassVar

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from ..table_columns import Layout
from .table_rows import SCROLLBAR, fitted


class TableHeading(Widget):
    """The columns' names."""

    DEFAULT_CSS = """
    TableHeading { height: 1; color: $text-muted; }
    """
    LAYOUT: ClassVar[Layout]

    view: reactive[Any] = reactive[Any](None)

    @property
    def order(self) -> tuple[int, bool] | None:
        """The column the rows are sorted by, and whether upwards; None where that is not shown."""
        return None

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        end, order = 0, self.order
        for place in self.LAYOUT.arrange(self.content_size.width - SCROLLBAR):
            column = self.LAYOUT.columns[place.column]
            name, style = column.name, ""
            if order is not None and place.column == order[0]:
                arrow = "▲" if order[1] else "▼"
                room = place.width > len(name) + 1
                name, style = f"{name}{' ' if room else ''}{arrow}", "bold $foreground"
            name = fitted(name, place.width, right=column.right)
            parts += [" " * (place.start - end), (name, style)]
            end = place.start + place.width
        return Content.assemble(*parts)


class SortHeading(TableHeading):
    """The columns' names; a click sorts by one."""

    class SortWanted(Message):
        """The user pressed a column's name."""

        def __init__(self, column: int) -> None:
            self.column = column
            super().__init__()

    def on_mount(self) -> None:
        self.tooltip = Content("Sort by this column; once more turns the order round")

    def on_click(self, event: events.Click) -> None:
        for place in self.LAYOUT.arrange(self.content_size.width - SCROLLBAR):
            if place.start <= event.x <= place.start + place.width:
                self.post_message(self.SortWanted(place.column))
