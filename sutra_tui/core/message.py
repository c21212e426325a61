"""One chat message, and where each part of its text came from.

Invariant: the lengths of a message's spans add up to the length of its text, or there are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from . import fields

Speaker = Literal["system", "user", "assistant"]
"""Whose words a chat message is."""
Origin = Literal["instructions", "system", "earlier", "demonstrations", "draft", "files", "query"]
"""Where a piece of a prompt came from: the template, the user's standing instructions, earlier
turns of the conversation, Model A's demonstrations or draft, attached files, the query."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a message's text that came from one place.

    Args:
        origin: The place.
        length: Characters.
    """

    origin: Origin
    length: int


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message as sent to the server.

    Args:
        role: Whose words they are.
        content: The text.
        spans: Where its parts came from, in order; empty when that is not known. Two messages that
            read the same are equal whatever is known of them.
    """

    role: Speaker
    content: str
    spans: tuple[Span, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, role: Speaker, parts: Iterable[tuple[Origin, str]]) -> Message:
        """A message out of its parts.

        Args:
            role: Whose words they are.
            parts: Origin and text, in order; neighbours of one origin become one span.
        """
        kept = [part for part in parts if part[1]]
        spans = (
            Span(origin, sum(len(text) for _, text in run))
            for origin, run in groupby(kept, key=lambda part: part[0])
        )
        return cls(role, "".join(text for _, text in kept), tuple(spans))

    @property
    def parts(self) -> Iterator[tuple[Origin | None, str]]:
        """Origin and text in order; one part without an origin when nothing is known."""
        if self.content and not self.spans:
            yield None, self.content
        start = 0
        for span in self.spans:
            yield span.origin, self.content[start : start + span.length]
            start += span.length

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Message:
        """Rebuild a message from its JSON form. Raises ValueError, as all of `fields`."""
        role: Speaker = fields.choice(data, "role", Speaker, "user")
        return cls(role, fields.text(data, "content"), _spans(data))


def _spans(data: Mapping[str, Any]) -> tuple[Span, ...]:
    """What is known of the parts: nothing if it does not fit the text, or names unknown places."""
    unsaid: Any = ""
    try:
        spans = tuple(
            Span(fields.choice(span, "origin", Origin, unsaid), fields.whole(span, "length") or 0)
            for span in fields.objects(data, "spans")
        )
    except ValueError:
        return ()
    fits = sum(span.length for span in spans) == len(fields.text(data, "content"))
    return spans if fits and all(span.length > 0 for span in spans) else ()
