"""Holding replies at a chosen point, so that tests wait on conditions and never sleep.

Invariant: a reply that reaches a held point is counted in `parked` until it is released or its
client hangs up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from .journal import Journal, Kind, Recorded

if TYPE_CHECKING:
    from collections.abc import Callable

Point: TypeAlias = "Literal['request', 'load', 'headers', 'done'] | int"
"""Before the request is looked at; while its model loads; before the first byte; before the last
line; after that many lines."""


@dataclass(eq=False)
class Hold:
    """One held point. Release it, or everything with `OllamaServer.release()`."""

    point: Point
    path: str | None
    model: str | None
    on: Kind | None
    let_go: Callable[[Hold], None]
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    parked: int = 0
    """How many replies wait here now."""

    def release(self) -> None:
        """Let everybody go who waits here, and hold nobody any more."""
        self.let_go(self)

    def holds(self, point: Point, recorded: Recorded, model: str) -> bool:
        """Whether this reply stops at this point."""
        return (
            point == self.point
            and isinstance(point, str) == isinstance(self.point, str)
            and self.path in (None, recorded.path)
            and self.model in (None, model)
            and self.on in (None, recorded.kind)
        )


class Gate:
    """All held points of one server."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._holds: list[Hold] = []
        self.loop: asyncio.AbstractEventLoop | None = None

    @property
    def parked(self) -> int:
        """How many replies wait now, at any point."""
        with self._journal.changed:
            return sum(hold.parked for hold in self._holds)

    def hold(self, point: Point, path: str | None, model: str | None, on: Kind | None) -> Hold:
        """Stop replies at a point from now on."""
        hold = Hold(point, path, model, on, self._release)
        with self._journal.changed:
            self._holds.append(hold)
        return hold

    def release(self) -> None:
        """Open every held point."""
        with self._journal.changed:
            holds = list(self._holds)
        for hold in holds:
            self._release(hold)

    def clear(self) -> None:
        """Forget every held point; whoever waited is gone."""
        with self._journal.changed:
            self._holds.clear()

    def _release(self, hold: Hold) -> None:
        with self._journal.changed:
            if hold in self._holds:
                self._holds.remove(hold)
        if self.loop is not None and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(hold.opened.set)

    async def reach(self, point: Point, recorded: Recorded, model: str) -> None:
        """Wait here as long as the point is held."""
        with self._journal.changed:
            hold = next((h for h in self._holds if h.holds(point, recorded, model)), None)
        if hold is None:
            return
        self._count(hold, 1)
        try:
            await hold.opened.wait()
        finally:
            self._count(hold, -1)

    def _count(self, hold: Hold, step: int) -> None:
        with self._journal.changed:
            hold.parked += step
            self._journal.notify()
