"""From a model's chunks to a run's events: one reader per role.

Invariant: a reader never changes text. Model A's is sorted into draft and demonstrations, Model B's
only has a leading thinking block set apart.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from . import parser
from .engine import ChatChunk
from .events import (
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    MovedToThinking,
    RawText,
    Token,
)
from .parser import DraftParser, ParsedDraft, ParserEvent
from .thinking import ThinkPiece, ThinkSplitter

_CLOSER: Final = "</demonstrations>"
_CLOSING_PUNCTUATION: Final = "]}`\"' \t\r\n"


class Reader(Protocol):
    """Takes a model's chunks in and gives a run's events out."""

    def take(self, chunk: ChatChunk) -> list[Event]:
        """Read one chunk."""

    def finish(self, *, cut: bool) -> list[Event]:
        """The stream is over; `cut` says that it was not the model that ended it."""

    @property
    def satisfied(self) -> bool:
        """Everything wanted is there: only the server's numbers are still of interest."""

    @property
    def over_the_end(self) -> bool:
        """The model goes on writing after everything wanted is there."""

    @property
    def wrote_text(self) -> bool:
        """Whether anything but thinking and blanks arrived."""


class DraftReader:
    """Reads Model A: draft, demonstrations, thinking.

    Args:
        run_id: Whose events these are.
        wanted: Demonstrations wanted.
        query: What the user asked; a demonstration that only repeats it is dropped.
        wants_draft: Whether the stream must stay open until the draft is complete.
        refuse: Says why a finished demonstration must not be used; None when it may.
    """

    def __init__(
        self,
        run_id: str,
        wanted: int,
        query: str,
        *,
        wants_draft: bool,
        refuse: Callable[[str], str | None] | None = None,
    ) -> None:
        self._run_id = run_id
        self._wanted = wanted
        self._wants_draft = wants_draft
        self._parser = DraftParser(wanted, query, refuse=refuse)
        self._tail = ""
        self._wrote_text = False

    def take(self, chunk: ChatChunk) -> list[Event]:
        events: list[Event] = []
        if chunk.thinking:
            events.append(Token(self._run_id, "A", "thinking", chunk.thinking))
        if chunk.text:
            if self.satisfied:
                self._tail += chunk.text
            self._wrote_text = self._wrote_text or not chunk.text.isspace()
            events.append(RawText(self._run_id, "A", chunk.text))
            events += map(self._event, self._parser.feed(chunk.text))
        return events

    def finish(self, *, cut: bool) -> list[Event]:
        return [*map(self._event, self._parser.finish(cut=cut and not self.satisfied))]

    @property
    def satisfied(self) -> bool:
        enough = self._parser.closed >= self._wanted
        return enough and (self._parser.draft_closed or not self._wants_draft)

    @property
    def over_the_end(self) -> bool:
        tail = "".join(self._tail.lower().split()).strip(_CLOSING_PUNCTUATION)
        return tail not in _CLOSER

    @property
    def wrote_text(self) -> bool:
        return self._wrote_text

    @property
    def parsed(self) -> ParsedDraft:
        """Draft, demonstrations and problems; final once the stream is over."""
        return self._parser.parsed

    def _event(self, parsed: ParserEvent) -> Event:
        match parsed:
            case parser.DraftText(text):
                return Token(self._run_id, "A", "draft", text)
            case parser.DemonstrationText(index, text):
                return Token(self._run_id, "A", "demonstration", text, index)
            case parser.DemonstrationClosed(index, text):
                return DemonstrationFound(self._run_id, index, text)
            case parser.DemonstrationDropped(index, reason):
                return DemonstrationDropped(self._run_id, index, reason)
            case parser.ThinkingText(text):
                return Token(self._run_id, "A", "thinking", text)
            case parser.MovedToThinking():
                return MovedToThinking(self._run_id, "A")


class AnswerReader:
    """Reads Model B: its text byte for byte, a leading thinking block apart.

    Args:
        run_id: Whose events these are.
        thinks: The model has a thinking mode; such models are known to lose the opening tag.
    """

    satisfied = False
    over_the_end = False

    def __init__(self, run_id: str, *, thinks: bool) -> None:
        self._run_id = run_id
        self._splitter = ThinkSplitter(opening_may_be_missing=thinks)
        self._wrote_text = False

    def take(self, chunk: ChatChunk) -> list[Event]:
        events: list[Event] = []
        if chunk.thinking:
            events.append(Token(self._run_id, "B", "thinking", chunk.thinking))
        if chunk.text:
            events += map(self._event, self._splitter.feed(chunk.text))
        return events

    def finish(self, *, cut: bool) -> list[Event]:
        return [*map(self._event, self._splitter.finish())]

    @property
    def wrote_text(self) -> bool:
        return self._wrote_text

    def _event(self, piece: ThinkPiece) -> Event:
        if isinstance(piece, parser.MovedToThinking):
            self._wrote_text = False
            return MovedToThinking(self._run_id, "B")
        kind, text = piece
        if kind == "thinking":
            return Token(self._run_id, "B", "thinking", text)
        self._wrote_text = self._wrote_text or not text.isspace()
        return Token(self._run_id, "B", "answer", text)
