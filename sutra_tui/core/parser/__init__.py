"""Sorts Model A's reply into draft, demonstrations and thinking while it is being written.

Invariant: total, linear in time, and the same for any chunking. Small models forget closing tags,
code fences and whole layouts; whatever they write, the parser gives its best reading at once and
says in `problems` what it had to assume. A demonstration is announced the moment its closing tag is
complete, and nothing that comes later changes its text.

How it decides what is ambiguous:

- Tags in code fences and between backticks are text; `Fences` knows the exceptions.
- A `<think>` block counts before and between the sections and where one begins; in the middle of a
  sentence, an answer or a demonstration it is text. A `</think>` that nobody opened makes
  everything before it thinking, once.
- The answer is what stands in the first `<answer>` that holds anything. Only a model that writes
  none has loose text taken as its draft (`LooseText`).
- An `<answer>` inside a demonstration is part of it, except in the last one wanted by a model that
  never did that before: then the demonstration was not closed and the real answer begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from ..options import DEFAULT_COUNT
from . import problems
from .events import (
    DemonstrationClosed,
    DemonstrationDropped,
    DemonstrationText,
    DraftText,
    MovedToThinking,
    ParsedDraft,
    ParserEvent,
    ThinkingText,
)
from .fences import Fences
from .grammar import (
    EscapedTag,
    Fence,
    Heading,
    JsonOpening,
    Tag,
    TagStump,
    Token,
)
from .harvest import Harvest
from .json_reader import JsonReader, Part
from .scanner import Scanner
from .sections import Place, Sections

__all__ = [
    "DemonstrationClosed",
    "DemonstrationDropped",
    "DemonstrationText",
    "DraftParser",
    "DraftText",
    "MovedToThinking",
    "ParsedDraft",
    "ParserEvent",
    "ThinkingText",
    "parse",
]

_BOM: Final = "\ufeff"
_JSON_PIECE: Final = 4096
"""Characters handed to the JSON reader at once; what it does not want of them goes back."""
_SECTION_TAGS: Final = ("answer", "demonstrations", "demonstration")


class DraftParser:
    """Chunks in, events out.

    Args:
        wanted: Demonstrations wanted; more are counted but not kept.
        query: What the user typed; a demonstration that only repeats it is dropped.
        refuse: Says why a complete demonstration must not be used ("it is banned"); None when it
            may.
    """

    def __init__(
        self,
        wanted: int = DEFAULT_COUNT,
        query: str = "",
        *,
        refuse: Callable[[str], str | None] | None = None,
    ) -> None:
        self._harvest = Harvest(wanted, query, refuse)
        self._scanner = Scanner()
        self._json: JsonReader | None = None
        self._json_raw: list[str] = []  # of a document in which nothing was recognised yet
        self._thinking = False
        self._may_think = True
        # The reply so far, for as long as a lone </think> could make all of it thinking.
        self._raw: list[str] | None = []
        self._started = False
        self._finished = False
        self._start_over()

    def _start_over(self) -> None:
        self._sections = Sections(self._harvest)
        self._literal: Counter[str] = Counter()  # opening tags passed on as text
        self._fences = Fences(self._scanner)

    def feed(self, chunk: str) -> list[ParserEvent]:
        """Read on.

        Args:
            chunk: Any text, cut anywhere.

        Returns:
            What is known now and was not known before; empty after `finish`.
        """
        if self._finished or not chunk:
            return []
        if not self._started:
            self._started = True
            chunk = chunk.removeprefix(_BOM)
        self._scanner.feed(chunk)
        self._read()
        return self._harvest.take_events()

    def finish(self, *, cut: bool = False) -> list[ParserEvent]:
        """The reply is over.

        Args:
            cut: It was not the model that ended it: a demonstration that is still open is
                incomplete and dropped. Otherwise it is taken as it is. A problem says which.
        """
        if self._finished:
            return []
        self._finished = True
        self._end_text()
        if self._thinking:
            self._harvest.problems.add(problems.THINKING_UNCLOSED)
            if not cut:
                self._read_thinking()
        self._sections.finish(cut=cut)
        return self._harvest.take_events()

    @property
    def closed(self) -> int:
        """Complete usable demonstrations so far."""
        return self._harvest.closed

    @property
    def draft_closed(self) -> bool:
        """Whether the draft is known to be complete."""
        return self._sections.draft_closed

    @property
    def parsed(self) -> ParsedDraft:
        """Everything so far; final after `finish`."""
        return self._harvest.parsed

    def _read(self) -> None:
        while True:
            if self._json and not self._read_json(self._json):
                return
            for token in self._scanner.tokens():
                self._take(token)
                if self._json:
                    break
            else:
                return

    def _end_text(self) -> None:
        self._scanner.finish()
        self._read()
        if self._json:
            self._give(self._json.finish())
            self._end_json(self._json)
        self._sections.text(self._fences.release())

    def _take(self, token: Token) -> None:
        if self._raw is not None:
            self._raw.append(token.raw)
        if self._thinking:
            self._think(token)
            return
        if self._fences.is_undecided:
            text, token = self._fences.decide(token, is_content=self._is_content(token))
            self._sections.text(text)
        match token:
            case Tag():
                self._tag(token)
            case Fence():
                self._fence(token)
            case Heading() if self._sections.heading(token):
                self._literal.clear()
            case JsonOpening() if self._is_json(token):
                self._begin_json(token)
            case EscapedTag() if not self._sections.structured:
                self._unescape(token)
            case TagStump() if self._sections.structured:
                pass  # the beginning of a closing tag is nobody's text
            case _:
                self._sections.text(token.raw)

    def _tag(self, tag: Tag) -> None:
        if tag.fenced and not self._breaks_fence(tag):
            self._sections.text(tag.raw)
        elif tag.closing and self._literal[tag.name]:
            self._literal[tag.name] -= 1
            self._sections.text(tag.raw)
        elif self._think_tag(tag) if tag.name == "think" else self._sections.tag(tag):
            self._literal.clear()
        else:
            if not (tag.closing or tag.empty or self._sections.closed_by(tag.name)):
                self._literal[tag.name] += 1
            self._sections.text(tag.raw)

    def _think_tag(self, tag: Tag) -> bool:
        """Begin a thinking block, or learn that everything so far was one; False: it is text."""
        if tag.closing:
            if self._raw is None:
                return False
            self._harvest.move_all_to_thinking("".join(self._raw[:-1]))
            self._start_over()
            self._raw = None
            return True
        if tag.empty or not self._may_think or not self._sections.lets_think(tag):
            return False
        self._sections.begin_thinking()
        self._harvest.open_thought()
        self._thinking = True
        return True

    def _think(self, token: Token) -> None:
        if isinstance(token, Tag) and token.name == "think" and token.closing:
            self._thinking = False
            self._raw = None
            self._scanner.leave_fence()
        else:
            self._harvest.add_thought(token.raw)

    def _read_thinking(self) -> None:
        """Thinking that never ended may hold the whole reply: take what has tags in it."""
        text = self._harvest.last_thought
        if self._sections.structured or not _has_sections(text):
            return
        self._harvest.problems.add(problems.THINKING_SEARCHED)
        self._scanner = Scanner()
        self._start_over()
        self._sections.ignore_loose_text()
        self._thinking = self._may_think = False
        self._raw = None
        self._scanner.feed(text)
        self._end_text()

    def _fence(self, fence: Fence) -> None:
        place = self._sections.place
        between = place is Place.OUTSIDE or (place is Place.WRAPPER and self._sections.is_blank)
        match self._fences.line(fence, between=between):
            case "text":
                self._sections.text(fence.raw)
            case "end":
                self._sections.leave_stretch()

    def _is_content(self, token: Token) -> bool:
        if isinstance(token, Tag):
            return not token.closing and token.name in _SECTION_TAGS
        return isinstance(token, JsonOpening) and self._is_json(token)

    def _breaks_fence(self, tag: Tag) -> bool:
        lone = tag.name == "think" and self._raw is not None
        closes = lone or self._sections.closed_by(tag.name)
        if not self._fences.is_broken_by(tag, closes=closes):
            return False
        self._harvest.problems.add(problems.FENCE_UNCLOSED)
        return True

    def _unescape(self, token: EscapedTag) -> None:
        if self._raw is not None:
            self._raw.pop()  # it comes again
        self._harvest.problems.add(problems.ESCAPED)
        self._scanner.unescape(token.raw)

    def _is_json(self, token: JsonOpening) -> bool:
        if token.raw.endswith("["):
            return self._sections.place is Place.WRAPPER and self._sections.is_blank
        return self._sections.place is Place.OUTSIDE

    def _begin_json(self, token: JsonOpening) -> None:
        in_list = token.raw.endswith("[")
        self._json = JsonReader(in_list=in_list)
        self._json_raw = [token.raw]
        self._json.feed(token.raw)

    def _read_json(self, reader: JsonReader) -> bool:
        """Let the reader read; False when it wants more text than there is."""
        while piece := self._scanner.take(_JSON_PIECE):
            self._give(reader.feed(piece))
            unread = reader.unread if reader.done else 0
            self._scanner.give_back(unread)
            self._note_json(piece[: len(piece) - unread], reader)
            if reader.done:
                self._end_json(reader)
                return True
        return False

    def _note_json(self, text: str, reader: JsonReader) -> None:
        if self._raw is not None:
            self._raw.append(text)
        if reader.recognised:
            self._json_raw.clear()
        else:
            self._json_raw.append(text)

    def _end_json(self, reader: JsonReader) -> None:
        self._json = None
        if reader.recognised:
            self._harvest.problems.add(problems.JSON)
        else:
            self._sections.text("".join(self._json_raw))

    def _give(self, parts: list[tuple[Part, str]]) -> None:
        for part, text in parts:
            match part:
                case Part.DRAFT:
                    self._sections.open_draft()
                case Part.DEMONSTRATION:
                    self._sections.open_demonstration()
                case Part.TEXT:
                    self._sections.text(text)
                case Part.END:
                    self._sections.end()


def parse(
    text: str, *, wanted: int = DEFAULT_COUNT, query: str = "", cut: bool = False
) -> ParsedDraft:
    """Sort a whole reply at once; the arguments are those of `DraftParser` and its `finish`."""
    parser = DraftParser(wanted, query)
    parser.feed(text)
    parser.finish(cut=cut)
    return parser.parsed


def _has_sections(text: str) -> bool:
    scanner = Scanner()
    scanner.feed(text)
    return any(
        isinstance(token, Tag)
        and token.name in _SECTION_TAGS
        and not (token.closing or token.fenced)
        for token in scanner.tokens()
    )
