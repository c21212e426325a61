"""The history: every run, to find, look at, open, run again, compare and put in order.

Invariant: each deed is on the disk when its sentence appears, and each but an import and an export
can be undone.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from textual import work

from .compare import CompareScreen
from .history_browser import Chosen, HistoryBrowser
from .prompts import LinePrompt
from .xray import Seen, XRayScreen

__all__ = ["Chosen", "HistoryScreen"]

EXPORT_TO = "~/sutra-history.md"
IMPORT_FROM = "~/.sutra/logs"


class HistoryScreen(HistoryBrowser):
    """Every run, on the whole screen. Ends with None, or with a run and what to do with it.

    Args: as of `HistoryBrowser`.
    """

    CSS_PATH = ["list_panes.tcss", "history.tcss"]

    # One run

    def action_open(self) -> None:
        if (run := self.view.at_hand) is not None:
            self.dismiss(Chosen(run))

    def action_rerun(self) -> None:
        if (run := self.view.at_hand) is not None:
            self.dismiss(Chosen(run, again=True))

    def action_star(self) -> None:
        if (row := self.view.current) is not None:
            self.do(partial(self._changes.star, row.key))

    def action_delete(self) -> None:
        if (row := self.view.current) is not None:
            if row.key == self.view.marked:
                self.view = replace(self.view, marked="")
            self.do(partial(self._changes.delete, row.key))

    def action_rename(self) -> None:
        if (run := self.view.at_hand) is None:
            return

        def rename(answer: str | None) -> None:
            if answer is not None:
                title = "" if answer == run.result.query.strip() else answer
                self.do(partial(self._changes.rename, run.run_id, title))

        help = "A title for the list; an empty one shows the query again."
        self.app.push_screen(LinePrompt("Rename to", run.name, help, allows_empty=True), rename)

    def action_compare(self) -> None:
        row, marked = self.view.current, self.view.marked
        if row is None:
            return
        if not marked:
            self.view = replace(self.view, marked=row.key)
            self.say("Marked. Go to another run and press c to compare the two.")
        elif marked == row.key:
            self.view = replace(self.view, marked="")
            self.say("Not marked any more.")
        else:
            self._compare(marked, row.key)

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def _compare(self, first: str, second: str) -> None:
        found = [await self.off_loop(partial(self._reader.detail, key)) for key in (first, second)]
        self.view = replace(self.view, marked="")
        left, right = found
        if left is None or right is None:
            self.say("One of the two runs is not there any more.")
            return
        # The older one is on the left, whichever was marked first.
        if left.started_at > right.started_at:
            left, right = right, left
        await self.app.push_screen(CompareScreen(left, right, self._clock()))

    def action_xray(self) -> None:
        run = self.view.at_hand
        if run is not None:
            self.app.push_screen(XRayScreen(lambda: Seen(run.result), self._addresses))

    # All of them

    def action_undo(self) -> None:
        self.do(lambda: f"Undone: {self._undo.undo()}.")

    def action_export(self) -> None:
        listing = self.view.listing

        def export(answer: str | None) -> None:
            if answer is not None:
                self.do(partial(self._changes.export, Path(answer).expanduser(), listing))

        which = "runs that are listed" if self.view.is_narrowed else "runs"
        help = (
            f"All {self.view.total:,} {which} are written to this file: .md to read, .json or "
            ".jsonl to take in again."
        )
        self.app.push_screen(LinePrompt("Export to", EXPORT_TO, help), export)

    def action_import(self) -> None:
        def take_in(answer: str | None) -> None:
            if answer is not None:
                self.do(partial(self._changes.take_in, Path(answer).expanduser()))

        help = "A file that export has written, or a folder of the original system's logs."
        self.app.push_screen(LinePrompt("Import from", IMPORT_FROM, help), take_in)
