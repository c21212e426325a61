"""Reading the history for its screen. Every method may wait for a disk: call them in threads.

Invariant: questions are answered one after the other, and one that nobody asks any more when its
turn comes is not answered at all, so that fast typing never queues up slow searches.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from ..core.clean import clean_line
from ..store.history import History, HistoryRun, Mark, RunFilter
from .history_view import Overview, RunRow, row_of
from .paging import PAGE, Rows

Wanted = Callable[[], bool]
"""Whether the answer is still wanted."""


class HistoryReader:
    """Pages, counts and single runs of a history.

    Args:
        history: The history.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._turn = threading.Lock()

    def rows(
        self, filter: RunFilter, page: int, after: Mark | None, wanted: Wanted
    ) -> Rows[RunRow] | None:
        """One page, or the last if there are not that many; None when it is not wanted any more.

        Args:
            filter: Which runs are listed.
            page: Its number.
            after: Where it begins; None when that is not known, and runs must be skipped.
            wanted: Whether it still is.
        """
        with self._turn:
            if not wanted():
                return None
            rows = self._page(filter, page, after)
            if not rows and page:
                page = max(0, self._history.count(filter) - 1) // PAGE
                rows = self._page(filter, page, None)
            return Rows(page, rows, page * PAGE + len(rows) if len(rows) < PAGE else None)

    def total(self, filter: RunFilter, wanted: Wanted) -> int | None:
        """How many runs are listed; None when that is not wanted any more."""
        with self._turn:
            return self._history.count(filter) if wanted() else None

    def overview(self) -> Overview:
        """The history as a whole."""
        methods, models = self._history.choices()
        history = self._history
        place = str(history.path) if history.persistent else ""
        return Overview(
            history.count(),
            tuple(methods),
            tuple(models),
            clean_line(place, 200),
            history.edition(),
        )

    def edition(self) -> tuple[int, int]:
        """Differs whenever the history was changed."""
        return self._history.edition()

    def detail(self, run_id: str) -> HistoryRun | None:
        """One run, whole; None when it is not there (any more)."""
        return self._history.run(run_id)

    def _page(self, filter: RunFilter, page: int, after: Mark | None) -> tuple[RunRow, ...]:
        skip = 0 if after is not None else page * PAGE
        return tuple(row_of(run) for run in self._history.runs(filter, after, skip, PAGE))
