"""Waiting with an end: one piece of work, a number of seconds, and an error when they are over.

Invariant: when control returns the work is over too, finished or cancelled; a cancelled caller
stays cancelled. (`asyncio.wait_for` loses cancellations before Python 3.12.)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from .errors import EngineError

T = TypeVar("T")
_CLOSING_S: Final = 5.0
"""How long cancelled work may take to close its connection, in seconds."""


async def within(
    seconds: float, work: Coroutine[Any, Any, T], late: Callable[[], EngineError]
) -> T:
    """Do some work within a time.

    Args:
        seconds: The time it has.
        work: What to do; cancelled when the time is over or the caller is cancelled.
        late: Makes the error for work that took longer.

    Raises:
        EngineError: What `late` made.
        Exception: Whatever the work raises.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise late()
        return task.result()
    finally:
        await settle(task)


class Alarm:
    """`within` for the per-token path: one piece of work after another, each within its time.

    The work is done in the caller's own task, which a timer interrupts, so that no task is made and
    no turn of the loop is lost for each token. One timer serves all waits: setting one for each
    would cost as much as reading a token does. Leaving the context takes it away.

    Args:
        late: Makes the error for work that took longer than so many seconds.
    """

    def __init__(self, late: Callable[[float], EngineError]) -> None:
        self._late = late
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._waiting: asyncio.Task[Any] | None = None
        self._rang = False

    def __enter__(self) -> Alarm:
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()

    async def wait(self, seconds: float, work: Awaitable[T]) -> T:
        """Do some work within a time.

        Args:
            seconds: The time it has.
            work: What to await; interrupted by a cancellation when the time is over.

        Raises:
            EngineError: What `late` made.
            Exception: Whatever the work raises.
        """
        self._due = self._loop.time() + seconds
        if self._timer is None or self._timer.when() > self._due:
            self._set_timer()
        task = self._waiting = asyncio.current_task()
        assert task is not None, "only a task can wait"
        try:
            return await work
        except asyncio.CancelledError:
            if self._rang and not _cancelled_by_others(task):
                raise self._late(seconds) from None
            raise
        finally:
            self._waiting, self._rang = None, False

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(self._due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return  # the next wait sets it again
        if self._loop.time() < self._due:
            self._set_timer()  # it was set for an earlier wait
        else:
            self._rang = True
            self._waiting.cancel()


def _cancelled_by_others(task: asyncio.Task[Any]) -> bool:
    """Take the timer's cancellation back; whether there was another. Unknown before 3.11: no."""
    uncancel: Callable[[], int] | None = getattr(task, "uncancel", None)
    return uncancel is not None and uncancel() > 0


async def settle(task: asyncio.Future[Any]) -> None:
    """Cancel work that nobody waits for any more, and wait until it is over.

    A caller that is cancelled meanwhile waits on, since leaving work that still runs would let two
    close the same connection, and is cancelled then.
    """
    cancelled: asyncio.CancelledError | None = None
    deadline = time.monotonic() + _CLOSING_S
    if not task.done():
        task.cancel()
    while not task.done() and (left := deadline - time.monotonic()) > 0:
        try:
            await asyncio.wait({task}, timeout=left)
        except asyncio.CancelledError as error:
            cancelled = error
    if task.done() and not task.cancelled():
        task.exception()  # looked at, so that asyncio does not report it as lost
    if cancelled is not None:
        raise cancelled
