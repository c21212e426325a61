"""Text files that travel with a query, read without trusting the path or the content.

Invariant: only regular files of readable text within the size limit get in; nothing else is so much
as opened. How they stand in a prompt is `fencing`'s business.
"""

from __future__ import annotations

import hashlib
import os
import stat
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from typing import Final

from .budget import estimate_tokens
from .errors import AttachmentError
from .file_note import FileNote
from .secrets_in_files import secret_in

MAX_BYTES: Final = 256 * 1024
"""Largest file that can be attached: already far more than a small model's context."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file's text.

    Args:
        name: What the models and the user call it: its name, perhaps with folders before it.
        text: Its whole content.
    """

    name: str
    text: str

    @property
    def likely_tokens(self) -> int:
        """About how many tokens of the context it takes."""
        return _likely_tokens(self.text)

    @property
    def size(self) -> int:
        """Bytes of its text in UTF-8, whatever it was stored in."""
        return len(self.text.encode("utf-8", "surrogatepass"))

    @property
    def digest(self) -> str:
        """SHA-256 of its text, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def note(self) -> FileNote:
        """What is written down about it."""
        return FileNote(self.name, self.size, self.digest)

    @property
    def secret(self) -> str | None:
        """Why it looks as if it held a secret; None when it does not. Ask before sending it."""
        return secret_in(PurePath(self.name).name, self.text)


def read_attachment(path: str | Path) -> Attachment:
    """Read a text file for a query.

    Args:
        path: Where it is; `~` is the home directory.

    Raises:
        AttachmentError: Missing, no permission, not a regular file, too large, or not text.
    """
    where = Path(path)
    try:
        where = where.expanduser()
        # Before opening: that alone wakes a pipe's writer, and does things to some devices.
        _refuse_special(where, where.stat())
        with open(where, "rb", opener=_open) as file:
            _refuse_special(where, os.fstat(file.fileno()))
            data = file.read(MAX_BYTES + 1)
    except (OSError, RuntimeError, ValueError) as error:
        raise AttachmentError(
            f"{path} cannot be read: {_reason(error)}.", "Check the path and its permissions."
        ) from error
    if len(data) > MAX_BYTES:
        raise AttachmentError(
            f"{where} is larger than {MAX_BYTES // 1024} KB.",
            "Attach only the part that matters.",
        )
    return Attachment(where.name, _decoded(where, data))


def _decoded(where: Path, data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 that says so in its first two bytes."""
    encoding = "utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise AttachmentError(f"{where} is not UTF-8 text.", "Convert it to UTF-8.") from error
    if "\0" in text:
        raise AttachmentError(f"{where} is a binary file.", "Attach a text file.")
    return text


def _refuse_special(where: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise AttachmentError(f"{where} is a folder.", "Attach the files in it that matter.")
    if not stat.S_ISREG(status.st_mode):
        raise AttachmentError(f"{where} is not a regular file.", "Attach a text file.")


@lru_cache(maxsize=16)
def _likely_tokens(text: str) -> int:
    """Counted once for each text: the plan asks again whenever typing rests."""
    return estimate_tokens(text).likely


def _open(path: str, flags: int) -> int:
    # O_NONBLOCK: opening a FIFO must not wait for a writer.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno is not None:
        return (os.strerror(error.errno)).lower()
    return str(error)
