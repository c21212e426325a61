"""Our own files: where they live, whether they can be written, who can read them.

Invariant: nothing is created or changed by looking.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..store.journal import choose_journal, filesystem_of
from ..wording import size
from .finding import Finding, Verdict
from .privacy import Privacy

ENOUGH_FOR_US: Final = 200_000_000
"""Bytes that our own files could want at most: the cache, its journal and two logs."""
OTHERS: Final = 0o077
OTHERS_WRITE: Final = 0o022


@dataclass(frozen=True, slots=True)
class Place:
    """One file of ours.

    Args:
        id: Stable name, "cache".
        name: What people call it.
        path: Where it is, or would be.
        private: Whether nobody else may read it; what the user writes is the user's business.
    """

    id: str
    name: str
    path: Path
    private: bool = True


def examine_files(
    places: tuple[Place, ...], settings_problems: int, privacy: Privacy
) -> Iterator[Finding]:
    """Everything about our files.

    Args:
        places: Which.
        settings_problems: How many things in the settings file cannot be used.
        privacy: What not to name.
    """
    for place in places:
        yield examine_place(place, privacy)
    if settings_problems:
        things = "1 thing" if settings_problems == 1 else f"{settings_problems} things"
        yield Finding(
            "files.settings_content",
            "Files",
            "warning",
            f"{things} in the settings cannot be used; the defaults are used instead.",
            "Run `sutra models`: it names each with its line.",
            {"problems": settings_problems},
        )


def examine_place(place: Place, privacy: Privacy) -> Finding:
    """Whether one file can be used, and by whom."""
    shown = privacy.path(place.path)
    seen = _look(place.path)
    problem = _in_the_way(place, seen, shown) or _open_to_others(place, seen, shown)
    facts = {"path": shown, "exists": seen.mode is not None, "mode": seen.shown_mode}
    verdict, text, fix = problem or ("ok", "", "")
    if not text:
        absent = "not there yet" if place.private else "not there, so the defaults are used"
        text = "" if seen.mode is not None else absent
    said = f"{place.name}: {shown}" + (f" ({text})" if text else "")
    return Finding(f"files.{place.id}", "Files", verdict, f"{said}.", fix, facts)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file and the nearest folder above it that exists.

    Args:
        mode: The file's, None when there is none.
        writable: Whether it can be written, or made.
        folder: The folder's name for a person to act on.
    """

    mode: int | None
    writable: bool
    folder: Path

    @property
    def is_file(self) -> bool:
        return self.mode is None or stat.S_ISREG(self.mode)

    @property
    def shown_mode(self) -> str | None:
        return None if self.mode is None else f"{stat.S_IMODE(self.mode):04o}"


def _look(path: Path) -> _Seen:
    folder = path.parent
    try:
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        mode = path.lstat().st_mode
    except OSError:
        mode = None
    usable = folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
    return _Seen(mode, usable if mode is None else os.access(path, os.W_OK), folder)


def _in_the_way(place: Place, seen: _Seen, shown: str) -> tuple[Verdict, str, str] | None:
    if not seen.is_file:
        kind = "a folder" if stat.S_ISDIR(seen.mode or 0) else "not a regular file"
        return "failed", f"{kind} stands in its place", f"Move {shown} away."
    if not seen.writable and place.private:
        what = "it cannot be written" if seen.mode is not None else "it cannot be made"
        return (
            "failed",
            f"{what}, so what belongs there is lost when sutra ends",
            f"Make {shown} writable for your account, or its folder.",
        )
    return None


def _open_to_others(place: Place, seen: _Seen, shown: str) -> tuple[Verdict, str, str] | None:
    """Whether somebody else on this machine may read or change it. Windows keeps no such bits."""
    if seen.mode is None or os.name == "nt":
        return None
    if place.private and seen.mode & OTHERS:
        return "warning", f"others can get at it, mode {seen.shown_mode}", f"chmod 600 {shown}"
    if seen.mode & OTHERS_WRITE:
        return "warning", f"others can change it, mode {seen.shown_mode}", f"chmod go-w {shown}"
    return None


def examine_disk(folder: Path, enough: int) -> Finding:
    """Room on the disk that holds our files.

    Args:
        folder: Where they are, or will be.
        enough: Bytes the smallest useful pair of models takes.
    """
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return Finding("machine.disk", "Machine", "ok", "The free disk space is not known.")
    text, facts = f"{size(free)} of disk free for your account.", {"free": free}
    if free < ENOUGH_FOR_US:
        fix = "Make room: with a full disk nothing is kept between runs."
        return Finding("machine.disk", "Machine", "failed", text, fix, facts)
    if free < enough:
        fix = f"Make room: a pair of small models takes about {size(enough)}."
        return Finding("machine.disk", "Machine", "warning", text, fix, facts)
    return Finding("machine.disk", "Machine", "ok", text, facts=facts)


def examine_journal(data_folder: Path) -> Finding:
    """How the cache is kept safe on this disk, and why in this way."""
    import sqlite3

    chosen = choose_journal(sqlite3.sqlite_version_info, filesystem_of(data_folder))
    kind = "a write-ahead log" if chosen.mode == "wal" else "a rollback journal"
    return Finding(
        "files.journal",
        "Files",
        "ok",
        f"The cache is kept with {kind}: {chosen.reason}.",
        facts={"sqlite": sqlite3.sqlite_version, "journal": chosen.mode},
    )
