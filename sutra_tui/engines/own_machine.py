"""Memory and disk of this machine, for a server that runs on it.

Invariant: only looks, never writes, and never raises. A server does not tell where its models are,
so the usual places are tried; the folder looked at is always named.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..core.model_info import Memory

if TYPE_CHECKING:
    from ..core.model_details import Disk

MODELS_VARIABLE: Final = "OLLAMA_MODELS"
SERVICE_FOLDER: Final = Path("/usr/share/ollama/.ollama/models")
"""Where the Linux service keeps its models."""


def own_memory() -> Memory | None:
    """All memory and what is free; None when the system does not say."""
    try:
        import psutil

        seen = psutil.virtual_memory()
    except (ImportError, OSError, RuntimeError):
        return None
    return Memory(total=seen.total, available=seen.available)


def own_disk() -> Disk | None:
    """The disk under the first usual folder that exists; None when there is none to look at."""
    return disk_under(usual_folders())


def usual_folders() -> list[Path]:
    """Where servers keep their models, the likeliest first."""
    named = os.environ.get(MODELS_VARIABLE, "").strip()
    folders = [Path(named)] if named else []
    try:
        own = Path.home() / ".ollama" / "models"
    except RuntimeError:  # there is no home
        return [*folders, SERVICE_FOLDER]
    return [*folders, SERVICE_FOLDER, own]


def disk_under(folders: Iterable[Path]) -> Disk | None:
    """The disk under the first folder that exists, or where the last would be made."""
    last: Path | None = None
    for last in folders:
        if _exists(last):
            return _usage(last)
    if last is None:
        return None
    return next((_usage(parent) for parent in last.parents if _exists(parent)), None)


def _exists(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except (OSError, ValueError):
        return False


def _usage(folder: Path) -> Disk | None:
    try:
        seen = shutil.disk_usage(folder)
    except (OSError, ValueError):
        return None
    from ..core.model_details import Disk

    return Disk(free=seen.free, total=seen.total, folder=str(folder))
