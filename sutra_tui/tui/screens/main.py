"""The main screen: pick two models, ask, and watch the chain work.

Invariant: an action here changes a choice or opens another screen; runs are `RunScreen`'s, the
looks `BenchScreen`'s, what is copied and written to files `CopyScreen`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual import on, work

from ...core.errors import SutraError
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.query_box import QueryBox
from ..widgets.thread_line import ThreadLine
from ..workbench import Workbench
from .copy_screen import CopyScreen

INTERRUPT_TWICE_S = 2.0


class MainScreen(CopyScreen):
    """See the module.

    Args:
        bench: What to show first.
        clock: Seconds from any fixed point.
    """

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._interrupted = float("-inf")

    # Actions

    def action_zoom(self) -> None:
        panes = self.query_one(Panes)
        panes.zoom_next()
        self.app.remember_zoom(panes.zoomed)

    async def action_open_doctor(self) -> None:
        from .doctor import DoctorScreen

        if self.app.circumstances is not None:
            about = self.app.circumstances(self.app.engine)
            doctor = DoctorScreen(about, self._clock, lambda: self.bench.run.running)
            await self.app.push_screen(doctor)

    async def action_open_cache(self) -> None:
        from ...core.cache_slot import asked_parts
        from ...store.cache_key import KeyParts
        from .cache_inspector import CacheInspector, UseDemonstrations

        bench = self.bench
        # With an empty box it is the query on the screen that would be run, again.
        query = self.query_one(QueryBox).typed_query or bench.run.query
        typed = bool(self.query_one(QueryBox).typed_query)
        request = self.request_for(query) if typed else self.request_again(query)
        parts = asked_parts(request, bench.models, apart=bench.beside is not None)
        asked = KeyParts(**parts) if parts else None

        def use(chosen: UseDemonstrations | None) -> None:
            if chosen is not None:
                along = None if typed else self.bench.run.along
                self.ask(query, demonstrations=chosen.texts, along=along)

        inspector = CacheInspector(
            await self.cache(),
            bench,
            self.app.wall_clock,
            query,
            asked.key if asked else None,
            parts_now=asked,
            undo=self.app.caches.undo(bench.server.is_demo),
        )
        await self.app.push_screen(inspector, use)

    @work(exclusive=True, group="keep", exit_on_error=False)
    async def action_keep_answer(self) -> None:
        from ...core.cache_slot import asked_parts
        from ...store.cache_key import KeyParts
        from ..cache_changes import CacheChanges

        bench, result = self.bench, self.bench.run.result
        parts = asked_parts(
            self.request_again(bench.run.query), bench.models, apart=bench.beside is not None
        )
        if parts is None or result is None:
            self.query_one(NoticeBar).show_quiet(
                "Demonstrations belong to a Model A, and none would be asked now."
            )
            return
        changes = CacheChanges(await self.cache(), self.app.caches.undo(bench.server.is_demo))
        try:
            said = await asyncio.to_thread(changes.keep_answer, KeyParts(**parts), result.answer)
        except SutraError as error:
            self.query_one(NoticeBar).show_error(error)
        else:
            self.query_one(NoticeBar).show_quiet(said)

    async def action_open_history(self) -> None:
        from .history import Chosen, HistoryScreen

        def take(chosen: Chosen | None) -> None:
            if chosen is not None and chosen.again:
                self.run_anew(chosen.run)
            elif chosen is not None:
                self.show_run(chosen.run)

        demo = self.bench.server.is_demo
        history = HistoryScreen(
            await self.history(),
            self.app.wall_clock,
            lambda: self.bench.run.running,
            is_demo=demo,
            undo=self.app.histories.undo(demo),
            addresses=self.addresses,
        )
        await self.app.push_screen(history, take)

    @work(exclusive=True, group="clear", exit_on_error=False)
    async def action_clear_cache(self) -> None:
        """Remove every kept demonstration, after asking."""
        from ..cache_changes import CacheChanges
        from .prompts import Confirm

        notices = self.query_one(NoticeBar)
        cache, undo = await self.cache(), self.app.caches.undo(self.bench.server.is_demo)
        try:
            entries = (await asyncio.to_thread(cache.stats)).entries
            if not entries:
                notices.show_quiet("The demonstration cache is empty already.")
                return
            sure = await self.app.push_screen_wait(
                Confirm(
                    f"Clear the demonstration cache ({entries:,} entries)?",
                    "Pinned ones and your own go too. Undo in the cache inspector brings them "
                    "back until the app closes.",
                    "Clear",
                )
            )
            if sure:
                notices.show_quiet(await asyncio.to_thread(CacheChanges(cache, undo).clear))
        except SutraError as error:
            notices.show_error(error)

    async def action_settings(self, filter: str = "") -> None:
        from .settings import SettingsScreen

        await self.app.push_screen(SettingsScreen(self.app.desk, filter))

    def action_set_theme(self, name: str) -> None:
        self.app.theme = name
        self.app.remember(self.bench)
        fixed = " config.toml names another, which counts at the next start."
        lasting = not self.app.desk.says("theme") or self.app.settings.theme == name
        self.query_one(NoticeBar).show_quiet(f"The theme is {name}.{'' if lasting else fixed}")

    async def action_help(self) -> None:
        from ..help_view import place_of
        from .help import HelpScreen

        await self.app.push_screen(HelpScreen(self.app.commands, place_of(self.focused)))

    def action_interrupt(self) -> None:
        if self.copy_selection():  # what ctrl+c does everywhere else
            return
        now = self._clock()
        if now - self._interrupted <= INTERRUPT_TWICE_S:
            self.app.exit()
            return
        self._interrupted = now
        if self.bench.run.running:
            self.action_stop()
        self.query_one(NoticeBar).show_quiet(
            f"Press {self.app.key_of('app.interrupt')} again to quit."
        )

    # Messages of the widgets

    @on(QueryBox.HelpAsked)
    async def _help_asked(self) -> None:
        await self.action_help()

    @on(ThreadLine.BeadPressed)
    def _bead_pressed(self, event: ThreadLine.BeadPressed) -> None:
        if event.target == "query":
            self.query_one(QueryBox).focus()
        else:
            self.query_one(Panes).reveal(event.target)

    @on(QueryBox.PasteCut)
    def _paste_cut(self, event: QueryBox.PasteCut) -> None:
        self.query_one(NoticeBar).show_notices(
            [f"The paste was {event.length:,} characters; the box takes 65,536 of them at most."]
        )
