"""Which journal a database gets, and why.

Invariant: write-ahead logging only where it is known to be sound, which is SQLite from 3.51.3
(older ones can corrupt a log shared by two connections, https://www.sqlite.org/wal.html) on a local
file system (its shared memory does not work over a network). Everywhere else the rollback journal:
what is kept here is written a few times a minute, and a log would gain nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

SAFE_WAL_VERSION: Final = (3, 51, 3)
_LOCAL: Final = frozenset(
    ("bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "jfs", "tmpfs", "xfs", "zfs")
)
_MOUNTS: Final = Path("/proc/self/mounts")


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal mode and the reason for it, in words a person can read."""

    mode: Literal["wal", "delete"]
    reason: str


def choose_journal(version: tuple[int, ...], filesystem: str | None) -> Journal:
    """Pick the journal mode.

    Args:
        version: Of the SQLite library.
        filesystem: Type as the kernel names it; None when it cannot be told.
    """
    if version < SAFE_WAL_VERSION:
        ours = ".".join(map(str, version))
        wanted = ".".join(map(str, SAFE_WAL_VERSION))
        return Journal("delete", f"SQLite {ours} is older than {wanted}")
    if filesystem not in _LOCAL:
        kind = filesystem or "unknown"
        return Journal("delete", f"the file system ({kind}) is not known to be local")
    return Journal("wal", f"SQLite is recent and the file system ({filesystem}) is local")


def filesystem_of(path: Path, mounts: Path = _MOUNTS) -> str | None:
    """The type of the file system that holds `path`; None where the kernel does not list mounts."""
    try:
        lines = mounts.read_text("utf-8", "replace").splitlines()
        resolved = path.resolve()
    except OSError:
        return None
    found: tuple[int, str] | None = None
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # The kernel writes blanks in mount points as octal escapes.
        point = Path(fields[1].replace("\\040", " ").replace("\\011", "\t"))
        if resolved.is_relative_to(point) and (found is None or len(point.parts) >= found[0]):
            found = (len(point.parts), fields[2])
    return found[1] if found else None
