"""The app's demonstration caches: the user's own, and one apart for the demo.

Invariant: a cache is opened once, in a thread, when it is first needed, and its code read then: the
first frame does without. What each has to say is said once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..store.cache import DemonstrationCache
    from .cache_changes import UndoStack


class Caches:
    """Opens and closes demonstration caches.

    Args:
        opener: Opens the cache, the demo's own if told so. It may wait for a disk.
    """

    def __init__(self, opener: Callable[[bool], DemonstrationCache]) -> None:
        self._opener = opener
        self._open: dict[bool, DemonstrationCache] = {}
        self._undo: dict[bool, UndoStack] = {}
        self._opening = asyncio.Lock()
        self._told = 0

    async def get(self, demo: bool) -> DemonstrationCache:
        """The cache for real runs, or the demo's."""
        async with self._opening:
            if demo not in self._open:
                self._open[demo] = await asyncio.to_thread(self._opener, demo)
            return self._open[demo]

    def undo(self, demo: bool) -> UndoStack:
        """What was done by hand to a cache and can be undone until the app closes."""
        from .cache_changes import UndoStack

        return self._undo.setdefault(demo, UndoStack())

    def news(self) -> list[str]:
        """What the caches have to say that was not said yet."""
        said = [text for cache in self._open.values() for text in cache.warnings]
        news, self._told = said[self._told :], len(said)
        return news

    async def close(self) -> None:
        """Close what was opened."""
        for cache in self._open.values():
            await asyncio.to_thread(cache.close)
