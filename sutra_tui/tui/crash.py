"""What is kept of a fault that ended the app: where it happened, and nothing of what was asked.

Invariant: a report has types, file names, line numbers and function names. No values, no source
lines and no message of an exception: any of them may quote a prompt.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .. import __version__
from ..core.errors import SutraError
from ..store.files import make_private_directory

KEPT_REPORTS: Final = 5
"""Reports in the folder; older ones go."""
_DEEPEST_CHAIN: Final = 8
_MOST_FRAMES: Final = 60


class AppCrashed(SutraError):
    """The app ended by a fault of its own."""

    kind = "crashed"


def describe(fault: BaseException) -> str:
    """The report: versions, then every exception of the chain with its frames, the last one first.

    Args:
        fault: What ended the app.
    """
    from importlib import metadata  # slow to import, and wanted by nobody else

    lines = [
        f"sutra-tui {__version__}, Python {platform.python_version()}, "
        f"Textual {metadata.version('textual')}, {platform.system()} {platform.machine()}, "
        f"TERM {os.environ.get('TERM', '')[:40]!r}",
        "Text that was asked or answered is left out, and so are all values.",
    ]
    for error in _chain(fault):
        lines += ["", f"{type(error).__module__}.{type(error).__qualname__}", *_frames(error)]
    return "\n".join(lines) + "\n"


def where(fault: BaseException) -> str:
    """The innermost place of a fault, as `file:line function`."""
    frames = _frames(fault)
    return frames[-1].strip() if frames else "unknown"


def crashed(fault: BaseException, folder: Path | None) -> AppCrashed:
    """Write a report and give the error that says so.

    Args:
        fault: What ended the app.
        folder: Where reports go; None keeps none.
    """
    message = f"The app stopped because of a fault in it ({type(fault).__name__})."
    written = _write(describe(fault), folder) if folder is not None else None
    if written is None:
        return AppCrashed(message, "A report could not be written. Set SUTRA_DEBUG=1 to see more.")
    return AppCrashed(message, f"Please report it with {written}, which has none of your text.")


def _write(report: str, folder: Path) -> Path | None:
    name = f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    try:
        make_private_directory(folder)
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(report)
    except OSError:
        return None
    for old in sorted(folder.glob("crash-*.txt"))[:-KEPT_REPORTS]:
        with contextlib.suppress(OSError):
            old.unlink()
    return folder / name


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The exception, what it came from, and so on; each once."""
    seen: set[int] = set()
    waiting = [fault]
    while waiting and len(seen) < _DEEPEST_CHAIN:
        error = waiting.pop(0)
        if id(error) in seen:
            continue
        seen.add(id(error))
        yield error
        # Textual's WorkerFailed carries the exception itself as `error`, a group as `exceptions`.
        related = [getattr(error, "error", None), error.__cause__ or error.__context__]
        related += getattr(error, "exceptions", ())
        waiting += [one for one in related if isinstance(one, BaseException)]


def _frames(error: BaseException) -> list[str]:
    walked = list(traceback.walk_tb(error.__traceback__))[-_MOST_FRAMES:]
    # Without looking up lines: they may have a literal in them, and a file may be gone.
    summary = traceback.StackSummary.extract(iter(walked), lookup_lines=False)
    return [f"  {_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in summary]


def _short(filename: str) -> str:
    """A file's name below the folder it is imported from, which says nothing about its owner."""
    for root in sorted((root for root in sys.path if root), key=len, reverse=True):
        with contextlib.suppress(ValueError):
            return Path(filename).relative_to(root).as_posix()
    return Path(filename).name
