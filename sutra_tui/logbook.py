"""The app's own diagnostics: one file of short lines, 0600, never more than about two megabytes.

Invariant: a note is a name and a few facts (names, numbers, codes). Nobody hands it a prompt, an
answer or the text of an exception, which may quote one.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import Final

from .core.clean import clean_line
from .store.files import claim

LIMIT: Final = 1_000_000
"""Bytes a log file may have; its predecessor is kept beside it as `.1`."""
LONGEST_FACT: Final = 200
"""Characters of one fact."""
_FLAGS: Final = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)


class Logbook:
    """Where notes go. It never fails: what cannot be written is not written.

    Args:
        path: The log file; it and its folder are made if need be. None keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.folder = path.parent if path is not None else None
        """Where reports may lie beside the log; None when nothing is kept."""
        self.descriptor = _open(path)
        """For output of libraries, which would otherwise land in the middle of the screen."""

    def note(self, event: str, **facts: object) -> None:
        """Write one line.

        Args:
            event: What happened, in a word or two of this program.
            facts: Names, numbers and codes.
        """
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        told = (f"{name}={clean_line(str(fact), LONGEST_FACT)}" for name, fact in facts.items())
        line = " ".join((stamp, f"[{os.getpid()}]", event, *told)) + "\n"
        with contextlib.suppress(OSError):
            os.write(self.descriptor, line.encode(errors="replace"))

    def trim(self) -> None:
        """Start again from nothing when a library has written more than the file may hold."""
        with contextlib.suppress(OSError):
            if os.fstat(self.descriptor).st_size > LIMIT:
                os.ftruncate(self.descriptor, 0)
                self.note("trimmed", limit=LIMIT)

    def __enter__(self) -> Logbook:
        return self

    def __exit__(self, *failure: object) -> None:
        """Let go of the file; notes after this are lost."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


def _open(path: Path | None) -> int:
    """The log for appending; nowhere when it cannot be had."""
    if path is not None:
        with contextlib.suppress(OSError):
            claim(path)
            if path.stat().st_size > LIMIT:
                path.replace(path.with_name(f"{path.name}.1"))
                claim(path)
            return os.open(path, _FLAGS)
    return os.open(os.devnull, os.O_WRONLY)
