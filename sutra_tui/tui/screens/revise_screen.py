"""Editing what is on the main screen, and running again only what has become stale by it.

Invariant: an edit changes nothing of the run it was made to. Edits that were not run stay with
their run: they are back when that run is on the screen again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on

from .. import slash
from ..along import Along, of_past
from ..stale_marks import NOT_STALE, StaleMarks, marks_of
from ..widgets.demonstration_cards import Cards
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.query_box import QueryBox
from ..workbench import Workbench
from .naming_screen import NamingScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...core.request import RunRequest
    from ...core.revision import Revision
    from ...store.history import HistoryRun
    from ..edits import Edits
    from ..made import Made

REUSED = "Model A's demonstrations were reused; only Model B ran."
EDITED = "Your edited demonstrations were used; only Model B ran."
ALONE = "Model B ran alone: no demonstration was left."


class ReviseScreen(NamingScreen):
    """See `MainScreen`, which is the screen to use."""

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._made: dict[str, Made] = {}
        self._edits: dict[str, Edits] = {}
        self._edits_query = False
        self._was_on_cards = False

    # What is stale

    @property
    def edits(self) -> Edits:
        """Edits of the run on the screen."""
        run = self.bench.run
        if (edits := self._edits.get(run.run_id)) is not None:
            return edits
        from ..edits import Edits

        revision = self._revision(None)
        return Edits(revision.had if revision else ())

    @property
    def revision(self) -> Revision | None:
        """The run on the screen and what has changed since; None while there is no finished one."""
        edits = self._edits.get(self.bench.run.run_id)
        return self._revision(edits.texts if edits else None)

    def _revision(self, edited: tuple[str, ...] | None) -> Revision | None:
        bench = self.bench
        made, result = self._made.get(bench.run.run_id), bench.run.result
        if made is None or result is None or bench.run.running:
            return None
        from ...core.revision import Revision

        now = self.request_again(self._edited_query or bench.run.query)
        if bench.method == made.method:
            now = replace(now, method=made.asked.method)
        return Revision(result, made.asked, now, edited)

    @property
    def _edited_query(self) -> str:
        """The run's query as it is being edited in the box; empty when it is not."""
        return self.query_one(QueryBox).typed_query if self._edits_query else ""

    def watch_bench(self, bench: Workbench) -> None:
        if self.is_mounted:
            before, self.marks = self.marks, self._marks()
            if self.marks.edits and self.marks.a and not before.a:
                self._say(
                    "Model A would write new demonstrations now: "
                    f"{self.app.key_of('run.again')} sets the edits of the old ones aside."
                )
        super().watch_bench(bench)

    def _marks(self) -> StaleMarks:
        revision = self.revision
        if revision is None:
            return NOT_STALE
        return marks_of(revision, self.edits.words, self.app.key_of("run.again"))

    def on_screen_resume(self) -> None:
        """The settings may have been changed meanwhile."""
        self._show_marks()

    @on(QueryBox.Changed, "#query")
    def _query_typed(self) -> None:
        if self._edits_query:
            self._edits_query = bool(self.query_one(QueryBox).text)
            self._show_marks()

    def _show_marks(self) -> None:
        if self.is_mounted:
            self.watch_bench(self.bench)

    # Running

    def begin(self, request: RunRequest, parent: str = "", along: Along | None = None) -> None:
        """Run a request; edits that are not in it are set aside."""
        from ..made import Made

        left, run = self.edits.made, self.bench.run.run_id
        self._was_on_cards = isinstance(self.focused, Cards)
        known = self._made.get(request.run_id)
        self._made[request.run_id] = known or Made(request, self.bench.method)
        self._edits_query = False
        super().begin(request, parent, along)
        if left and run in self._edits:
            self._say_set_aside()

    def _say_set_aside(self) -> None:
        key = self.app.key_of("history.open")
        self.query_one(NoticeBar).show_quiet(
            "The edits that were not run are set aside. They are back when you open that run "
            f"again ({key})."
        )

    async def with_files_of_now(self, request: RunRequest) -> RunRequest:
        """What was read again is what the run was made with."""
        now = await super().with_files_of_now(request)
        if made := self._made.get(request.run_id):
            self._made[request.run_id] = replace(made, asked=now)
        return now

    def parent_of(self, query: str) -> str:
        """The run on the screen, when its query was edited into this one."""
        return self.bench.run.run_id if self._edits_query and self.revision else ""

    def _again(self, *, fresh: bool) -> None:
        revision = self.revision
        if revision is None:
            super()._again(fresh=fresh)
            return
        parent, box = revision.result.run_id, self.query_one(QueryBox)
        if slash.query_of(box.text) in (revision.now.query, revision.asked.query):
            box.clear()
        if fresh or not revision.stale:
            along = self.bench.run.along
            self.start(revision.now.query, fresh=fresh, parent=parent, along=along)
            return
        request = revision.request()
        if revision.reuses:
            from ..edits import Edits
            from ..made import Made

            edited = self._edits.pop(parent, Edits()).made
            said = ALONE if request.method == "raw" else EDITED if edited else REUSED
            self._made[request.run_id] = Made(request, self.bench.method, said)
        self.begin(request, parent)

    def _run_ended(self) -> None:
        super()._run_ended()
        run, made = self.bench.run, self._made.get(self.bench.run.run_id)
        whole = run.error is None and run.result is not None and run.result.status != "stopped"
        if made is not None and made.said and whole and not run.notices:
            self.query_one(NoticeBar).show_quiet(made.said)
        self._show_marks()
        if self.focused is None:
            # What had the focus was emptied when the run began.
            cards = self.query_one(Cards)
            goes_back = self._was_on_cards and cards in self.focus_chain
            (cards if goes_back else self.query_one(QueryBox)).focus()

    def show_run(self, past: HistoryRun) -> None:
        left, before = self.edits.made, self.bench.run.run_id
        result = past.result
        if past.run_id not in self._made:
            from ...core.revision import as_asked
            from ..made import Made

            now = of_past(result).added_to(self.request_for(result.query))
            asked = as_asked(result, now)
            self._made[past.run_id] = Made(asked, self.bench.method, exact=False)
        self._edits_query = False
        super().show_run(past)
        if past.run_id in self._edits:
            self._show_edits()
        elif left and before != past.run_id:
            self._say_set_aside()

    def about_past(self, past: HistoryRun) -> str:
        """With what the run was made from."""
        said = super().about_past(past)
        return f"{said} It was made from an earlier run." if past.parent else said

    def action_new(self) -> None:
        left = self.edits.made
        self._edits_query = False
        super().action_new()
        if left:
            self._say_set_aside()

    def _show_edits(self) -> None:
        """Show the demonstrations as edited, and what is stale by it."""
        self.query_one(Panes).demonstrations.show_cards(self.edits.cards)
        self._show_marks()
