"""One `sutra history` command at work, and from what a person types to the runs it names.

Invariant: a beginning that fits several runs names none of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from ..core.clean import clean_line
from ..core.errors import InvalidRequest, StoreError
from ..store.history import History, HistoryRun, RunFilter
from .store_job import StoreJob, opened_store
from .streams import Output, Voice

NAME: Final = "history"
LAST: Final = "last"
SHORTEST: Final = 4
"""Characters of an id that name a run at least; fewer are a slip."""
CANDIDATES: Final = 5
"""Runs named when a beginning fits several."""
OpenHistory = Callable[["Path | None"], History]
"""Opens the history in a file, or an empty one in memory."""


class UnknownRun(StoreError):
    """No run, or more than one, has the id that was typed."""

    kind: ClassVar[str] = "unknown_run"


class Job(StoreJob[History]):
    """What a command has to do with."""

    __slots__ = ()

    @property
    def history(self) -> History:
        """What is in the file, open."""
        return self.store

    @property
    def filter(self) -> RunFilter:
        """Which runs were asked for."""
        args = self.args
        text = getattr(args, "text", ())
        search = " ".join(text) if text else getattr(args, "search", "")
        return RunFilter(search, args.method, args.model, args.failed, args.starred)

    def find(self, typed: str) -> HistoryRun:
        """The run with this id, or the only one whose id begins with it.

        Raises:
            InvalidRequest: Too little was typed to look for.
            UnknownRun: No run fits, or several do.
        """
        run = self.history.run(self._whole_id(typed))
        if run is None:
            raise UnknownRun(
                f"No run has an id that begins with {_quoted(typed)}.",
                "See the ids with `sutra history list`.",
            )
        return run

    def _whole_id(self, typed: str) -> str:
        if typed == LAST and (newest := self.history.runs(limit=1)):
            return newest[0].run_id
        if self.history.run(typed) is not None:
            return typed
        if typed == LAST:
            raise UnknownRun("The history is empty.", 'Ask something: sutra run "QUESTION".')
        if len(typed) < SHORTEST:
            raise InvalidRequest(
                f"{_quoted(typed)} is too little of an id.", f"Type at least {SHORTEST} characters."
            )
        found = self.history.ids_beginning(typed, CANDIDATES + 1)
        if len(found) > 1:
            number = len(found) if len(found) <= CANDIDATES else f"more than {CANDIDATES}"
            named = ", ".join(clean_line(name, 40) for name in found[:CANDIDATES])
            raise UnknownRun(
                f"The ids of {number} runs begin with {_quoted(typed)}.",
                f"Type more of the one you mean: {named}.",
            )
        return found[0] if found else typed


@contextmanager
def opened(
    args: argparse.Namespace,
    path: Path,
    open_history: OpenHistory,
    output: Output,
    voice: Voice,
    *,
    creates: bool,
) -> Iterator[Job]:
    """The job with its history open, which is closed at the end.

    Args:
        args: The parsed command line of `sutra history`.
        path: The history file.
        open_history: Opens it.
        output: Standard output.
        voice: Standard error.
        creates: Whether the file is made when there is none.

    Raises:
        StoreError: See `opened_store`.
    """
    with opened_store(
        NAME, args.history, path, open_history, lambda h: not h.count(), creates=creates
    ) as history:
        yield Job(args, path, history, NAME, output, voice, time.time())


def _quoted(typed: str) -> str:
    return f'"{clean_line(typed, 80)}"'
