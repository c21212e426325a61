"""The cache inspector: see which demonstrations are kept, and put them right.

Invariant: each deed is on the disk when its sentence appears, and each but an import and an export
can be undone.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ...core.errors import SutraError
from ..time_to_live import EXAMPLES, parse_ttl
from .cache_editing import CacheEditing
from .cache_screen import UseDemonstrations
from .prompts import Confirm, LinePrompt

__all__ = ["CacheInspector", "UseDemonstrations"]

EXPORT_TO = "~/sutra-cache.json"


class CacheInspector(CacheEditing):
    """Everything in the cache, on the whole screen.

    Ends with None, or with the demonstrations that the user wants used.

    Args:
        cache: The cache.
        bench: The main screen's choices.
        clock: Seconds since the epoch.
        query_in_box: What stands in the main screen's query box.
        key_now: The key of a run started there now; None if none could be.
        parts_now: What that key is made of, where the caller knows.
        undo: What can be undone; give each inspector of one cache the same one.
    """

    CSS_PATH = ["list_panes.tcss", "cache_inspector.tcss"]

    def action_use(self) -> None:
        if (detail := self.view.at_hand) is not None:
            self.dismiss(UseDemonstrations(detail.entry.key, detail.entry.texts))

    # One entry or demonstration

    def action_pin(self) -> None:
        if (row := self.view.current) is not None:
            demonstration = self.view.demonstration
            self.do(
                partial(self._changes.pin, row.key, demonstration.id if demonstration else None)
            )

    def action_ban(self) -> None:
        if (demonstration := self.view.demonstration) is not None:
            self.do(partial(self._changes.ban, demonstration.text))

    def action_move(self, step: int) -> None:
        row, demonstration = self.view.current, self.view.demonstration
        if row is not None and demonstration is not None:
            self.do(partial(self._changes.move, row.key, demonstration.id, step))

    def action_delete(self) -> None:
        if (row := self.view.current) is None:
            return
        if (demonstration := self.view.demonstration) is not None:
            self.do(partial(self._changes.drop, row.key, demonstration.id))
        elif self.view.chosen is not None:
            self.say("That text is not saved. r discards it.")
        else:
            self.do(partial(self._changes.delete, row.key))

    def action_adopt(self) -> None:
        row, parts = self.view.current, self._parts
        if row is not None and parts is not None:
            self.do(partial(self._changes.adopt, row.key, parts))

    def action_extend(self) -> None:
        if (row := self.view.current) is None:
            return

        def extend(answer: str | None) -> None:
            if answer is None:
                return
            try:
                ttl = parse_ttl(answer)
            except SutraError as error:
                self.show_error(error)
                return
            self.do(partial(self._changes.extend, row.key, ttl, self._clock()))

        prompt = LinePrompt("Live from now for", "1 h", f"Write a time span like {EXAMPLES}.")
        self.app.push_screen(prompt, extend)

    # All of them

    def action_undo(self) -> None:
        self.do(lambda: f"Undone: {self._undo.undo()}.")

    def action_purge(self) -> None:
        self.do(self._changes.purge)

    def action_clear(self) -> None:
        def clear(sure: bool | None) -> None:
            if sure:
                self.do(self._changes.clear)

        entries = self.view.overview.stats.entries if self.view.overview else 0
        self.app.push_screen(
            Confirm(
                f"Remove all {entries:,} entries?",
                "Pinned ones and your own go too. Undo (u) brings them back until the app closes.",
                "Remove all",
            ),
            clear,
        )

    def action_export(self) -> None:
        search = self.view.listing.search

        def export(answer: str | None) -> None:
            if answer is not None:
                self.do(partial(self._changes.export, Path(answer).expanduser(), search))

        what = f"The {self.view.total:,} entries that are listed" if search else "All entries"
        help = f"{what} are written to this file, as JSON that only you can read."
        self.app.push_screen(LinePrompt("Export to", EXPORT_TO, help), export)

    def action_import(self) -> None:
        def take_in(answer: str | None) -> None:
            if answer is not None:
                self.do(partial(self._changes.take_in, Path(answer).expanduser()))

        help = "A file that export has written. It is taken in whole or not at all."
        self.app.push_screen(LinePrompt("Import from", EXPORT_TO, help), take_in)
