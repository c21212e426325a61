"""Standard output and standard error, without their traps.

Invariant: no encoding error ever leaves, and a stream that cannot be written to any more ends in
`OutputLost` (standard output) or silence (standard error), never in a traceback at exit.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable
from typing import ClassVar, TextIO

from ..core.clean import clean, clean_line
from ..core.errors import SutraError
from . import exits

LONGEST_LINE = 1000
"""Longest line written to standard error, in characters."""


class OutputLost(SutraError):
    """Standard output cannot be written to any more."""

    kind: ClassVar[str] = "output_failed"
    exit_code: ClassVar[int] = exits.OUTPUT_FAILED


class ReaderGone(OutputLost):
    """Whoever read standard output has gone, as `head` does when it has enough."""

    kind: ClassVar[str] = "reader_gone"
    exit_code: ClassVar[int] = exits.READER_GONE


class Output:
    """Standard output.

    Args:
        stream: Where text goes; None takes the process's own.
        cleans: Whether outside text is made safe to show; None does so only on a terminal.

    Raises:
        OutputLost: Standard output is closed.
    """

    def __init__(self, stream: TextIO | None = None, *, cleans: bool | None = None) -> None:
        found = sys.stdout if stream is None else stream
        if found is None or found.closed:
            raise OutputLost("Standard output is closed, so there is nowhere to write to.")
        self._stream = found
        self.is_terminal = is_terminal(found)
        self._cleans = self.is_terminal if cleans is None else cleans
        # "\n" stays one byte in a pipe or a file, so that an answer survives byte for byte.
        _never_fail_to_encode(found, newline=None if self.is_terminal else "\n")

    @property
    def is_unicode(self) -> bool:
        """Whether every character can be written as it is."""
        return (self._stream.encoding or "").lower().replace("-", "").startswith("utf")

    def write(self, text: str) -> None:
        """Write a piece of outside text and pass it on at once.

        Raises:
            OutputLost: It cannot be written.
        """
        self.write_trusted(clean(text) if self._cleans else text)

    def write_trusted(self, text: str) -> None:
        """Write text that is safe as it is. Raises as `write`."""
        try:
            buffer = getattr(self._stream, "buffer", None)
            if isinstance(buffer, io.RawIOBase):
                self._write_unbuffered(buffer, text)
            else:
                self._stream.write(text)
                self._stream.flush()
        except (OSError, ValueError) as error:
            raise as_output_lost(error) from error

    def _write_unbuffered(self, raw: io.RawIOBase, text: str) -> None:
        """Under PYTHONUNBUFFERED a text stream takes no notice of a write that was cut short."""
        data = text.encode(self._stream.encoding or "utf-8", self._stream.errors or "replace")
        while data:
            data = data[raw.write(data) or 0 :]


class Voice:
    """Standard error: lines for a person. It never fails; what cannot be said is not said.

    Args:
        stream: Where lines go; None takes the process's own, if there is one.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.is_terminal = self._stream is not None and is_terminal(self._stream)
        self._shown = 0
        if self._stream is not None:
            _never_fail_to_encode(self._stream)

    def say(self, text: str) -> None:
        """Write one line of any text, cleaned, after taking away a status line."""
        self.erase()
        self._write(clean_line(text, LONGEST_LINE) + "\n")

    def say_all(self, texts: Iterable[str]) -> None:
        """Write each text as a line."""
        for text in texts:
            self.say(text)

    def say_verbatim(self, line: str) -> None:
        """Write one line, cleaned, with its blanks as they are."""
        self.erase()
        self._write(clean(line[:LONGEST_LINE]).replace("\n", " ") + "\n")

    def show(self, status: str) -> None:
        """Put a status line in the place of the last one; only blanks and a carriage return."""
        width = cells(status)
        self._write(f"\r{status}{' ' * max(0, self._shown - width)}")
        self._shown = width

    def erase(self) -> None:
        """Take the status line away."""
        if self._shown:
            self._write(f"\r{' ' * self._shown}\r")
            self._shown = 0

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):
            self._stream = None


def say_error(voice: Voice, error: SutraError, cause: BaseException | None = None) -> None:
    """Say what happened and what to do next, a line each; a reader who left is told nothing.

    Args:
        voice: Where to.
        error: What happened.
        cause: Whose traceback follows, for those who look for a fault of this program.
    """
    if isinstance(error, ReaderGone):
        return
    voice.say(f"sutra: {error.message}")
    if error.remedy:
        voice.say(error.remedy)
    if cause is not None:
        import traceback

        for line in "".join(traceback.format_exception(cause)).splitlines():
            voice.say_verbatim(line)


def is_terminal(stream: TextIO) -> bool:
    """Whether a person sits behind a stream."""
    try:
        return stream.isatty()
    except (OSError, ValueError):
        return False


def cells(text: str) -> int:
    """Columns a line of text takes in a terminal; wide East Asian characters take two."""
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def fit(text: str, columns: int) -> str:
    """The beginning of a line that takes at most that many columns."""
    while cells(text) > columns:
        text = text[:-1]
    return text


def abandon_output() -> None:
    """Point standard output nowhere, so that what is left in its buffer cannot fail at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass


def _never_fail_to_encode(stream: TextIO, newline: str | None = None) -> None:
    if isinstance(stream, io.TextIOWrapper):
        if newline is None:
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(errors="replace", newline=newline)


def as_output_lost(error: OSError | ValueError) -> OutputLost:
    """What a failed write to standard output means."""
    # A pipe without a reader is EPIPE; Windows calls it EINVAL.
    gone = {errno.EPIPE, errno.EINVAL} if os.name == "nt" else {errno.EPIPE}
    if isinstance(error, OSError) and error.errno in gone:
        return ReaderGone("Whoever read the output has gone.")
    reason = os.strerror(error.errno).lower() if isinstance(error, OSError) and error.errno else ""
    return OutputLost(
        f"Standard output cannot be written to{': ' if reason else ''}{reason}.",
        "Make room or write somewhere else, then run the query again.",
    )
