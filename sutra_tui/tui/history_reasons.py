"""Why things cannot be done in the history right now: one function per condition.

Invariant: each returns None when its condition, its docstring, holds, and else a sentence to show.
"""

from __future__ import annotations

from .history_view import HistoryView

_NO_RUN = "There is no run to do that to."
_BEING_READ = "The run is still being read. Press again."
_GOES_ON = "Stop the run on the main screen first."
_EMPTY = "The history is empty."


def run(view: HistoryView) -> str | None:
    """There is a run under the cursor."""
    return None if view.current else _NO_RUN


def whole(view: HistoryView) -> str | None:
    """The run under the cursor has been read."""
    if view.at_hand is None:
        return _BEING_READ if view.current else _NO_RUN
    return None


def openable(view: HistoryView) -> str | None:
    """The run could be put on the main screen."""
    return whole(view) or (_GOES_ON if view.busy else None)


def staged(view: HistoryView) -> str | None:
    """The run under the cursor has a stage to look into."""
    if view.at_hand is None:
        return whole(view)
    return None if view.at_hand.result.stages else "This run never came to a stage."


def deletable(view: HistoryView) -> str | None:
    """The run under the cursor is over."""
    if view.current is None:
        return _NO_RUN
    going = view.current.run.status(view.now) == "running"
    return "This run goes on. Stop it first." if going else None


def comparable(view: HistoryView) -> str | None:
    """There are two runs to compare."""
    if view.total < 2 and not view.marked:
        return "There is only one run; two are needed." if view.total else _NO_RUN
    return whole(view)


def undoable(view: HistoryView) -> str | None:
    """Something was done."""
    return None if view.undoable else "There is nothing to undo."


def filled(view: HistoryView) -> str | None:
    """The history is not empty."""
    return None if view.overview is None or view.overview.runs else _EMPTY


def listed(view: HistoryView) -> str | None:
    """Something is listed."""
    return None if view.total else filled(view) or "No run is listed."


def narrowed(view: HistoryView) -> str | None:
    """Not every run is listed."""
    return None if view.is_narrowed else "Every run is listed already."
