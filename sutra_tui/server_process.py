"""The Ollama server that was started from here, if one was: begun, waited for, ended or left.

Invariant: at most one is started, and only a process that was started here is ever ended. It has a
process group of its own, so that Ctrl+C in the terminal is not for it, and what it writes goes to a
log file, never to the screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from .core.clean import clean_line
from .core.errors import SutraError
from .store.files import claim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from .core.engine import Engine
    from .installation import Installation

POLL_S: Final = 0.15
"""How often it is seen whether the server answers, or has ended."""
GRACE_S: Final = 5.0
"""How long a server may take to put its models out of memory and end."""
TAIL_LINES: Final = 6
TAIL_BYTES: Final = 16_384
LONGEST_LINE: Final = 240
SETTINGS: Final[Mapping[str, str]] = {
    "OLLAMA_NUM_PARALLEL": "1",
    # Otherwise up to 8 GB of old prompts for each model, which nothing lists (ollama#18264).
    "LLAMA_ARG_CACHE_RAM": "256",
}
"""What suits a small machine, for a server whose user has not said otherwise."""
PORT_TAKEN: Final = "address already in use"

Outcome = Literal["started", "was there", "ended", "not startable"]


class Chance(NamedTuple):
    """Whether a server could be started for an address.

    Args:
        installation: What this machine has of Ollama.
        log: Where the server's output would go.
    """

    installation: Installation
    log: Path


class Start(NamedTuple):
    """What came of a start.

    Args:
        outcome: `was there`: somebody else's server answers; `ended`: ours ended before it did.
        exit_code: Of a process that ended; negative is a signal.
        tail: The last lines that it wrote, safe to show.
        problem: Why no process could be started.
    """

    outcome: Outcome
    exit_code: int | None = None
    tail: tuple[str, ...] = ()
    problem: str = ""

    @property
    def answers(self) -> bool:
        """There is a server now."""
        return self.outcome in ("started", "was there")

    @property
    def port_is_taken(self) -> bool:
        """It ended because another program has its port."""
        return any(PORT_TAKEN in line for line in self.tail)


def _found(environ: Mapping[str, str]) -> Installation:
    from .installation import find_installation  # looked for only where no server answers

    return find_installation(environ)


class ServerProcess:
    """At most one `ollama serve`.

    Args:
        log: Where its output goes; the one before is kept beside it as `.1`.
        environ: The environment to start it in.
        listens_at: What its OLLAMA_HOST would have to be for an engine; None when the engine's
            server is not on this machine.
        stops_at_exit: Whether `end` stops it, or leaves it running.
        find: Looks for Ollama on this machine.
        grace_s: How long it may take to end, in seconds.
    """

    def __init__(
        self,
        log: Path,
        environ: Mapping[str, str],
        listens_at: Callable[[Engine], str | None],
        *,
        stops_at_exit: bool = True,
        find: Callable[[Mapping[str, str]], Installation] | None = None,
        grace_s: float = GRACE_S,
    ) -> None:
        self.stops_at_exit = stops_at_exit
        self._log = log
        self._environ = environ
        self._listens_at = listens_at
        self._find = find or _found
        self._grace_s = grace_s
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        self._attempt = 0
        """Counts starts and stops: a start that was given up must not begin late."""

    @property
    def is_running(self) -> bool:
        """Whether a server that was started here runs."""
        return self._process is not None and self._process.poll() is None

    async def chance(self, engine: Engine) -> Chance | None:
        """Whether a server could be started for an engine; None when its server is elsewhere."""
        if engine.is_demo or self._listens_at(engine) is None:
            return None
        return Chance(await asyncio.to_thread(self._find, self._environ), self._log)

    async def start(self, engine: Engine) -> Start:
        """Start a server and wait until it answers or has ended.

        There is no other limit to the wait; cancelling it stops the process again.

        Args:
            engine: Who asks whether it answers.
        """
        if await _answers(engine):
            return Start("was there")
        self._attempt += 1
        try:
            if problem := await asyncio.to_thread(self._begin, engine, self._attempt):
                return Start("not startable", problem=problem)
            return await self._wait(engine)
        except BaseException:
            # Whoever gave up does not want a server, and nobody would know of this one.
            await asyncio.shield(asyncio.to_thread(self.stop))
            raise

    async def _wait(self, engine: Engine) -> Start:
        while True:
            running = self.is_running  # looked at first: one that ended cannot answer after that
            if await _answers(engine):
                return Start("started" if running and self.is_running else "was there")
            if not running:
                code = self._process.returncode if self._process else None
                return Start("ended", code, await asyncio.to_thread(tail, self._log))
            await asyncio.sleep(POLL_S)

    def _begin(self, engine: Engine, attempt: int) -> str:
        """Start the process unless it runs; what is in the way, or nothing."""
        address = self._listens_at(engine)
        if address is None:
            return "The server is not on this machine."
        program = self._find(self._environ).program
        if program is None:
            return "Ollama is not installed."
        with self._turn:
            if self.is_running:
                return ""
            if attempt != self._attempt:
                return "It was given up."
            environ = {**SETTINGS, **self._environ, "OLLAMA_HOST": address}
            try:
                with _fresh(self._log) as output:
                    self._process = subprocess.Popen(
                        [program, "serve"],
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=subprocess.STDOUT,
                        env=environ,
                        **_own_group(),
                    )
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) else ""
                return f"It could not be started: {(reason or 'unknown reason').lower()}."
        return ""

    def stop(self) -> None:
        """Stop it and what it started, if it runs; blocks until it is over."""
        with self._turn:
            self._attempt += 1
            process = self._process
            if process is None or process.poll() is not None:
                return
            _signal(process, kill=False)
            try:
                process.wait(self._grace_s)
            except subprocess.TimeoutExpired:
                _signal(process, kill=True)
                process.wait()

    def end(self) -> str:
        """This program ends: stop the server or leave it running, as the user chose.

        Returns:
            A sentence on what became of it; empty when there is none.
        """
        process = self._process
        if process is None or not self.is_running:
            return ""
        if self.stops_at_exit:
            self.stop()
            return "The Ollama server that was started here has been stopped."
        number = process.pid
        process.returncode = 0  # or Python would complain that it is left running, as it shall be
        return f"The Ollama server that was started here goes on running (process {number})."

    def let_go(self) -> None:
        """This program is about to be ended by force: as `end`, but without waiting."""
        if self._process is not None and self.is_running and self.stops_at_exit:
            _signal(self._process, kill=False)


def tail(log: Path, lines: int = TAIL_LINES) -> tuple[str, ...]:
    """The last lines of a log that say anything, safe to show; none when it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = file.read(TAIL_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ()
    said = [clean_line(line, LONGEST_LINE) for line in text.split("\n")]
    return tuple([line for line in said if line][-lines:])


async def _answers(engine: Engine) -> bool:
    try:
        await engine.version()
    except SutraError:
        return False
    return True


@contextlib.contextmanager
def _fresh(log: Path) -> Iterator[int]:
    """A new log for writing; nowhere when it cannot be had."""
    descriptor = -1
    with contextlib.suppress(OSError):
        claim(log)
        log.replace(log.with_name(f"{log.name}.1"))
        claim(log)
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0))
    if descriptor < 0:
        descriptor = os.open(os.devnull, os.O_WRONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _own_group() -> dict[str, Any]:
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}


def _signal(process: subprocess.Popen[bytes], *, kill: bool) -> None:
    """Ask the process and what it started to end, or make them."""
    with contextlib.suppress(OSError):  # it has just ended by itself
        if os.name == "nt":
            process.kill() if kill else process.terminate()
        else:
            # A session of its own: the group has the number of the process.
            os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
