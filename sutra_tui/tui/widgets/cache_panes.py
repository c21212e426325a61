"""The inspector's three panes."""

from __future__ import annotations

from textual.widget import Widget

from .cache_detail import CacheDetail
from .cache_facts import CacheFacts
from .cache_table import CacheRows, CacheTable
from .list_panes import ListPanes


class CachePanes(ListPanes):
    """Entries, demonstrations and key."""

    def __init__(self) -> None:
        self.table = CacheTable(id="entries")
        self.detail = CacheDetail(id="demonstrations")
        self.facts = CacheFacts(id="key")
        super().__init__(self.table, self.detail, self.facts)

    @property
    def rows(self) -> CacheRows:
        return self.query_one(CacheRows)

    def target(self, name: str) -> Widget | None:
        if name == self.detail.id:
            return self.detail.first
        return self.rows if name == self.table.id else self.facts
