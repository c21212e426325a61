"""A program in a pseudo-terminal of its own, read and typed into from here.

Invariant: whoever waits also reads, so the program never stands still because nobody takes its
output; leaving the context ends it.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Sequence
from types import TracebackType

import psutil

COLUMNS, ROWS = 120, 40
PATIENCE_S = 60.0
"""The longest a program is waited for; the machine may be busy."""
_CONTROL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]P_^X].*?(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])|[\x00-\x1f\x7f]",
    re.DOTALL,
)


class Terminal:
    """Starts a program when entered.

    Args:
        command: What to run.
        environ: Its environment.
    """

    def __init__(self, command: Sequence[str], environ: dict[str, str]) -> None:
        self._command = command
        self._environ = environ
        self._said = b""

    def __enter__(self) -> Terminal:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._descriptor = ours
        self.began = time.perf_counter()
        self._program = subprocess.Popen(
            self._command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=self._environ,
            start_new_session=True,
        )
        os.close(theirs)
        self._watched = psutil.Process(self._program.pid)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._program.poll() is None:
            os.killpg(self._program.pid, signal.SIGKILL)  # its own session, so nobody else's
            self._program.wait(PATIENCE_S)
        os.close(self._descriptor)

    @property
    def age(self) -> float:
        """Seconds since the program was started."""
        return time.perf_counter() - self.began

    @property
    def cpu(self) -> float:
        """CPU seconds it has used."""
        times = self._watched.cpu_times()
        return float(times.user + times.system)

    @property
    def resident_mb(self) -> float:
        """Resident memory in MB."""
        return float(self._watched.memory_info().rss) / 1e6

    @property
    def text(self) -> str:
        """What it wrote since `forget`, without control sequences."""
        return _CONTROL.sub("", self._said.decode("utf-8", "replace"))

    def forget(self) -> None:
        """Look only at what is written from now on."""
        self._said = b""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._descriptor, keys.encode())

    def see(self, words: str) -> float:
        """Wait until words are written, and say at what age of the program they were.

        Raises:
            AssertionError: They are not, or the program ends.
        """
        self.wait(lambda: words in self.text, words)
        return self.age

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Read until a condition holds.

        Raises:
            AssertionError: It does not hold in time, or the program ends.
        """
        deadline = time.perf_counter() + PATIENCE_S
        while not condition():
            going = self.read(max(0.0, deadline - time.perf_counter()))
            assert going and time.perf_counter() < deadline, f"no {what}: {self.text[-2000:]}"

    def rest(self, seconds: float) -> None:
        """Read for some time."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0 and self.read(left):
            pass

    def end(self) -> None:
        """Read until the program has ended by itself."""
        while self.read(PATIENCE_S):
            pass
        self._program.wait(PATIENCE_S)

    def read(self, seconds: float) -> bool:
        """Read what there is, waiting for it at most so long; False when nothing more will come."""
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return True
        try:
            piece = os.read(self._descriptor, 1 << 16)
        except OSError:  # how Linux says that the other side is closed
            return False
        self._said += piece
        return bool(piece)
