"""The two models and their server on the main screen: choosing, swapping, pulling, connecting.

Invariant: a cloud model never gets a role without a yes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...core.clean import clean_line
from ...wording import model_facts
from ..widgets.notice_bar import NoticeBar
from .plan_bench import PlanBench

if TYPE_CHECKING:
    from ...core.engine import RoleName
    from ...core.protocol import ModelInfo
    from ..pulls import Pull
    from ..workbench import Workbench

CLOUD_HELP = "It runs elsewhere: what you type would leave this machine."


class PairScreen(PlanBench):
    """See `MainScreen`, which is the screen to use."""

    # The two models

    def give(self, role: RoleName, name: str) -> None:
        """Choose a model for a role."""
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

    def action_set_model(self, role: RoleName, name: str) -> None:
        """Choose a model by its name; a cloud model needs a yes."""
        from .prompts import Confirm

        info = self.bench.at(role).info(name)
        if info is None or not info.remote:
            self.give(role, name)
            return

        def take(sure: bool | None) -> None:
            if sure:
                self.give(role, name)

        title = f"Use {clean_line(name, 60)}?"
        self.app.push_screen(Confirm(title, CLOUD_HELP, "Use it"), take)

    def action_swap(self) -> None:
        self.bench = replace(self.bench, model_a=self.bench.model_b, model_b=self.bench.model_a)
        self.app.remember(self.bench)

    def action_say_pair(self) -> None:
        bench = self.bench
        a = _model_words(bench, "A", bench.model_a, bench.at("a").info(bench.model_a))
        b = _model_words(bench, "B", bench.model_b, bench.at("b").info(bench.model_b))
        keys = f"{self.app.key_of('model.a')} and {self.app.key_of('model.b')} choose others."
        self._say(f"{a}\n{b}\n{keys}")

    # Pulling

    def pull_ended(self, pull: Pull) -> None:
        """A pull ended by itself, perhaps while this screen was shown."""
        notices = self.query_one(NoticeBar)
        if pull.error is not None:
            notices.show_error(pull.error)
        else:
            notices.show_quiet(f"{clean_line(pull.model, 60)} is pulled.")
            self.connect()

    async def action_pull(self, name: str = "") -> None:
        """Ask which model to pull, beginning with a name, over the manager that shows the pull."""
        await self.action_open_models(name)

    async def action_open_models(self, pull: str | None = None) -> None:
        """Open the model manager.

        Args:
            pull: A model to begin a pull with, empty to ask for one; None pulls nothing.
        """
        at_a, at_b = self.app.engine.serving("a"), self.app.engine.serving("b")
        if at_a is at_b:
            await self._open_models(None, pull)
        else:  # first the one that something is missing at
            await self._open_models("b" if self.bench.server.address == at_b.address else "a", pull)

    async def _open_models(self, role: RoleName | None, pull: str | None = None) -> None:
        from ...core.measurement import writing_speeds
        from .model_manager import ModelManager, Surroundings

        app, session = self.app, self.bench.session
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
            session.options("a", app.settings.options_a),
            session.options("b", app.settings.options_b),
            measured=writing_speeds(app.measured) if app.measured and seen else None,
            wall=app.wall_clock,
            role=role,
        )
        await app.push_screen(ModelManager(given, pull), show_other)

    # The server

    def action_retry(self) -> None:
        self.connect()

    async def action_other_host(self) -> None:
        from .host_prompt import HostPrompt

        def take(host: str | None) -> None:
            if host is not None:
                self.app.use_server(host=host)

        await self.app.push_screen(HostPrompt(self.bench.server.address), take)

    def action_use_host(self, host: str) -> None:
        self.app.use_server(host=host)

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

    def _say(self, text: str) -> None:
        self.query_one(NoticeBar).show_quiet(text)


def _model_words(bench: Workbench, role: str, name: str, info: ModelInfo | None) -> str:
    facts = model_facts(info) if info else ""
    there = bench.at("a" if role == "A" else "b")
    parts = [f"Model {role}: {clean_line(name, 60)}", facts]
    parts.append("in memory" if there.is_loaded(name) else "not in memory")
    return " · ".join(part for part in parts if part)
