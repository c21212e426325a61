"""The cache behind the inspector: one view of it, read and changed without stopping the screen.

Invariant: the screen holds one `CacheView` and replaces it; the cache is only ever called in
threads, deeds one after the other, and whatever goes wrong there is told in the notice bar while
the screen goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer

from ...core.errors import SutraError, UnexpectedFailure
from ...store.cache import DemonstrationCache
from ...store.cache_key import KeyParts
from ..asked_now import asked_now, verdict
from ..cache_changes import CacheChanges
from ..cache_keys import applicable, cache_bindings
from ..cache_reader import CacheReader
from ..cache_view import CacheView
from ..paging import PAGE
from ..undo import UndoStack
from ..widgets.cache_facts import verdict_line
from ..widgets.cache_panes import CachePanes
from ..widgets.cache_summary import CacheSummary
from ..widgets.notice_bar import NoticeBar
from ..widgets.search_line import SearchLine
from ..workbench import Workbench

T = TypeVar("T")
RESTING_S: Final = 0.05
"""How long the cursor must rest before an entry is read."""
GLANCE_S: Final = 2.0
"""How often it is seen whether somebody else, such as a run, changed the cache."""


@dataclass(frozen=True, slots=True)
class UseDemonstrations:
    """What the user wants done on leaving: give these to Model B with the query in the box.

    Args:
        key: Of their entry.
        texts: The demonstrations, raw, in order.
    """

    key: str
    texts: tuple[str, ...]


class CacheScreen(Screen["UseDemonstrations | None"]):
    """See `CacheInspector`, which is the screen to use."""

    BINDINGS: ClassVar[list[BindingType]] = list(cache_bindings())
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-medium"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
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
        super().__init__()
        self._cache = cache
        self._clock = clock
        self._reader = CacheReader(cache)
        self._undo = undo or UndoStack()
        self._changes = CacheChanges(cache, self._undo)
        self._turn = asyncio.Lock()
        self._warned = len(cache.warnings)
        self._possible: frozenset[str] = frozenset()
        self._read_for: tuple[str, int] | None = None
        asked = asked_now(bench, query_in_box, key_now, parts_now)
        start = CacheView(query_in_box, asked, clock(), undoable=self._undo.latest)
        self.set_reactive(CacheScreen.view, start)

    def compose(self) -> ComposeResult:
        yield CacheSummary()
        yield SearchLine()
        yield CachePanes()
        yield NoticeBar()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.watch_view(self.view, self.view)
        self._glance()
        self.list_entries()
        self.set_interval(GLANCE_S, self._glance)

    @property
    def panes(self) -> CachePanes:
        return self.query_one(CachePanes)

    # Calling the cache

    async def off_loop(self, work: Callable[[], T]) -> T | None:
        """Do something that may wait for a disk. A fault is shown, and gives None."""
        try:
            return await asyncio.to_thread(work)
        except SutraError as error:
            self.show_error(error)
        except Exception as error:
            self.log.error(error)
            self.show_error(UnexpectedFailure.of(error))
        finally:
            # Later, so that a sentence about what was done does not take its place at once.
            self.call_later(self._tell_warnings)
        return None

    @work(group="deed", exit_on_error=False)
    async def do(self, deed: Callable[[], str]) -> None:
        """Change the cache, say what was done, and look again."""
        async with self._turn:
            said = await self.off_loop(deed)
        if said is not None:
            self.say(said)
        self.read_again()

    def read_again(self) -> None:
        """The cache has changed: see how."""
        self.view = replace(self.view.again(), undoable=self._undo.latest)
        self.list_entries()

    @work(exclusive=True, group="listing", exit_on_error=False)
    async def list_entries(self, wait: float = 0.0) -> None:
        await asyncio.sleep(wait)
        view = self.view
        edition, listing = view.edition, view.listing
        page = view.cursor // PAGE if listing == view.answered else 0

        def wanted() -> bool:
            return self.view.edition == edition

        read = await self.off_loop(partial(self._reader.rows, listing, page, wanted))
        if read is None:
            return
        self.view = self.view.with_rows(edition, read)
        if read.total is None:
            total = await self.off_loop(partial(self._reader.total, listing, wanted))
            if total is not None:
                self.view = self.view.with_total(edition, total)
        overview = await self.off_loop(self._reader.overview)
        if overview is not None:
            self.view = replace(self.view, overview=overview)

    @work(exclusive=True, group="pages", exit_on_error=False)
    async def _fetch(self) -> None:
        rows = self.panes.rows
        while pages := self.view.missing(*rows.window):
            edition, page = self.view.edition, pages[0]

            def wanted(edition: int = edition, page: int = page) -> bool:
                return self.view.edition == edition and page in self.view.missing(*rows.window)

            read = await self.off_loop(partial(self._reader.rows, self.view.listing, page, wanted))
            if read is None:
                return
            if read.page != page:  # the list has become shorter
                self.read_again()
                return
            self.view = self.view.with_rows(edition, read)

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read(self, key: str | None, wait: float = RESTING_S) -> None:
        await asyncio.sleep(wait)
        detail = await self.off_loop(partial(self._reader.detail, key)) if key else None
        await self.panes.detail.show(detail)
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
        possible = applicable(view) if known else self._possible
        if possible != self._possible:
            # The footer is rebuilt, which is slow, so not for a moment only while reading.
            self._possible = possible
            self.refresh_bindings()

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

    def say(self, text: str) -> None:
        """Something that is neither wrong nor urgent."""
        self.query_one(NoticeBar).show_quiet(text)

    def show_error(self, error: SutraError) -> None:
        """What went wrong, and the next step."""
        if self.is_mounted:
            self.query_one(NoticeBar).show_error(error)

    def _tell_warnings(self) -> None:
        fresh = list(self._cache.warnings[self._warned :])
        if fresh and self.is_mounted:
            self._warned += len(fresh)
            self.query_one(NoticeBar).show_notices(fresh)
