"""The X-ray's three panes."""

from __future__ import annotations

from typing import Final

from textual.widget import Widget

from .list_panes import ListPanes
from .origin_rows import OriginView
from .xray_facts import XRayFacts
from .xray_table import XRayRows, XRayTable

AROUND: Final = 3
"""Rows of the list's frame and heading."""
LEAST: Final = 9
MOST_OF_HEIGHT: Final = 0.4


class XRayPanes(ListPanes):
    """Parts, text and facts. The list is as high as it has parts, so that the text has the rest."""

    def __init__(self) -> None:
        self._listed = 0
        self.table = XRayTable(id="parts")
        self.text = OriginView(id="text")
        self.facts = XRayFacts(id="facts")
        super().__init__(self.table, self.text, self.facts)

    @property
    def rows(self) -> XRayRows:
        return self.query_one(XRayRows)

    def fit(self, listed: int) -> None:
        """Give the list the height that so many parts need; 0: as much as there is for words."""
        self._listed = listed
        self._give_height()

    def on_resize(self) -> None:
        self._give_height()

    def _give_height(self) -> None:
        most = max(LEAST, round(self.size.height * MOST_OF_HEIGHT))
        alone = self._one_at_a_time or not self._listed
        self.table.styles.height = None if alone else min(self._listed + AROUND, most)

    def target(self, name: str) -> Widget | None:
        if name == self.table.id:
            return self.rows
        return self.text if name == self.text.id else self.facts
