"""Waiting for asynchronous work from plain code: in scripts, threads and running event loops.

Invariant: when control returns the work is over, also after Ctrl-C; only a second Ctrl-C leaves it
behind.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Coroutine
from concurrent import futures
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
_LOOK_S: Final = 0.1
"""How often a wait looks whether it shall be given up, in seconds."""


def wait_for(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run asynchronous work and wait for its result.

    Args:
        start: Makes the work; called once, in the event loop that will run it.

    Raises:
        KeyboardInterrupt: Ctrl-C; the work was cancelled and is over.
        Exception: Whatever the work raises.
    """
    return _Aside(start).wait()


class _Aside(Generic[T]):
    """Work in an event loop and a thread of its own.

    A loop that already runs in the waiting thread stands still meanwhile. Without one a thread is
    of use too: an interrupt never falls into the work's own loop, which loses tasks by it before
    Python 3.11.
    """

    def __init__(self, start: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._start = start
        self._outcome: futures.Future[T] = futures.Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._began = threading.Event()
        self._context = contextvars.copy_context()

    def wait(self) -> T:
        thread = threading.Thread(target=self._work, name="sutra run", daemon=True)
        try:
            thread.start()
            self._wait_interruptibly()
        except BaseException:
            self._cancel()
            raise
        return self._outcome.result()

    def _work(self) -> None:
        if not self._outcome.set_running_or_notify_cancel():
            return
        try:
            result = self._context.run(asyncio.run, self._main())
        except BaseException as error:
            self._outcome.set_exception(error)
        else:
            self._outcome.set_result(result)
        finally:
            self._began.set()

    async def _main(self) -> T:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        self._began.set()
        return await self._start()

    def _wait_interruptibly(self) -> None:
        # `asyncio.run` turns the first Ctrl-C into a cancellation of its task (from Python 3.11
        # on), and this task cannot notice while it waits here.
        waiting = _current_task()
        before = _cancellations(waiting)
        while not futures.wait([self._outcome], timeout=_LOOK_S).done:
            if _cancellations(waiting) > before:
                raise asyncio.CancelledError

    def _cancel(self) -> None:
        """End the work and wait until it is over; work that has not begun never will."""
        if self._outcome.cancel():
            return
        self._began.wait()
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop is closed: the work was over already
                self._loop.call_soon_threadsafe(self._task.cancel)
        futures.wait([self._outcome])


def _current_task() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def _cancellations(task: asyncio.Task[Any] | None) -> int:
    """How often a task was asked to end; before Python 3.11 nobody counts."""
    count: Callable[[], int] = getattr(task, "cancelling", int)
    return count()
