"""Files that go along with queries: found by a typed path, held, and looked at again when sent.

Invariant: what is held is what was read; a file is read again only when its time or size differ,
and whoever asks is told. Everything here may wait for a disk.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from .core.attachments import Attachment, read_attachment
from .core.clean import clean_line
from .core.errors import AttachmentError

MOST_FILES: Final = 10
"""Files that go along with one query; more would not fit into a small model's context anyway."""

Stamp = tuple[int, int]
"""Time of the last change in nanoseconds, and bytes: what tells that a file changed."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that goes along with the next queries.

    Args:
        attachment: Its name and text, as last read.
        path: Where it really is; None for one that came out of a past run.
        stamp: Its time and size when it was read.
    """

    attachment: Attachment
    path: Path | None = None
    stamp: Stamp | None = None

    @property
    def name(self) -> str:
        """What the models and the user call it."""
        return self.attachment.name


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Files looked at again.

    Args:
        files: As they are now.
        changed: Names of those that were read anew.
        gone: Names of those that cannot be read any more; what was read before stays.
    """

    files: tuple[HeldFile, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def resolved(typed: str | os.PathLike[str]) -> Path:
    """Where a typed path really leads, links followed.

    Args:
        typed: As it was typed; `~` is the home directory.

    Raises:
        AttachmentError: It leads nowhere.
    """
    try:
        return Path(typed).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise AttachmentError(
            f"{clean_line(str(typed), 200)} cannot be read: {_reason(error)}.",
            "Check the path and its permissions.",
        ) from error


def is_elsewhere(path: Path) -> bool:
    """Whether a resolved path lies neither in the home directory nor in the current one."""
    return not any(path.is_relative_to(root) for root in _roots())


def hold(typed: str | os.PathLike[str]) -> HeldFile:
    """Read a file so that it can go along.

    Args:
        typed: As `resolved`.

    Raises:
        AttachmentError: It cannot be attached; nothing that is not a text file is opened.
    """
    path = resolved(typed)
    stamp = _stamp(path)
    attachment = read_attachment(path)
    return HeldFile(replace(attachment, name=_name(Path(typed), path)), path, stamp)


def refreshed(files: Sequence[HeldFile]) -> Refreshed:
    """The same files as they are now; one that cannot be read any more stays as it was read."""
    now: list[HeldFile] = []
    changed: list[str] = []
    gone: list[str] = []
    for file in files:
        stamp = None if file.path is None else _stamp(file.path)
        if file.path is None or (stamp is not None and stamp == file.stamp):
            now.append(file)
            continue
        try:
            text = read_attachment(file.path).text
        except AttachmentError:
            now.append(file)
            gone.append(file.name)
            continue
        if text != file.attachment.text:
            changed.append(file.name)
        attachment = Attachment(file.name, text)
        now.append(HeldFile(attachment, file.path, stamp))
    return Refreshed(tuple(now), tuple(changed), tuple(gone))


def with_file(files: Sequence[HeldFile], file: HeldFile) -> tuple[HeldFile, ...]:
    """Files with one more; the same file, attached again, takes its own place.

    Raises:
        AttachmentError: There are as many as can go along.
    """
    places = [place for place, held in enumerate(files) if held.path == file.path]
    if places:
        return (*files[: places[0]], file, *files[places[0] + 1 :])
    if len(files) >= MOST_FILES:
        raise AttachmentError(
            f"{MOST_FILES} files are attached already.", "Take one off first with /unload-file."
        )
    return (*files, file)


def without_file(files: Sequence[HeldFile], name: str) -> tuple[HeldFile, ...]:
    """Files without the one of that name, in whatever case and with or without its folders."""
    wanted = name.casefold()
    exact = [file for file in files if file.name.casefold() == wanted]
    alike = exact or [file for file in files if Path(file.name).name.casefold() == wanted]
    return tuple(file for file in files if file not in alike[:1])


def _name(typed: Path, path: Path) -> str:
    """How a file is called: from the current directory on, or else only by its own name."""
    with suppress(OSError, RuntimeError, ValueError):
        here = Path.cwd()
        for candidate, root in ((typed.expanduser().absolute(), here), (path, here.resolve())):
            if candidate.is_relative_to(root) and ".." not in candidate.parts:
                return candidate.relative_to(root).as_posix()
    return typed.name or path.name


def _roots() -> Iterator[Path]:
    for find in (Path.home, Path.cwd):
        with suppress(OSError, RuntimeError):
            root = find().resolve()
            if root != root.parent:  # in / everything would be at home
                yield root


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno).lower()
    return clean_line(str(error), 200)
