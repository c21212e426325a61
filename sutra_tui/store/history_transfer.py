"""Carrying the history to a file and back, and taking in logs of the original system.

Invariant: a file is written whole or not at all, and taken in whole or not at all; what is taken in
never replaces a run that is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..core.errors import StoreError
from . import files, history_file
from . import history_listing as listing
from . import history_records as records
from .file_store import FileStore
from .history_file import Form
from .history_run import EVERY_RUN, HistoryRun, Mark, RunFilter

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

_PAGE: Final = 200


@dataclass(frozen=True, slots=True)
class ImportedRuns:
    """What an import did.

    Args:
        added: Runs that were new.
        kept: Runs left out because they are there already.
        unread: Lines of logs that are none, and were left out.
    """

    added: int
    kept: int
    unread: int = 0


@dataclass(slots=True)
class _Counted:
    """Counts what passes through."""

    runs: Iterable[HistoryRun]
    number: int = field(default=0)

    def __iter__(self) -> Iterator[HistoryRun]:
        for run in self.runs:
            self.number += 1
            yield run


class Transfer(FileStore):
    """See `History`, which is the class to use."""

    _clock: Callable[[], float]

    def export(
        self,
        path: str | os.PathLike[str],
        form: Form = "json",
        filter: RunFilter = EVERY_RUN,
        *,
        only: Iterable[HistoryRun] | None = None,
        overwrite: bool = False,
    ) -> int:
        """Write runs to a file that only its owner can read, newest first.

        Args:
            path: The file.
            form: Markdown to read; JSON or a JSON object a line to take in again.
            filter: Which runs.
            only: These runs, whatever the filter says.
            overwrite: Whether a file that is there is replaced.

        Returns:
            How many runs it holds.

        Raises:
            StoreError: The file cannot be written, exists already, or is the history's own.
        """
        target = Path(path)
        runs = _Counted(self.whole_runs(filter) if only is None else only)
        try:
            if self.path is not None and target.resolve() == self.path.resolve():
                raise OSError("it is the history itself")
            files.write_atomically(target, history_file.pieces(runs, form), overwrite=overwrite)
        except FileExistsError as error:
            raise StoreError(
                f"{target} is there already.", "Choose another name, or say to replace it."
            ) from error
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise StoreError(
                f"The history was not written to {target}: {reason}.", "Choose another file name."
            ) from error
        return runs.number

    def import_(self, path: str | os.PathLike[str]) -> ImportedRuns:
        """Add the runs of a file that `export` wrote, or of logs of the original system.

        Args:
            path: A file; or a folder of logs, such as `~/.sutra/logs`.

        Raises:
            StoreError: It cannot be read or is no such file; nothing was changed.
        """
        document = history_file.read(Path(path), self._clock())

        def work(connection: sqlite3.Connection) -> int:
            fresh = [r for r in document.runs if records.find(connection, r.run_id) is None]
            unique = {run.run_id: run for run in reversed(fresh)}
            for run in reversed(unique.values()):
                records.save(connection, run)
            return len(unique)

        added = self._change(work)
        return ImportedRuns(added, len(document.runs) - added, document.unread)

    def whole_runs(self, filter: RunFilter = EVERY_RUN) -> Iterator[HistoryRun]:
        """Every run that a filter lets through, whole, newest first, a page at a time."""
        mark: Mark | None = None
        now = self._clock()

        def page(connection: sqlite3.Connection) -> tuple[list[HistoryRun], Mark | None]:
            found = listing.page(connection, filter, now, mark, 0, _PAGE)
            whole = [records.find(connection, summary.run_id) for summary in found]
            return [run for run in whole if run], found[-1].mark if found else None

        while True:
            runs, mark = self._read(page)
            yield from runs
            if mark is None:
                return
