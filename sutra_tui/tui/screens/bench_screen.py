"""The main screen's looks: one workbench, shown, and the server it is about.

Invariant: the screen holds one `Workbench` and replaces it; widgets are told by assignment and
answer by messages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import Container
from textual.reactive import reactive
from textual.screen import Screen

from .. import first_frame, server_probe
from ..commands import Command, applicable, bindings, footer_order, reason_against
from ..pane_words import demonstrations_status, empty_words, pane_status
from ..stale_marks import NOT_STALE
from ..widgets.chain_bar import ChainBar
from ..widgets.demonstrations_pane import DemonstrationsPane
from ..widgets.key_footer import KeyFooter
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.plan_line import PlanLine
from ..widgets.query_box import QueryBox
from ..widgets.query_line import QueryLine
from ..widgets.thread_line import ThreadLine
from ..widgets.title_bar import TitleBar
from ..workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult

    from ..app import SutraApp
    from ..widgets.server_card import ServerCard

GLANCE_S = 5.0
"""How often the server is asked what it holds in memory."""
TICKS_PER_S = 4
PANE_KEY = 7
"""Cells of the footer that a key of the pane with the focus takes from those of the screen."""


class BenchScreen(Screen[None]):
    """See `MainScreen`, which is the screen to use."""

    app: SutraApp

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(),
        # Only where nothing is typed: a text box takes it first.
        Binding("question_mark", "help", "Help", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-medium"), (100, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
    AUTO_FOCUS = "#query"

    bench: reactive[Workbench] = reactive(Workbench(), init=False)

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__()
        self.set_reactive(BenchScreen.bench, bench)
        self._clock = clock
        self._possible: frozenset[str] = frozenset()
        self._card: ServerCard | None = None
        self.marks = NOT_STALE
        """What is stale of the run on the screen."""

    def compose(self) -> ComposeResult:
        self._foresee_breakpoints()
        yield TitleBar().data_bind(BenchScreen.bench)
        yield ChainBar().data_bind(BenchScreen.bench)
        yield ThreadLine()
        yield QueryLine()
        yield Panes(self.app.remembered.zoomed)
        yield NoticeBar()
        yield PlanLine()
        with Container(id="ask"):
            yield from self.compose_ask()
        yield KeyFooter()

    def compose_ask(self) -> ComposeResult:
        """The place where the query is typed."""
        yield QueryBox(id="query")

    def on_mount(self) -> None:
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
        self.query_one(QueryBox).suggest(self.app.examples())
        self.connect()

    # The server

    @work(exclusive=True, group="server", exit_on_error=False)
    async def connect(self) -> None:
        """Look at the server and show what is there."""
        engine = self.app.engine
        self.bench = replace(self.bench, server=server_probe.server_of(engine), beside=None)
        seen = await server_probe.look(engine, self.bench, self.app.preferred_pair)
        if seen.server.error is not None:
            from ..server_chance import with_chance

            seen = await with_chance(seen, engine, self.app.server_process)
        self.bench = replace(seen, run=self.bench.run)
        notices = [*self.app.warnings, *self.app.news_of(engine)]
        asked = zip((seen.at("a"), seen.at("b")), self.app.asked_pair, strict=True)
        missing = [name for there, name in asked if name and not there.info(name)]
        if seen.ready:
            notices += [f"{name} is not pulled here; another model was chosen." for name in missing]
        if len(notices) > len(self.app.warnings):
            self.query_one(NoticeBar).show_notices(notices)
        self.app.warnings = ()

    @work(exclusive=True, group="glance", exit_on_error=False)
    async def _glance(self) -> None:
        if self.bench.server.status == "up":
            seen = await server_probe.glance(self.app.engine, self.bench)
            self.bench = replace(
                self.bench, loaded=seen.loaded, memory=seen.memory, beside=seen.beside
            )

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
        self.app.announce(bench.run)
        thread = self.query_one(ThreadLine)
        thread.now, thread.run_view, thread.marks = self._clock(), bench.run, self.marks
        self.query_one(QueryLine).asked = bench.run.query
        blocked = (bench.server.status == "down" or bench.is_empty) and not bench.run.query
        if bench.server.status == "connecting":
            blocked = self.has_class("-blocked")  # what comes next is not known yet
        if self._card is not None:
            self._card.bench = bench
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
        if blocked and self._card is None:
            # Only now: most people never see it, and its buttons take their time to start.
            from ..widgets.server_card import ServerCard

            self._card = ServerCard(self.bench)
            self.mount(self._card, before=self.query_one(NoticeBar))
        else:
            (self._card if blocked and self._card else self.query_one(QueryBox)).focus()

    def _show_statuses(self) -> None:
        run, now, panes = self.bench.run, self._clock(), self.query_one(Panes)
        marks = self.marks
        panes.draft.status = pane_status(run.a, now, panes.draft.room, stale=marks.a)
        panes.answer.status = pane_status(
            run.b, now, panes.answer.room, raw=run.fell_back, stale=marks.b, retry=marks.retry
        )
        panes.demonstrations.status = demonstrations_status(run, panes.demonstrations.room, marks)
        panes.demonstrations.show_problems(run.problems)
        for name, text in empty_words(self.bench).items():
            panes.show_empty(name, text)

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The bindings as the footer wants them: in the registry's order, as many as fit."""
        active, blocked = super().active_bindings, self.has_class("-blocked")
        own = sum(
            isinstance(binding.node, DemonstrationsPane) and binding.binding.show
            for binding in active.values()
        )
        return footer_order(active, self.size.width - own * PANE_KEY, blocked=blocked)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what does not apply right now, by the registry's word."""
        if action == "stop" and not self.bench.run.running:
            return False
        return None if reason_against(action, self.bench) else True

    async def run_command(self, command: Command, reason: str | None) -> None:
        """Do what was chosen in the palette, or say why not."""
        if reason:
            self.query_one(NoticeBar).show_quiet(reason)
        else:
            await self.run_action(command.action)

    def on_key(self, event: events.Key) -> None:
        """A key of ours that nobody took does not apply right now: say why."""
        for command in self.app.commands:
            if event.key in command.key.split(",") and (reason := command.reason(self.bench)):
                if command.id != "run.stop":
                    self.query_one(NoticeBar).show_quiet(reason)
                return
