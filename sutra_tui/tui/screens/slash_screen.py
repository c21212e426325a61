"""Slash commands on the main screen: the palette while one is typed, and running it.

Invariant: a text leaves the query box only when it is run; whatever is wrong with it is said, and
the text stays.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import on, work

from ...core.errors import SutraError
from .. import slash
from ..commands.argument import Known
from ..widgets.notice_bar import NoticeBar
from ..widgets.query_box import QueryBox
from ..widgets.slash_palette import SlashPalette
from .along_screen import AlongScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from .. import slash_menu
    from ..commands.argument import Known
    from ..workbench import Workbench


class SlashScreen(AlongScreen):
    """See `MainScreen`, which is the screen to use."""

    def compose_ask(self) -> ComposeResult:
        """The palette hangs above the query box, which comes after it."""
        yield SlashPalette()
        yield from super().compose_ask()

    # The palette

    @property
    def known(self) -> Known:
        """What arguments are read and completed from."""
        app = self.app
        addresses = [address for address in (app.settings.host, *app.remembered.pairs) if address]
        return Known(self.bench, app.settings, tuple(dict.fromkeys(addresses)), app.theme)

    @on(QueryBox.Changed, "#query")
    def _offer_commands(self) -> None:
        self._show_palette()

    def on_resize(self) -> None:
        """The palette's rows are as wide as the screen."""
        self._show_palette()

    def watch_bench(self, bench: Workbench) -> None:
        """What applies may be different now."""
        super().watch_bench(bench)
        if self.is_mounted and self.query_one(SlashPalette).is_open:
            self._show_palette()

    def _show_palette(self) -> None:
        box, palette = self.query_one(QueryBox), self.query_one(SlashPalette)
        text = box.text
        if not text.startswith("/") or text == box.closed_at:
            if palette.is_open:
                palette.show(None, 0)
            if not text:
                box.closed_at = ""
            return
        from .. import slash_menu  # the first frame does without

        if slash_menu.waits_for_disk(text, self.app.commands):
            self._look_up(text)
        else:
            self._show_menu(slash_menu.menu(text, self.app.commands, self.known))

    @work(exclusive=True, group="palette", exit_on_error=False)
    async def _look_up(self, text: str) -> None:
        """List what is on the disk without holding up what is typed."""
        from .. import slash_menu

        menu = await asyncio.to_thread(slash_menu.menu, text, self.app.commands, self.known)
        box = self.query_one(QueryBox)
        if box.text == text != box.closed_at:
            self._show_menu(menu)

    def _show_menu(self, menu: slash_menu.Menu | None) -> None:
        ask = self.query_one("#ask")
        self.query_one(SlashPalette).show(menu, ask.region.y)

    @on(QueryBox.Browsed)
    def _browsed(self, event: QueryBox.Browsed) -> None:
        self._browse(event.key)

    def _browse(self, key: str) -> None:
        palette, box = self.query_one(SlashPalette), self.query_one(QueryBox)
        match key:
            case "up" | "down":
                palette.move(1 if key == "down" else -1)
            case "escape":
                box.closed_at = box.text
                palette.show(None, 0)
            case "tab" if palette.menu is not None and palette.menu.text == box.text:
                if palette.row is None:
                    palette.move(1)
                if palette.row is not None:
                    self._complete(palette.row)

    @on(SlashPalette.Picked)
    async def _picked(self, event: SlashPalette.Picked) -> None:
        self.query_one(QueryBox).focus()
        await self._take_row(event.row)

    def _complete(self, row: slash_menu.Row) -> None:
        """Put a row into the box, ready for what may stand behind it."""
        text = row.text
        command = slash.named(slash.split(text)[0], self.app.commands)
        if " " not in text and command is not None and command.takes is not None:
            text += " "
        self.query_one(QueryBox).put(text)

    # Running

    @on(QueryBox.Submitted)
    async def _submitted(self, event: QueryBox.Submitted) -> None:
        palette, text = self.query_one(SlashPalette), event.query
        if palette.menu is not None and palette.menu.text == text and palette.row is not None:
            await self._take_row(palette.row)
        else:
            await self._act_on(text, False)

    async def _take_row(self, row: slash_menu.Row) -> None:
        await self._act_on(row.text, row.more)

    async def _act_on(self, text: str, more: bool) -> None:
        """Run what was typed or marked, or put it into the box when there is more to type."""
        if more:
            self.query_one(QueryBox).put(text)
            return
        match slash.read(text, self.app.commands):
            case slash.Query(query):
                self.ask(query)
            case slash.Unknown(name, near):
                from .. import slash_menu

                self.query_one(NoticeBar).show_quiet(slash_menu.unknown_words(name, near))
            case slash.Call() as call:
                await self._call(text, call)

    async def _call(self, text: str, call: slash.Call) -> None:
        command, takes = call.command, call.command.takes
        notices, box = self.query_one(NoticeBar), self.query_one(QueryBox)
        if reason := command.reason(self.bench):
            notices.show_quiet(reason)
            return
        if call.argument and takes is None:
            notices.show_quiet(f"/{command.slash} takes nothing behind it.")
            return
        if not call.argument and takes is not None and takes.required:
            self.action_begin_slash(command.slash)
            return
        action = ""
        found: tuple[object, ...] = ()
        if call.argument and takes is not None:
            try:
                found = (*takes.given, *takes.argument.read(call.argument, self.known))
            except SutraError as error:
                notices.show_error(error)
                return
            action = takes.action
            box.remember(text)
        notices.hide()
        box.clear()
        if action:
            await self.app.run_action(("", action, found), self)
        else:
            await self.run_action(command.action)

    def action_begin_slash(self, name: str) -> None:
        """Begin a command that needs something behind its name."""
        box = self.query_one(QueryBox)
        box.put(f"/{name} ")
        box.focus()
