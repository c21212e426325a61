"""What the tests of the cache inspector share: a filled cache and the screen alone in an app."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from sutra_tui.core.protocol import ModelInfo
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.tui.screens.cache_inspector import CacheInspector, UseDemonstrations
from sutra_tui.tui.theme import THEMES
from sutra_tui.tui.undo import UndoStack
from sutra_tui.tui.widgets.cache_table import CacheRows
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.stream_view import StreamView
from sutra_tui.tui.workbench import Server, Workbench

START = 1_700_000_000.0
A, DIGEST = "llama3.2:3b", "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72"
OPTIONS = {"temperature": 0.2, "seed": 7, "num_ctx": 4096}
QUERY = "Write a Python merge sort"
BENCH = Workbench(
    server=Server("localhost:11434", status="up", version="0.33.2"),
    models=(ModelInfo(A, DIGEST), ModelInfo("mistral:7b", "f974a74358d6")),
    model_a=A,
    model_b="mistral:7b",
)
QUERIES = (
    "How do I sum a list?",
    "Reverse a string without losing emoji",
    "Explain the difference between a list and a tuple",
    "Read a configuration file in Rust",
    "排序一个列表的最好方法",
    "What does yield do?",
    "Write a regular expression for ISO dates, with all the corner cases one meets in practice",
    "Sort a dictionary by value",
    QUERY,
)


def parts(query: str = QUERY, **changes: Any) -> KeyParts:
    """What a key is made of; by default what the main screen would ask now."""
    fields = {
        "model_a": A,
        "digest": DIGEST,
        "template_hash": "5f2b8c1e9d7a4036",
        "count": 3,
        "order": "answer-first",
        "options": OPTIONS,
        **changes,
    }
    return KeyParts(query, **fields)


class Clock:
    """A wall clock and a monotonic clock that obey."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class InspectorApp(App[None]):
    """The inspector, alone."""

    def __init__(self, screen: CacheInspector, animate: bool = False) -> None:
        super().__init__()
        self.inspector = screen
        self.result: UseDemonstrations | str | None = "still open"

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sutra-dark"

        def ended(result: UseDemonstrations | None) -> None:
            self.result = result

        self.push_screen(self.inspector, ended)


@dataclass
class Shelf:
    """A cache with a clock, and the ways to look at it."""

    path: Path | None = None
    clock: Clock = field(default_factory=Clock)
    undo: UndoStack = field(default_factory=UndoStack)
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cache = DemonstrationCache(
            3600, self.path, clock=self.clock, monotonic=self.clock, **self.options
        )

    def keep(self, *demos: str, of: KeyParts | None = None, **more: Any) -> str:
        """Keep demonstrations and return their key."""
        of = of or parts()
        more = {"tokens": 212, "seconds": 4.1, "draft": "A draft with **bold** words.", **more}
        self.cache.set(
            of.key,
            list(demos) or [f"Task {n} of: {of.query}\n\nSolution: `{n}`" for n in (1, 2, 3)],
            query=of.query,
            model_a=of.model_a,
            digest=of.digest,
            template_hash=of.template_hash,
            count=of.count,
            order=of.order,
            options=of.options,
            **more,
        )
        return of.key

    def fill(self) -> None:
        """Nine entries of all kinds, written five minutes apart."""
        for number, query in enumerate(QUERIES):
            model = A if number % 3 else "qwen2.5:3b"
            key = self.keep(of=parts(query, model_a=model if query != QUERY else A))
            for _ in range((7 * number) % 5):
                self.cache.get(key)
            self.clock.now += 300
        keys = {entry.query: entry.key for entry in self.cache.entries(0, 50)}
        self.cache.pin(keys["Reverse a string without losing emoji"])
        first = self.ids(keys["What does yield do?"])[0]
        self.cache.edit(keys["What does yield do?"], first, "A better example,\nby hand.")
        self.cache.ban("Task 1 of: Sort a dictionary by value\n\nSolution: `1`")
        by_hand = parts("Explain monads")
        self.cache.add(by_hand.key, "A box with rules.", parts=by_hand)
        self.cache.get("nobody asked this")
        self.clock.now += 1500

    def ids(self, key: str) -> list[int]:
        entry = self.cache.entry(key)
        assert entry is not None
        return [d.id for d in entry.demonstrations]

    def texts(self, key: str) -> list[str]:
        entry = self.cache.entry(key)
        assert entry is not None
        return [d.text for d in entry.demonstrations]

    def screen(self, query: str = QUERY, **changes: Any) -> CacheInspector:
        now = parts(query) if query else None
        fields: dict[str, Any] = {"parts_now": now, "undo": self.undo, **changes}
        bench = fields.pop("bench", BENCH)
        return CacheInspector(
            self.cache, bench, self.clock, query, now.key if now else None, **fields
        )

    def app(self, query: str = QUERY, **changes: Any) -> InspectorApp:
        return InspectorApp(self.screen(query, **changes))


def inspector(pilot: Pilot[None]) -> CacheInspector:
    """The inspector, whatever lies over it."""
    return next(s for s in pilot.app.screen_stack if isinstance(s, CacheInspector))


def notice(pilot: Pilot[None]) -> str:
    """What the notice bar says."""
    return str(inspector(pilot).query_one(NoticeBar).content)


def queries(pilot: Pilot[None]) -> list[str]:
    """The queries of the first page, in the order shown."""
    return [row.entry.query for row in inspector(pilot).view.pages.get(0, ())]


async def until(pilot: Pilot[None], condition: Callable[[], object], timeout: float = 20.0) -> None:
    """Let the app go on until a condition holds.

    Raises:
        AssertionError: It does not hold in time.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "the inspector never came to the expected state"
        await pilot.pause()
        await asyncio.sleep(0.005)


async def at_rest(pilot: Pilot[None]) -> CacheInspector:
    """Wait until what is asked for is listed, read and painted."""
    await until(pilot, lambda: any(isinstance(s, CacheInspector) for s in pilot.app.screen_stack))
    screen = inspector(pilot)

    def rests() -> bool:
        view = screen.view
        if view.shown != view.edition or view.overview is None:
            return False
        if view.total and view.at_hand is None:
            return False
        if any(worker.group != "glance" and not worker.is_finished for worker in screen.workers):
            return False
        rows = screen.query_one(CacheRows)
        return not view.missing(*rows.window) and not any(
            stream.is_behind for stream in screen.query(StreamView)
        )

    await until(pilot, rests)
    await pilot.pause()
    return screen
