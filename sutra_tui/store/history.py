"""The history: every run with every stage, written down while it happens.

Invariant: a run that was written is there until a person deletes it, whatever becomes of the
program that made it. Whatever goes wrong with the disk, a run goes on: the worst that happens is
that it is not kept.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ..core.errors import StoreError
from ..core.protocol import StageRecord
from . import history_listing as listing
from . import history_records as records
from .connection import storable
from .history_run import EVERY_RUN, HistoryRun, Mark, RunFilter, RunStatus, RunSummary
from .history_schema import SCHEMA
from .history_transfer import Transfer
from .recording import Recorder, Writer

if TYPE_CHECKING:
    import sqlite3

__all__ = ["History", "HistoryRun", "Mark", "RunFilter", "RunStatus", "RunSummary"]

MAX_TITLE = 200
"""Longest title, in characters."""


class History(Transfer):
    """Runs, in memory or in one SQLite file, for any number of threads.

    Several processes may use one file. Calls may wait up to five seconds for another process.

    Args:
        path: The file; without one the history lives in memory and behaves the same.
        on_warning: Called, in any thread, with each sentence added to `warnings`.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        on_warning: Callable[[str], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(path, SCHEMA, on_warning)
        self._clock = clock
        self._writer = Writer(self, clock)

    # -- writing -----------------------------------------------------------------------------

    def record(self, parent: str = "") -> Recorder:
        """A recorder for a run that begins now; give it the events with `recorded`.

        Args:
            parent: Id of the run that it is made from; empty for none.
        """
        return self._writer.record(parent)

    def save(
        self, run: HistoryRun, written: Sequence[StageRecord] = (), *, wait: bool = True
    ) -> None:
        """Write a run in the place of what it was before; its star and title stay.

        Args:
            run: The run.
            written: Its stages as they were last written.
            wait: Whether to wait for another program.

        Raises:
            StoreBusy: Another program holds the file.
            StoreError: The history was closed, or cannot be used.
        """
        self._change(lambda connection: records.save(connection, run, written), wait=wait)

    def touch(self, run_id: str) -> None:
        """Note that a run still goes on. Raises as `save`."""
        now = self._clock()
        self._change(lambda connection: records.touch(connection, run_id, now), wait=False)

    def warn(self, sentence: str) -> None:
        """Tell the user something, once."""
        self._warn(sentence)

    def close(self) -> None:
        """Write what is still to be written and close the file; harmless when it is closed."""
        self._writer.close()
        super().close()

    # -- looking -----------------------------------------------------------------------------

    def run(self, run_id: str) -> HistoryRun | None:
        """The run with that id, whole; None if there is none."""
        return self._read(lambda connection: records.find(connection, run_id))

    def runs(
        self,
        filter: RunFilter = EVERY_RUN,
        after: Mark | None = None,
        skip: int = 0,
        limit: int = 50,
    ) -> list[RunSummary]:
        """One page of runs, newest first.

        Args:
            filter: Which ones.
            after: The list goes on behind this mark; None begins at the newest.
            skip: Runs to leave out first.
            limit: Runs to return at most.
        """
        now = self._clock()
        return self._read(lambda c: listing.page(c, filter, now, after, skip, limit))

    def count(self, filter: RunFilter = EVERY_RUN) -> int:
        """How many runs there are."""
        now = self._clock()
        return self._read(lambda connection: listing.count(connection, filter, now))

    def mark_of(self, run_id: str) -> Mark | None:
        """The run's place in the list; None if it is not there."""
        return self._read(lambda connection: listing.mark_of(connection, run_id))

    def ids_beginning(self, prefix: str, limit: int) -> list[str]:
        """Ids of runs that begin with `prefix`, in order, `limit` of them at most."""
        return self._read(lambda connection: listing.ids_beginning(connection, prefix, limit))

    def choices(self) -> tuple[list[str], list[str]]:
        """Methods and models that occur, for filters."""
        return self._read(listing.choices)

    def edition(self) -> tuple[int, int]:
        """Something that differs whenever this or another program changed the history."""

        def work(connection: sqlite3.Connection) -> tuple[int, int]:
            version = connection.execute("PRAGMA data_version").fetchone()[0]
            return int(version), connection.total_changes

        return self._read(work)

    # -- a person's changes ------------------------------------------------------------------

    def star(self, run_id: str, starred: bool) -> None:
        """Mark a run, or take the mark away.

        Raises:
            StoreError: There is no such run (any more).
        """
        self._mark(run_id, starred=starred)

    def rename(self, run_id: str, title: str) -> None:
        """Give a run a title; an empty one gives it back its query. Raises as `star`."""
        self._mark(run_id, title=storable(title[:MAX_TITLE]).strip())

    def delete(self, run_ids: Iterable[str]) -> list[HistoryRun]:
        """Remove runs, and return those that were there, for `restore`."""
        wanted = list(run_ids)

        def work(connection: sqlite3.Connection) -> list[HistoryRun]:
            found = [run for run in (records.find(connection, name) for name in wanted) if run]
            for run in found:
                records.remove(connection, run.run_id)
            return found

        return self._change(work)

    def restore(self, runs: Iterable[HistoryRun]) -> int:
        """Bring back what `delete` removed; a run that is there again stays as it is.

        Returns:
            How many came back.
        """
        wanted = list(runs)

        def work(connection: sqlite3.Connection) -> int:
            gone = [run for run in wanted if records.find(connection, run.run_id) is None]
            for run in gone:
                records.save(connection, run)
            return len(gone)

        return self._change(work)

    def _mark(self, run_id: str, **changes: str | bool) -> None:
        if not self._change(lambda connection: records.mark(connection, run_id, **changes)):
            raise StoreError("The run is not there any more.", "Look at the list again.")
