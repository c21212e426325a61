"""From a model's chunks to a run's events: one reader per role.

Invariant: a reader never changes text. Model A's is sorted into draft and demonstrations, Model B's
only has a leading thinking block set apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
from .protocol import StageName
from .thinking import ThinkSplitter

_CLOSER: Final = "</demonstrations>"
_CLOSING_PUNCTUATION: Final = "]}`\"' \t\r\n"


class Reader(Protocol):
    """Takes a model's chunks in and gives a run's events out."""

    def take(self, chunk: ChatChunk) -> Iterable[Event]:
        """Read one chunk."""

    def finish(self, *, cut: bool) -> Iterable[Event]:
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

    def take(self, chunk: ChatChunk) -> Iterable[Event]:
        if chunk.thinking:
            yield Token(self._run_id, "A", "thinking", chunk.thinking)
        if not chunk.text:
            return
        if self.satisfied:
            self._tail += chunk.text
        self._wrote_text = self._wrote_text or not chunk.text.isspace()
        yield RawText(self._run_id, "A", chunk.text)
        yield from self._events(self._parser.feed(chunk.text))

    def finish(self, *, cut: bool) -> Iterable[Event]:
        yield from self._events(self._parser.finish(cut=cut and not self.satisfied))

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

    def _events(self, parsed: Iterable[ParserEvent]) -> Iterable[Event]:
        for event in parsed:
            match event:
                case parser.DraftText(text):
                    yield Token(self._run_id, "A", "draft", text)
                case parser.DemonstrationText(index, text):
                    yield Token(self._run_id, "A", "demonstration", text, index)
                case parser.DemonstrationClosed(index, text):
                    yield DemonstrationFound(self._run_id, index, text)
                case parser.DemonstrationDropped(index, reason):
                    yield DemonstrationDropped(self._run_id, index, reason)
                case parser.ThinkingText(text):
                    yield Token(self._run_id, "A", "thinking", text)
                case parser.MovedToThinking():
                    yield MovedToThinking(self._run_id, "A")


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

    def take(self, chunk: ChatChunk) -> Iterable[Event]:
        if chunk.thinking:
            yield Token(self._run_id, "B", "thinking", chunk.thinking)
        if chunk.text:
            yield from self._events(self._splitter.feed(chunk.text))

    def finish(self, *, cut: bool) -> Iterable[Event]:
        yield from self._events(self._splitter.finish())

    @property
    def wrote_text(self) -> bool:
        return self._wrote_text

    def _events(
        self, pieces: Iterable[tuple[str, str] | parser.MovedToThinking]
    ) -> Iterable[Event]:
        stage: StageName = "B"
        for piece in pieces:
            if isinstance(piece, parser.MovedToThinking):
                self._wrote_text = False
                yield MovedToThinking(self._run_id, stage)
                continue
            kind, text = piece
            if kind == "thinking":
                yield Token(self._run_id, stage, "thinking", text)
            else:
                self._wrote_text = self._wrote_text or not text.isspace()
                yield Token(self._run_id, stage, "answer", text)
