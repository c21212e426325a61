"""The X-ray's three panes."""

from __future__ import annotations

from textual.widget import Widget

from .list_panes import ListPanes
from .origin_rows import OriginView
from .xray_facts import XRayFacts
from .xray_table import XRayRows, XRayTable


class XRayPanes(ListPanes):
    """Parts, text and facts."""

    def __init__(self) -> None:
        self.table = XRayTable(id="parts")
        self.text = OriginView(id="text")
        self.facts = XRayFacts(id="facts")
        super().__init__(self.table, self.text, self.facts)

    @property
    def rows(self) -> XRayRows:
        return self.query_one(XRayRows)

    def target(self, name: str) -> Widget | None:
        if name == self.table.id:
            return self.rows
        return self.text if name == self.text.id else self.facts
