"""The history's three panes."""

from __future__ import annotations

from textual.widget import Widget

from .history_detail import HistoryDetail
from .history_facts import HistoryFacts
from .history_table import HistoryRows, HistoryTable
from .list_panes import ListPanes


class HistoryPanes(ListPanes):
    """Runs, texts and facts."""

    def __init__(self) -> None:
        self.table = HistoryTable(id="runs")
        self.detail = HistoryDetail(id="texts")
        self.facts = HistoryFacts(id="facts")
        super().__init__(self.table, self.detail, self.facts)

    @property
    def rows(self) -> HistoryRows:
        return self.query_one(HistoryRows)

    def target(self, name: str) -> Widget | None:
        if name == self.detail.id:
            return self.detail.first
        return self.rows if name == self.table.id else self.facts
