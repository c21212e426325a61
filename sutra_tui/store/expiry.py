"""Time as the cache sees it: the wall clock, checked against the one that cannot be set.

Invariant: the wall clock is only ever overruled by evidence. Once this process has served or
written an entry it knows by the monotonic clock how long that entry may live on, so setting the
wall clock back does not bring it back. Nothing about time is ever written: a clock that was wrong
for a moment cannot kill what is kept.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

_WATCHED: Final = 10_000


class Timekeeper:
    """Says what time it is and whose time is really over.

    Args:
        clock: Seconds since the epoch.
        monotonic: Seconds since any moment, never set back.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._deadlines: OrderedDict[tuple[str, float, float], float] = OrderedDict()

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._clock()

    def watch(self, key: str, created_at: float, expires_at: float) -> None:
        """Note that an entry is live now and how long it may remain so."""
        name = (key, created_at, expires_at)
        if name in self._deadlines:
            return
        self._deadlines[name] = self._monotonic() + max(0.0, expires_at - self._clock())
        if len(self._deadlines) > _WATCHED:
            self._deadlines.popitem(last=False)

    def passed(self, key: str, created_at: float, expires_at: float) -> bool:
        """Whether more time went by than a watched entry had left."""
        deadline = self._deadlines.get((key, created_at, expires_at))
        return deadline is not None and self._monotonic() >= deadline
