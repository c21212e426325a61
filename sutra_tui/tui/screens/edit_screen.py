"""Editing a demonstration, the query or a prompt from the main screen, and leaving one out.

Invariant: what was typed is never lost: it is kept as an edit that can be undone, or set aside and
there again when the same text is edited next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual import on, work

from ...core.errors import SutraError
from .. import slash
from ..widgets.demonstrations_pane import DemonstrationsPane
from ..widgets.notice_bar import NoticeBar
from ..widgets.panes import Panes
from ..widgets.query_box import QueryBox
from ..workbench import Workbench
from .revise_screen import ReviseScreen

if TYPE_CHECKING:
    from ...core.engine import RoleName
    from ...core.protocol import HandoffResult
    from ...core.request import RunRequest
    from ...core.revision import Revision
    from ...store.history_run import HistoryRun
    from .text_dialog import Edited

BY_CHANCE = " Without a fixed seed two answers differ by chance, too; /options b.seed=7 sets one."
AS_NOW = " Prompts and options are those set now, which that run may not have had."


class EditScreen(ReviseScreen):
    """See `MainScreen`, which is the screen to use."""

    def __init__(self, bench: Workbench, clock: Callable[[], float]) -> None:
        super().__init__(bench, clock)
        self._aside: dict[str, str] = {}
        """What was typed and not kept, by the text it was typed over."""

    # Demonstrations

    @on(DemonstrationsPane.Wanted)
    def _wanted(self, event: DemonstrationsPane.Wanted) -> None:
        if self.bench.run.running:
            self._say(f"Stop the run first: {self.app.key_of('run.stop')}.")
        elif event.deed == "undo":
            self._undo()
        elif event.deed == "leave_out":
            self.action_leave_out(event.index + 1)
        elif (text := self._demonstration(event.index + 1)) is None:
            return
        elif event.deed == "edit":
            self._edit_demonstration(event.index, text)
        elif event.deed == "outside":
            self._edit_outside(event.index, text)
        else:
            self._keep_edit(event.index, None)

    def _demonstration(self, number: int) -> str | None:
        """The text of a demonstration as edited; None, and a notice, when there is none."""
        texts = self.edits.texts
        if self.revision is None or not texts:
            self._say("There is no finished run with demonstrations on the screen.")
            return None
        if not 1 <= number <= len(texts):
            self._say(f"There is no demonstration {number}; the last one is {len(texts)}.")
            return None
        return texts[number - 1]

    def _edit_demonstration(self, index: int, text: str) -> None:
        def check(new: str) -> str:
            return "" if new.strip() else "It would say nothing. Leave, and remove it with d."

        def take(new: str) -> None:
            self._keep_edit(index, new)

        self._edit_text(
            f"Demonstration {index + 1}", text, "Model B gets it like this.", check, take
        )

    def _edit_outside(self, index: int, text: str) -> None:
        from ..outside_editor import EditorFailed, edit_away

        try:
            new = edit_away(self.app, text)
        except EditorFailed as error:
            self.query_one(NoticeBar).show_error(error)
            return
        if new.strip():
            self._keep_edit(index, new)
        else:
            self._say("The text came back empty, so nothing was changed. d removes it.")

    def _keep_edit(self, index: int, text: str | None) -> None:
        """Note an edit; None removes the demonstration."""
        before, run = self.edits, self.bench.run.run_id
        after = before.without(index) if text is None else before.changed(index, text)
        if after is before:
            self._say("Nothing was changed.")
            return
        self._edits[run] = after
        self._show_edits()
        key = self.app.key_of("run.again")
        left = "Model B" if after.texts else "Model B, without demonstrations,"
        self._say(f"{after.words.capitalize()}. {key} runs {left} with that; u undoes it.")

    def _undo(self) -> None:
        edits, run = self.edits, self.bench.run.run_id
        if edits.latest:
            self._edits[run] = edits.undone()
            self._show_edits()
            self._say(f"Undone: {edits.latest}.")
        elif (before := self._before(run)) is not None:
            self._go_back(before)
        else:
            self._say("There is nothing to undo.")

    # One text in a box

    def _edit_text(
        self,
        title: str,
        text: str,
        about: str,
        check: Callable[[str], str],
        take: Callable[[str], None],
    ) -> None:
        from ..widgets.demonstration_editor import EDIT_LIMIT
        from .text_dialog import TextDialog

        if len(text) > EDIT_LIMIT:
            self._say("This text is too long to edit in place. E opens it in your own editor.")
            return

        def ended(edited: Edited | None) -> None:
            if edited is None:
                return
            if edited.kept:
                self._aside.pop(text, None)
                take(edited.text)
            else:
                self._aside[text] = edited.text
                self._say("What you typed is not kept yet: it is there when you edit it again.")

        aside = self._aside.get(text)
        dialog = TextDialog(title, text, about, check, begun=aside)
        self.app.push_screen(dialog, ended)

    # By command

    def action_edit_query(self) -> None:
        """Bring the query of the run on the screen back into the box."""
        run = self.bench.run
        if not run.query:
            self._say("There is no run on the screen whose query could be edited.")
            return
        box = self.query_one(QueryBox)
        self._edits_query = True
        box.put(slash.as_typed(run.query))
        box.focus()

    def action_edit(self, target: str | int) -> None:
        """Edit a demonstration by number, a role's prompt, or the query."""
        if target == "query":
            self.action_edit_query()
        elif isinstance(target, str):
            self._edit_prompt(cast("RoleName", target))
        elif (text := self._demonstration(target)) is not None:
            self._edit_demonstration(target - 1, text)

    def _edit_prompt(self, role: RoleName) -> None:
        session, order = self.bench.session, self.bench.order
        text = session.templates().as_template(role, order)
        whose = f"Model {role.upper()}'s prompt"

        def check(new: str) -> str:
            try:
                session.with_prompt(role, new if new.strip() else "").templates()
            except SutraError as error:
                return f"{error.message} {error.remedy}"
            return ""

        def take(new: str) -> None:
            if new == text:
                self._say("Nothing was changed.")
            elif new.strip():
                changed = self.bench.session.with_prompt(role, new)
                self._set(changed, f"{whose} is yours for this session. Emptied, it is the app's.")
            else:
                changed = self.bench.session.with_prompt(role, "")
                self._set(changed, f"{whose} is the app's own again.")

        holes = "{query} and {count}" if role == "a" else "{query} and {demonstrations}"
        about = f"For this session. {holes} are put in; an empty text is the app's own prompt."
        self._edit_text(whose, text, about, check, take)

    # Leave one out

    def action_leave_out_selected(self) -> None:
        self.action_leave_out(self.query_one(Panes).demonstrations.selected + 1)

    def action_leave_out(self, number: int) -> None:
        """Run Model B again without one demonstration, and compare the answers."""
        from ..commands.revising import leavable

        revision = self.revision
        if (reason := leavable(self.bench)) or revision is None:
            self._say(reason or "There is no finished run on the screen.")
        elif self.edits.made:
            key = self.app.key_of("run.again")
            self._say(
                f"Run your edits first ({key}), or undo them (u): with two things changed the "
                "difference would say nothing of either."
            )
        elif self._demonstration(number) is not None:
            said = f"Only Model B ran, without demonstration {number}; u goes back."
            self._begin_beside(revision, revision.without(number - 1), said)

    def action_bench(self) -> None:
        """Ask Model B alone what the run on the screen was asked, and compare the answers."""
        from ..commands.revising import leavable

        revision = self.revision
        if (reason := leavable(self.bench)) or revision is None:
            self._say(reason or "There is no finished run on the screen.")
        else:
            self._begin_beside(revision, revision.alone(), "Model B answered alone; u goes back.")

    def _begin_beside(self, revision: Revision, request: RunRequest, said: str) -> None:
        """Begin a run that is compared with the one on the screen when it has ended."""
        from ..made import Made

        if request.options_b.seed is None and request.options_b.temperature != 0:
            said += BY_CHANCE
        if not self._made[revision.result.run_id].exact:
            said += AS_NOW
        self._made[request.run_id] = Made(request, self.bench.method, said, before=revision.result)
        self.begin(request, revision.result.run_id)

    def _before(self, run_id: str) -> HandoffResult | None:
        made = self._made.get(run_id)
        return made.before if made else None

    def _run_ended(self) -> None:
        super()._run_ended()
        result = self.bench.run.result
        before = self._before(self.bench.run.run_id)
        if before and result and result.answer and result.status in ("complete", "incomplete"):
            self._compare(before, result)

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def _compare(self, before: HandoffResult, after: HandoffResult) -> None:
        """Show both answers side by side, unless the user has gone elsewhere meanwhile."""
        from ...store.history_run import HistoryRun
        from .compare import CompareScreen

        now = self.app.wall_clock()
        older = await self._past(before)
        newer = HistoryRun(after, started_at=now - after.latency_ms / 1000, seen_at=now)
        if self.app.screen is self and self.bench.run.run_id == after.run_id:
            await self.app.push_screen(CompareScreen(older, newer, now))

    @work(exclusive=True, group="back", exit_on_error=False)
    async def _go_back(self, before: HandoffResult) -> None:
        self.show_run(await self._past(before))

    async def _past(self, result: HandoffResult) -> HistoryRun:
        """A run as the history has it; as it was on the screen, where it has not."""
        from ...store.history_run import HistoryRun

        history = await self.history()
        try:
            found = await asyncio.to_thread(history.run, result.run_id)
        except SutraError:
            found = None
        now = self.app.wall_clock()
        return found or HistoryRun(result, started_at=now, seen_at=now)
