"""Choices on the main screen: method, order, and what is set for the session.

Invariant: an action here replaces a part of the workbench and says so; the widgets show it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual import work

from ...core.clean import clean_line
from ...core.errors import InvalidTemplate, SutraError
from ...core.options import METHODS, ORDERS, Method, Order
from ..widgets.notice_bar import NoticeBar
from ..widgets.query_box import QueryBox
from .pair_screen import PairScreen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...core.engine import RoleName
    from ..session import Session
    from ..workbench import Workbench


class SessionScreen(PairScreen):
    """See `MainScreen`, which is the screen to use."""

    def watch_bench(self, bench: Workbench) -> None:
        """The frame of the query box says what is set."""
        super().watch_bench(bench)
        if self.is_mounted:
            self.query_one(QueryBox).show_set(self.words_of(bench))

    def words_of(self, bench: Workbench) -> list[str]:
        """What the frame says of the next query, a few words each."""
        count = bench.count != self.app.settings.count
        said = [f"{bench.count} demonstrations"] if count else []
        return said + bench.session.words()

    # Method and prompts

    def action_switch_method(self) -> None:
        self.action_set_method(METHODS[(METHODS.index(self.bench.method) + 1) % len(METHODS)])

    def action_set_method(self, method: Method) -> None:
        self.app.choose(method=method)

    def action_switch_order(self) -> None:
        self.action_set_order(ORDERS[(ORDERS.index(self.bench.order) + 1) % len(ORDERS)])

    def action_set_order(self, order: Order) -> None:
        self.app.choose(order=order)

    def action_set_count(self, count: int) -> None:
        self.bench = replace(self.bench, count=count)
        self._say(f"Model A is asked for {count} of them in this session.")

    def action_set_think(self, think: bool) -> None:
        session = self.bench.session
        session = session.with_options("a", {"think": think}).with_options("b", {"think": think})
        self._set(
            session,
            "Models that can think do so before they answer, which takes longer."
            if think
            else "Models answer without thinking first.",
        )

    def action_set_system(self, text: str) -> None:
        """Standing instructions for both models; "off" removes them."""
        if text.lower() == "off":
            self._set(replace(self.bench.session, system=""), "No standing instructions any more.")
        else:
            session = replace(self.bench.session, system=text)
            self._set(session, "Both models get this text with every query of this session.")

    def action_say_system(self) -> None:
        system = self.bench.session.system
        self._say(
            f"Both models get with every query: \u201c{clean_line(system, 300)}\u201d"
            if system
            else "No standing instructions are set. /system TEXT sets them for this session."
        )

    def action_set_options(self, a: Mapping[str, Any] | None, b: Mapping[str, Any] | None) -> None:
        """Options for each model; None for both goes back to the settings."""
        session = self.bench.session
        if a is None or b is None:
            self._set(session.without_options(), "The options are as in the settings again.")
            return
        session = session.with_options("a", a).with_options("b", b)
        self._set(session, "These options count for this session, from the next run.")

    def action_say_options(self) -> None:
        said = self.bench.session.words()
        self._say(
            f"Set for this session: {', '.join(said)}. /options reset goes back to the settings."
            if said
            else "Everything is as in the settings. /options NAME=VALUE changes it for a session."
        )

    @work(exclusive=True, group="template", exit_on_error=False)
    async def action_set_template(self, role: RoleName | None, path: str) -> None:
        """Take a role's prompt from a file; without a role, go back to the app's own."""
        if role is None:
            session = self.bench.session.with_prompt("a", "").with_prompt("b", "")
            self._set(session, "The prompts are the app's own again.")
            return
        from ...core.attachments import read_attachment

        try:
            text = (await asyncio.to_thread(read_attachment, path)).text
            session = self.bench.session.with_prompt(role, text)
            if not text.strip():
                raise InvalidTemplate("The file is empty.", "Write a prompt with {query} in it.")
            session.templates()
        except SutraError as error:
            self.query_one(NoticeBar).show_error(error)
            return
        self._set(session, f"Model {role.upper()}'s prompt is the one of the file, as it is now.")

    # Saying

    def _set(self, session: Session, said: str) -> None:
        self.bench = replace(self.bench, session=session)
        self._say(said)
