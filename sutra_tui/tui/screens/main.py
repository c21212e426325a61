"""The main screen: pick two models, ask, and watch the chain work.

Invariant: an action here changes a choice, opens another screen or copies; runs are `RunScreen`'s,
the looks `BenchScreen`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from textual import on, work

from ...core.clean import clean_line
from ...core.engine import RoleName
from ...core.errors import SutraError
from ...core.protocol import METHODS, ORDERS
from ..pulls import Pull
from ..widgets.frame import Frame
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.query_box import QueryBox
from ..widgets.thread_line import ThreadLine
from ..workbench import Workbench
from .plan_bench import PlanBench

INTERRUPT_TWICE_S = 2.0


class MainScreen(PlanBench):
    """See the module.

    Args:
        bench: What to show first.
        clock: Seconds from any fixed point.
    """

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._interrupted = float("-inf")

    # Actions

    def give(self, role: RoleName, name: str) -> None:
        """Choose a model for a role, "a" or "b"."""
        bench = self.bench
        self.bench = replace(bench, model_a=name) if role == "a" else replace(bench, model_b=name)
        self.app.remember(self.bench)

    async def action_choose(self, role: RoleName) -> None:
        from .model_picker import ModelPicker

        chosen = self.bench.model_a if role == "a" else self.bench.model_b

        def take(name: str | None) -> None:
            if name:
                self.give(role, name)

        app = self.app
        picker = ModelPicker(
            self.bench.at(role), role, chosen, app.engine.serving(role), app.shapes, app.num_ctx
        )
        await app.push_screen(picker, take)

    def pull_ended(self, pull: Pull) -> None:
        """A pull ended by itself, perhaps while this screen was shown."""
        notices = self.query_one(NoticeBar)
        if pull.error is not None:
            notices.show_error(pull.error)
        else:
            notices.show_quiet(f"{clean_line(pull.model, 60)} is pulled.")
            self.connect()

    async def action_open_models(self) -> None:
        at_a, at_b = self.app.engine.serving("a"), self.app.engine.serving("b")
        if at_a is at_b:
            await self._open_models(None)
        else:  # first the one that something is missing at
            await self._open_models("b" if self.bench.server.address == at_b.address else "a")

    async def _open_models(self, role: RoleName | None) -> None:
        from ...core.measurement import writing_speeds
        from .model_manager import ModelManager, Surroundings

        app = self.app
        # What was measured here says nothing of a machine that cannot be seen.
        seen = self.bench.at(role or "a").memory is not None and not app.engine.is_demo

        async def show_other(wanted: bool | None) -> None:
            if wanted:
                await self._open_models("a" if role == "b" else "b")

        given = Surroundings(
            app.engine.serving(role or "a"),
            app.pulls,
            app.shapes,
            lambda: self.bench.at(role or "a"),
            self.give,
            self.connect,
            app.settings.options_a,
            app.settings.options_b,
            measured=writing_speeds(app.measured) if app.measured and seen else None,
            wall=app.wall_clock,
            role=role,
        )
        await app.push_screen(ModelManager(given), show_other)

    def action_swap(self) -> None:
        self.bench = replace(self.bench, model_a=self.bench.model_b, model_b=self.bench.model_a)
        self.app.remember(self.bench)

    def action_switch_method(self) -> None:
        following = METHODS[(METHODS.index(self.bench.method) + 1) % len(METHODS)]
        self.bench = replace(self.bench, method=following)
        self.app.remember(self.bench)

    def action_switch_order(self) -> None:
        following = ORDERS[(ORDERS.index(self.bench.order) + 1) % len(ORDERS)]
        self.bench = replace(self.bench, order=following)
        self.app.remember(self.bench)

    def action_zoom(self) -> None:
        self.query_one(Panes).zoom_next()

    def action_copy_answer(self) -> None:
        if result := self.bench.run.result:
            self._copy("answer", result.answer)

    def action_copy_code(self) -> None:
        blocks = self.query_one(Panes).answer.view.code_blocks
        self._copy("code", "\n\n".join(blocks))

    def action_retry(self) -> None:
        self.connect()

    async def action_other_host(self) -> None:
        from .host_prompt import HostPrompt

        def take(host: str | None) -> None:
            if host is not None:
                self.app.use_server(host=host)

        await self.app.push_screen(HostPrompt(self.bench.server.address), take)

    def action_play_demo(self) -> None:
        self.app.use_server(demo=True)

    async def action_start_server(self) -> None:
        from .server_start import ServerStart

        process, chance = self.app.server_process, self.bench.server.chance
        if process is None or chance is None:
            return

        def look_again(answers: bool | None) -> None:
            if answers:
                self.connect()

        start = ServerStart(process, self.app.engine, chance, self._clock)
        await self.app.push_screen(start, look_again)

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
        query = self.query_one(QueryBox).text or bench.run.query
        parts = asked_parts(self.request_for(query), bench.models, apart=bench.beside is not None)
        asked = KeyParts(**parts) if parts else None

        def use(chosen: UseDemonstrations | None) -> None:
            if chosen is not None:
                self.ask(query, demonstrations=chosen.texts)

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
            self.request_for(bench.run.query), bench.models, apart=bench.beside is not None
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
        )
        await self.app.push_screen(history, take)

    async def action_settings(self) -> None:
        from .settings import SettingsScreen

        await self.app.push_screen(SettingsScreen(self.app.desk))

    async def action_help(self) -> None:
        from .help import HelpScreen

        await self.app.push_screen(HelpScreen(self.app.commands))

    def action_interrupt(self) -> None:
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

    @on(Frame.CopyRequested)
    def _copy_requested(self, event: Frame.CopyRequested) -> None:
        self._copy(event.what, event.text)

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

    def _copy(self, what: str, text: str) -> None:
        if not text:
            self.query_one(NoticeBar).show_quiet(f"There is no {what} to copy yet.")
            return
        self.app.copy_to_clipboard(text)
        self.query_one(NoticeBar).show_quiet(
            f"Sent the {what} ({len(text):,} characters) to the terminal's clipboard. "
            "Some terminals, such as macOS Terminal, ignore that."
        )
