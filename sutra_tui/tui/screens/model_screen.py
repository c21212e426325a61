"""The server behind the model manager: one view of it, kept up to date while the screen is shown.

Invariant: the screen holds one `ModelsView` and replaces it; nothing here changes the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive

from ...core.engine import Engine, RoleName
from ...core.errors import SutraError
from ...core.protocol import GenerationOptions
from .. import model_reader
from ..known_shapes import KnownShapes
from ..model_columns import COLUMNS
from ..model_commands import MODEL_COMMANDS
from ..model_reader import Measured
from ..model_view import ModelsView, ServerView
from ..pulls import Pulls
from ..table_columns import sort_keys
from ..widgets.key_footer import KeyFooter
from ..widgets.model_facts import ModelFacts, ModelsSummary
from ..widgets.models_table import ModelsTable
from ..widgets.notice_bar import NoticeBar
from ..widgets.pull_panel import PullPanel
from ..widgets.search_line import SearchLine
from ..widgets.suggestion_list import SuggestionList
from ..workbench import Workbench
from .command_screen import CommandScreen

GLANCE_S: Final = 5.0
"""How often the server is asked what it holds in memory."""
BATCH_S: Final = 0.2
"""Least time between two showings of figures that come in one by one."""
TICK_S: Final = 0.25
"""How often pulls and the main screen's choices are looked at; neither asks a server."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the manager is given by the app.

    Args:
        engine: The model server.
        pulls: The app's pulls, which outlive the screen.
        shapes: Architecture figures the app knows already.
        bench: The main screen's workbench as it is now.
        choose: Gives a role ("a" or "b") to a model by its name.
        changed: Told when models were pulled or deleted.
        options_a, options_b: How the roles generate, for loading with the same options.
        measured: Tokens per second of past runs on this machine; None knows nothing.
        wall: Seconds since the epoch.
        role: Whose server `engine` is, where each role has one of its own; None serves both.
    """

    engine: Engine
    pulls: Pulls
    shapes: KnownShapes
    bench: Callable[[], Workbench]
    choose: Callable[[RoleName, str], None]
    changed: Callable[[], object]
    options_a: GenerationOptions
    options_b: GenerationOptions
    measured: Measured | None = None
    wall: Callable[[], float] = time.time
    role: RoleName | None = None

    @property
    def num_ctx(self) -> int:
        """The larger context of the two roles: what memory is judged for."""
        return max(self.options_a.num_ctx, self.options_b.num_ctx)


class ModelScreen(CommandScreen["bool | None"]):
    """See `ModelManager`, which is the screen to use."""

    TABLE = MODEL_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [*MODEL_COMMANDS.bindings(), *sort_keys(COLUMNS)]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]
    AUTO_FOCUS = "ModelRows"

    view: reactive[ModelsView] = reactive(ModelsView(), init=False)

    def __init__(self, given: Surroundings) -> None:
        super().__init__()
        self.given = given
        bench = given.bench()
        here = bench.server.address == given.engine.address
        up = here and bench.server.status == "up" and bool(bench.models)
        server = ServerView(
            status="up" if up else "looking",
            is_demo=given.engine.is_demo,
            models=bench.models if up else (),
            shapes=given.shapes.of(bench.models),
            loaded=bench.loaded if up else (),
            memory=bench.memory if up else None,
        )
        start = ModelsView(
            server,
            given.role,
            given.engine.address,
            num_ctx=given.num_ctx,
            pulls=given.pulls.at(given.engine),
        )
        start = self._with_choices(start)
        chosen = (place for place, row in enumerate(start.rows) if row.roles)
        self.set_reactive(ModelScreen.view, start.moved(next(chosen, 0)))

    def compose(self) -> ComposeResult:
        yield ModelsSummary()
        yield SearchLine("words of a row: a name, 3b, loaded, thinks, tight")
        yield SuggestionList()
        yield ModelsTable()
        yield ModelFacts()
        yield PullPanel()
        yield NoticeBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        self.watch_view(self.view, self.view)
        self.read_again()
        self.set_interval(GLANCE_S, self._glance)
        self.set_interval(TICK_S, self._tick)

    # Asking

    @work(exclusive=True, group="look", exit_on_error=False)
    async def read_again(self) -> None:
        """Ask the server everything."""
        given = self.given
        look = model_reader.look(given.engine, self.view.server, given.measured, given.shapes)
        self._take(await look)
        if (error := self.view.server.error) is not None:
            self.show_error(error)
            return
        shapes = model_reader.shapes(given.engine, self.view.server.models, given.shapes)
        async with aclosing(shapes) as found:
            learnt, shown_at = {}, given.wall()
            async for name, shape in found:
                learnt[name] = shape
                if given.wall() - shown_at >= BATCH_S:  # each showing lists all rows anew
                    self._take(model_reader.with_shapes(self.view.server, learnt))
                    learnt, shown_at = {}, given.wall()
        self._take(model_reader.with_shapes(self.view.server, learnt))

    @work(exclusive=True, group="glance", exit_on_error=False)
    async def _glance(self) -> None:
        if self.view.server.status == "up":
            seen = await model_reader.glance(self.given.engine, self.view.server)
            server = self.view.server  # it may have been read anew meanwhile
            self._take(replace(server, loaded=seen.loaded, memory=seen.memory, disk=seen.disk))

    def _take(self, server: ServerView) -> None:
        self.view = self._with_choices(self.view.changed(server=server))

    def _with_choices(self, view: ModelsView) -> ModelsView:
        """With what the main screen has chosen, and the time."""
        bench = self.given.bench()
        return view.changed(
            model_a=bench.model_a,
            model_b=bench.model_b,
            running=bench.run.running,
            now=self.given.wall(),
        )

    def _tick(self) -> None:
        view, bench = self.view, self.given.bench()
        pulls = self.given.pulls.at(self.given.engine)
        done = {pull.model for pull in pulls if pull.state == "done"}
        news = done - {pull.model for pull in view.pulls if pull.state == "done"}
        if (view.model_a, view.model_b, view.running) != (
            bench.model_a,
            bench.model_b,
            bench.run.running,
        ):
            view = self._with_choices(view)
        if pulls != view.pulls:
            view = replace(view, pulls=pulls)
        self.view = view
        if self.given.pulls.running:
            self._show_pulls()  # speeds fall while nothing comes
        if news:
            self.read_again()

    # What is shown

    def watch_view(self, old: ModelsView, view: ModelsView) -> None:
        if not self.is_mounted:
            return
        self.query_one(ModelsSummary).view = view
        self.query_one(ModelsTable).view = view
        self.query_one(ModelFacts).view = view
        suggestions = self.query_one(SuggestionList)
        was_shown = suggestions.is_shown
        suggestions.view = view
        self.set_class(suggestions.is_shown, "-suggesting")
        self.set_class(suggestions.is_shown and not view.server.models, "-nothing")
        if suggestions.is_shown != was_shown and not view.pulls:
            self.query_one("SuggestionList OptionList" if not was_shown else "ModelRows").focus()
        if view.search.strip():
            self.query_one(SearchLine).say(len(view.rows))
        if old.pulls is not view.pulls or old.server.disk != view.server.disk or old is view:
            self._show_pulls()
        self.show_applicable()

    def _show_pulls(self) -> None:
        pulls = self.given.pulls
        self.query_one(PullPanel).show(self.view.pulls, pulls.clock(), self.view.server.disk)

    def show_error(self, error: SutraError) -> None:
        """What went wrong, and the next step."""
        if self.is_mounted:
            self.query_one(NoticeBar).show_error(error)
