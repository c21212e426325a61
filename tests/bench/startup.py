"""What it takes to start: the command's version, the app's first frame, first key and memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .bare_app import TITLE
from .terminal import Terminal

HEAVY = ("textual", "rich", "ollama", "httpx", "pydantic", "sqlite3")


@dataclass(frozen=True, slots=True)
class Start:
    """One start. Times in seconds from the start of the process, memory in MB after two seconds."""

    frame: float
    key: float
    cpu: float
    resident: float


def environ(home: Path) -> dict[str, str]:
    """An environment that finds this package and nobody's files."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


def start(command: list[str], words: str, home: Path) -> Start:
    """Start a program in a pseudo-terminal and wait for words, then for a typed key."""
    with Terminal(command, environ(home)) as terminal:
        frame = terminal.see(words)
        terminal.forget()
        terminal.type("Q")
        key = terminal.see("Q")
        cpu = terminal.cpu
        terminal.rest(2.0)
        return Start(frame, key, cpu, terminal.resident_mb)


def bench_startup(rounds: int = 9) -> list[str]:
    """First frame, first key, CPU and memory: the demo app beside the bare app."""
    programs = {
        "bare textual app": ([sys.executable, "-m", "tests.bench.bare_app"], TITLE),
        "sutra tui --demo": ([sys.executable, "-m", "sutra_tui", "tui", "--demo"], "S U T R A"),
        "sutra tui (no server)": (
            [sys.executable, "-m", "sutra_tui", "tui", "--host", "127.0.0.1:9"],
            "S U T R A",
        ),
    }
    seen: dict[str, list[Start]] = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name, (command, words) in programs.items():
                if name.endswith("(no server)"):
                    with Terminal(command, environ(Path(folder))) as terminal:
                        frame = terminal.see(words)
                        cpu = terminal.cpu
                        terminal.rest(2.0)
                        seen[name].append(Start(frame, 0.0, cpu, terminal.resident_mb))
                else:
                    seen[name].append(start(command, words, Path(folder)))
    lines = [
        f"{'program':24}{'first frame':>12}{'first key':>11}{'CPU':>7}{'RSS MB':>8}{'x bare':>8}"
    ]
    base = statistics.median(one.frame for one in seen["bare textual app"])
    for name, starts in seen.items():
        frame, key, cpu, resident = (
            statistics.median(getattr(one, field) for one in starts)
            for field in ("frame", "key", "cpu", "resident")
        )
        shown = f"{key:.2f}" if key else "-"
        lines.append(
            f"{name:24}{frame:12.2f}{shown:>11}{cpu:7.2f}{resident:8.1f}{frame / base:8.2f}"
        )
    lines.append("budget: first frame at most 1.25x bare, RSS at most 75 MB")
    return lines


def bench_version(rounds: int = 15) -> list[str]:
    """`sutra --version` beside an interpreter that does nothing, and what it imports."""
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "sutra --version": [sys.executable, "-m", "sutra_tui", "--version"],
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            took[name].append(time.perf_counter() - began)
    base = statistics.median(took["python -c pass"])
    lines = [
        f"{name:24}{statistics.median(times) * 1000:8.1f} ms{statistics.median(times) / base:8.2f}x"
        for name, times in took.items()
    ]
    code = (
        "import sys, sutra_tui.cli; sutra_tui.cli.main(['--version']);"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    lines.append(f"imported of {', '.join(HEAVY)}: {loaded.stdout.splitlines()[-1]}")
    lines.append("budget: at most 3x, none of textual, ollama, httpx")
    return lines
