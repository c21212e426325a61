"""Files named in a query on the main screen: the palette behind an @, and attaching what is taken.

Invariant: the palette is there only while something fits, takes no enter unless a row was chosen,
and once closed stays closed for that word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual import on, work
from textual.widgets import TextArea

from .. import slash
from ..file_menu import AtWord, at_word, file_menu
from ..slash_menu import Menu, Row
from ..widgets.query_box import QueryBox
from ..widgets.slash_palette import SlashPalette
from ..workbench import Workbench
from .slash_screen import SlashScreen


class NamingScreen(SlashScreen):
    """See `MainScreen`, which is the screen to use."""

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._closed_word: int | None = None
        self._tab_waits = False

    @property
    def _word(self) -> AtWord | None:
        box = self.query_one(QueryBox)
        text = box.text
        if slash.is_command(text):
            return None
        return at_word(text, box.cursor_index)

    def _show_palette(self) -> None:
        box, word = self.query_one(QueryBox), self._word
        self._tab_waits = False
        box.looked_up = None
        if word is None or word.start != self._closed_word:
            self._closed_word = None
        if word is None:
            super()._show_palette()
        elif self._closed_word is None:
            box.looked_up = box.text
            self._look_for_files(box.text, word)

    @on(TextArea.SelectionChanged, "#query")
    def _cursor_moved(self) -> None:
        """A cursor that leaves the word leaves the palette."""
        palette = self.query_one(SlashPalette)
        menu = palette.menu
        if menu is not None and menu.names_files and self._word is None:
            self._hide()

    @work(exclusive=True, group="palette", exit_on_error=False)
    async def _look_for_files(self, text: str, word: AtWord) -> None:
        menu = await asyncio.to_thread(file_menu, text, word)
        if self.query_one(QueryBox).text != text or self._word != word:
            return
        if menu is None:
            self._hide()
            return
        self._show_menu(menu)
        if self._tab_waits:
            self._tab_waits = False
            self._complete(menu.rows[0])

    def _show_menu(self, menu: Menu | None) -> None:
        box = self.query_one(QueryBox)
        box.looked_up = None
        box.browsed_text = menu.text if menu is not None and menu.names_files else None
        super()._show_menu(menu)

    def _hide(self) -> None:
        box = self.query_one(QueryBox)
        box.looked_up = box.browsed_text = None
        self.query_one(SlashPalette).show(None, 0)

    # Keys and the mouse

    def _browse(self, key: str) -> None:
        word = self._word
        if word is None:
            super()._browse(key)
        elif key == "escape":
            self._closed_word = word.start
            self._hide()
        elif key == "tab" and self.query_one(QueryBox).looked_up is not None:
            self._tab_waits = True
        else:
            super()._browse(key)

    def _complete(self, row: Row) -> None:
        if row.cursor is None:
            super()._complete(row)
        else:
            self._take_file(row)

    async def _take_row(self, row: Row) -> None:
        if row.cursor is None:
            await super()._take_row(row)
        else:
            self._take_file(row)

    def _take_file(self, row: Row) -> None:
        """Leave the name in the query and attach the file; a folder is gone on into."""
        self._hide()
        self.query_one(QueryBox).put(row.text, row.cursor)
        if row.file:
            self.action_attach_file(row.file)
