"""What has been gathered from Model A's reply so far, and the events that tell of it.

Invariant: every change comes with its event, so that the events fold into `parsed`. A demonstration
is judged here, when it is closed: empty ones, repetitions, the query or the draft over again and
refused ones are dropped; those beyond the wanted number are only counted.
"""

from __future__ import annotations

from collections.abc import Callable

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


class TrimmedText:
    """Text that grows piece by piece and never begins or ends with blanks."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._blanks: list[str] = []
        self._length = 0

    def add(self, piece: str) -> str:
        """Append; returns what the text grew by. Blanks at the end wait for more text."""
        if not self._pieces:
            piece = piece.lstrip()
        body = piece.rstrip()
        if not body:
            if self._pieces and piece:
                self._blanks.append(piece)
            return ""
        growth = "".join((*self._blanks, body)) if self._blanks else body
        self._blanks = [piece[len(body) :]] if len(body) < len(piece) else []
        self._pieces.append(growth)
        self._length += len(growth)
        return growth

    @property
    def last(self) -> str:
        """The last character; empty when there is none."""
        return self._pieces[-1][-1] if self._pieces else ""

    @property
    def with_blanks(self) -> str:
        """The text and the blanks that wait at its end."""
        return "".join((str(self), *self._blanks))

    def __len__(self) -> int:
        return self._length

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""


def essence(text: str) -> str:
    """What is compared: two texts that differ in blanks and case only are the same."""
    return " ".join(text.split()).casefold()


class Harvest:
    """Draft, demonstrations, thinking and problems of one reply.

    Args:
        wanted: Demonstrations wanted.
        query: What the user typed.
        refuse: Says why a complete demonstration must not be used; None when it may.
    """

    def __init__(
        self, wanted: int, query: str, refuse: Callable[[str], str | None] | None = None
    ) -> None:
        self.wanted = wanted
        self.problems = problems.Problems()
        self._query = essence(query)
        self._refuse = refuse
        self._events: list[ParserEvent] = []
        self._thoughts: list[TrimmedText] = []
        self._start_over()

    def _start_over(self) -> None:
        self.draft = TrimmedText()
        self.demonstration = TrimmedText()
        self.written = 0
        self.surplus = 0
        self._demonstrations: list[str] = []
        self._seen: set[str] = set()
        self._compared = (0, "")

    def take_events(self) -> list[ParserEvent]:
        """The events since the last call."""
        events, self._events = self._events, []
        return events

    @property
    def closed(self) -> int:
        """Complete usable demonstrations."""
        return len(self._demonstrations)

    @property
    def is_full(self) -> bool:
        """As many as were wanted are there."""
        return self.closed >= self.wanted

    @property
    def parsed(self) -> ParsedDraft:
        """Everything so far."""
        thinking = "\n\n".join(str(block) for block in self._thoughts if len(block))
        return ParsedDraft(
            str(self.draft), tuple(self._demonstrations), thinking, self.problems.sentences
        )

    def add_draft(self, text: str) -> None:
        """The draft goes on."""
        if growth := self.draft.add(text):
            self._events.append(DraftText(growth))

    def open_demonstration(self) -> None:
        """A demonstration begins."""
        self.demonstration = TrimmedText()
        self.written += 1

    def add_demonstration(self, text: str) -> None:
        """The open demonstration goes on."""
        growth = self.demonstration.add(text)
        if growth and not self.is_full:
            self._events.append(DemonstrationText(self.closed, growth))

    def close_demonstration(self) -> None:
        """The open demonstration is complete: keep it, drop it, or only count it."""
        if self.is_full:
            self.surplus += bool(len(self.demonstration))
            return
        text = str(self.demonstration)
        if fault := self._fault(text):
            self._drop(f"{problems.demonstration(self.written)} {fault}")
            return
        self._seen.add(essence(text))
        self._events.append(DemonstrationClosed(self.closed, text))
        self._demonstrations.append(text)

    def forget_demonstration(self) -> None:
        """The open demonstration, which is empty, was only a heading."""
        self.written -= 1

    def cut_demonstration(self) -> None:
        """The reply ended inside the open demonstration."""
        if not self.is_full:
            who = problems.demonstration(self.written)
            self._drop(problems.DEMONSTRATION_CUT.format(who=who))

    def _drop(self, reason: str) -> None:
        self.problems.add(reason)
        self._events.append(DemonstrationDropped(self.closed, reason))

    def _fault(self, text: str) -> str:
        if not text:
            return "was empty; it was left out."
        same = essence(text)
        if same in self._seen:
            return "repeated an earlier one; it was left out."
        if same == self._query:
            return "only repeated the query; it was left out."
        if same == self._draft_essence():
            return "only repeated the draft; it was left out."
        if self._refuse and (why := self._refuse(text)):
            return f"was left out: {why}."
        return ""

    def _draft_essence(self) -> str:
        # Asked for every demonstration, so made anew only when the draft has grown.
        if len(self.draft) != self._compared[0]:
            self._compared = (len(self.draft), essence(str(self.draft)))
        return self._compared[1]

    def open_thought(self) -> None:
        """A thinking block begins."""
        if not self._thoughts or len(self._thoughts[-1]):
            self._thoughts.append(TrimmedText())

    def add_thought(self, text: str) -> None:
        """The open thinking block goes on."""
        block = self._thoughts[-1]
        apart = not len(block) and len(self._thoughts) > 1
        if growth := block.add(text):
            self._events.append(ThinkingText(f"\n\n{growth}" if apart else growth))

    @property
    def last_thought(self) -> str:
        """The last thinking block; empty when there was none."""
        return str(self._thoughts[-1]) if self._thoughts else ""

    def move_draft_to_thinking(self) -> None:
        """The draft was none; the demonstrations stay."""
        self._events.append(MovedToThinking())
        self._think(str(self.draft))
        self.draft = TrimmedText()
        self._compared = (0, "")
        for index, text in enumerate(self._demonstrations):
            self._events.append(DemonstrationClosed(index, text))

    def move_all_to_thinking(self, raw: str) -> None:
        """Everything so far was thinking, and nothing that was said about it holds.

        Args:
            raw: The reply so far.
        """
        self._events.append(MovedToThinking())
        self._thoughts.clear()
        self._think(raw)
        self._start_over()
        self.problems.clear()

    def _think(self, text: str) -> None:
        self.open_thought()
        self._thoughts[-1].add(text)
