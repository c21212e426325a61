"""What went along with a run that is over, taken out of the messages it sent.

Invariant: only what the messages say of themselves counts: a query that looks like a file block is
a query.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .attachments import Attachment
from .fencing import fenced_files
from .message import Message
from .protocol import HandoffResult
from .turns import Turn

WHOLE: Final = ("complete", "cached")
"""Ends of a run whose answer can be gone on from."""


def files_of(result: HandoffResult) -> tuple[Attachment, ...]:
    """The files that were sent, to the letter; empty when no stage was sent anything."""
    for messages in _prompts(result):
        block = "".join(
            text for message in messages for origin, text in message.parts if origin == "files"
        )
        if files := fenced_files(block):
            return files
    return ()


def turns_of(result: HandoffResult) -> tuple[Turn, ...]:
    """The earlier turns that Model B was sent, the oldest first."""
    stage = result.stage("B")
    spoken = [m for m in (stage.messages if stage else ()) if _is_earlier(m)]
    pairs = zip(spoken[::2], spoken[1::2], strict=False)
    return tuple(Turn(query.content, answer.content) for query, answer in pairs)


def conversation_of(result: HandoffResult) -> tuple[Turn, ...]:
    """The conversation up to a run: a run without a whole answer adds no turn of its own."""
    earlier = turns_of(result)
    if result.status not in WHOLE or not result.answer.strip():
        return earlier
    return (*earlier, Turn(result.query, result.answer))


def _prompts(result: HandoffResult) -> Iterator[tuple[Message, ...]]:
    for name in ("B", "A"):
        stage = result.stage("B" if name == "B" else "A")
        if stage is not None:
            yield stage.messages


def _is_earlier(message: Message) -> bool:
    return bool(message.spans) and all(span.origin == "earlier" for span in message.spans)
