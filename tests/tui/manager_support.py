"""What the model manager's tests share: opening it through the real app, and waiting for it."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot

from sutra_tui.tui.screens.model_manager import ModelManager
from sutra_tui.tui.widgets.notice_bar import NoticeBar

from .workshop import Workshop, connected, until

WIDE = (120, 40)


def pilot_of(workshop: Workshop, size: tuple[int, int] = WIDE, **changes: Any) -> Any:
    return workshop.app(**changes).run_test(size=size, notifications=True, tooltips=True)


def manager(pilot: Pilot[None]) -> ModelManager:
    """The manager, whatever lies over it."""
    return next(s for s in pilot.app.screen_stack if isinstance(s, ModelManager))


def is_open(pilot: Pilot[None]) -> bool:
    return any(isinstance(s, ModelManager) for s in pilot.app.screen_stack)


async def opened(pilot: Pilot[None]) -> ModelManager:
    """Open the manager and wait until everything is known that it asks for."""
    await connected(pilot)
    await pilot.press("ctrl+o")
    await until(pilot, lambda: is_open(pilot))
    return await at_rest(pilot)


async def at_rest(pilot: Pilot[None]) -> ModelManager:
    """Wait until what is asked for was read and painted."""
    screen = manager(pilot)

    def rests() -> bool:
        if any(w.group == "look" and not w.is_finished for w in screen.workers):
            return False
        server = screen.view.server
        # The main screen knows models, but only the manager asks for the disk.
        return server.status == "down" or server.disk is not None or server.is_demo

    await until(pilot, rests)
    await pilot.pause()
    return screen


def names(screen: ModelManager) -> list[str]:
    """The models listed, in order."""
    return [row.info.name for row in screen.view.rows]


async def put_cursor_on(pilot: Pilot[None], name: str) -> None:
    """Move the cursor to a model by the arrow keys."""
    screen = manager(pilot)
    step = names(screen).index(name) - screen.view.cursor
    await pilot.press(*["down" if step > 0 else "up"] * abs(step))
    await until(pilot, lambda: screen.view.current and screen.view.current.info.name == name)


def notice(pilot: Pilot[None]) -> str:
    """What the notice bar of the manager says."""
    return str(manager(pilot).query_one(NoticeBar).content)
