"""Sets Model B's leading thinking block apart from its answer.

Invariant: Model B's text is never changed. The pieces put together, the tags of one leading block
added, are the reply byte for byte; a `<think>` that comes later is only text.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from .parser.events import MovedToThinking

ThinkPiece = tuple[Literal["text", "thinking"], str] | MovedToThinking

_TAG: Final = re.compile(
    r"<\s{0,4}(?P<closing>/?)\s{0,4}think(?:ing)?\s{0,4}>", re.IGNORECASE | re.ASCII
)
_STUMP: Final = re.compile(
    r"<\s{0,4}/?\s{0,4}(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?\s{0,4}\Z",
    re.IGNORECASE | re.ASCII,
)
_LONGEST_TAG: Final = len("<    /    thinking    >")


class ThinkSplitter:
    """Chunks in, pieces of text and thinking out.

    Args:
        opening_may_be_missing: The model is one whose chat template writes the `<think>` itself, so
            that the reply begins inside the block. The first `</think>` then means that everything
            before it was thinking, unless a `<think>` was mentioned before.
    """

    def __init__(self, *, opening_may_be_missing: bool = False) -> None:
        self._held = ""
        self._last = ""  # the last character given out
        self._state: Literal["leading", "thinking", "watching", "text"] = "leading"
        self._after_leading: Literal["watching", "text"] = (
            "watching" if opening_may_be_missing else "text"
        )

    def feed(self, chunk: str) -> list[ThinkPiece]:
        """Read on; only what may be the beginning of a think tag is held back."""
        if self._state == "text" and not self._held:  # from then on the usual case
            return [("text", chunk)] if chunk else []
        text, self._held = self._held + chunk, ""
        stump = _STUMP.search(text, max(0, len(text) - _LONGEST_TAG))
        if stump and self._state != "text":
            text, self._held = text[: stump.start()], stump[0]
        return self._split(text)

    def finish(self) -> list[ThinkPiece]:
        """The reply is over; what was held back is no tag."""
        held, self._held = self._held, ""
        return self._split(held)

    def _split(self, text: str) -> list[ThinkPiece]:
        pieces: list[ThinkPiece] = []
        if self._state == "leading":
            text = self._leading(text, pieces)
        if self._state == "thinking":
            text = self._thinking(text, pieces)
        if self._state == "watching":
            text = self._watching(text, pieces)
        if self._state == "text":
            _put(pieces, "text", text)
        return pieces

    def _leading(self, text: str, pieces: list[ThinkPiece]) -> str:
        rest = text.lstrip()
        _put(pieces, "text", text[: len(text) - len(rest)])
        opening = _TAG.match(rest)
        if opening and not opening["closing"]:
            self._state = "thinking"
            return rest[opening.end() :]
        if rest:
            self._state = self._after_leading
        return rest

    def _thinking(self, text: str, pieces: list[ThinkPiece]) -> str:
        for tag in _TAG.finditer(text):
            if tag["closing"]:
                _put(pieces, "thinking", text[: tag.start()])
                self._state = "text"
                return text[tag.end() :]
        _put(pieces, "thinking", text)
        return ""

    def _watching(self, text: str, pieces: list[ThinkPiece]) -> str:
        for tag in _TAG.finditer(text):
            start = tag.start()
            quoted = (text[start - 1] if start else self._last) == "`"
            if not quoted and tag["closing"]:
                _put(pieces, "text", text[:start])
                pieces.append(MovedToThinking())
                self._state = "text"
                return text[tag.end() :]
            if not quoted:
                self._state = "text"
                return text
        _put(pieces, "text", text)
        self._last = text[-1:] or self._last
        return ""


def _put(pieces: list[ThinkPiece], kind: Literal["text", "thinking"], text: str) -> None:
    if text:
        pieces.append((kind, text))
