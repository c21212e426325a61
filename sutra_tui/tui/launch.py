"""From the command line to the app and back: the terminal, the log and the exit code.

Invariant: however the app ends, the terminal is restored, the exit code says how it ended, and no
text of the user's is in what is printed or kept about it.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from .. import __version__
from ..logbook import Logbook
from .crash import AppCrashed, crashed

if TYPE_CHECKING:
    from textual.driver import Driver

    from .app import SutraApp


def launch(app: SutraApp, logbook: Logbook, forced: Callable[[], None] = lambda: None) -> int:
    """Run the app until it ends.

    Args:
        app: The app, not running yet.
        logbook: Where its diagnostics go.
        forced: Called, from any thread, before the process is ended because the app hangs.

    Returns:
        The exit code; 128 and the signal's number when a signal ended it.

    Raises:
        AppCrashed: A fault of the app ended it; its report has been written.
    """
    facts = {"python": platform.python_version(), "term": os.environ.get("TERM", "")}
    logbook.note("started", version=__version__, **facts)
    try:
        if sys.platform == "win32":
            app.run()
        else:
            _run_on_terminal(app, logbook, forced)
    except Exception as error:
        raise _concluded(error, logbook) from error
    if app.fault is not None:
        raise _concluded(app.fault, logbook) from app.fault
    logbook.note("ended", code=app.return_code or 0)
    return app.return_code or 0


def _concluded(fault: BaseException, logbook: Logbook) -> AppCrashed:
    logbook.note("crashed", kind=type(fault).__name__)
    return crashed(fault, logbook.folder)


def _run_on_terminal(app: SutraApp, logbook: Logbook, forced: Callable[[], None]) -> None:
    """Run the app with our own driver and a watch over its end."""
    from .driver import TerminalDriver
    from .terminal import STANDARD_ERROR, Terminal
    from .watch import Watch

    def leave(code: int) -> None:
        app.exit(return_code=code)

    def give_up(code: int | None) -> int:
        forced()
        if app.fault is None:
            return code if code is not None else app.return_code or 0
        said = _concluded(app.fault, logbook)
        lines = f"sutra: {said.message}\n{said.remedy}\n"
        os.write(STANDARD_ERROR, lines.encode(errors="replace"))
        return said.exit_code

    terminal = Terminal(logbook.descriptor)
    watch = Watch(terminal, logbook, leave, give_up)
    app.driver_class = cast("type[Driver]", partial(TerminalDriver, terminal, watch))
    try:
        app.run()
    finally:
        terminal.restore()
        watch.end()
