"""What the tests of the history screen share: a filled history and the screen alone in an app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from sutra_tui.core.protocol import Status
from sutra_tui.store.history import History, HistoryRun
from sutra_tui.tui.screens.history import Chosen, HistoryScreen
from sutra_tui.tui.theme import THEMES, tints
from sutra_tui.tui.undo import UndoStack
from sutra_tui.tui.widgets.history_table import HistoryRows
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.stream_view import StreamView
from tests.store.history_support import START, Clock, made

from .inspector_support import until

NOW = START + 100_000.0
MERGE_SORT = (
    "A merge sort splits the list in two, sorts both halves and merges them.\n\n"
    "```python\ndef merge_sort(items):\n    if len(items) < 2:\n        return items\n"
    "    middle = len(items) // 2\n    left = merge_sort(items[:middle])\n"
    "    right = merge_sort(items[middle:])\n    return merge(left, right)\n```\n\n"
    "It takes O(n log n) steps and is stable.\n"
)
MERGE_SORT_OTHER = MERGE_SORT.replace("splits the list in two", "cuts the list in half").replace(
    "and is stable", "in the worst case, and it is stable"
)
RUNS: tuple[tuple[str, str, Status, float, dict[str, Any]], ...] = (
    ("c1", "How do I sum a list?", "complete", 90_000, {}),
    (
        "c2",
        "Write a Python merge sort",
        "complete",
        86_000,
        {"answer": MERGE_SORT, "starred": True},
    ),
    ("c3", "Explain the CAP theorem with analogies", "stopped", 30_000, {}),
    ("c4", "排序一个列表的最好方法", "complete", 20_000, {"cache_hit": True}),
    ("c5", "Why is the sky blue?", "complete", 9_000, {"method": "raw", "model_a": ""}),
    ("c6", "Read a configuration file in Rust", "failed", 5_000, {}),
    ("c7", "Write a Python merge sort", "complete", 600, {"answer": MERGE_SORT_OTHER}),
    ("c8", "Explain monads", "incomplete", 120, {"title": "The one about boxes"}),
)


def filled(history: History) -> None:
    """Eight runs of all kinds."""
    for run_id, query, status, ago, changes in RUNS:
        error = {"message": "The server went silent.", "remedy": "Try again."}
        run = made(
            run_id,
            query,
            status=status,
            started_at=NOW - ago,
            seen_at=NOW - ago + 15,
            error=error if status == "failed" else {},
            **changes,
        )
        history.save(run)


class HistoryApp(App[None]):
    """The history, alone."""

    def __init__(self, screen: HistoryScreen) -> None:
        super().__init__()
        self.history_screen = screen
        self.result: Chosen | str | None = "still open"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return tints(self.current_theme)

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sutra-dark"

        def ended(result: Chosen | None) -> None:
            self.result = result

        self.push_screen(self.history_screen, ended)


@dataclass
class Archive:
    """A history with a clock, and the ways to look at it."""

    clock: Clock = field(default_factory=Clock)
    undo: UndoStack = field(default_factory=UndoStack)
    busy: bool = False
    path: Any = None

    def __post_init__(self) -> None:
        self.clock.now = NOW
        self.history = History(self.path, clock=self.clock)

    def app(self, **changes: Any) -> HistoryApp:
        fields: dict[str, Any] = {"undo": self.undo, **changes}
        return HistoryApp(HistoryScreen(self.history, self.clock, lambda: self.busy, **fields))

    def run(self, run_id: str) -> HistoryRun:
        run = self.history.run(run_id)
        assert run is not None
        return run


def screen_of(pilot: Pilot[None]) -> HistoryScreen:
    """The history, whatever lies over it."""
    return next(s for s in pilot.app.screen_stack if isinstance(s, HistoryScreen))


def notice(pilot: Pilot[None]) -> str:
    """What the notice bar says."""
    return str(screen_of(pilot).query_one(NoticeBar).content)


def listed(pilot: Pilot[None]) -> list[str]:
    """Ids of the runs on the first page, in the order shown."""
    return [row.key for row in screen_of(pilot).view.pages.get(0, ())]


async def at_rest(pilot: Pilot[None]) -> HistoryScreen:
    """Wait until what is asked for is listed, read and painted."""
    await until(pilot, lambda: any(isinstance(s, HistoryScreen) for s in pilot.app.screen_stack))
    screen = screen_of(pilot)

    def rests() -> bool:
        view = screen.view
        if view.shown != view.edition or view.overview is None:
            return False
        if view.total and view.at_hand is None:
            return False
        if any(worker.group != "glance" and not worker.is_finished for worker in screen.workers):
            return False
        rows = screen.query_one(HistoryRows)
        return not view.missing(*rows.window) and not any(
            stream.is_behind for stream in screen.query(StreamView)
        )

    await until(pilot, rests)
    await pilot.pause()
    return screen
