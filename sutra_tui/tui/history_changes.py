"""What the history screen does to the history, and how each deed is undone.

Invariant: a deed and its undoing are one step on the stack, pushed before the deed returns. Every
method may wait for a disk: call them in threads.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ..core.clean import clean_line
from ..core.errors import InvalidRequest
from ..store import history_file
from ..store.history import History, HistoryRun, RunFilter
from .undo import Undo, UndoStack


class HistoryChanges:
    """The deeds. Each returns a sentence for the user.

    They raise `InvalidRequest` when the run is not there (any more) and `StoreError` when the
    history cannot be written.

    Args:
        history: The history.
        undo: Where each deed leaves its way back.
    """

    def __init__(self, history: History, undo: UndoStack) -> None:
        self._history = history
        self._undo = undo

    def star(self, run_id: str) -> str:
        """Star a run, or take the star away."""
        starred = self._run(run_id).starred
        self._history.star(run_id, not starred)
        deed = "took a star away" if starred else "starred a run"
        self._undo.push(Undo(deed, partial(self._history.star, run_id, starred)))
        return "The star is gone." if starred else "Starred. S lists starred runs alone."

    def rename(self, run_id: str, title: str) -> str:
        """Give a run a title; an empty one gives it back its query."""
        old = self._run(run_id).title
        self._history.rename(run_id, title)
        self._undo.push(Undo("renamed a run", partial(self._history.rename, run_id, old)))
        shown = clean_line(title, 60)
        return f"It is called \u201c{shown}\u201d now." if shown else "It is called by its query."

    def delete(self, run_id: str) -> str:
        """Remove a run."""
        gone = self._history.delete([run_id])
        if not gone:
            raise InvalidRequest("The run is not there any more.", "Look at the list again.")
        self._undo.push(Undo("deleted a run", partial(self._history.restore, gone)))
        return "Deleted. u brings it back until the app closes."

    def export(self, path: Path, filter: RunFilter) -> str:
        """Write the listed runs to a new file, in the form that its name asks for."""
        number = self._history.export(path, history_file.form_of(path) or "json", filter)
        return f"Wrote {runs(number)} to {path}."

    def take_in(self, path: Path) -> str:
        """Add the runs of a file, or of the original system's logs."""
        report = self._history.import_(path)
        said = [f"{runs(report.added)} added"]
        if report.kept:
            said.append(f"{runs(report.kept)} were here already")
        if report.unread:
            said.append(f"{report.unread:,} lines were no run")
        return f"Imported: {', '.join(said)}."

    def _run(self, run_id: str) -> HistoryRun:
        run = self._history.run(run_id)
        if run is None:
            raise InvalidRequest("The run is not there any more.", "Look at the list again.")
        return run


def runs(number: int) -> str:
    """ "1 run", "1,234 runs"."""
    return "1 run" if number == 1 else f"{number:,} runs"
