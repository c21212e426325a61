"""A terminal with a program in it: what a person has in front of them, driven by a test.

Invariant: everything the program writes is read at once and recorded, so that it never waits for
us; tests wait for what is on the screen, never for time to pass.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from .screen import Screen
from .sequences import Lexer, kinds

PATIENCE_S = 20.0
"""The app needs a second to start, and a busy machine makes many of it."""
LOOK_AGAIN_S = 0.05
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "backspace": "\x7f",
    "ctrl+c": "\x03",
    "ctrl+p": "\x10",
    "ctrl+q": "\x11",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
}
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"


class Terminal:
    """Runs a command in a session of its own. Use it as a context manager.

    Args:
        command: What to run.
        size: Columns and rows.
        env: Changes to the environment; None takes a variable away.
        streams: What is not the terminal: stdin, stdout or stderr, as `subprocess` has them.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (120, 40),
        env: Mapping[str, str | None] | None = None,
        **streams: Any,
    ) -> None:
        self.screen = Screen(*size)
        self.changed = threading.Condition()
        self._recorded = bytearray()
        self._lexer = Lexer()
        self._master, self._slave = pty.openpty()
        self._close_asked, self._close_ask = os.pipe()
        self._set_size(*size)
        self.settings_before = self.settings
        environment = {**os.environ, **(env or {})}
        self.process: subprocess.Popen[bytes] = subprocess.Popen(
            list(command),
            env={name: value for name, value in environment.items() if value is not None},
            start_new_session=True,
            preexec_fn=self._become_controlling,
            **{"stdin": self._slave, "stdout": self._slave, "stderr": self._slave, **streams},
        )
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *failure: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.send_signal(signal.SIGCONT)
        self.process.communicate()
        self.hang_up()
        os.close(self._slave)
        os.close(self._close_asked)
        os.close(self._close_ask)

    # What a person does

    def type(self, text: str) -> None:
        """Press keys, or have a terminal answer something.

        Raises:
            AssertionError: The program has stopped reading.
        """
        self.type_bytes(text.encode())

    def type_bytes(self, data: bytes) -> None:
        """Press keys of a terminal with an encoding of its own. Raises as `type`."""
        waiting = memoryview(data)
        deadline = time.monotonic() + 2 * PATIENCE_S
        while waiting:
            rest = deadline - time.monotonic()
            assert rest > 0 and select.select([], [self._master], [], rest)[1], "nobody reads"
            waiting = waiting[os.write(self._master, waiting[:1024]) :]

    def press(self, *keys: str) -> None:
        """Press keys by name."""
        self.type("".join(KEYS[key] for key in keys))

    def click(self, text: str) -> None:
        """Click on the first character of a text on the screen.

        Raises:
            AssertionError: It is not there.
        """
        with self.changed:
            rows = [(row, line) for row, line in enumerate(self.screen.lines) if text in line]
        assert rows, f"{text!r} is not on the screen"
        row, line = rows[0]
        column = cell_len(line[: line.index(text)])
        for final in "Mm":  # press, release
            self.type(f"\x1b[<0;{column + 1};{row + 1}{final}")

    def paste(self, text: str) -> None:
        """Paste as terminals with bracketed paste do."""
        self.type(f"{PASTE_BEGINS}{text}{PASTE_ENDS}")

    def resize(self, columns: int, rows: int) -> None:
        """Pull at the corner of the window."""
        with self.changed:
            self.screen.resize(columns, rows)
        self._set_size(columns, rows)  # the kernel sends SIGWINCH

    def hang_up(self) -> None:
        """Close the window."""
        if self._reader.is_alive():
            os.write(self._close_ask, b"x")
            self._reader.join()

    # What a person sees

    @property
    def raw(self) -> bytes:
        """Everything the program has written so far."""
        with self.changed:
            return bytes(self._recorded)

    @property
    def written(self) -> str:
        """The same as text, without a character that is only half here yet."""
        return codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(self.raw)

    @property
    def kinds(self) -> set[str]:
        """What sorts of sequences the program has sent so far; at its end, also a cut one."""
        return kinds(self.raw, final=self.process.poll() is not None)

    @property
    def settings(self) -> list[Any]:
        """The line settings, as `stty -a` shows them."""
        return termios.tcgetattr(self._slave)

    def shows(self, *texts: str) -> bool:
        """Whether all these texts are on the screen."""
        with self.changed:
            return all(text in self.screen.text for text in texts)

    def wait_for(self, condition: Callable[[], object] | str, timeout: float = PATIENCE_S) -> None:
        """Wait until a condition holds or a text is on the screen.

        Raises:
            AssertionError: It does not in time; the message has the screen.
        """
        wanted = condition
        holds = (lambda: self.shows(wanted)) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + timeout
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"never came: {condition!r}; the screen:\n{self._picture()}")
            with self.changed:
                self.changed.wait(LOOK_AGAIN_S)

    def wait_for_change(self, since: int) -> None:
        """Wait until more than that many bytes were written."""
        self.wait_for(lambda: len(self._recorded) > since)

    # How it ends

    def signal(self, signum: signal.Signals) -> None:
        """Send the program a signal."""
        self.process.send_signal(signum)

    def wait_until_stopped(self) -> None:
        """Wait until the program is stopped, as by ctrl+z in a shell."""
        options = os.WSTOPPED | os.WNOHANG | os.WNOWAIT
        self.wait_for(lambda: os.waitid(os.P_PID, self.process.pid, options) is not None)

    def wait(self, timeout: float = PATIENCE_S) -> int:
        """Wait until the program has ended and everything it wrote was read.

        Returns:
            The exit code; minus the signal's number when one killed it.
        """
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it goes on; the screen:\n{self._picture()}") from None
        seen = -1
        while seen != len(self._recorded):  # nobody writes any more: until nothing is left
            seen = len(self._recorded)
            self.wait_for(lambda: not select.select([self._master], [], [], 0)[0])
        return code

    # Inside

    def _picture(self) -> str:
        end = f"ended with {self.process.poll()}" if self.process.poll() is not None else "runs"
        return f"{self.screen.text}\n({end}; last bytes: {self.raw[-300:]!r})"

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def _become_controlling(self) -> None:
        fcntl.ioctl(self._slave, termios.TIOCSCTTY, 0)

    def _read(self) -> None:
        """Read until told to close; only then is the window really closed."""
        while True:
            ready = select.select([self._master, self._close_asked], [], [])[0]
            if self._close_asked in ready:
                break
            data = os.read(self._master, 65536)
            with self.changed:
                self._recorded += data
                for token in self._lexer.feed(data):
                    self.screen.apply(token)
                self.changed.notify_all()
        os.close(self._master)
