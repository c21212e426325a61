"""The cache behind the inspector: one view of it, read and changed without stopping the screen.

Invariant: the screen holds one `CacheView` and replaces it; see `ListScreen` for the calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive

from ...store.cache import DemonstrationCache
from ...store.cache_key import KeyParts
from ..asked_now import asked_now, verdict
from ..cache_changes import CacheChanges
from ..cache_columns import COLUMNS
from ..cache_commands import CACHE_COMMANDS
from ..cache_reader import CacheReader
from ..cache_view import CacheView, Overview, Row
from ..paging import Rows
from ..table_columns import sort_keys
from ..undo import UndoStack
from ..widgets.cache_facts import verdict_line
from ..widgets.cache_panes import CachePanes
from ..widgets.cache_summary import CacheSummary
from ..widgets.cache_table import CacheRows
from ..widgets.key_footer import KeyFooter
from ..widgets.notice_bar import NoticeBar
from ..widgets.search_line import SearchLine
from ..workbench import Workbench
from .list_screen import GLANCE_S, RESTING_S, ListScreen, Wanted


@dataclass(frozen=True, slots=True)
class UseDemonstrations:
    """What the user wants done on leaving: give these to Model B with the query in the box.

    Args:
        key: Of their entry.
        texts: The demonstrations, raw, in order.
    """

    key: str
    texts: tuple[str, ...]


class CacheScreen(ListScreen["UseDemonstrations | None"]):
    """See `CacheInspector`, which is the screen to use."""

    TABLE = CACHE_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [*CACHE_COMMANDS.bindings(), *sort_keys(COLUMNS)]
    AUTO_FOCUS = "CacheRows"

    view: reactive[CacheView] = reactive(CacheView(), init=False)

    def __init__(
        self,
        cache: DemonstrationCache,
        bench: Workbench,
        clock: Callable[[], float],
        query_in_box: str,
        key_now: str | None,
        *,
        parts_now: KeyParts | None = None,
        undo: UndoStack | None = None,
    ) -> None:
        super().__init__(cache, undo or UndoStack())
        self._cache = cache
        self._clock = clock
        self._reader = CacheReader(cache)
        self._changes = CacheChanges(cache, self._undo)
        self._read_for: tuple[str, int] | None = None
        asked = asked_now(bench, query_in_box, key_now, parts_now)
        start = CacheView(query_in_box, asked, clock(), undoable=self._undo.latest)
        self.set_reactive(CacheScreen.view, start)

    def compose(self) -> ComposeResult:
        yield CacheSummary()
        yield SearchLine()
        yield CachePanes()
        yield NoticeBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        self.watch_view(self.view, self.view)
        self._glance()
        self.list_entries()
        self.set_interval(GLANCE_S, self._glance)

    @property
    def panes(self) -> CachePanes:
        return self.query_one(CachePanes)

    @property
    def rows(self) -> CacheRows:
        return self.panes.rows

    # Calling the cache

    def read_rows(self, view: CacheView, page: int, wanted: Wanted) -> Rows[Row] | None:
        return self._reader.rows(view.listing, page, wanted)

    def read_total(self, view: CacheView, wanted: Wanted) -> int | None:
        return self._reader.total(view.listing, wanted)

    def read_overview(self) -> Overview:
        return self._reader.overview()

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read(self, key: str | None, wait: float = RESTING_S) -> None:
        await asyncio.sleep(wait)
        detail = await self.off_loop(partial(self._reader.detail, key)) if key else None
        # Textual does not survive that a widget's removal is cancelled half-way.
        await asyncio.shield(self.panes.detail.show(detail))
        self.view = replace(self.view, detail=detail)

    @work(exclusive=True, group="glance", exit_on_error=False)
    async def _glance(self) -> None:
        overview = await self.off_loop(self._reader.overview)
        before = self.view.overview
        self.view = replace(self.view, overview=overview or before, now=self._clock())
        listing = any(w.group == "listing" and not w.is_finished for w in self.workers)
        changed = overview and before and overview.stats != before.stats
        if changed or not (self.view.is_answered or listing):
            self.read_again()

    # What is shown

    def watch_view(self, old: CacheView, view: CacheView) -> None:
        if not self.is_mounted:
            return
        panes = self.panes
        panes.table.view = view
        self.set_class(view.is_empty and view.detail is None, "-nothing")
        panes.facts.view = view
        self.query_one(CacheSummary).view = view
        if view.listing.search.strip() and view.shown == view.edition:
            self.query_one(SearchLine).say(view.total)
        self._show_verdict(view)
        self._follow_cursor(view)
        known = view.overview is not None and (view.is_empty or view.at_hand is not None)
        if known:  # the footer does not change for a moment only while an entry is read
            self.show_applicable()

    def _follow_cursor(self, view: CacheView) -> None:
        """Read the entry under the cursor, when that is another one or may have changed."""
        if view.current is not None:
            wanted = (view.current.key, view.shown)
        elif view.is_empty:
            wanted = ("", view.shown)
        else:
            return
        if wanted != self._read_for:
            other = self._read_for is None or wanted[0] != self._read_for[0]
            self._read_for = wanted
            self._read(wanted[0] or None, RESTING_S if other else 0.0)

    def _show_verdict(self, view: CacheView) -> None:
        detail = view.detail
        self.panes.detail.border_subtitle = (
            verdict_line(verdict(detail.entry, detail.served, view.asked, view.now))
            if detail
            else ""
        )
