"""Whatever ends the app: signals, a terminal that goes away, and the time its ending may take.

Invariant: after a first wish to end, the process is gone within `GRACE_S` whatever hangs, and the
terminal is restored either way. Nothing here waits for the event loop, which may be what hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

from ..logbook import Logbook
from .crash import where
from .terminal import Terminal

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
KEYBOARD: Final = (signal.SIGINT, signal.SIGQUIT)
GRACE_S: Final = 2.0
"""How long the app may take to end by itself."""
TRIM_EVERY_S: Final = 60.0
_LEAVING: Final = 0
_OVER: Final = 255


class Watch:
    """Looks out for the end, in a thread of its own.

    Args:
        terminal: What has to be restored.
        logbook: Where it is noted.
        leave: Ends the app with an exit code, in the good way; called in the event loop.
        give_up: Called when that takes too long, with the code of the signal, if it was one; gives
            the exit code of the process.
    """

    def __init__(
        self,
        terminal: Terminal,
        logbook: Logbook,
        leave: Callable[[int], None],
        give_up: Callable[[int | None], int],
    ) -> None:
        self._terminal = terminal
        self._logbook = logbook
        self._leave = leave
        self._give_up = give_up
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._ears, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)  # a signal handler must not wait
        self._thread = threading.Thread(target=self._listen, name="sutra-watch", daemon=True)

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Watch from now on. From the main thread; a second time changes nothing."""
        if self._loop is not None:
            return
        self._loop = loop
        loop.set_exception_handler(self._note_lost)
        for signum in SIGNALS:
            before = signal.getsignal(signum)
            if before != signal.SIG_IGN:  # what is ignored (nohup) stays ignored
                self._before[signum] = before
                signal.signal(signum, self._heard)
        self._thread.start()

    def leaving(self) -> None:
        """The app has begun to end by itself: it must not take for ever."""
        self._say(_LEAVING)

    def end(self) -> None:
        """The app is over: signals do again what they did before."""
        while self._before:
            signum, before = self._before.popitem()
            if before is not None:
                signal.signal(signum, before)
        if self._thread.is_alive():
            self._say(_OVER)
            self._thread.join()
        os.close(self._ears)
        os.close(self._mouth)

    def _heard(self, signum: int, frame: FrameType | None) -> None:
        # Between two steps of anything at all, so no more than one byte to the thread.
        if signum in KEYBOARD and not self._terminal.is_taken:
            return  # ctrl+c in an editor that has the terminal for now
        self._say(signum)

    def _say(self, word: int) -> None:
        with contextlib.suppress(OSError):
            os.write(self._mouth, bytes((word,)))

    def _listen(self) -> None:
        """Wait for a word, the terminal's end or the end of patience, whichever comes first."""
        poller = select.poll()
        poller.register(self._ears, select.POLLIN)
        poller.register(self._terminal.descriptor, 0)  # a hang-up is told unasked
        deadline = float("inf")
        code: int | None = None
        while True:
            rest = min(TRIM_EVERY_S, deadline - time.monotonic())
            told = dict(poller.poll(max(0, rest * 1000)))
            if time.monotonic() >= deadline:
                self._force(code)
            self._logbook.trim()
            heard = os.read(self._ears, 1)[0] if self._ears in told else None
            if heard is None and self._terminal.descriptor in told:
                poller.unregister(self._terminal.descriptor)  # it would be told again and again
                if told[self._terminal.descriptor] & select.POLLHUP:
                    heard = int(signal.SIGHUP)
            if heard == _OVER:
                return
            if heard in (*SIGNALS, _LEAVING):
                deadline = min(deadline, time.monotonic() + GRACE_S)
            if heard in SIGNALS and code is None:
                code = 128 + heard
                self._ask_to_leave(code)

    def _ask_to_leave(self, code: int) -> None:
        self._logbook.note("signal", code=code)
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._leave, code)

    def _force(self, code: int | None) -> None:
        self._logbook.note("forced to end", code=code)
        self._terminal.restore()
        os._exit(self._give_up(code))

    def _note_lost(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A failure nobody waits for; asyncio's own way of telling would quote its text."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._logbook.note("lost failure", kind=type(error).__name__, where=where(error))
