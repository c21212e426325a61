"""How fast the demo pretends to be: named paces, and the one place that sleeps.

Invariant: only waiting is simulated, never a figure. Whoever reports a duration measures it with
the same clock the waiting was done by.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from ..core.errors import InvalidRequest

Sleep = Callable[[float], Awaitable[None]]
"""Waits that many seconds."""
Clock = Callable[[], float]
"""Seconds from any fixed point; never runs backwards."""

PACES: Final[Mapping[str, float | None]] = MappingProxyType(
    {"realistic": 1.0, "brisk": 4.0, "instant": None}
)
"""How many times faster than the models' `Speed` each pace is; None does not wait at all."""
DEFAULT_PACE: Final = "brisk"


class Speed(NamedTuple):
    """How fast one model is at the `realistic` pace.

    Args:
        prompt: Prompt tokens read in a second.
        decode: Tokens written in a second.
        load_s: Seconds from disk into memory.
    """

    prompt: float
    decode: float
    load_s: float


class Pace:
    """Waits as long as a model would take, so many times faster.

    Args:
        faster: Divides every wait; None waits for nothing and only lets other tasks run.
        sleep: Does the waiting; `asyncio.sleep` unless a test brings its own.
        clock: The clock that `sleep` moves.
    """

    __slots__ = ("_faster", "_sleep", "clock")

    def __init__(
        self,
        faster: float | None = PACES[DEFAULT_PACE],
        *,
        sleep: Sleep = asyncio.sleep,
        clock: Clock = time.perf_counter,
    ) -> None:
        self._faster = faster
        self._sleep = sleep
        self.clock = clock

    @classmethod
    def named(
        cls, name: str, *, sleep: Sleep = asyncio.sleep, clock: Clock = time.perf_counter
    ) -> Pace:
        """The pace of that name.

        Args:
            name: A key of `PACES`.
            sleep: As for the class.
            clock: As for the class.

        Raises:
            InvalidRequest: There is no such pace.
        """
        if name not in PACES:
            raise InvalidRequest(
                f"The demo has no pace called {name!r}.", f"Its paces are {', '.join(PACES)}."
            )
        return cls(PACES[name], sleep=sleep, clock=clock)

    async def wait(self, started: float, seconds: float) -> None:
        """Wait until so much work would be done.

        Counting from the start and not from now keeps the sleeps' own inaccuracy from adding up
        over hundreds of tokens.

        Args:
            started: When the work began, by this pace's clock.
            seconds: How long it takes at the `realistic` pace.
        """
        left = 0.0 if self._faster is None else started + seconds / self._faster - self.clock()
        if left > 0:
            await self._sleep(left)
        else:
            await asyncio.sleep(0)

    def nanoseconds_since(self, started: float) -> int:
        """What has really passed, as servers report it: at least 1, for zero means "not said"."""
        return max(1, round((self.clock() - started) * 1e9))
