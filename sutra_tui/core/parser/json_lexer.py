"""Cuts JSON, however badly written, into brackets, colons, strings and bare words.

Invariant: total, linear, and the same for any chunking: nothing is held back longer than until the
character that decides. Strings may hold raw line breaks and quotes nobody escaped, may be in single
quotes, and come out piece by piece as they arrive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final


class Lexeme(Enum):
    """What a piece is. Commas mean nothing here: small models forget and double them."""

    OPEN = auto()
    CLOSE = auto()
    COLON = auto()
    STRING = auto()
    """A string begins."""
    PIECE = auto()
    STRING_END = auto()
    BARE = auto()
    """A number, `true`, `null`, or a word without quotes."""


_STRUCTURE: Final = re.compile(r"""(?P<blank>[\s,]+)|(?P<mark>[{}\[\]:"'])|[^\s,{}\[\]:"']+""")
_MARKS: Final = {
    "{": Lexeme.OPEN,
    "[": Lexeme.OPEN,
    "}": Lexeme.CLOSE,
    "]": Lexeme.CLOSE,
    ":": Lexeme.COLON,
}
_RUN: Final = {
    '"': re.compile(r'(?:[^"\\]+|\\["/\\bfnrt])+'),
    "'": re.compile(r"(?:[^'\\]+|\\['\"/\\bfnrt])+"),
}
_SIMPLE_ESCAPE: Final = re.compile(r"\\(.)")
# A quote ends a value only where JSON could go on behind it. Models that forget to escape quotes
# hardly ever write one before a closing bracket, or before a comma or a line break and a quote.
_GAP: Final = r"\s{0,64}"
_END: Final = re.compile(
    rf"""["'](?: {_GAP}[\]}}] | {_GAP},{_GAP}["'\[\]{{}}]
    | (?=[^\S\n]{{0,64}}\n){_GAP}["'{{] | \s{{65}} )""",
    re.VERBOSE,
)
_END_STUMP: Final = re.compile(rf"""["']{_GAP}(?:,{_GAP})?""")
_ESCAPE: Final = re.compile(
    r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|u([0-9a-fA-F]{4})|([\s\S]))"
)
_ESCAPE_STUMP: Final = re.compile(
    r"\\(?:u(?:[0-9a-fA-F]{0,3}|[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u(?:[dD](?:[c-fC-F]"
    r"[0-9a-fA-F]?)?)?)?)?))?"
)
_ESCAPED: Final = {
    **{mark: mark for mark in "\"'/\\\n"},
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
}


class JsonLexer:
    """Chunks in, lexemes out. Feed a chunk, then iterate `lexemes()` to its end or stop before."""

    def __init__(self) -> None:
        self.key_next = False
        """Whether the next string is a key; keys end at the next quote, whatever follows."""
        self._buffer = ""
        self._at = 0
        self._ended = False
        self._quote = ""
        self._bare: list[str] = []

    def feed(self, text: str) -> None:
        """Add text."""
        self._buffer = self._buffer[self._at :] + text
        self._at = 0

    def finish(self) -> None:
        """No more text will come."""
        self._ended = True

    @property
    def unread(self) -> int:
        """Characters not yet read."""
        return len(self._buffer) - self._at

    def lexemes(self) -> Iterator[tuple[Lexeme, str]]:
        """Everything that can be decided now."""
        while self._at < len(self._buffer):
            lexeme = self._in_string() if self._quote else self._between()
            if lexeme is None:
                return
            yield lexeme
        if self._ended and self._bare:
            yield self._bare_word()

    def _between(self) -> tuple[Lexeme, str] | None:
        while found := _STRUCTURE.match(self._buffer, self._at):
            mark = found["mark"]
            if self._bare and (mark or found["blank"]):
                return self._bare_word()
            self._at = found.end()
            if mark in _RUN:
                self._quote = mark
                return Lexeme.STRING, ""
            if mark:
                return _MARKS[mark], mark
            if not found["blank"]:
                self._bare.append(found[0])
        return None

    def _bare_word(self) -> tuple[Lexeme, str]:
        word, self._bare = "".join(self._bare), []
        return Lexeme.BARE, word

    def _in_string(self) -> tuple[Lexeme, str] | None:
        if run := _RUN[self._quote].match(self._buffer, self._at):
            text = _SIMPLE_ESCAPE.sub(lambda escape: _ESCAPED[escape[1]], run[0])
            return self._piece(run.end(), text)
        if self._buffer[self._at] == "\\":
            return self._escape()
        if self._ends_string():
            self._at += 1
            self._quote = ""
            return Lexeme.STRING_END, ""
        if not self._ended and _END_STUMP.fullmatch(self._buffer, self._at):
            return None
        return self._piece(self._at + 1, self._quote)

    def _piece(self, end: int, text: str) -> tuple[Lexeme, str]:
        self._at = end
        return Lexeme.PIECE, text

    def _ends_string(self) -> bool:
        if self.key_next or _END.match(self._buffer, self._at):
            return True
        return self._ended and bool(_END_STUMP.fullmatch(self._buffer, self._at))

    def _escape(self) -> tuple[Lexeme, str] | None:
        if not self._ended and _ESCAPE_STUMP.fullmatch(self._buffer, self._at):
            return None
        found = _ESCAPE.match(self._buffer, self._at)
        if found is None:  # the very last character
            return self._piece(self._at + 1, "\\")
        high, low, code, other = found.groups()
        if high:
            text = chr(0x10000 + (int(high, 16) - 0xD800 << 10) + (int(low, 16) - 0xDC00))
        elif code:
            # Half of a surrogate pair is no character and cannot be stored.
            text = chr(int(code, 16)) if not 0xD800 <= int(code, 16) < 0xE000 else "\ufffd"
        else:
            # `\d` is no JSON but a regular expression somebody forgot to escape.
            text = _ESCAPED.get(other, f"\\{other}")
        return self._piece(found.end(), text)
