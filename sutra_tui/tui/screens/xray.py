"""The X-ray: for each stage of a run what was sent, from where it came, and what came back.

Invariant: nothing here changes anything. A run that goes on is looked into again and again; what is
shown stays where it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.timer import Timer

from ...core.call_text import Form, as_json, base_url, call_text
from ...core.protocol import HandoffResult
from ...xray_rows import Look, body_of, looks_of
from ..copying_app import CopyingApp
from ..widgets.key_footer import KeyFooter
from ..widgets.notice_bar import NoticeBar
from ..widgets.table_rows import TableRows
from ..widgets.xray_panes import XRayPanes
from ..widgets.xray_tabs import XRayTabs, XRayTitle
from ..xray_commands import XRAY_COMMANDS
from ..xray_view import XRayView
from .command_screen import CommandScreen

AGAIN_S: Final = 1.0
"""How often a run that goes on is looked into."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as it is at a moment.

    Args:
        result: What there is of it.
        running: It goes on.
    """

    result: HandoffResult
    running: bool = False


class XRayScreen(CommandScreen[None]):
    """See the module.

    Args:
        see: Gives the run as it is now.
        addresses: Of Model A's server and Model B's, as they are shown.
        stage: Name of the stage to begin with; empty for the first.
    """

    app: CopyingApp

    CSS_PATH = ["list_panes.tcss", "xray.tcss"]
    TABLE = XRAY_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = list(XRAY_COMMANDS.bindings())
    VERTICAL_BREAKPOINTS = [(0, "-short"), (22, "-tall")]
    AUTO_FOCUS = "XRayRows"

    view: reactive[XRayView] = reactive(XRayView(), init=False)

    def __init__(
        self, see: Callable[[], Seen], addresses: Sequence[str] = (), stage: str = ""
    ) -> None:
        super().__init__()
        self._see = see
        self._addresses = tuple(addresses)
        self._first = stage
        self._seen: Seen | None = None
        self._shown: object = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield XRayTitle()
        yield XRayTabs()
        yield XRayPanes()
        yield NoticeBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        self.watch_view(self.view)
        self._timer = self.set_interval(AGAIN_S, self._look_again, pause=True)
        self._look()

    @property
    def panes(self) -> XRayPanes:
        return self.query_one(XRayPanes)

    # Looking

    def _look_again(self) -> None:
        """Unless a look takes longer than that."""
        busy = (w for w in self.workers if w.node is self and not w.is_finished)
        if not any(worker.group == "look" for worker in busy):
            self._look()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _look(self) -> None:
        """Look into the run, if it is not what it was."""
        seen = self._see()
        if seen != self._seen:
            looks = await asyncio.to_thread(looks_of, seen.result, running=seen.running)
            self._seen = seen
            self._take(seen, looks)
        if self._timer is not None:
            (self._timer.resume if seen.running else self._timer.pause)()

    def _take(self, seen: Seen, looks: tuple[Look, ...]) -> None:
        view = replace(
            self.view, query=seen.result.query, is_demo=seen.result.engine == "demo"
        ).looked(looks, running=seen.running)
        if self._first and (place := view.named(self._first)) is not None:
            view = view.showing(stage=place)
        elif self._first:
            self.say("This run has no such stage yet.")
        self._first = ""
        self.view = view

    # What is shown

    def watch_view(self, view: XRayView) -> None:
        if not self.is_mounted:
            return
        self.query_one(XRayTitle).view = view
        self.query_one(XRayTabs).view = view
        self.panes.table.view = view
        self.panes.facts.view = view
        self.panes.fit(view.total)
        self.set_class(bool(view.nothing) and view.look is None, "-nothing")
        self.show_applicable()
        if view.text is not self._shown:
            self._shown = view.text
            self._show_text(view)

    @work(exclusive=True, group="text", exit_on_error=False)
    async def _show_text(self, view: XRayView) -> None:
        await self.panes.text.show(view.written)

    # Messages of the widgets

    @on(TableRows.Moved)
    async def _moved(self, event: TableRows.Moved) -> None:
        self.view = self.view.moved(event.place + (self.view.cursor if event.relative else 0))
        self._jump()

    @on(TableRows.Opened)
    async def _opened(self) -> None:
        await self.run_command("go")

    @on(XRayTabs.Asked)
    async def _asked(self, event: XRayTabs.Asked) -> None:
        await self.run_command(event.action)

    def on_descendant_focus(self) -> None:
        self.panes.note_focus(self.focused)

    # Actions

    def action_show(self, stage: int) -> None:
        self._turn(self.view.showing(stage=stage))

    def action_step(self, step: int) -> None:
        self._turn(self.view.showing(stage=(self.view.stage + step) % len(self.view.looks)))

    def action_raw(self) -> None:
        self._turn(self.view.showing(is_raw=not self.view.is_raw))

    def _turn(self, view: XRayView) -> None:
        self.query_one(NoticeBar).hide()
        self.panes.text.scroll_home(animate=False)
        self.view = view

    def action_go(self) -> None:
        self.panes.reveal("text")
        self.call_after_refresh(self._jump)

    def _jump(self) -> None:
        self.panes.text.jump(self.view.place_in_text(self.view.cursor))

    def action_next_pane(self) -> None:
        self.panes.next_pane()

    def action_back(self) -> None:
        self.dismiss(None)

    @work(exclusive=True, group="copy", exit_on_error=False)
    async def action_copy(self, form: Form) -> None:
        """Copy the stage's request, or what the parser handed on."""
        look = self.view.look
        body = body_of(look) if look is not None else None
        if look is None or body is None:
            return
        text = await asyncio.to_thread(self._text_of, form, look, body)
        what = "part that was handed on" if look.xray.packet is not None else f"call as {form}"
        no_server = form != "JSON" and self.view.is_demo
        after = " The demo has no server: the address is the one Ollama usually has."
        self.app.copy(what, text, lambda said: self.say(said + after * no_server))

    def _text_of(self, form: Form, look: Look, body: dict[str, object]) -> str:
        if look.xray.packet is not None:
            return as_json(body, indent=2)
        role = 0 if look.xray.stage.name == "A" else -1
        address = self._addresses[role] if self._addresses else ""
        return call_text(form, body, base_url(address))
