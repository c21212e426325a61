"""The line above the query box that says what a run will do to memory, and how long it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

if TYPE_CHECKING:
    from ...core.memory import Verdict
    from ...core.plan import RunPlan

STYLES: dict[Verdict, str] = {
    "fits": "$text-success",
    "one at a time": "$text-primary",
    "tight": "$text-warning",
    "does not fit": "$text-error",
    "unknown": "$text-muted",
}


class PlanLine(Widget):
    """Shows a `RunPlan` on one line; pressing it opens the sum behind it."""

    DEFAULT_CSS = """
    PlanLine {
        height: 1; padding: 0 2; color: $text-muted; background: $background;
        &:hover { background: $panel; }
    }
    """

    plan: reactive[RunPlan | None] = reactive(None)

    def on_mount(self) -> None:
        self.tooltip = Content("What this run does to memory. Press for the sum behind it.")

    def render(self) -> Content:
        plan = self.plan
        if plan is None:
            return Content("")
        from ...plan_words import SIGNS, plan_line  # the first frame does without

        text = plan_line(plan, self.content_size.width - 2, lambda line: Content(line).cell_length)
        if not text:
            return Content("")
        return Content.assemble((SIGNS[plan.verdict], STYLES[plan.verdict]), " ", text)

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.run_action("screen.open_plan")
