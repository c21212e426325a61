"""What the parser announces of a reply that is read again: texts, in the order of their coming.

Invariant: total, and linear in the length of the reply.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from .parser import (
    DemonstrationClosed,
    DemonstrationDropped,
    DemonstrationText,
    DraftParser,
    DraftText,
    MovedToThinking,
    ParsedDraft,
    ParserEvent,
    ThinkingText,
)
from .parser.grammar import LOOKAHEAD, TAG

Refuse = Callable[[str], "str | None"]
RunKind = Literal["draft", "demonstration", "thinking", "dropped"]
_CLOSED_THINKING: Final = re.compile(r"<\s{0,4}/\s{0,4}think(?:ing)?\s{0,4}>\Z", re.IGNORECASE)
_NEAR: Final = 3
"""How many runs back the open demonstration is at most: thinking may have come after it."""


@dataclass(slots=True)
class Run:
    """A text that was announced in one go.

    Args:
        kind: As what.
        texts: Its pieces.
        index: Of a demonstration, from 0; -1 for anything else.
        reason: Why it was dropped.
        open: More of it may come.
        begins_at: Where the stretch begins that was being read when its first piece came; text
            that the parser held back for a while may begin before it.
        ends_by: How much of the reply had been read when its last piece came, in characters.
    """

    kind: RunKind
    texts: list[str] = field(default_factory=list)
    index: int = -1
    reason: str = ""
    open: bool = True
    begins_at: int = 0
    ends_by: int = 0

    @property
    def text(self) -> str:
        """All of it, without blanks around it."""
        return "".join(self.texts).strip()


@dataclass(frozen=True, slots=True)
class Reading:
    """A reply read once.

    Args:
        runs: What was announced, those without text left out.
        parsed: What came of it.
        wanted: Demonstrations wanted.
    """

    runs: list[Run]
    parsed: ParsedDraft
    wanted: int


def read_again(
    reply: str,
    wanted: int,
    query: str,
    *,
    cut: bool,
    over: bool = True,
    refuse: Refuse | None = None,
) -> Reading:
    """Let the parser read a reply.

    Args:
        reply: The raw text.
        wanted: Demonstrations wanted.
        query: What the user typed.
        cut: It was not the model that ended it.
        over: It is complete; False while it is still being written.
        refuse: As of `DraftParser`.
    """
    parser = DraftParser(wanted, query, refuse=refuse)
    announced = _Announced(reply)
    for end in (*(end for _, end in tags(reply)), len(reply)):
        announced.before, announced.read = announced.read, end
        for event in parser.feed(reply[announced.before : end]):
            announced.take(event)
    if over:
        for event in parser.finish(cut=cut):
            announced.take(event)
    return Reading([run for run in announced.runs if run.text], parser.parsed, wanted)


def tags(text: str) -> Iterator[tuple[int, int]]:
    """Where the tags stand, as far as the parser looks."""
    place = text.find("<")
    while place >= 0:
        tag = TAG.match(text, place, min(len(text), place + LOOKAHEAD))
        if tag:
            yield tag.span()
        place = text.find("<", tag.end() if tag else place + 1)


class _Announced:
    """Folds the parser's events into runs."""

    def __init__(self, reply: str) -> None:
        self.runs: list[Run] = []
        self.before = self.read = 0
        self._reply = reply
        self._closed: dict[int, str] = {}

    def take(self, event: ParserEvent) -> None:
        match event:
            case DraftText(text):
                self._grow("draft", -1, text)
            case ThinkingText(text):
                self._grow("thinking", -1, text)
            case DemonstrationText(index, text):
                self._grow("demonstration", index, text)
            case DemonstrationClosed(index, text):
                self._close(index, text)
            case DemonstrationDropped(index, reason):
                if (run := self._writing(index)) is not None:
                    run.kind, run.reason, run.open = "dropped", reason, False
            case MovedToThinking():
                self._move()

    def _grow(self, kind: RunKind, index: int, text: str) -> None:
        last = self.runs[-1] if self.runs else None
        if last is None or not last.open or (last.kind, last.index) != (kind, index):
            last = Run(kind, index=index, begins_at=self.before)
            self.runs.append(last)
        last.texts.append(text)
        last.ends_by = self.read

    def _writing(self, index: int) -> Run | None:
        """The demonstration that is being written."""
        for run in reversed(self.runs[-_NEAR:]):
            if run.kind == "demonstration" and run.open and run.index == index:
                return run
        return None

    def _close(self, index: int, text: str) -> None:
        run = self._writing(index)
        if run is not None:
            run.open, run.ends_by = False, self.read
        elif self._closed.get(index) != text:
            self.runs.append(Run("demonstration", [text], index, open=False, ends_by=self.read))
        self._closed[index] = text

    def _move(self) -> None:
        """Everything so far was thinking; what stays a demonstration is announced once more."""
        ending = _CLOSED_THINKING.search(self._reply[max(0, self.read - LOOKAHEAD) : self.read])
        if ending:
            # Nobody opened it, so it is all of the reply up to here.
            thought = self._reply[: self.read - len(ending[0])]
            self.runs = [Run("thinking", [thought], open=False, ends_by=self.read)]
            self._closed.clear()
            return
        for run in reversed(self.runs):
            if run.kind == "thinking" and not run.open:
                break
            if run.kind != "demonstration" or run.open:
                run.kind, run.open = "thinking", False
