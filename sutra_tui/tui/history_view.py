"""What the history screen shows, as one frozen value.

Invariant: pure. Only lines of a few pages and one whole run are held, however long the history is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ..core.clean import clean_line
from ..store.history import HistoryRun, Mark, RunFilter, RunSummary
from .paging import PAGE, PagedView

NAME_LIMIT: Final = 240
"""Characters of a query that a row keeps: more than the widest screen shows."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run in the table.

    Args:
        run: Its line; every text in it is safe to show.
    """

    run: RunSummary

    @property
    def key(self) -> str:
        return self.run.run_id


def row_of(run: RunSummary) -> RunRow:
    """A run's line, made safe to show; its id stays, it is asked for by that."""
    return RunRow(
        replace(
            run,
            title=clean_line(run.title, NAME_LIMIT),
            query=clean_line(run.query, NAME_LIMIT),
            method=clean_line(run.method, 40),
            model_a=clean_line(run.model_a, 60),
            model_b=clean_line(run.model_b, 60),
            engine=clean_line(run.engine, 40),
        )
    )


@dataclass(frozen=True, slots=True)
class Overview:
    """What is known of the history as a whole.

    Args:
        runs: How many there are.
        methods: That occur.
        models: That occur, in either role.
        place: Its file; empty for a history in memory.
        edition: Differs whenever it was changed.
    """

    runs: int
    methods: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    place: str = ""
    edition: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class HistoryView(PagedView[RunRow]):
    """Everything the history screen shows.

    Args:
        now: Seconds since the epoch.
        listing: Which runs are listed.
        is_demo: It is the demo's history: no run in it is a model's work.
        busy: A run goes on on the main screen.
        overview: The history as a whole; None before it is known.
        detail: The run under the cursor, whole, once it is read.
        marked: Id of the run that the next one is compared with; empty for none.
        undoable: What undo would take back, in words; empty for nothing.
    """

    now: float = 0.0
    listing: RunFilter = RunFilter()  # noqa: RUF009, a frozen value
    is_demo: bool = False
    busy: bool = False
    overview: Overview | None = None
    detail: HistoryRun | None = None
    marked: str = ""
    undoable: str = ""

    @property
    def question(self) -> object:
        return self.listing

    @property
    def at_hand(self) -> HistoryRun | None:
        """The run under the cursor, whole, unless it is still being read."""
        row, detail = self.current, self.detail
        return detail if row and detail and detail.run_id == row.key else None

    @property
    def is_narrowed(self) -> bool:
        """Not every run is listed."""
        return not self.listing.is_open

    def mark_before(self, page: int) -> Mark | None:
        """Where a page begins, if the one before it is here whole."""
        rows = self.pages.get(page - 1, ())
        return rows[-1].run.mark if len(rows) == PAGE and self.is_answered else None

    def asking(self, listing: RunFilter) -> HistoryView:
        """List these runs."""
        return replace(self, listing=listing, edition=self.edition + 1)

    def narrowed(self, **changes: object) -> HistoryView:
        """List others: with other fields of the filter."""
        return self.asking(replace(self.listing, **changes))  # type: ignore[arg-type]

    def next_method(self) -> HistoryView:
        """Only the next of the methods that occur; after the last, any."""
        methods = self.overview.methods if self.overview else ()
        return self.narrowed(method=_following(methods, self.listing.method))

    def next_model(self) -> HistoryView:
        """Only the next of the models that occur; after the last, any."""
        models = self.overview.models if self.overview else ()
        return self.narrowed(model=_following(models, self.listing.model))

    def everything(self) -> HistoryView:
        """List every run."""
        return self.asking(RunFilter())


def _following(names: tuple[str, ...], name: str) -> str:
    choices = ["", *names]
    place = choices.index(name) if name in choices else 0
    return choices[(place + 1) % len(choices)]
