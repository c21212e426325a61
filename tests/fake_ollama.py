"""A program called `ollama` that really starts, serves the scripted server, and ends by signals."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sutra_tui.installation import Installation

ROOT = Path(__file__).parents[1]
PROGRAM = """\
#!{python}
import os, signal, sys, time
here = {folder!r}
if "--version" in sys.argv:
    print("Warning: could not connect to a running Ollama instance")
    print("Warning: client version is 0.33.2")
    sys.exit()
assert sys.argv[1:] == ["serve"], sys.argv
with open(os.path.join(here, "starts"), "a") as starts:
    starts.write("%d\\n" % os.getpid())
host = os.environ["OLLAMA_HOST"]
manner = open(os.path.join(here, "manner")).read()
print("cache limit", os.environ.get("LLAMA_ARG_CACHE_RAM"), flush=True)
if manner == "fails":
    print("\\x1b[31mError: no room for \\x1b]0;evil\\x07models\\x1b[0m", file=sys.stderr)
    sys.exit(3)
if manner == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while manner == "slow" and not os.path.exists(os.path.join(here, "gate")):
    time.sleep(0.02)
sys.path.insert(0, {root!r})
from tests.ollama_server import OllamaServer
server = OllamaServer(port=int(host.rpartition(":")[2]))
try:
    server.start()
except OSError:
    sys.exit("Error: listen tcp %s: bind: address already in use" % host)
if manner == "stubborn":
    while True:
        time.sleep(1)
signal.sigwait([signal.SIGTERM, signal.SIGINT])
server.stop()
"""


@dataclass
class FakeOllama:
    """The program, in a folder of its own.

    Args:
        folder: Where it lies.
        port: A free one, for the server that it starts.
    """

    folder: Path
    port: int

    @classmethod
    def make(cls, folder: Path, manner: str = "serves") -> FakeOllama:
        """Install it.

        Args:
            folder: Where; need not exist.
            manner: `serves`, `slow` (until `answer_now`), `fails`, or `stubborn`, which takes no
                notice of being asked to end.
        """
        folder.mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            made = cls(folder, free.getsockname()[1])
        made.behave(manner)
        text = PROGRAM.format(python=sys.executable, folder=str(folder), root=str(ROOT))
        made.program.write_text(text)
        made.program.chmod(0o755)
        return made

    @property
    def program(self) -> Path:
        return self.folder / "ollama"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def environ(self) -> dict[str, str]:
        """The environment with this program first on PATH."""
        path = f"{self.folder}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path}

    def installation(self, *_: object) -> Installation:
        """What the machine has of Ollama: this, and no system service."""
        return Installation("linux", self.program)

    def behave(self, manner: str) -> None:
        (self.folder / "manner").write_text(manner)

    def answer_now(self) -> None:
        """Let a slow one serve."""
        (self.folder / "gate").touch()

    @property
    def pids(self) -> list[int]:
        """Every process of it that was ever started."""
        starts = self.folder / "starts"
        return [int(line) for line in starts.read_text().split()] if starts.exists() else []

    @property
    def running(self) -> list[int]:
        """Those that still run."""
        return [pid for pid in self.pids if _runs(pid)]

    def wait_until(self, condition: Callable[[], object], patience_s: float = 20.0) -> None:
        """Wait for a condition.

        Raises:
            AssertionError: It does not hold in time.
        """
        deadline = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < deadline, "it never came to that"
            time.sleep(0.01)

    def end(self) -> None:
        """End what a test has left running."""
        for pid in self.running:
            os.kill(pid, 9)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
