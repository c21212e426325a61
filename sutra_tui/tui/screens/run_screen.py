"""Runs on the main screen: start one, show its events, stop it, run it again.

Invariant: everything about the chain itself happens in `core.pipeline`; events of a run that is not
on the screen any more are dropped.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from ...core.clean import clean_line
from ...core.options import METHODS
from ...wording import age
from .. import slash
from ..along import Along, chosen, of_past, of_request
from ..run_view import RunView
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.query_box import QueryBox
from .bench_screen import BenchScreen

if TYPE_CHECKING:
    from ...core.events import Event
    from ...core.options import Method
    from ...core.protocol import HandoffResult
    from ...core.request import RunRequest
    from ...store.cache import DemonstrationCache
    from ...store.history import History, HistoryRun


class RunScreen(BenchScreen):
    """See `MainScreen`, which is the screen to use."""

    def ask(
        self,
        query: str,
        demonstrations: tuple[str, ...] | None = None,
        along: Along | None = None,
    ) -> None:
        """Run what stands in the query box, if that is possible now; else say why not.

        Args:
            query: What stands there.
            demonstrations: Use these instead of asking Model A.
            along: As of `start`.
        """
        if self.bench.run.running:
            self.query_one(NoticeBar).show_quiet(
                f"A run is going on. {self.app.key_of('run.stop').capitalize()} stops it."
            )
        elif not self.bench.ready:
            self.query_one(NoticeBar).show_quiet("There is no model to ask yet.")
        else:
            box = self.query_one(QueryBox)
            box.remember(slash.as_typed(query))
            box.clear()
            parent = "" if demonstrations else self.parent_of(query)
            self.start(query, demonstrations=demonstrations, parent=parent, along=along)

    def parent_of(self, query: str) -> str:
        """Id of the run whose query was edited into this one; empty for none."""
        return ""

    def start(
        self,
        query: str,
        *,
        fresh: bool = False,
        demonstrations: tuple[str, ...] | None = None,
        method: Method | None = None,
        parent: str = "",
        along: Along | None = None,
    ) -> None:
        """Run a query with what is chosen now.

        Args:
            query: What to ask.
            fresh: Do not take the demonstrations from the cache.
            demonstrations: Use these instead of asking Model A.
            method: Another method than the one chosen, for this run.
            parent: Id of the run that this one is made from; empty for none.
            along: What goes along with it instead of what is chosen now.
        """
        along = chosen(self.bench) if along is None else along
        request = self.request_for(query, fresh=fresh, demonstrations=demonstrations)
        request = along.added_to(request)
        if method is not None:
            request = replace(request, method=method)
        self.begin(request, parent, along)

    def begin(self, request: RunRequest, parent: str = "", along: Along | None = None) -> None:
        """Run a request.

        Args:
            request: What to run.
            parent: As of `start`.
            along: What the request takes along, where it is known which files it came from.
        """
        along = of_request(request) if along is None else along
        self.query_one(NoticeBar).hide()
        panes = self.query_one(Panes)
        panes.clear()
        panes.follow("draft" if request.asks_model_a else "answer")
        bench = self.bench
        run = RunView(
            request.run_id,
            request.query,
            request.method,
            wanted=len(request.demonstrations) if request.demonstrations else request.count,
            running=True,
            bypassed=request.cache == "bypass",
            given=request.demonstrations is not None,
            along=along,
        )
        self.bench = replace(
            bench, run=run, similar=None, last_query=request.query, last_along=along
        )
        self.app.remember(bench)
        self._drive(request, parent)

    def request_for(
        self, query: str, *, fresh: bool = False, demonstrations: tuple[str, ...] | None = None
    ) -> RunRequest:
        """What a run started now would be. Arguments as of `start`."""
        from ...core.request import RunRequest, new_run_id  # the first frame does without

        bench, settings = self.bench, self.app.settings
        request = RunRequest(
            query,
            model_a=bench.model_a,
            model_b=bench.model_b,
            method="handoff" if demonstrations is not None else bench.method,
            order=bench.order,
            count=bench.count,
            templates=bench.session.templates(),
            system=bench.session.system,
            options_a=bench.session.options("a", settings.options_a),
            options_b=bench.session.options("b", settings.options_b),
            cache="bypass" if fresh else "use",
            demonstrations=demonstrations,
            allow_cloud=True,  # the picker asked before a cloud model could be chosen
            run_id=new_run_id(),
        )
        return chosen(bench).added_to(request)

    def request_again(self, query: str) -> RunRequest:
        """What the run on the screen, run again, would be."""
        return self.bench.run.along.added_to(self.request_for(query))

    @work(exclusive=True, group="run", exit_on_error=False)
    async def _drive(self, request: RunRequest, parent: str) -> None:
        from .. import run_driver  # brings the chain, which the first frame does without

        cache, history = await self.cache(), await self.history()
        request = await self.with_files_of_now(request)

        def stopped(result: HandoffResult) -> None:
            self._show_stopped(request.run_id, result)

        await run_driver.drive(
            request,
            self.app.engine,
            cache,
            self._clock,
            measured=self.app.measured,
            recorder=history.record(parent),
            show=self._take,
            stopped=stopped,
        )
        self._run_ended()

    async def with_files_of_now(self, request: RunRequest) -> RunRequest:
        """The run with its files as they are now."""
        return request

    async def cache(self) -> DemonstrationCache:
        """The cache for the engine there is now."""
        return await self.app.caches.get(demo=self.app.engine.is_demo)

    async def history(self) -> History:
        """The history for the engine there is now."""
        return await self.app.histories.get(demo=self.app.engine.is_demo)

    @work(exclusive=True, group="similar", exit_on_error=False)
    async def _offer_similar(self, run_id: str, query: str) -> None:
        """Model A is really asked, so a neighbour in the cache could save its time."""
        from ..similar import find_similar

        similar = await find_similar(await self.cache(), query)
        if similar is None or self.bench.run.run_id != run_id or not self.bench.run.running:
            return
        self.bench = replace(self.bench, similar=similar)
        key = self.app.key_of("cache.similar")
        self.query_one(NoticeBar).show_quiet(
            f"In the cache: \u201c{clean_line(similar.query, 60)}\u201d "
            f"({similar.similarity:.0%} alike). {key} answers with its demonstrations."
        )

    def _take(self, event: Event) -> None:
        """Show one event; those of a run that is not on the screen any more are dropped."""
        if event.run_id != self.bench.run.run_id:
            return
        from ...core.events import StageStarted  # these two the first frame does without
        from .. import run_fold

        self.query_one(Panes).take(event)
        if isinstance(event, StageStarted) and event.stage == "A" and event.messages:
            self._offer_similar(event.run_id, self.bench.run.query)
        before = self.bench.run
        after = run_fold.apply(before, event, self._clock())
        if after != before:
            self.bench = replace(self.bench, run=after)

    def _show_stopped(self, run_id: str, result: HandoffResult) -> None:
        if run_id != self.bench.run.run_id or not self.is_mounted:
            return
        from .. import run_fold

        self.bench = replace(
            self.bench, run=run_fold.stopped(self.bench.run, result, self._clock())
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
            box.put(slash.as_typed(run.query))
        if run.error is not None:
            self.query_one(NoticeBar).show_error(run.error)
        elif notices := [
            *run.notices,
            *self.app.caches.news(),
            *self.app.histories.news(),
        ]:
            self.query_one(NoticeBar).show_notices(notices)
        self._glance()

    def show_run(self, past: HistoryRun) -> None:
        """Put a run of the history on the screen, as it ended."""
        from ...core.replay import replay
        from .. import run_fold

        self.query_one(NoticeBar).hide()
        panes = self.query_one(Panes)
        panes.clear()
        result, now = past.result, self._clock()
        given = bool(result.demonstrations) and result.stage("A") is None
        wanted = len(result.demonstrations) or self.bench.count
        run = RunView(
            past.run_id,
            result.query,
            wanted=wanted,
            running=True,
            given=given,
            along=of_past(result),
        )
        at = 0.0
        for at, event in replay(result, past.error, past.cache):
            panes.take(event)
            run = run_fold.apply(run, event, now + at)
        if run.running:
            run = run_fold.stopped(run, result, now + at)
        self.bench = replace(self.bench, run=run, similar=None, last_query=result.query)
        self.bench = replace(self.bench, last_along=run.along)
        panes.finish()
        panes.follow("answer")
        if run.error is not None:
            self.query_one(NoticeBar).show_error(run.error)
        elif run.notices:
            self.query_one(NoticeBar).show_notices(run.notices)
        else:
            self.query_one(NoticeBar).show_quiet(self.about_past(past))

    def about_past(self, past: HistoryRun) -> str:
        """What is said of a run of the history that ended well."""
        when = age(max(0.0, self.app.wall_clock() - past.started_at))
        ago = "just now" if when == "now" else f"{when} ago"
        return f"A run of {ago}. {self.app.key_of('run.again')} runs its query again."

    def run_anew(self, past: HistoryRun) -> None:
        """Run the query of a run of the history with the models chosen now."""
        if not self.bench.ready:
            self.query_one(NoticeBar).show_quiet("There is no model to ask yet.")
            return
        if past.result.method in METHODS:
            self.bench = replace(self.bench, method=past.result.method)
        self.start(past.result.query, parent=past.run_id, along=of_past(past.result))

    # Actions

    def action_stop(self) -> None:
        self.workers.cancel_group(self, "run")

    def action_run_again(self) -> None:
        self._again(fresh=False)

    def action_run_fresh(self) -> None:
        self._again(fresh=True)

    def _again(self, *, fresh: bool) -> None:
        box, query = self.query_one(QueryBox), self.bench.last_query
        if slash.query_of(box.text) == query:
            box.clear()
        self.start(query, fresh=fresh, along=self.bench.last_along)

    def action_use_similar(self) -> None:
        if similar := self.bench.similar:
            bench = self.bench
            self.start(
                bench.run.query, demonstrations=similar.demonstrations, along=bench.run.along
            )

    def action_quick(self, query: str) -> None:
        """Ask Model B alone, this once."""
        self.start(query, method="raw")

    def action_new(self) -> None:
        """Empty the panes and the box; the last query can still be run again."""
        self.bench = replace(self.bench, run=RunView(), similar=None)
        self.query_one(Panes).clear()
        self.query_one(NoticeBar).hide()
        box = self.query_one(QueryBox)
        box.clear()
        box.focus()
