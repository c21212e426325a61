"""Looking at the cache: list, filter, sort, and go from pane to pane.

Invariant: nothing here changes the cache.
"""

from __future__ import annotations

from dataclasses import replace

from textual import on
from textual.widgets import Input

from ..cache_columns import COLUMNS
from ..widgets.cache_detail import CacheDetail
from ..widgets.cache_table import CacheHeading
from ..widgets.cached_card import CachedCard
from ..widgets.search_line import SearchLine
from .cache_screen import CacheScreen
from .list_screen import TYPING_S


class CacheBrowser(CacheScreen):
    """See `CacheInspector`, which is the screen to use."""

    # Messages of the widgets

    @on(CacheHeading.SortWanted)
    def _sort_wanted(self, event: CacheHeading.SortWanted) -> None:
        self.action_sort(event.column)

    @on(Input.Changed, "#search")
    def _searching(self, event: Input.Changed) -> None:
        if event.value != self.view.listing.search:
            self.view = self.view.searching(event.value)
            self.list_entries(TYPING_S)

    @on(CacheDetail.Shown)
    def _choose_focused(self) -> None:
        focused = self.focused
        self.panes.note_focus(focused)
        cards = (
            [w for w in focused.ancestors_with_self if isinstance(w, CachedCard)] if focused else []
        )
        name = cards[0].name_in_cache if cards else -1
        self.view = replace(self.view, chosen=name if name >= 0 else None)

    def on_descendant_focus(self) -> None:
        self._choose_focused()

    # Actions

    def action_sort(self, column: int) -> None:
        if not COLUMNS[column].sortable:
            self.say(f"The cache cannot be sorted by {COLUMNS[column].name}.")
            return
        self.view = self.view.sorted_by(column)
        self.list_entries()

    def action_sort_next(self) -> None:
        at, count = self.view.listing.column, len(COLUMNS)
        following = ((at + step) % count for step in range(1, count + 1))
        self.action_sort(next(c for c in following if COLUMNS[c].sortable))

    def action_reverse(self) -> None:
        self.action_sort(self.view.listing.column)

    def action_next_pane(self) -> None:
        self.panes.next_pane()

    def action_back(self) -> None:
        search = self.query_one(SearchLine)
        if search.is_open:
            search.close()
            self.panes.rows.focus()
        else:
            self.dismiss(None)
