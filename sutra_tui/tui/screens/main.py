"""The main screen: pick two models, ask, and watch the chain work.

Invariant: the screen holds one `Workbench` and replaces it; widgets are told by assignment and
answer by messages. Everything about the chain itself happens in `core.pipeline`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import ActiveBinding, BindingType
from textual.containers import Container
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Footer

from ...core.clean import clean_line
from ...core.events import Event, StageStarted
from ...core.protocol import METHODS, ORDERS, HandoffResult
from ...core.request import RunRequest, new_run_id
from .. import first_frame, run_view, server_probe
from ..commands import COMMANDS, applicable, bindings, footer_order, reason_against
from ..pane_words import demonstrations_status, empty_words, pane_status
from ..run_view import RunView
from ..similar import find_similar
from ..widgets.chain_bar import ChainBar
from ..widgets.frame import Frame
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.query_box import QueryBox
from ..widgets.query_line import QueryLine
from ..widgets.server_card import ServerCard
from ..widgets.thread_line import ThreadLine
from ..widgets.title_bar import TitleBar
from ..workbench import Server, Workbench

if TYPE_CHECKING:
    from ..app import SutraApp

GLANCE_S = 5.0
"""How often the server is asked what it holds in memory."""
TICKS_PER_S = 4
INTERRUPT_TWICE_S = 2.0


class MainScreen(Screen[None]):
    """See the module."""

    app: SutraApp

    BINDINGS: ClassVar[list[BindingType]] = list(bindings())
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-medium"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
    AUTO_FOCUS = "#query"

    bench: reactive[Workbench] = reactive(Workbench(), init=False)

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__()
        self.set_reactive(MainScreen.bench, bench)
        self._clock = clock
        self._interrupted = float("-inf")
        self._possible: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        self._foresee_breakpoints()
        yield TitleBar().data_bind(MainScreen.bench)
        yield ChainBar().data_bind(MainScreen.bench)
        yield ThreadLine()
        yield QueryLine()
        yield Panes()
        yield NoticeBar()
        with Container(id="ask"):
            yield QueryBox(id="query")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one(QueryBox).suggest(self.app.examples)
        self._ticker = self.set_interval(1 / TICKS_PER_S, self._tick, pause=True)
        self.set_interval(GLANCE_S, self._glance)
        self.query_one(NoticeBar).show_notices(self.app.warnings)
        self.watch_bench(self.bench)
        # The footer is painted with the second frame; what follows must not hold it up.
        self.call_after_refresh(self.call_after_refresh, self._begin)

    def _foresee_breakpoints(self) -> None:
        """Set the classes of the size there is, before all widgets are styled and then again."""
        width, height = self.app.size
        for points, cells in (
            (self.HORIZONTAL_BREAKPOINTS, width),
            (self.VERTICAL_BREAKPOINTS, height),
        ):
            fitting = [name for least, name in points if least <= cells]
            self.add_class(fitting[-1], update=False)

    def _begin(self) -> None:
        first_frame.is_there()
        self.connect()

    # The server

    @work(exclusive=True, group="server", exit_on_error=False)
    async def connect(self) -> None:
        """Look at the server and show what is there."""
        engine = self.app.engine
        self.bench = replace(
            self.bench, server=Server(engine.address, is_demo=engine.is_demo, status="connecting")
        )
        seen = await server_probe.look(engine, self.bench, self.app.preferred_pair)
        self.bench = replace(seen, run=self.bench.run)
        missing = [name for name in self.app.asked_pair if name and not seen.info(name)]
        if missing and seen.choosable:
            self.query_one(NoticeBar).show_notices(
                [f"{name} is not pulled here; another model was chosen." for name in missing]
            )

    @work(exclusive=True, group="glance", exit_on_error=False)
    async def _glance(self) -> None:
        if self.bench.server.status == "up":
            seen = await server_probe.glance(self.app.engine, self.bench)
            self.bench = replace(self.bench, loaded=seen.loaded, memory=seen.memory)

    # A run

    @on(QueryBox.Submitted)
    def _submitted(self, event: QueryBox.Submitted) -> None:
        if self.bench.run.running:
            self.query_one(NoticeBar).show_quiet("A run is going on. Escape stops it.")
        elif not self.bench.ready:
            self.query_one(NoticeBar).show_quiet("There is no model to ask yet.")
        else:
            box = self.query_one(QueryBox)
            box.remember(event.query)
            box.clear()
            self.start(event.query)

    def start(
        self, query: str, *, fresh: bool = False, demonstrations: tuple[str, ...] | None = None
    ) -> None:
        """Run a query with what is chosen now.

        Args:
            query: What to ask.
            fresh: Do not take the demonstrations from the cache.
            demonstrations: Use these instead of asking Model A.
        """
        bench, settings = self.bench, self.app.settings
        given = demonstrations is not None
        request = RunRequest(
            query,
            model_a=bench.model_a,
            model_b=bench.model_b,
            method="handoff" if given else bench.method,
            order=bench.order,
            count=bench.count,
            options_a=settings.options_a,
            options_b=settings.options_b,
            cache="bypass" if fresh else "use",
            demonstrations=demonstrations,
            allow_cloud=True,  # the picker asked before a cloud model could be chosen
            run_id=new_run_id(),
        )
        self.query_one(NoticeBar).hide()
        panes = self.query_one(Panes)
        panes.clear()
        panes.follow("draft" if request.asks_model_a else "answer")
        run = RunView(
            request.run_id,
            query,
            request.method,
            wanted=len(demonstrations) if demonstrations else bench.count,
            running=True,
            bypassed=fresh,
            given=given,
        )
        self.bench = replace(bench, run=run, similar=None)
        self.app.remember(bench)
        self._drive(request)

    @work(exclusive=True, group="run", exit_on_error=False)
    async def _drive(self, request: RunRequest) -> None:
        from .. import run_driver  # brings the chain, which the first frame does without

        cache = await self.app.cache()

        def stopped(result: HandoffResult) -> None:
            self._show_stopped(request.run_id, result)

        await run_driver.drive(
            request, self.app.engine, cache, self._clock, show=self._take, stopped=stopped
        )
        self._run_ended()

    @work(exclusive=True, group="similar", exit_on_error=False)
    async def _offer_similar(self, run_id: str, query: str) -> None:
        """Model A is really asked, so a neighbour in the cache could save its time."""
        similar = await find_similar(await self.app.cache(), query)
        if similar is None or self.bench.run.run_id != run_id or not self.bench.run.running:
            return
        self.bench = replace(self.bench, similar=similar)
        self.query_one(NoticeBar).show_quiet(
            f"In the cache: \u201c{clean_line(similar.query, 60)}\u201d "
            f"({similar.similarity:.0%} alike). ctrl+n answers with its demonstrations."
        )

    def _take(self, event: Event) -> None:
        """Show one event; those of a run that is not on the screen any more are dropped."""
        if event.run_id != self.bench.run.run_id:
            return
        self.query_one(Panes).take(event)
        if isinstance(event, StageStarted) and event.stage == "A" and event.messages:
            self._offer_similar(event.run_id, self.bench.run.query)
        before = self.bench.run
        after = run_view.apply(before, event, self._clock())
        if after != before:
            self.bench = replace(self.bench, run=after)

    def _show_stopped(self, run_id: str, result: HandoffResult) -> None:
        if run_id != self.bench.run.run_id or not self.is_mounted:
            return
        self.bench = replace(
            self.bench, run=run_view.stopped(self.bench.run, result, self._clock())
        )
        self.query_one(NoticeBar).show_quiet(
            "Stopped. What was written is kept; the query is back below."
        )
        self._run_ended()

    def _run_ended(self) -> None:
        run = self.bench.run
        self.query_one(Panes).finish()
        box = self.query_one(QueryBox)
        whole = run.error is None and run.result is not None and run.result.status == "complete"
        if not whole and not box.text:
            box.put(run.query)
        if run.error is not None:
            self.query_one(NoticeBar).show_error(run.error)
        elif notices := [*run.notices, *self.app.cache_news()]:
            self.query_one(NoticeBar).show_notices(notices)
        self._glance()

    def _tick(self) -> None:
        thread = self.query_one(ThreadLine)
        thread.now = self._clock()
        if not self.app.settings.reduced_motion:
            thread.tick += 1
        self._show_statuses()

    # What is shown

    def watch_bench(self, bench: Workbench) -> None:
        """Tell the widgets that are not bound to the whole workbench."""
        if not self.is_mounted:
            return
        thread = self.query_one(ThreadLine)
        thread.now, thread.run_view = self._clock(), bench.run
        self.query_one(QueryLine).asked = bench.run.query
        blocked = (bench.server.status == "down" or bench.is_empty) and not bench.run.query
        for card in self.query(ServerCard):
            card.bench = bench
        if blocked != self.has_class("-blocked"):
            self._show_blocked(blocked)
        if bench.run.running:
            self._ticker.resume()
        else:
            self._ticker.pause()
        self._show_statuses()
        possible = applicable(bench)
        if possible != self._possible:
            # The footer is rebuilt, so only when it would say something else.
            self._possible = possible
            self.refresh_bindings()

    def _show_blocked(self, blocked: bool) -> None:
        self.set_class(blocked, "-blocked")
        if blocked and not self.query(ServerCard):
            # Only now: most people never see it, and its buttons take their time to start.
            self.mount(ServerCard(self.bench), before=self.query_one(NoticeBar))
        else:
            self.query_one("#retry" if blocked else "#query").focus()

    def _show_statuses(self) -> None:
        run, now, panes = self.bench.run, self._clock(), self.query_one(Panes)
        panes.draft.status = pane_status(run.a, now, panes.draft.room)
        panes.answer.status = pane_status(run.b, now, panes.answer.room, raw=run.fell_back)
        panes.demonstrations.status = demonstrations_status(run)
        panes.demonstrations.show_problems(run.problems)
        for name, text in empty_words(self.bench).items():
            panes.show_empty(name, text)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The bindings as the footer wants them: in the registry's order, as many as fit."""
        blocked = self.has_class("-blocked")
        return footer_order(super().active_bindings, self.size.width, blocked=blocked)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what does not apply right now, by the registry's word."""
        if action == "stop" and not self.bench.run.running:
            return False
        return None if reason_against(action, self.bench) else True

    def on_key(self, event: events.Key) -> None:
        """A key of ours that nobody took does not apply right now: say why."""
        for command in COMMANDS:
            if event.key in command.key.split(",") and (reason := command.reason(self.bench)):
                if command.id != "run.stop":
                    self.query_one(NoticeBar).show_quiet(reason)
                return

    # Actions

    def action_stop(self) -> None:
        self.workers.cancel_group(self, "run")

    async def action_choose(self, role: str) -> None:
        from .model_picker import ModelPicker

        chosen = self.bench.model_a if role == "a" else self.bench.model_b

        def take(name: str | None) -> None:
            if name:
                bench = self.bench
                chosen_a = replace(bench, model_a=name)
                self.bench = chosen_a if role == "a" else replace(bench, model_b=name)
                self.app.remember(self.bench)

        await self.app.push_screen(ModelPicker(self.bench, role, chosen), take)

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

    def action_run_again(self) -> None:
        self._again(fresh=False)

    def action_run_fresh(self) -> None:
        self._again(fresh=True)

    def _again(self, *, fresh: bool) -> None:
        box = self.query_one(QueryBox)
        if box.text == self.bench.run.query:
            box.clear()
        self.start(self.bench.run.query, fresh=fresh)

    def action_use_similar(self) -> None:
        if similar := self.bench.similar:
            self.start(self.bench.run.query, demonstrations=similar.demonstrations)

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

    async def action_help(self) -> None:
        from .help import HelpScreen

        await self.app.push_screen(HelpScreen())

    def action_interrupt(self) -> None:
        now = self._clock()
        if now - self._interrupted <= INTERRUPT_TWICE_S:
            self.app.exit()
            return
        self._interrupted = now
        if self.bench.run.running:
            self.action_stop()
        self.query_one(NoticeBar).show_quiet("Press ctrl+c again to quit.")

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
