"""The doctor on the whole screen: findings as they become known, a self-test, and the report.

Invariant: the screen holds one `DoctorView` and replaces it; leaving stops whatever is going on.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from ...core.errors import UnexpectedFailure
from ...doctor.examination import Circumstances, examine, try_models
from ...doctor.finding import Finding, Report
from ...doctor.self_test import Step
from ..doctor_view import DoctorView, rows
from ..widgets.key_footer import KeyFooter
from ..widgets.notice_bar import NoticeBar

if TYPE_CHECKING:
    from ..app import SutraApp

TICK_S = 0.25


class DoctorScreen(Screen[None]):
    """See the module.

    Args:
        about: What to look at.
        clock: Seconds from any fixed point.
        is_busy: Whether a run is going on, which a self-test would slow down and be slowed by.
    """

    app: SutraApp

    CSS_PATH = "doctor.tcss"
    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="doctor.leave"),
        Binding("r", "look_again", "Look again", id="doctor.again"),
        Binding("t", "self_test", "Self-test", id="doctor.test"),
        Binding("c", "copy_report", "Copy the report", id="doctor.copy"),
    ]

    view: reactive[DoctorView] = reactive(DoctorView(), init=False)

    def __init__(
        self,
        about: Circumstances,
        clock: Callable[[], float],
        is_busy: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._about = about
        self._clock = clock
        self._is_busy = is_busy

    def compose(self) -> ComposeResult:
        yield Static(Content.styled("Doctor", "bold $accent"), id="title")
        yield Static(id="status")
        with VerticalScroll():
            yield Static(id="findings")
        yield NoticeBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._show_status)
        self._show_status()
        self.call_after_refresh(self.action_look_again)

    @property
    def about(self) -> Circumstances:
        """What is looked at; the app knows its own size best."""
        size = self.app.size
        terminal = replace(self._about.terminal, columns=size.width, rows=size.height)
        return replace(self._about, terminal=terminal)

    @work(exclusive=True, group="doctor", exit_on_error=False)
    async def _look(self) -> None:
        await self._take(examine(self.about))

    @work(exclusive=True, group="doctor", exit_on_error=False)
    async def _test(self) -> None:
        def tell(model: str, step: Step) -> None:
            self.view = self.view.at(model, step, self._clock())

        await self._take(try_models(self.about, tell=tell))
        self.call_after_refresh(self._scroll_to_end)

    async def _take(self, findings: AsyncGenerator[Finding, None]) -> None:
        """Show findings as they come; a fault of the doctor's own is told, too."""
        try:
            async with aclosing(findings):
                async for finding in findings:
                    self.view = self.view.with_finding(finding)
        except Exception as error:
            self.query_one(NoticeBar).show_error(UnexpectedFailure.of(error))
        finally:
            self.view = replace(self.view, doing="nothing")

    def watch_view(self, old: DoctorView, view: DoctorView) -> None:
        if not self.is_mounted:
            return
        self._show_status()
        if view.report is not old.report:
            self._show_findings()

    def on_resize(self, event: events.Resize) -> None:
        self._show_findings()

    def _show_status(self) -> None:
        self.query_one("#status", Static).update(self.view.status(self._clock()))

    def _show_findings(self) -> None:
        area = self.query_one(VerticalScroll)
        width = area.scrollable_content_region.width or self.app.size.width - 4
        self.query_one("#findings", Static).update(rows(self.view.report, width))

    def _scroll_to_end(self) -> None:
        self.query_one(VerticalScroll).scroll_end(animate=False)

    # Actions

    def action_leave(self) -> None:
        """End a self-test; without one, go back."""
        if self.view.doing == "testing":
            self.workers.cancel_group(self, "doctor")
            self.query_one(NoticeBar).show_quiet("The self-test was ended.")
        else:
            self.dismiss(None)

    def action_look_again(self) -> None:
        if self.view.doing == "testing":
            self._say(self.view.reason_against_test)
            return
        self.query_one(NoticeBar).hide()
        self.view = DoctorView(Report())
        self._look()

    def action_self_test(self) -> None:
        busy = "Stop the run first." if self._is_busy() else None
        if reason := busy or self.view.reason_against_test:
            self._say(reason)
            return
        self.query_one(NoticeBar).hide()
        self.view = replace(self.view, tested=True, doing="testing", model="", step="loading")
        self._test()

    def action_copy_report(self) -> None:
        if self.view.doing == "looking":
            self._say("The doctor is still looking.")
            return

        def say(said: str) -> None:
            self._say(f"{said} Nothing of yours is in it. To a file: sutra doctor > report.txt")

        self.app.copy("report", self.view.report.as_text(), say)

    def _say(self, text: str | None) -> None:
        self.query_one(NoticeBar).show_quiet(text or "")
