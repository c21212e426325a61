"""Looking at the history: list, filter, read the run under the cursor, go from pane to pane.

Invariant: nothing here changes the history.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.widgets import Input

from ...store.history import History, HistoryRun
from ..history_changes import HistoryChanges
from ..history_commands import HISTORY_COMMANDS
from ..history_reader import HistoryReader
from ..history_view import HistoryView, Overview, RunRow
from ..paging import Rows
from ..undo import UndoStack
from ..widgets.history_panes import HistoryPanes
from ..widgets.history_summary import HistorySummary
from ..widgets.history_table import HistoryRows
from ..widgets.key_footer import KeyFooter
from ..widgets.notice_bar import NoticeBar
from ..widgets.search_line import SearchLine
from .list_screen import GLANCE_S, RESTING_S, TYPING_S, ListScreen, Wanted


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the user wants done on leaving.

    Args:
        run: The run.
        again: Run its query again; else show it as it was.
    """

    run: HistoryRun
    again: bool = False


class HistoryBrowser(ListScreen["Chosen | None"]):
    """See `HistoryScreen`, which is the screen to use.

    Args:
        history: The history.
        clock: Seconds since the epoch.
        is_busy: Whether a run goes on on the main screen.
        is_demo: It is the demo's history.
        undo: What can be undone; give each screen of one history the same one.
        addresses: Of Model A's server and Model B's, as they are shown.
    """

    TABLE = HISTORY_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = list(HISTORY_COMMANDS.bindings())
    AUTO_FOCUS = "HistoryRows"

    view: reactive[HistoryView] = reactive(HistoryView(), init=False)

    def __init__(
        self,
        history: History,
        clock: Callable[[], float],
        is_busy: Callable[[], bool] = lambda: False,
        *,
        is_demo: bool = False,
        undo: UndoStack | None = None,
        addresses: Sequence[str] = (),
    ) -> None:
        super().__init__(history, undo or UndoStack())
        self._addresses = addresses
        self._clock = clock
        self._is_busy = is_busy
        self._reader = HistoryReader(history)
        self._changes = HistoryChanges(history, self._undo)
        self._read_for: tuple[str, int] | None = None
        start = HistoryView(
            now=clock(), is_demo=is_demo, busy=is_busy(), undoable=self._undo.latest
        )
        self.set_reactive(HistoryBrowser.view, start)

    def compose(self) -> ComposeResult:
        yield HistorySummary()
        yield SearchLine("words of a query, a demonstration or an answer")
        yield HistoryPanes()
        yield NoticeBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        self.watch_view(self.view, self.view)
        self.list_entries()
        self.set_interval(GLANCE_S, self._glance)

    @property
    def panes(self) -> HistoryPanes:
        return self.query_one(HistoryPanes)

    @property
    def rows(self) -> HistoryRows:
        return self.panes.rows

    # Reading

    def read_rows(self, view: HistoryView, page: int, wanted: Wanted) -> Rows[RunRow] | None:
        return self._reader.rows(view.listing, page, view.mark_before(page), wanted)

    def read_total(self, view: HistoryView, wanted: Wanted) -> int | None:
        return self._reader.total(view.listing, wanted)

    def read_overview(self) -> Overview:
        return self._reader.overview()

    @work(exclusive=True, group="detail", exit_on_error=False)
    async def _read(self, run_id: str | None, wait: float) -> None:
        await asyncio.sleep(wait)
        detail = await self.off_loop(partial(self._reader.detail, run_id)) if run_id else None
        # Textual does not survive that a widget's removal is cancelled half-way.
        await asyncio.shield(self.panes.detail.show(detail))
        self.view = replace(self.view, detail=detail)

    @work(exclusive=True, group="glance", exit_on_error=False)
    async def _glance(self) -> None:
        """See whether a run, or another program, has changed the history."""
        edition = await self.off_loop(self._reader.edition)
        self.view = replace(self.view, now=self._clock(), busy=self._is_busy())
        known = self.view.overview
        listing = any(w.group == "listing" and not w.is_finished for w in self.workers)
        if known is not None and edition not in (None, known.edition) and not listing:
            self.read_again()

    # What is shown

    def watch_view(self, old: HistoryView, view: HistoryView) -> None:
        if not self.is_mounted:
            return
        self.query_one(HistorySummary).view = view
        self.panes.table.view = view
        self.panes.facts.view = view
        nothing = view.is_empty or view.answered is None
        self.set_class(nothing, "-nothing")
        if view.listing.search.strip() and view.is_answered:
            self.query_one(SearchLine).say(view.total)
        self.show_applicable()
        row = view.current
        wanted = (row.key if row else "", view.shown)
        if wanted != self._read_for and view.is_answered:
            other = self._read_for is not None and wanted[0] != self._read_for[0]
            self._read_for = wanted
            self._read(wanted[0] or None, RESTING_S if other else 0.0)

    # Messages of the widgets

    @on(HistoryRows.Opened)
    async def _opened(self) -> None:
        await self.run_command("open")

    @on(Input.Changed, "#search")
    def _searching(self, event: Input.Changed) -> None:
        if event.value != self.view.listing.search:
            self.view = self.view.narrowed(search=event.value)
            self.list_entries(TYPING_S)

    def on_descendant_focus(self) -> None:
        self.panes.note_focus(self.focused)

    # Actions

    def action_only_failed(self) -> None:
        self._list(self.view.narrowed(failed=not self.view.listing.failed))

    def action_only_starred(self) -> None:
        self._list(self.view.narrowed(starred=not self.view.listing.starred))

    def action_next_method(self) -> None:
        self._list(self.view.next_method())

    def action_next_model(self) -> None:
        self._list(self.view.next_model())

    def action_everything(self) -> None:
        self._list(self.view.everything())
        self.query_one(SearchLine).close()
        self.rows.focus()

    def _list(self, view: HistoryView) -> None:
        self.view = view
        self.list_entries()

    def action_next_pane(self) -> None:
        self.panes.next_pane()

    def action_back(self) -> None:
        search = self.query_one(SearchLine)
        if search.is_open:
            search.close()
            self.rows.focus()
        elif self.view.marked:
            self.view = replace(self.view, marked="")
            self.say("No run is marked any more.")
        else:
            self.dismiss(None)
