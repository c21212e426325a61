"""What the history tells of a run beside its texts: how it ended, its stages, what they cost."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.reactive import reactive

from ...core.clean import clean_line
from ...store.history import HistoryRun
from ..history_view import HistoryView
from ..history_words import run_facts, stage_facts, stage_title
from .fact_lines import FactLines, indented

NAME_CELLS: Final = 9


class HistoryFacts(FactLines):
    """Scrolls over the facts of `HistoryView.detail`."""

    view: reactive[HistoryView] = reactive(HistoryView(), init=False)

    def watch_view(self) -> None:
        self.show_facts()

    def lines(self, width: int) -> list[Content]:
        run = self.view.detail
        return facts(run, self.view.now, width) if run and width > NAME_CELLS else []


def facts(run: HistoryRun, now: float, width: int) -> list[Content]:
    """Everything about a run but its texts.

    Args:
        run: The run.
        now: Seconds since the epoch.
        width: Cells of a line.
    """
    styles = {"error": "$text-error", "demo": "$text-warning"}
    lines: list[Content] = []
    for name, text in run_facts(run, now):
        lines += indented(name, text, NAME_CELLS, width, styles.get(name, ""))
    for notice in run.result.notices:
        lines += indented("!", clean_line(notice, 400), 2, width, "$text-warning")
    for stage in run.result.stages:
        lines += [Content(""), *indented("", stage_title(stage), 0, width, "bold")]
        for line in stage_facts(stage):
            lines += indented("", line, 2, width)
    return lines
