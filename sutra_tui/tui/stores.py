"""The app's stores, demonstration caches and histories: the user's own, and those of the demo.

Invariant: a store is opened once, in a thread, when it is first needed, and its code read then: the
first frame does without. What each has to say is said once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from .undo import UndoStack


class Store(Protocol):
    """What is opened and closed here."""

    @property
    def warnings(self) -> Sequence[str]: ...

    def close(self) -> None: ...


S = TypeVar("S", bound=Store)


class Stores(Generic[S]):
    """Opens and closes stores of one kind.

    Args:
        opener: Opens the store, the demo's own if told so. It may wait for a disk.
    """

    def __init__(self, opener: Callable[[bool], S]) -> None:
        self._opener = opener
        self._open: dict[bool, S] = {}
        self._undo: dict[bool, UndoStack] = {}
        self._opening = asyncio.Lock()
        self._told = 0

    async def get(self, demo: bool) -> S:
        """The store for real runs, or the demo's."""
        async with self._opening:
            if demo not in self._open:
                self._open[demo] = await asyncio.to_thread(self._opener, demo)
            return self._open[demo]

    def undo(self, demo: bool) -> UndoStack:
        """What was done by hand to a store and can be undone until the app closes."""
        from .undo import UndoStack

        return self._undo.setdefault(demo, UndoStack())

    def news(self) -> list[str]:
        """What the stores have to say that was not said yet."""
        said = [text for store in self._open.values() for text in store.warnings]
        news, self._told = said[self._told :], len(said)
        return news

    async def close(self) -> None:
        """Close what was opened."""
        for store in self._open.values():
            await asyncio.to_thread(store.close)
