"""Cuts Model A's reply into tokens: tags, code fences, numbered headings, JSON openings, and text.

Invariant: which tokens come out depends on the reply alone, never on how it was cut into chunks,
and the tokens' `raw` texts put together are the reply. A decision needs at most `LOOKAHEAD` more
characters (twice that for a tag between backticks); only what waits for one is held back.

The scanner knows how things look, not what they mean: inside code fences it still reports tags,
marked as fenced, and whether one of them counts is the parser's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from . import grammar
from .grammar import (
    LOOKAHEAD,
    EscapedTag,
    Fence,
    Heading,
    JsonOpening,
    Tag,
    TagStump,
    Text,
    Token,
)

_CONTEXT: Final = 16
"""Characters kept behind the reading position, to see whether it is at the start of a line."""
_MAX_INDENT: Final = 12


class _Verdict(Enum):
    """What a candidate is when it is not a token."""

    TEXT = auto()
    WAIT = auto()  # the characters to come decide


class Scanner:
    """Chunks in, tokens out.

    Feed a chunk, then iterate `tokens()` to its end. Between two tokens the caller may change how
    the rest is read: `leave_fence`, `unescape`, or `take` it away altogether.
    """

    def __init__(self) -> None:
        self._buffer = "\n"  # a line begins
        self._at = 1
        self._ended = False
        self._behind_tag = False
        self._ticked = False  # between backticks, which never reaches over a line's end
        self._fence = ""  # the backticks or tildes that opened the code fence
        self._escaped = False
        self._entity = ""  # what may be the beginning of an entity

    def feed(self, chunk: str) -> None:
        """Add text."""
        self._append(self._unescaped(chunk) if self._escaped else chunk)

    def finish(self) -> None:
        """No more text will come: what was held back is decided by what is there."""
        # The line break is never given out. With it every line has an end, which is one case
        # fewer for each pattern.
        self._append(self._entity + "\n")
        self._ended = True

    def tokens(self) -> Iterator[Token]:
        """Everything that can be decided now."""
        while True:
            start, token = self._next()
            if start > self._at:
                text = Text(self._buffer[self._at : start])
                self._at = start
                self._behind_tag = False
                yield text
            if token is None:
                return
            self._at += len(token.raw)
            self._behind_tag = isinstance(token, Tag)
            self._ticked = False
            yield token

    def take(self, limit: int) -> str:
        """Up to `limit` of the characters that come next, unread; they will not become tokens."""
        taken = self._buffer[self._at : min(self._at + limit, self._end)]
        self._at += len(taken)
        return taken

    def give_back(self, count: int) -> None:
        """Put back the last `count` characters of the last `take`."""
        self._at -= count

    def leave_fence(self) -> None:
        """The open code fence is none: what comes next is read as outside of it."""
        self._fence = ""

    def unescape(self, raw: str) -> None:
        """Read `raw`, the token just given out, and all that follows with entities replaced."""
        self._escaped = True
        text = raw + self._buffer[self._at :]
        self._buffer, self._at = "\n", 1
        self._append(self._unescaped(text))

    @property
    def in_fence(self) -> bool:
        """Whether a code fence is open."""
        return bool(self._fence)

    @property
    def _end(self) -> int:
        return len(self._buffer) - self._ended

    def _append(self, text: str) -> None:
        passed = max(0, self._at - _CONTEXT)
        self._buffer = self._buffer[passed:] + text
        self._at -= passed

    def _unescaped(self, chunk: str) -> str:
        text = self._entity + chunk
        ampersand = text.rfind("&", max(0, len(text) - grammar.ENTITY_LIMIT + 1))
        held = len(text) if ampersand < 0 or ";" in text[ampersand:] else ampersand
        self._entity = text[held:]
        return grammar.ENTITY.sub(lambda entity: grammar.ENTITIES[entity[0]], text[:held])

    def _next(self) -> tuple[int, Token | None]:
        """Where the text that comes first ends, and the token behind it if there is one."""
        look = self._at
        while look < self._end and (found := grammar.CANDIDATE.search(self._buffer, look)):
            start = min(found.start(), self._end)
            self._pass_over(look, start)
            token = self._read(found)
            if token is _Verdict.WAIT:
                return start, None
            if token is not _Verdict.TEXT:
                return start, token
            look = start + 1
        self._pass_over(look, self._end)
        return self._end, None

    def _pass_over(self, start: int, end: int) -> None:
        if self._ticked and self._buffer.find("\n", start, end) >= 0:
            self._ticked = False

    def _read(self, found: re.Match[str]) -> Token | _Verdict:
        start = found.start()
        match found.lastgroup:
            case "tag":
                return self._tag(start)
            case "line":
                return self._line(start, found["head"])
            case "json" if not self._ticked:
                json = self._match(grammar.JSON_OBJECT, grammar.JSON_OBJECT_STUMP, start)
                return json if isinstance(json, _Verdict) else JsonOpening(json[0])
            case "tick":
                self._toggle_tick()
        return _Verdict.TEXT

    def _match(
        self, whole: re.Pattern[str], stump: re.Pattern[str], start: int
    ) -> re.Match[str] | _Verdict:
        limit = start + LOOKAHEAD
        if found := whole.match(self._buffer, start, limit):
            return found
        if len(self._buffer) < limit and not self._ended and stump.fullmatch(self._buffer, start):
            return _Verdict.WAIT
        return _Verdict.TEXT

    def _toggle_tick(self) -> None:
        # Any run of backticks opens, and the next one on the line closes: counting their lengths
        # would mean waiting for the end of each run.
        self._ticked = not self._ticked and not self._fence

    def _tag(self, start: int) -> Tag | TagStump | _Verdict:
        found = self._match(grammar.TAG, grammar.TAG_STUMP, start)
        if isinstance(found, _Verdict):
            return self._stump(start) if self._ended else found
        end = found.end()
        if grammar.GENERIC.fullmatch(self._buffer, start, end):
            return _Verdict.TEXT
        if (quoted := self._between_ticks(start, end)) is not None:
            return quoted
        starts_line, ends_fence = self._starts_line(start), False
        if self._fence and starts_line and found["closing"]:
            ahead = self._buffer[end : end + LOOKAHEAD].lstrip()
            if not ahead and not self._ended and len(self._buffer) < end + LOOKAHEAD:
                return _Verdict.WAIT
            ends_fence = ahead.startswith(self._fence[0])
        name = found["name"].lower()
        return Tag(
            found[0],
            name="think" if name == "thinking" else name,
            closing=bool(found["closing"]),
            empty=bool(found["empty"]),
            fenced=self.in_fence,
            starts_line=starts_line,
            ends_fence=ends_fence,
        )

    def _stump(self, start: int) -> TagStump | _Verdict:
        if self._end - start >= LOOKAHEAD:
            return _Verdict.TEXT
        stump = grammar.TELLING_STUMP.fullmatch(self._buffer, start, self._end)
        return TagStump(stump[0]) if stump else _Verdict.TEXT

    def _between_ticks(self, start: int, end: int) -> _Verdict | None:
        """Whether a tag is inline code: a backtick before it on its line, and one soon after."""
        if self._fence or not (self._ticked or self._buffer[start - 1] == "`"):
            return None
        ahead = self._buffer[end : end + LOOKAHEAD]
        line, newline, _ = ahead.partition("\n")
        if "`" in line:
            return _Verdict.TEXT
        decided = newline or self._ended or len(ahead) == LOOKAHEAD
        return None if decided else _Verdict.WAIT

    def _starts_line(self, start: int) -> bool:
        margin = start
        while self._buffer[margin - 1] in " \t" and start - margin < _MAX_INDENT:
            margin -= 1
        return self._buffer[margin - 1] == "\n"

    def _line(self, start: int, head: str | None) -> Token | _Verdict:
        """What begins at the start of a line, or right behind one of our tags."""
        if self._buffer[start - 1] != "\n" and not (self._behind_tag and start == self._at):
            return _Verdict.TEXT
        if head is None:  # only blanks yet
            return _Verdict.TEXT if self._ended else _Verdict.WAIT
        if head in "`~":
            return self._fence_line(start, head)
        if head == "[":
            found = self._match(grammar.JSON_LIST, grammar.JSON_LIST_STUMP, start)
            return found if isinstance(found, _Verdict) else JsonOpening(found[0])
        if self._fence:
            return _Verdict.TEXT
        if head == "&":
            found = self._match(grammar.ESCAPED, grammar.ESCAPED_STUMP, start)
            return found if isinstance(found, _Verdict) else EscapedTag(found[0])
        found = self._match(grammar.HEADING, grammar.HEADING_STUMP, start)
        if isinstance(found, _Verdict):
            return found
        shut = found["before"] or found["after"] or found["around"]
        return Heading(found[0], int(found["number"]), bool(found["markup"]) and not shut)

    def _fence_line(self, start: int, head: str) -> Fence | _Verdict:
        if self._fence:
            found = self._match(grammar.FENCE_CLOSING, grammar.FENCE_STUMP, start)
            if isinstance(found, re.Match) and not found[1].startswith(self._fence):
                return _Verdict.TEXT
        else:
            found = self._match(grammar.FENCE_OPENING, grammar.FENCE_STUMP, start)
        if isinstance(found, re.Match):
            opening = not self._fence
            self._fence = found[1] if opening else ""
            return Fence(found[0], opening, bare=not opening or not found[2].strip())
        if found is _Verdict.TEXT and head == "`":
            self._toggle_tick()
        return found
