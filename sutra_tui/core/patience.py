"""Waiting with an end: one piece of work, a number of seconds, and an error when they are over.

Invariant: when control returns the work is over too, finished or cancelled; a cancelled caller
stays cancelled. (`asyncio.wait_for` loses cancellations before Python 3.12.)
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
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
