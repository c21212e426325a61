"""A store behind a full-screen list: read and changed without stopping the screen.

Invariant: the screen holds one view and replaces it; the store is only ever called in threads,
deeds one after the other, and whatever goes wrong there is told in the notice bar while the screen
goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from textual import on, work
from textual.reactive import reactive
from textual.widgets import Input

from ...core.errors import SutraError, UnexpectedFailure
from ...store.file_store import FileStore
from ..paging import PAGE, PagedView, Rows
from ..undo import UndoStack
from ..widgets.notice_bar import NoticeBar
from ..widgets.search_line import SearchLine
from ..widgets.table_rows import PagedRows, TableRows
from .command_screen import CommandScreen

T = TypeVar("T")
E = TypeVar("E")
Wanted = Callable[[], bool]
"""Whether an answer is still wanted."""
RESTING_S: Final = 0.05
"""How long the cursor must rest before a row is read."""
TYPING_S: Final = 0.12
"""How long typing must rest before a filter is looked for."""
GLANCE_S: Final = 2.0
"""How often it is seen whether somebody else, such as a run, changed the store."""


class ListScreen(CommandScreen[E]):
    """What screens over a store share.

    Args:
        store: The store.
        undo: What can be undone; give each screen of one store the same one.
    """

    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]

    view: reactive[Any] = reactive(PagedView(), init=False)

    def __init__(self, store: FileStore, undo: UndoStack) -> None:
        super().__init__()
        self._store = store
        self._undo = undo
        self._turn = asyncio.Lock()
        self._warned = len(store.warnings)

    # What a screen says of its store. All but the last are called in threads.

    def read_rows(self, view: Any, page: int, wanted: Wanted) -> Rows[Any] | None:
        """One page of what `view` lists, or the last; None when it is not wanted any more."""
        raise NotImplementedError

    def read_total(self, view: Any, wanted: Wanted) -> int | None:
        """How many rows `view` lists; None when that is not wanted any more."""
        raise NotImplementedError

    def read_overview(self) -> Any:
        """What is known of the store as a whole."""
        raise NotImplementedError

    @property
    def rows(self) -> PagedRows:
        """The table's rows."""
        raise NotImplementedError

    # Messages of the widgets

    @on(TableRows.Moved)
    def _moved(self, event: TableRows.Moved) -> None:
        self.view = self.view.moved(event.place + (self.view.cursor if event.relative else 0))

    @on(PagedRows.PagesMissing)
    def _pages_missing(self) -> None:
        self.fetch_pages()

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.rows.focus()

    # Actions

    def action_filter(self) -> None:
        self.query_one(SearchLine).open()

    def action_refresh(self) -> None:
        self.query_one(NoticeBar).hide()
        self.read_again()

    # Calling the store

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
        """Change the store, say what was done, and look again."""
        async with self._turn:
            said = await self.off_loop(deed)
        if said is not None:
            self.say(said)
        self.read_again()

    def read_again(self) -> None:
        """The store has changed: see how."""
        self.view = replace(self.view.again(), undoable=self._undo.latest)
        self.list_entries()

    @work(exclusive=True, group="listing", exit_on_error=False)
    async def list_entries(self, wait: float = 0.0) -> None:
        await asyncio.sleep(wait)
        view = self.view
        edition = view.edition
        page = view.cursor // PAGE if view.question == view.answered else 0

        def wanted() -> bool:
            return bool(self.view.edition == edition)

        read = await self.off_loop(partial(self.read_rows, view, page, wanted))
        if read is None:
            return
        self.view = self.view.with_rows(edition, read)
        if read.total is None:
            total = await self.off_loop(partial(self.read_total, view, wanted))
            if total is not None:
                self.view = self.view.with_total(edition, total)
        overview = await self.off_loop(self.read_overview)
        if overview is not None:
            self.view = replace(self.view, overview=overview)

    @work(exclusive=True, group="pages", exit_on_error=False)
    async def fetch_pages(self) -> None:
        """Read the pages that came into view."""
        rows = self.rows
        while pages := self.view.missing(*rows.window):
            view, page = self.view, pages[0]

            def wanted(edition: int = view.edition, page: int = page) -> bool:
                return self.view.edition == edition and page in self.view.missing(*rows.window)

            read = await self.off_loop(partial(self.read_rows, view, page, wanted))
            if read is None:
                return
            if read.page != page:  # the list has become shorter
                self.read_again()
                return
            self.view = self.view.with_rows(view.edition, read)

    def show_error(self, error: SutraError) -> None:
        """What went wrong, and the next step."""
        if self.is_mounted:
            self.query_one(NoticeBar).show_error(error)

    def _tell_warnings(self) -> None:
        fresh = list(self._store.warnings[self._warned :])
        if fresh and self.is_mounted:
            self._warned += len(fresh)
            self.query_one(NoticeBar).show_notices(fresh)
