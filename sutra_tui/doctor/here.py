"""The circumstances of this very process: its environment, its terminal, its files.

Invariant: looking only; nothing is created, and the terminal is asked for its size alone.
"""

from __future__ import annotations

import os
import sys

from .. import paths
from ..core.errors import SutraError
from ..settings import Settings
from ..store.remembered import Remembered
from .examination import Circumstances, Server
from .files import Place
from .models import Wanted
from .privacy import Privacy
from .terminal import TerminalFacts


def circumstances(
    server: Server,
    settings: Settings,
    settings_problems: int,
    remembered: Remembered,
    asked: tuple[str | None, str | None] = (None, None),
) -> Circumstances:
    """Everything the doctor looks at, here and now.

    Args:
        server: The model server.
        settings: The user's settings.
        settings_problems: How many things in their file cannot be used.
        remembered: What was chosen last.
        asked: Models asked for now, A and B.
    """
    address = server.engine.address if not isinstance(server.engine, SutraError) else ""
    last = remembered.pair_for(address) or ("", "")
    return Circumstances(
        server=server,
        terminal=terminal_here(),
        places=places_here(),
        data_folder=paths.data_folder(),
        settings_problems=settings_problems,
        options_a=settings.options_a,
        options_b=settings.options_b,
        wanted=Wanted(asked[0] or last[0], asked[1] or last[1]),
        environ=os.environ,
        privacy=Privacy.of(os.environ),
    )


def places_here() -> tuple[Place, ...]:
    """Our files."""
    return (
        Place("settings", "Settings", paths.config_file(), private=False),
        Place("cache", "Cache", paths.cache_database()),
        Place("state", "State", paths.state_file()),
        Place("log", "Log", paths.log_file()),
        Place("server_log", "Log of a server started here", paths.server_log()),
    )


def terminal_here() -> TerminalFacts:
    """The terminal this process has, on whichever of its streams; the app takes some away."""
    size = next((found for found in map(_size, (1, 2, 0)) if found), None)
    return TerminalFacts(
        is_terminal=size is not None,
        columns=size.columns if size else 0,
        rows=size.lines if size else 0,
        encoding=getattr(sys.stdout, "encoding", None) or "",
        variables=os.environ,
    )


def _size(descriptor: int) -> os.terminal_size | None:
    try:
        return os.get_terminal_size(descriptor)
    except (OSError, ValueError):
        return None
