"""The memory plan on the main screen: made when something changes, opened, and acted on.

Invariant: shapes and measurements are asked for in the background, never before the first frame; a
run that goes on shows the plan it acts by.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work

from ...core.errors import SutraError
from ..widgets.notice_bar import NoticeBar
from ..widgets.plan_line import PlanLine
from ..widgets.query_box import QueryBox
from .xray_bench import XRayBench

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.timer import Timer

    from ...core.engine import RoleName
    from ...core.events import Event
    from ...core.model_info import ModelInfo
    from ...core.plan import RunPlan, Situation
    from ...core.remedies import Remedy
    from ...core.request import RunRequest
    from ..planning import Learnt
    from ..workbench import Workbench
    from .plan import PlanScreen

RESTING_S = 0.3
"""How long typing must rest before the plan counts the query anew."""


class PlanBench(XRayBench):
    """See `MainScreen`, which is the screen to use."""

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._learnt: Learnt | None = None
        self._plan_of_run: RunPlan | None = None
        self._resting: Timer | None = None

    def request_for(
        self, query: str, *, fresh: bool = False, demonstrations: tuple[str, ...] | None = None
    ) -> RunRequest:
        """What a run started now would be, with the context chosen for this session."""
        request = super().request_for(query, fresh=fresh, demonstrations=demonstrations)
        if self.bench.num_ctx is None:
            return request
        from ..planning import limited

        return limited(request, self.bench.num_ctx)

    def watch_bench(self, bench: Workbench) -> None:
        super().watch_bench(bench)
        if not self.is_mounted:
            return
        if not bench.run.running:
            self._plan_of_run = None
        if bench.server.status != "up":
            self.query_one(PlanLine).plan = None
            return
        from .. import planning

        if self._learnt is None:
            self._learnt = planning.Learnt()
        if not bench.run.running and (missing := planning.unknown_shapes(bench, self._learnt)):
            self._ask_shapes(missing)
        self._show_plan()

    def _show_plan(self) -> None:
        """Bring the line, and the plan's screen if it is open, up to date."""
        line, screen = self.query_one(PlanLine), self._open_screen()
        if self._plan_of_run is not None and screen is None:
            line.plan = self._plan_of_run
            return
        situation = self._situation()
        if situation is None:
            line.plan = None
            return
        from ...core.plan import make_plan
        from .. import planning

        line.plan = self._plan_of_run or make_plan(situation)
        if screen is not None:
            screen.view = planning.view_of(self.bench, situation, line.plan)

    def _situation(self) -> Situation | None:
        if self._learnt is None:
            return None
        from .. import planning

        run = self.bench.run
        query = run.query if run.running else self.query_one(QueryBox).typed_query
        engine = self.app.engine
        apart = engine.serving("a").machine != engine.serving("b").machine
        request = self.request_for(query)
        return planning.situation_of(self.bench, self._learnt, request, apart=apart)

    def _open_screen(self) -> PlanScreen | None:
        if len(self.app.screen_stack) < 2:
            return None
        from .plan import PlanScreen

        return next((s for s in self.app.screen_stack if isinstance(s, PlanScreen)), None)

    @on(QueryBox.Changed)
    def _typed(self) -> None:
        """The query counts, too, but only when typing rests."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(RESTING_S, self._show_plan)

    def _take(self, event: Event) -> None:
        super()._take(event)
        from ...core.events import Planned

        if isinstance(event, Planned) and event.run_id == self.bench.run.run_id:
            self._plan_of_run = event.plan
            self._show_plan()

    def _run_ended(self) -> None:
        super()._run_ended()
        self._ask_shapes(())

    @work(exclusive=True, group="shapes", exit_on_error=False)
    async def _ask_shapes(self, models: tuple[tuple[RoleName, ModelInfo], ...]) -> None:
        """Ask for what the plan needs to know; a server that does not say leaves it guessed."""
        from .. import planning

        engine, store = self.app.engine, self.app.measured
        shapes = dict(self._learnt.shapes) if self._learnt else {}
        for role, info in models:
            shape = self.app.shapes.of([info]).get(info.name)
            if shape is None:
                try:
                    shape = await engine.serving(role).shape(info.name)
                except SutraError:
                    from ...core.model_info import ModelShape

                    shape = ModelShape()
                else:
                    self.app.shapes.keep(info, shape)
            shapes[planning.shape_key(info)] = shape
        self._learnt = planning.Learnt(shapes)
        if store is not None and not engine.is_demo:
            self._learnt = await asyncio.to_thread(planning.look_up, store, shapes)
        self._show_plan()

    # Actions

    async def action_open_plan(self) -> None:
        from .. import planning
        from .plan import PlanScreen

        situation = self._situation()
        if situation is None:
            self.query_one(NoticeBar).show_quiet("The plan is not made yet: wait for the server.")
            return

        async def left(wants_pair: bool | None) -> None:
            if wants_pair:
                await self.run_action("choose('b')")

        view = planning.view_of(self.bench, situation, self._plan_of_run)
        await self.app.push_screen(PlanScreen(view, self._remedy), left)

    def _remedy(self, remedy: Remedy | None) -> None:
        """Change what a remedy changes; None takes the smaller context back."""
        if remedy is None:
            self.bench = replace(self.bench, num_ctx=None)
        elif remedy.kind == "context":
            self.bench = replace(self.bench, num_ctx=remedy.num_ctx)
        elif remedy.kind == "one model":
            self.bench = replace(self.bench, model_a=remedy.model, model_b=remedy.model)
            self.app.remember(self.bench)
        elif remedy.kind == "unload":
            self._unload(remedy.names)

    @work(exclusive=True, group="unload", exit_on_error=False)
    async def _unload(self, names: tuple[str, ...]) -> None:
        for name in names:
            try:
                await self.app.engine.unload(name)
            except SutraError as error:
                self.query_one(NoticeBar).show_error(error)
        self._glance()
