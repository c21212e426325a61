"""The terminal the app draws on: a way to it that nobody else writes to, and back to how it was.

Invariant: while the app has the terminal, what libraries write to standard output or error goes to
the log; once the app has let go, the terminal is as it was found. A terminal that is gone raises
nothing here: whoever writes to it finds out that it takes no more, and goes on.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import threading
from typing import Any, Final

STANDARD_OUTPUT: Final = 1
STANDARD_ERROR: Final = 2
FALLBACK_SIZE: Final = (80, 24)
"""Columns and rows of a terminal that does not know its own."""
LEAVE: Final = (
    b"\x1b[?2026l"  # show what was held back
    b"\x1b[?2004l\x1b[?7h"  # no bracketed paste, lines wrap
    b"\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # no mouse
    b"\x1b[?2048l\x1b[<u"  # no resize reports, the keyboard protocol as before
    b"\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[0m"  # the other screen, cursor, no focus reports
)
"""What undoes everything the app asks of a terminal."""
SAVE_TITLE: Final = "\x1b[22;2t"
GIVE_TITLE_BACK: Final = "\x1b[23;2t"
"""The terminal's own stack of titles (xterm's window operations 22 and 23)."""
SILENT_TERMS: Final = ("", "dumb", "linux", "unknown")
"""Values of TERM that have no title and no notifications."""
_PATIENCE_S: Final = 0.3
_CHUNK: Final = 8192


class Terminal:
    """What standard output leads to, kept under a descriptor of our own.

    Args:
        log: Descriptor that gets what others write to the terminal meanwhile.
    """

    def __init__(self, log: int) -> None:
        self.descriptor = os.dup(STANDARD_OUTPUT)
        self.is_taken = False
        self.is_gone = False
        """Whether a write has failed: nobody is there any more."""
        self.is_named = False
        """Whether its title is ours for now."""
        self._log = log
        self._kept: dict[int, int] = {}
        self._pending: list[str] = []
        self._pending_length = 0
        self._changing = threading.RLock()  # a stop signal may come while it is held
        self._encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        try:
            self._found: list[Any] | None = termios.tcgetattr(self.descriptor)
        except termios.error:
            self._found = None

    def size(self) -> tuple[int, int]:
        """Columns and rows; of the terminal itself, not what COLUMNS and LINES once were."""
        try:
            columns, rows = os.get_terminal_size(self.descriptor)
        except OSError:
            columns = rows = 0
        return columns or FALLBACK_SIZE[0], rows or FALLBACK_SIZE[1]

    @property
    def can_be_told(self) -> bool:
        """Whether there is a terminal that has a title and takes notifications."""
        return self.isatty() and os.environ.get("TERM", "") not in SILENT_TERMS

    # To and fro

    def take(self) -> None:
        """The app begins to draw: everything else that is written goes to the log."""
        with self._changing:
            if self.is_taken:
                return
            self.is_taken = True
            _flush_streams()
            for number in (STANDARD_OUTPUT, STANDARD_ERROR):
                # What the user has sent to a file goes on going there.
                if os.isatty(number):
                    self._kept[number] = os.dup(number)
                    os.dup2(self._log, number)

    def let_go(self) -> None:
        """The app has drawn its last and has undone what it asked of the terminal."""
        with self._changing:
            self.is_taken = False
            _flush_streams()
            while self._kept:
                number, kept = self._kept.popitem()
                os.dup2(kept, number)
                os.close(kept)

    def restore(self) -> None:
        """Undo what the app asked of the terminal, if it has not. May come from any thread."""
        if not self.is_taken:
            return
        self.let_go()
        if self._found is not None:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self.descriptor, termios.TCSANOW, self._found)
        with contextlib.suppress(OSError, ValueError):
            # A terminal that is not read must not keep the process from ending.
            if select.select([], [self.descriptor], [], _PATIENCE_S)[1]:
                back = GIVE_TITLE_BACK.encode() if self.is_named else b""
                os.write(self.descriptor, back + LEAVE)

    # As the text file that Textual's driver writes to, in a thread of its own

    def write(self, text: str) -> int:
        """Write text, now or with the next `flush`."""
        self._pending.append(text)
        self._pending_length += len(text)
        if self._pending_length > _CHUNK:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Bring out what was written."""
        text = "".join(self._pending)
        self._pending.clear()
        self._pending_length = 0
        waiting = memoryview(text.encode(self._encoding, errors="replace"))
        while waiting and not self.is_gone:
            try:
                waiting = waiting[os.write(self.descriptor, waiting) :]
            except BlockingIOError:  # another program has left the terminal without waiting
                select.select([], [self.descriptor], [])
            except OSError:
                self.is_gone = True

    def fileno(self) -> int:
        """The descriptor."""
        return self.descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal at all."""
        return os.isatty(self.descriptor)


def _flush_streams() -> None:
    """Bring what Python still holds back to where it was meant to go."""
    for stream in (sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()  # type: ignore[union-attr]
