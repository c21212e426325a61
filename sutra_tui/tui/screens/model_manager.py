"""The model manager: every pulled model, what it takes, and everything that can be done with it.

Invariant: what cannot be taken back, or would send words elsewhere, is asked for first; a deed that
fails says so in the notice bar and leaves the screen as it was.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from textual import on, work
from textual.widgets import Input

from ...core.clean import clean_line
from ...core.engine import RoleName
from ...core.errors import SutraError, UnexpectedFailure
from ...core.suggestions import SuggestedPair, not_pulled
from ...wording import size
from ..model_columns import COLUMNS
from ..model_rows import ModelRow, fit_sentence
from ..widgets.models_table import ModelRows, ModelsHeading
from ..widgets.notice_bar import NoticeBar
from ..widgets.pull_panel import PullCard
from ..widgets.search_line import SearchLine
from ..widgets.suggestion_list import SuggestionList
from .model_details import ModelDetailsScreen
from .model_screen import ModelScreen, Surroundings
from .prompts import Confirm
from .pull_prompt import PullPrompt

__all__ = ["ModelManager", "Surroundings"]

Deed = Callable[[], Awaitable[None]]
ROLE_NAMES: Final = {"a": "Model A", "b": "Model B"}


class ModelManager(ModelScreen):
    """On the whole screen. Ends with True when the other role's server is to be shown.

    Args:
        given: Server, pulls and the main screen's choices.
        pull: A model to ask about pulling at once, empty to ask for one; None asks nothing.
    """

    CSS_PATH = "model_manager.tcss"

    def __init__(self, given: Surroundings, pull: str | None = None) -> None:
        super().__init__(given)
        self._to_pull = pull

    def on_mount(self) -> None:
        if self._to_pull is not None:
            self._ask_for_pull(self._to_pull)

    # Messages of the widgets

    @on(ModelRows.Moved)
    def _moved(self, event: ModelRows.Moved) -> None:
        self.view = self.view.moved(event.place + (self.view.cursor if event.relative else 0))

    @on(ModelRows.Opened)
    def _opened(self) -> None:
        self.action_details()

    @on(ModelsHeading.SortWanted)
    def _sort_wanted(self, event: ModelsHeading.SortWanted) -> None:
        self.action_sort(event.column)

    @on(Input.Changed, "#search")
    def _searching(self, event: Input.Changed) -> None:
        self.view = self.view.changed(search=event.value)

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.query_one(ModelRows).focus()

    @on(SuggestionList.Chosen)
    def _pair_chosen(self, event: SuggestionList.Chosen) -> None:
        self._pull_pair(event.pair)

    @on(PullCard.Wanted)
    async def _card_pressed(self, event: PullCard.Wanted) -> None:
        if event.deed == "stop":
            self._stop_pull(event.model)
        elif event.deed == "resume":
            self._start_pull(event.model)
        else:
            self.given.pulls.forget(self.given.engine, event.model)
            self._tick()

    def on_descendant_focus(self) -> None:
        around = self.focused.ancestors if self.focused is not None else []
        card = next((widget for widget in around if isinstance(widget, PullCard)), None)
        self.view = replace(self.view, pull_chosen=card.pull.model if card else "")

    # One model

    def action_set_role(self, role: RoleName) -> None:
        row = self.view.current
        if row is None:
            return
        name = row.info.name

        def choose(sure: bool | None = True) -> None:
            if sure:
                self.given.choose(role, name)
                self._tick()
                self.say(f"{clean_line(name, 60)} is {ROLE_NAMES[role]} now.")

        if row.kind == "cloud":
            self.app.push_screen(
                Confirm(
                    f"Use {clean_line(name, 60)} as {ROLE_NAMES[role]}?",
                    "It runs elsewhere: what you ask would leave this machine.",
                    "Use it",
                ),
                choose,
            )
        else:
            choose()

    def action_details(self) -> None:
        if (row := self.view.current) is not None:
            self.app.push_screen(ModelDetailsScreen(self.given.engine, row))

    def action_load(self) -> None:
        row = self.view.current
        if row is None:
            return

        def load(sure: bool | None = True) -> None:
            if sure:
                self._load(row)

        if row.fit.verdict == "does not fit":
            title = f"Load {clean_line(row.info.name, 60)} all the same?"
            self.app.push_screen(Confirm(title, fit_sentence(row), "Load"), load)
        else:
            load()

    @work(group="load", exit_on_error=False)
    async def _load(self, row: ModelRow) -> None:
        given, name = self.given, row.info.name
        options = given.options_b if name == self.view.model_b else given.options_a
        # With the larger context, so that neither role makes the server load it again.
        await self._do(
            name,
            "loading",
            lambda: given.engine.load(name, replace(options, num_ctx=given.num_ctx)),
            "is loaded.",
        )

    @work(group="unload", exit_on_error=False)
    async def action_unload(self) -> None:
        row = self.view.current
        if row is None:
            return
        if row.busy == "loading":
            self.workers.cancel_group(self, "load")
            self.say("The load was given up.")
            return
        engine, name = self.given.engine, row.info.name
        await self._do(name, "unloading", lambda: engine.unload(name), "is out of memory.")

    def action_delete(self) -> None:
        row = self.view.current
        if row is None:
            return
        roles = " and ".join(f"Model {letter}" for letter in row.roles)
        chosen = f" It is {roles} now; another model takes its place." if roles else ""
        frees = size(row.info.size) if row.info.size else "its space"

        def delete(sure: bool | None) -> None:
            if sure:
                self._delete(row)

        self.app.push_screen(
            Confirm(
                f"Delete {clean_line(row.info.name, 60)} ({frees})?",
                f"It frees up to {frees} on the server's disk; layers that another model uses "
                f"stay. To have it again it must be downloaded again.{chosen}",
                "Delete",
            ),
            delete,
        )

    @work(group="delete", exit_on_error=False)
    async def _delete(self, row: ModelRow) -> None:
        engine, name = self.given.engine, row.info.name

        async def delete() -> None:
            if row.loaded is not None:
                await engine.unload(name)
            await engine.delete(name)

        if await self._do(name, "deleting", delete, "is deleted."):
            self.given.changed()

    async def _do(self, name: str, doing: str, deed: Deed, done: str) -> bool:
        """Do something to a model, show that it is being done, and look again."""
        self.view = self.view.changed(busy={**self.view.busy, name: doing})
        try:
            await deed()
        except SutraError as error:
            self.show_error(error)
            return False
        except Exception as error:
            self.show_error(UnexpectedFailure.of(error))
            return False
        else:
            self.say(f"{clean_line(name, 60)} {done}")
            return True
        finally:
            if self.is_mounted:
                busy = {n: b for n, b in self.view.busy.items() if n != name}
                self.view = self.view.changed(busy=busy)
                self.read_again()

    # Pulls

    def action_pull(self) -> None:
        self._ask_for_pull("")

    def _ask_for_pull(self, typed: str) -> None:
        def pull(name: str | None) -> None:
            if name:
                self._start_pull(name)

        self.app.push_screen(PullPrompt(self.view, typed), pull)

    def _pull_pair(self, pair: SuggestedPair) -> None:
        there = [model.name for model in self.view.server.models]
        missing = not_pulled(pair, there)
        needed, disk = sum(model.size for model in missing), self.view.server.disk

        def pull(sure: bool | None = True) -> None:
            if sure:
                for model in missing:
                    self._start_pull(model.name)

        if disk is not None and needed > disk.free:
            self.app.push_screen(
                Confirm(
                    "Pull them all the same?",
                    f"They take about {size(needed)}, and {size(disk.free)} are free at "
                    f"{clean_line(disk.folder, 60)}.",
                    "Pull",
                ),
                pull,
            )
        else:
            pull()

    def _start_pull(self, name: str) -> None:
        if not self.given.pulls.start(self.given.engine, name):
            self.say(f"{clean_line(name, 60)} is being pulled already.")
        self._tick()

    @work(group="stop", exit_on_error=False)
    async def _stop_pull(self, name: str) -> None:
        await self.given.pulls.stop(self.given.engine, name)
        self._tick()
        self.say("Stopped. What was downloaded is kept by the server; r goes on from there.")

    def action_stop_pull(self) -> None:
        if (pull := self.view.running_pull) is not None:
            self._stop_pull(pull.model)

    def action_resume_pull(self) -> None:
        if (pull := self.view.resumable_pull) is not None:
            self._start_pull(pull.model)

    def action_forget_pull(self) -> None:
        given = self.given
        for pull in given.pulls.at(given.engine):
            given.pulls.forget(given.engine, pull.model)
        self._tick()

    # The table

    def action_sort(self, column: int) -> None:
        self.view = self.view.sorted_by(column)

    def action_sort_next(self) -> None:
        self.action_sort((self.view.column + 1) % len(COLUMNS))

    def action_reverse(self) -> None:
        self.action_sort(self.view.column)

    def action_filter(self) -> None:
        self.query_one(SearchLine).open()

    def action_refresh(self) -> None:
        self.query_one(NoticeBar).hide()
        self.read_again()

    def action_other_server(self) -> None:
        self.dismiss(True)

    def action_back(self) -> None:
        search = self.query_one(SearchLine)
        if search.is_open:
            search.close()
            self.query_one(ModelRows).focus()
        else:
            self.dismiss(None)
