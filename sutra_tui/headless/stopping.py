"""Signals that end a run: the run is cancelled, what it had is kept, the exit code says which.

Invariant: a second signal is not caught any more, so that nothing can keep a process from ending.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from types import FrameType
from typing import Any, Final, TypeVar

T = TypeVar("T")

SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)


class Stopped(Exception):
    """A signal ended the run.

    Args:
        signum: Which.
    """

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.exit_code = 128 + signum


async def stoppable(work: Coroutine[Any, Any, T]) -> T:
    """Do some work until it is done or a signal comes.

    Raises:
        Stopped: A signal came; the work has been cancelled and is over.
    """
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    came: list[int] = []

    def stop(signum: int) -> None:
        came.append(signum)
        _restore(loop, caught)
        task.cancel()

    caught = _catch(loop, stop)
    try:
        await asyncio.wait({task})
    finally:
        _restore(loop, caught)
    if came and (task.cancelled() or task.exception() is not None):
        raise Stopped(came[0])
    return task.result()


def _catch(loop: asyncio.AbstractEventLoop, stop: Any) -> list[tuple[int, Any]]:
    """Catch the signals that would end the process; one that is ignored (nohup) stays ignored."""
    caught: list[tuple[int, Any]] = []
    for signum in SIGNALS:
        before = signal.getsignal(signum)
        if before == signal.SIG_IGN:
            continue
        try:
            loop.add_signal_handler(signum, stop, signum)
        except (NotImplementedError, RuntimeError):  # Windows' event loop has none

            def handle(number: int, frame: FrameType | None) -> None:
                loop.call_soon_threadsafe(stop, number)

            signal.signal(signum, handle)
        caught.append((signum, before))
    return caught


def _restore(loop: asyncio.AbstractEventLoop, caught: list[tuple[int, Any]]) -> None:
    while caught:
        signum, before = caught.pop()
        try:
            loop.remove_signal_handler(signum)
        except (NotImplementedError, RuntimeError):
            pass
        if before is not None:
            signal.signal(signum, before)
