"""On which line of a TOML file each key stands.

Invariant: the text is valid TOML, somebody has parsed it; for any other text the answer may be
wrong, but there is one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

Path = tuple[str, ...]

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_BASIC: Final = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_LITERAL: Final = re.compile(r"'([^'\n]*)'")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' r"'''.*?'{3,5}|" + _BASIC.pattern + "|" + _LITERAL.pattern, re.S
)
_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_SPACES: Final = re.compile(r"[ \t]*")
_PLAIN: Final = re.compile(r"[^\s,\[\]{}#\"'=]+")


def key_lines(source: str) -> dict[Path, int]:
    """The line, from 1, on which each key and each table begins.

    Args:
        source: The file's text.
    """
    scanner = _Scanner(source)
    scanner.document()
    return scanner.lines


class _Scanner:
    """Walks over the text once; values are skipped but for the keys of inline tables."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._ends = [end.start() for end in re.finditer("\n", source)]
        self._at = 0
        self.lines: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        while self._more():
            if self._next() == "[":
                self._at += 2 if self._source.startswith("[[", self._at) else 1
                table = self._key(())
                self._past("]")
                self._past("]")
            elif not self._pair(table):
                self._at += 1  # not TOML: go on behind it

    def _more(self) -> bool:
        if blank := _BLANK.match(self._source, self._at):
            self._at = blank.end()
        return self._at < len(self._source)

    def _next(self) -> str:
        return self._source[self._at : self._at + 1]

    def _past(self, sign: str) -> bool:
        """Step over a sign, if it comes next on this line."""
        spaces = _SPACES.match(self._source, self._at)
        at = spaces.end() if spaces else self._at
        found = self._source.startswith(sign, at)
        if found:
            self._at = at + 1
        return found

    def _pair(self, table: Path) -> bool:
        before = self._at
        path = self._key(table)
        if self._at == before:
            return False
        if self._past("="):
            self._value(path)
        return True

    def _key(self, table: Path) -> Path:
        """A dotted key; every part of it is noted."""
        path = table
        while True:
            self._past_spaces()
            line = bisect_left(self._ends, self._at) + 1
            part = self._part()
            if part is None:
                return path
            path = (*path, part)
            self.lines.setdefault(path, line)
            if not self._past("."):
                return path

    def _past_spaces(self) -> None:
        if spaces := _SPACES.match(self._source, self._at):
            self._at = spaces.end()

    def _part(self) -> str | None:
        for pattern in (_BARE, _BASIC, _LITERAL):
            if found := pattern.match(self._source, self._at):
                self._at = found.end()
                if pattern is _BARE:
                    return found[0]
                return _unescaped(found[1]) if pattern is _BASIC else found[1]
        return None

    def _value(self, path: Path) -> None:
        """Skip a value, without recursion: a list may be nested as deeply as it likes."""
        inside: list[str] = []
        while True:
            if inside:
                if not self._more():
                    return
            else:
                self._past_spaces()
            sign = self._next()
            if found := _STRING.match(self._source, self._at) or _PLAIN.match(
                self._source, self._at
            ):
                self._at = found.end()
            elif sign and sign in "[{":
                inside.append(sign)
                self._at += 1
                if inside == ["{"]:
                    self._inline(path)
                    return
            elif sign and sign in "]}" and inside:
                inside.pop()
                self._at += 1
            elif sign in (",", "=") and inside:
                self._at += 1
            else:
                return
            if not inside:
                # A date and its time may have a blank between them; the rest is on this line.
                while found := _PLAIN.match(self._source, self._at + 1):
                    if self._next() != " ":
                        return
                    self._at = found.end()
                return

    def _inline(self, path: Path) -> None:
        """The pairs of an inline table, up to its end."""
        while self._more() and not self._past("}"):
            if not self._pair(path):
                self._at += 1


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    import json

    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:  # TOML has two escapes that JSON has not; such a key is none of ours
        return text
