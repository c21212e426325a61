"""Text outside of every tag, for a model that wrote no answer tag: which stretch is its draft.

Invariant: the draft is one whole stretch. A short stretch may be a phrase around the tags ("Sure,
here you are:"), so it is held back; the first that grows beyond `PHRASE` characters is the draft
and is shown from then on; if none does, it is the longest. The rest is left over, never lost.
"""

from __future__ import annotations

from typing import Final

from .harvest import TrimmedText

PHRASE: Final = 64
"""Longest stretch that may be a mere phrase around the tags, in characters."""

_SENTENCE_ENDS: Final = ".!?:"


class LooseText:
    """Chooses the draft among the stretches of loose text."""

    def __init__(self) -> None:
        self._stretch = TrimmedText()
        self._longest = ""
        self._chosen = False
        self.streaming = False

    @property
    def is_blank(self) -> bool:
        """The stretch is empty yet."""
        return not len(self._stretch)

    @property
    def is_between_sentences(self) -> bool:
        """The stretch is empty, or a phrase that is complete."""
        return self.is_blank or (not self.streaming and self._stretch.last in _SENTENCE_ENDS)

    def add(self, text: str) -> str:
        """The stretch goes on; returns what the draft grows by."""
        if self.streaming:
            return text
        self._stretch.add(text)
        if self._chosen or len(self._stretch) <= PHRASE:
            return ""
        self._chosen = self.streaming = True
        return self._stretch.with_blanks

    def end(self) -> str:
        """Something else begins; returns a stretch that is not going to be the draft."""
        stretch, self._stretch = str(self._stretch), TrimmedText()
        if self.streaming:
            self.streaming = False
            return ""
        if self._chosen:
            return stretch
        left, self._longest = sorted((stretch, self._longest), key=len)
        return left

    def discard(self) -> str:
        """The stretch is not the draft, whatever comes; returns it."""
        stretch, self._stretch = str(self._stretch), TrimmedText()
        return stretch

    def give_up(self) -> str:
        """The draft is elsewhere; returns the longest stretch if it was still waiting."""
        longest, self._longest = self._longest, ""
        self._chosen = True
        return longest
