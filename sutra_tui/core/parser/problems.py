"""The sentences in which the parser owns up to what it salvaged, dropped or ignored.

Invariant: a sentence is said once, and whatever the reply, there are at most `MAX_PROBLEMS`.
"""

from __future__ import annotations

from typing import Final

from ..clean import clean_line

MAX_PROBLEMS: Final = 20
_QUOTE: Final = 60
"""Characters of the model's own words quoted in a problem."""
_ORDINALS: Final = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)

NO_TAGS: Final = (
    "Model A used none of the tags it was asked for; its whole reply was taken as the draft."
)
UNTAGGED_DRAFT: Final = "The answer had no tags; text outside of the tags was taken as the draft."
NO_DEMONSTRATION: Final = "Model A wrote no usable demonstration."
ANSWER_UNCLOSED: Final = "The answer had no closing tag; it was taken up to {end}."
ANSWER_CUT: Final = "The reply was cut off inside the answer; the draft is not complete."
SECOND_ANSWER: Final = "Model A wrote more than one answer; the first one was taken."
DEMONSTRATION_UNCLOSED: Final = "{who} had no closing tag; it was taken up to {end}."
DEMONSTRATION_CUT: Final = "{who} was cut off; it was left out."
UNTAGGED: Final = (
    "The demonstrations had no tags of their own; all text between the outer tags was taken as one."
)
UNTAGGED_CUT: Final = (
    "The reply was cut off inside demonstrations without tags of their own; they were left out."
)
NUMBERED: Final = (
    "The demonstrations were not tagged; they were told apart by their numbered titles."
)
JSON: Final = "Model A answered in JSON instead of tags; it was read as JSON."
ESCAPED: Final = "Model A wrote its tags as HTML entities; its reply was unescaped once."
FENCE_UNCLOSED: Final = "A code block was never closed; it was taken to end at the closing tag."
THINKING_UNCLOSED: Final = (
    "The thinking was never ended; all text after its start counts as thinking."
)
WRONG_TAG: Final = "A {tag} tag was taken as the closing tag of what was open."
THINKING_SEARCHED: Final = "The tags inside the thinking were used, because no others came."
STRAY_TAG: Final = "A {tag} tag without its counterpart was ignored."
LEFT_OUT: Final = "Text outside the tags was left out: “{quote}”"
BEFORE_ANSWER: Final = "Text before the answer was taken as thinking: “{quote}”"
BEFORE_THINKING: Final = "Text before the thinking was taken as part of it: “{quote}”"
FEWER: Final = "Model A wrote only {count} of {wanted} usable demonstrations."
MORE: Final = "Model A wrote {count} demonstrations; the first {wanted} were used."
FULL: Final = "There were more problems of this kind; they are not listed."


class Problems:
    """Collects sentences, each once, boundedly many."""

    def __init__(self) -> None:
        self._said: dict[str, None] = {}

    def add(self, sentence: str) -> None:
        """Say it, unless it was said before or there are too many."""
        if len(self._said) < MAX_PROBLEMS - 1:
            self._said[sentence] = None
        elif sentence not in self._said:
            self._said[FULL] = None

    def clear(self) -> None:
        """Take everything back."""
        self._said.clear()

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was said, in order."""
        return tuple(self._said)


def demonstration(number: int) -> str:
    """What a person calls a demonstration at the beginning of a sentence.

    Args:
        number: Its place in the reply, from 1, unusable ones counted.
    """
    if number <= len(_ORDINALS):
        return f"The {_ORDINALS[number - 1]} demonstration"
    return f"Demonstration {number}"


def unclosed(number: int, end: str) -> str:
    """That demonstration `number` had no closing tag."""
    return DEMONSTRATION_UNCLOSED.format(who=demonstration(number), end=end)


def quote(text: str) -> str:
    """The beginning of the model's own words, on one line."""
    return clean_line(text, _QUOTE)
