"""Files named in a query on the main screen: the palette behind an @, and attaching what is taken.

Invariant: the palette is there only while something fits, takes no enter unless a row was chosen,
and once closed stays closed for that word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on, work
from textual.widgets import TextArea

from ..widgets.query_box import QueryBox
from ..widgets.slash_palette import SlashPalette
from .slash_screen import SlashScreen

if TYPE_CHECKING:
    from ..at_word import AtWord
    from ..slash_menu import Menu, Row
    from ..workbench import Workbench


class NamingScreen(SlashScreen):
    """See `MainScreen`, which is the screen to use."""

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._closed_word: int | None = None
        self._tab_waits = False

    def _show_palette(self) -> None:
        box = self.query_one(QueryBox)
        word = box.at_word
        self._tab_waits, box.browsed_text = False, None
        if word is None or word.start != self._closed_word:
            self._closed_word = None
        if word is not None and self._closed_word is None:
            self._look_for_files(box.text, word)
            return
        box.plain_text = box.text
        if word is None:
            super()._show_palette()

    @on(TextArea.SelectionChanged, "#query")
    def _cursor_moved(self) -> None:
        """A cursor that leaves the word leaves the palette."""
        palette = self.query_one(SlashPalette)
        menu = palette.menu
        if menu is not None and menu.names_files and self.query_one(QueryBox).at_word is None:
            self._hide()

    @work(exclusive=True, group="palette", exit_on_error=False)
    async def _look_for_files(self, text: str, word: AtWord) -> None:
        from ..file_menu import file_menu

        menu = await asyncio.to_thread(file_menu, text, word)
        box = self.query_one(QueryBox)
        if box.text != text or box.at_word != word:
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
        box.browsed_text = menu.text if menu is not None and menu.names_files else None
        super()._show_menu(menu)

    def _hide(self) -> None:
        box = self.query_one(QueryBox)
        box.browsed_text, box.plain_text = None, box.text
        self.query_one(SlashPalette).show(None, 0)

    # Keys and the mouse

    def _browse(self, key: str) -> None:
        box = self.query_one(QueryBox)
        word = box.at_word
        if word is None or (box.text == box.browsed_text and key != "escape"):
            super()._browse(key)
        elif key == "escape":
            self._closed_word = word.start
            self._hide()
        elif key == "tab":
            self._tab_waits = box.text != box.plain_text

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
