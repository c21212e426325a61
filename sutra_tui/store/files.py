"""Files of ours and files handed to us: private, whole or not at all, and never a trap.

Invariant: what is written is 0600 in directories that we make 0700, and replaces its predecessor in
one step. What is read is a regular file of bounded size; a pipe or a device is refused, not waited
for. No descriptor of a database file is ever opened here while SQLite may have it open: closing one
would drop SQLite's own locks (https://www.sqlite.org/howtocorrupt.html, section 2.2).
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SIDE_FILES: Final = ("-journal", "-wal", "-shm")
"""What SQLite may keep beside a database."""
_NOFOLLOW: Final = getattr(os, "O_NOFOLLOW", 0)
_NONBLOCK: Final = getattr(os, "O_NONBLOCK", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)


def make_private_directory(path: Path) -> None:
    """Create a directory and its missing parents, each 0700; an existing one is left as it is.

    Raises:
        OSError: It cannot be created, or something else is in the way.
    """
    missing = []
    current = path
    while not current.exists() and current != current.parent:
        missing.append(current)
        current = current.parent
    for directory in reversed(missing):
        with contextlib.suppress(FileExistsError):
            directory.mkdir(mode=0o700)


def claim(path: Path) -> None:
    """Make sure that `path` is a regular file of ours with mode 0600, creating it if need be.

    Raises:
        OSError: It is a link, a directory, a pipe or a device, or cannot be created.
    """
    make_private_directory(path.parent)
    try:
        found = path.lstat()
    except FileNotFoundError:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NOFOLLOW
        with contextlib.suppress(FileExistsError):  # another process was quicker: just as good
            os.close(os.open(path, flags, 0o600))
        found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError(f"{path.name} is not a regular file")
    if stat.S_IMODE(found.st_mode) & 0o077:
        with contextlib.suppress(OSError):  # a mount without modes, or a file of somebody else
            path.chmod(0o600)


def identity(path: Path) -> tuple[int, int] | None:
    """What tells this file from another of the same name; None when there is none."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def read_limited(path: Path, limit: int) -> bytes:
    """Read a whole regular file of at most `limit` bytes.

    Raises:
        OSError: It cannot be opened.
        ValueError: It is not a regular file or too large.
    """
    descriptor = os.open(path, os.O_RDONLY | _NONBLOCK | _BINARY)
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ValueError("it is not a regular file")
        if found.st_size > limit:
            raise ValueError(f"it is larger than {limit:,} bytes")
        data = file.read(min(limit, found.st_size) + 1)
    if len(data) > limit:
        raise ValueError(f"it is larger than {limit:,} bytes")
    return data


def write_atomically(path: Path, pieces: Iterable[str], *, overwrite: bool) -> None:
    """Write text as a new 0600 file and put it in place in one step.

    Raises:
        FileExistsError: The name is taken and `overwrite` is false.
        OSError: It cannot be written, or the name belongs to something other than a regular file.
    """
    make_private_directory(path.parent)
    taken = identity(path) is not None
    if taken and not overwrite:
        raise FileExistsError(f"{path.name} exists already")
    if taken and not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(f"{path.name} is not a regular file")
    part = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(descriptor)
        if not overwrite:
            # Reserves the name, so that whoever took it meanwhile is not overwritten.
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, 0o600))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def move_aside(path: Path, label: str, stamp: str) -> Path:
    """Rename a database and what SQLite keeps beside it, and say the new name.

    The side files go first: a journal left behind would be played back into the new database.

    Raises:
        OSError: The file cannot be renamed.
    """
    target = path.with_name(f"{path.name}.{label}-{stamp}")
    number = 1
    while identity(target) is not None:
        number += 1
        target = path.with_name(f"{path.name}.{label}-{stamp}-{number}")
    for suffix in SIDE_FILES:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(target.with_name(target.name + suffix))
    path.rename(target)
    return target
