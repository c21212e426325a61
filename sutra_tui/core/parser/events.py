"""What the parser says while Model A writes, and what it has at the end.

Invariant: the events fold into the result. Appending `DraftText`, placing `DemonstrationClosed` by
index and clearing both on `MovedToThinking` always gives `ParsedDraft.draft` and
`ParsedDraft.demonstrations`, so nobody has to reconcile what was streamed with what was parsed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DraftText:
    """A piece of the draft, to be shown at once."""

    text: str


@dataclass(frozen=True, slots=True)
class DemonstrationText:
    """A piece of a demonstration that is still being written.

    Args:
        index: Its place among the usable ones, from 0; provisional until it is closed.
        text: The piece.
    """

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class DemonstrationClosed:
    """A demonstration is complete and usable.

    Args:
        index: Its place, from 0.
        text: The whole of it, trimmed.
    """

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class DemonstrationDropped:
    """The demonstration being written turned out unusable; the next one takes its place.

    Args:
        index: The place it had, from 0.
        reason: A sentence for a person.
    """

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class ThinkingText:
    """A piece of a thinking block."""

    text: str


@dataclass(frozen=True, slots=True)
class MovedToThinking:
    """Everything shown so far was thinking; demonstrations that stay are announced again."""


ParserEvent = (
    DraftText
    | DemonstrationText
    | DemonstrationClosed
    | DemonstrationDropped
    | ThinkingText
    | MovedToThinking
)


@dataclass(frozen=True, slots=True)
class ParsedDraft:
    """Model A's reply, sorted.

    Args:
        draft: Model A's own answer, trimmed, otherwise exactly as written.
        demonstrations: The usable ones in order, trimmed, at most as many as were wanted.
        thinking: What the model thought, blocks separated by a blank line.
        problems: What was salvaged, dropped or ignored; sentences for a person, boundedly many.
    """

    draft: str = ""
    demonstrations: tuple[str, ...] = ()
    thinking: str = ""
    problems: tuple[str, ...] = ()
