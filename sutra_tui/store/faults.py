"""What an SQLite error means for us: wait, repair, go on without the disk, or report.

Invariant: callers decide by `Fault`, never by the words of a driver's message.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3


class Fault(enum.Enum):
    """What can be done about an error."""

    BUSY = "another program holds the file"
    CORRUPT = "the file is damaged"
    UNWRITABLE = "the disk or its permissions refuse"
    OTHER = "none of these"


# Primary result codes, https://www.sqlite.org/rescode.html
_BY_CODE: Final = {
    3: Fault.UNWRITABLE,  # PERM
    5: Fault.BUSY,
    6: Fault.BUSY,  # LOCKED
    8: Fault.UNWRITABLE,  # READONLY
    10: Fault.UNWRITABLE,  # IOERR
    11: Fault.CORRUPT,
    13: Fault.UNWRITABLE,  # FULL
    14: Fault.UNWRITABLE,  # CANTOPEN
    15: Fault.UNWRITABLE,  # PROTOCOL: file locks do not work, as on some network mounts
    26: Fault.CORRUPT,  # NOTADB
}
# Python 3.10 has no error codes; these are the fixed texts of sqlite3_errstr().
_BY_TEXT: Final = (
    ("is locked", Fault.BUSY),
    ("malformed", Fault.CORRUPT),
    ("not a database", Fault.CORRUPT),
    ("is full", Fault.UNWRITABLE),
    ("readonly database", Fault.UNWRITABLE),
    ("disk I/O error", Fault.UNWRITABLE),
    ("unable to open", Fault.UNWRITABLE),
    ("access permission denied", Fault.UNWRITABLE),
    ("locking protocol", Fault.UNWRITABLE),
)

_PLAIN: Final = (
    ("is full", "the disk is full"),
    ("readonly database", "it cannot be written"),
    ("unable to open", "it cannot be opened"),
    ("disk I/O error", "the disk reports an error"),
    ("locking protocol", "file locks do not work on this disk"),
)


def classify(error: sqlite3.Error) -> Fault:
    """Name what an SQLite error asks of us."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int) and code & 0xFF in _BY_CODE:
        return _BY_CODE[code & 0xFF]
    text = str(error)
    return next((fault for words, fault in _BY_TEXT if words in text), Fault.OTHER)


def explain(error: sqlite3.Error) -> str:
    """The error as a person would say it, to follow "cannot be used: "."""
    text = str(error)
    if classify(error) is Fault.BUSY:
        return "another program is using it and does not let go"
    return next((plain for words, plain in _PLAIN if words in text), text)
