"""The app as it is started from a shell, for the tests of this folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sutra_tui import paths
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, OllamaServer

from .terminal import Terminal

A, B = LLAMA_3B.name, MISTRAL_7B.name
QUERY = "How do I sum a list?"
READY = "● ollama"
"""Is on the screen when the server has been seen."""


def sutra(
    server: OllamaServer,
    *arguments: str,
    before: str = "",
    size: tuple[int, int] = (120, 40),
    env: Mapping[str, str | None] | None = None,
    **streams: Any,
) -> Terminal:
    """`sutra tui` in a terminal.

    Args:
        server: The models.
        arguments: More of the command line.
        before: Python to run first, in the same process: how faults get into the app.
        size: Columns and rows.
        env: Changes to the environment.
        streams: What is not the terminal.
    """
    program = ["-m", "sutra_tui"]
    if before:
        program = ["-c", f"{before}\nimport sys\nfrom sutra_tui.cli import main\nsys.exit(main())"]
    command = [sys.executable, *program, "tui", "--host", server.host, *arguments]
    return Terminal(command, size=size, env=env, **streams)


def ask(terminal: Terminal, query: str = QUERY) -> None:
    """Wait until the app is ready, type a query and send it."""
    terminal.wait_for(READY)
    terminal.type(query)
    terminal.wait_for(query[-20:])
    terminal.press("enter")


def quit_app(terminal: Terminal) -> None:
    """Leave it by its key."""
    terminal.press("ctrl+q")
    assert terminal.wait() == 0


def log_text() -> str:
    """The app's log."""
    return read(paths.log_file())


def crash_files() -> list[Path]:
    """The reports of crashes."""
    return sorted(paths.log_file().parent.glob("crash-*"))


def read(path: Path) -> str:
    """A file's text; "" when there is none."""
    return path.read_text() if path.exists() else ""
