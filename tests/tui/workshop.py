"""What the screen tests share: the real app on the scripted server, and waiting on conditions."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from sutra_tui.core.clean import clean
from sutra_tui.core.engine import Engine
from sutra_tui.core.errors import InvalidHost
from sutra_tui.core.model_details import Disk
from sutra_tui.core.protocol import Memory
from sutra_tui.engines.demo import demo_engine
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.settings import Settings
from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.stream_view import StreamView
from tests.ollama_server import GIB, LLAMA_3B, MISTRAL_7B, OllamaServer, Reply

A, B = LLAMA_3B.name, MISTRAL_7B.name
QUERY = "How do I sum a list?"
DEMONSTRATIONS = (
    "Task: count the items of a list.\n\nSolution: `len(items)` gives the number.",
    "Task: find the largest item.\n\nSolution: `max(items)`; it fails on an empty list.",
    "Task: reverse a list.\n\nSolution: `items[::-1]` makes a new one.",
)
DRAFT = "Use a **loop** that adds each item to a total."
REPLY_A = (
    f"<answer>\n{DRAFT}\n</answer>\n<demonstrations>\n"
    + "".join(f"<demonstration>\n{text}\n</demonstration>\n" for text in DEMONSTRATIONS)
    + "</demonstrations>"
)
ANSWER = (
    "### Solution\n\n`sum(items)` adds all items.\n\n```python\ntotal = sum([1, 2, 3])\n```\n\n"
    "- it returns `0` for an empty list\n- it fails on a list of strings"
)
STEADY_FIGURES = {
    "load_duration": 1_200_000_000,
    "prompt_eval_duration": 800_000_000,
    "eval_duration": 4_000_000_000,
    "eval_count": 88,
}
DISK = Disk(free=35_200_000_000, total=256_000_000_000, folder="/var/lib/models")
MEMORY = Memory(total=int(7.7 * GIB), available=int(2.6 * GIB))


@dataclass
class StillClock:
    """A clock that stands still until it is set."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Workshop:
    """The app and the server it talks to."""

    server: OllamaServer
    state_file: Path
    clock: StillClock = field(default_factory=StillClock)
    cache: DemonstrationCache = field(default_factory=DemonstrationCache)

    def script(self) -> None:
        """Well-behaved models with figures that never change."""
        self.server.script(A, Reply(REPLY_A, metrics=STEADY_FIGURES, prompt_tokens=212))
        self.server.script(B, Reply(ANSWER, metrics=STEADY_FIGURES, prompt_tokens=431))

    def engine(self, url: str | None = None) -> OllamaEngine:
        return OllamaEngine(
            url or self.server.url,
            address="localhost:11434",
            memory=lambda: MEMORY,
            disk=lambda: DISK,
        )

    def app(self, engine: Engine | None = None, **changes: Any) -> SutraApp:
        def reconnect(host: str | None, demo: bool) -> Engine:
            if demo:
                return demo_engine("instant")
            if host == "nonsense:port":
                raise InvalidHost("The port is not a number.", "Use host:port.")
            return self.engine(host)

        fields: dict[str, Any] = {
            "engine": engine or self.engine(),
            "open_cache": lambda demo: DemonstrationCache() if demo else self.cache,
            "settings": Settings(reduced_motion=True),
            "remembered": Remembered(),
            "reconnect": reconnect,
            "state_file": self.state_file,
            "examples": lambda: ("Write a Python merge sort",),
            "clock": self.clock,
            **changes,
        }
        return SutraApp(**fields)


def main_screen(pilot: Pilot[None]) -> MainScreen:
    """The main screen, whatever lies over it."""
    return next(s for s in pilot.app.screen_stack if isinstance(s, MainScreen))


async def until(pilot: Pilot[None], condition: Callable[[], object], timeout: float = 30.0) -> None:
    """Let the app go on until a condition holds.

    Raises:
        AssertionError: It does not hold in time.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "the app never came to the expected state"
        await pilot.pause()
        await asyncio.sleep(0.005)


async def settled(pilot: Pilot[None]) -> None:
    """Wait until every pane has painted what it was given, and the plan knows the models."""
    screen = main_screen(pilot)
    await until(pilot, lambda: all(w.is_finished for w in screen.workers if w.group == "shapes"))
    await until(pilot, lambda: not any(view.is_behind for view in screen.query(StreamView)))
    await pilot.pause()


ASKING = {"palette", "glance", "server", "shapes", "similar", "look", "listing", "detail", "pages"}
"""Groups of workers whose answers belong into a picture; others may be held at a moment."""


async def still(pilot: Pilot[None]) -> None:
    """Wait until nothing on the screen changes any more: all that was asked is answered, and three
    pictures in a row are the same."""
    for screen in pilot.app.screen_stack:
        for box in (*screen.query(Input), *screen.query(TextArea)):
            box.cursor_blink = False
            if isinstance(box, TextArea):
                box._line_cache.clear()  # a line painted while the cursor was off would be kept
                box.refresh()
    pictures: list[str] = []

    def settled_down() -> bool:
        if any(w.group in ASKING and not w.is_finished for w in pilot.app.workers):
            pictures.clear()
        pictures.append(pilot.app.export_screenshot())
        return len(pictures) > 2 and len(set(pictures[-3:])) == 1

    await settled(pilot)
    await until(pilot, settled_down)


async def connected(pilot: Pilot[None]) -> MainScreen:
    """Wait until the server was looked at."""
    await until(pilot, lambda: any(isinstance(s, MainScreen) for s in pilot.app.screen_stack))
    screen = main_screen(pilot)
    await until(pilot, lambda: screen.bench.server.status != "connecting")
    blocked = screen.has_class("-blocked")
    await until(pilot, lambda: not blocked or screen.query("ServerCard Button:focus"))
    await pilot.pause()
    return screen


async def ask(pilot: Pilot[None], query: str = QUERY) -> MainScreen:
    """Type a query and send it."""
    screen = await connected(pilot)
    screen.query_one(QueryBox).put(query)
    await pilot.press("enter")
    await until(pilot, lambda: screen.bench.run.query == clean(query))
    return screen


async def ask_and_wait(pilot: Pilot[None], query: str = QUERY) -> MainScreen:
    """Type a query, send it and wait until the run is over and painted."""
    screen = await ask(pilot, query)
    await until(pilot, lambda: not screen.bench.run.running)
    await settled(pilot)
    return screen
