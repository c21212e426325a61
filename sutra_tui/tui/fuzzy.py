"""How well a typed text fits a name: exact, beginning, a word's beginning, inside, scattered.

Invariant: pure and total. Better fits have smaller ranks; adding letters never turns a text that
does not fit into one that does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

EXACT, BEGINNING, WORD, INSIDE, SCATTERED = range(5)
LONGEST: Final = 200
"""Characters of a name that are looked at."""


@dataclass(frozen=True, slots=True, order=True)
class Fit:
    """A typed text fits.

    Args:
        kind: How, the best first.
        loose: Characters between those that fit, and before them.
        length: Of the name.
        places: Where the characters are in the name.
    """

    kind: int
    loose: int = 0
    length: int = 0
    places: tuple[int, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """For sorting where names that fit alike shall keep their order."""
        return self.kind, self.loose


def fit(typed: str, name: str) -> Fit | None:
    """How a typed text fits a name; None when it does not. Case is ignored.

    Args:
        typed: Nothing fits everything.
        name: What it might mean.
    """
    wanted, found = _folded(typed), _folded(name[:LONGEST])
    length = len(name)
    if len(wanted) > len(found):
        return None
    place = found.find(wanted)
    if place == 0:
        kind = EXACT if len(wanted) == length else BEGINNING
        return Fit(kind, 0, length, tuple(range(len(wanted))))
    if place > 0:
        at_word = _word_place(wanted, found)
        start = place if at_word is None else at_word
        places = tuple(range(start, start + len(wanted)))
        return Fit(INSIDE if at_word is None else WORD, start, length, places)
    places = _scattered(wanted, found)
    if not places:
        return None
    return Fit(SCATTERED, places[-1] - len(places) + 1, length, places)


def _folded(text: str) -> str:
    """In one case, with every character in its place: some have two as lower case."""
    return "".join(character.lower()[0] for character in text)


def _word_place(wanted: str, found: str) -> int | None:
    place = found.find(wanted)
    while place > 0:
        if not found[place - 1].isalnum():
            return place
        place = found.find(wanted, place + 1)
    return None


def _scattered(wanted: str, found: str) -> tuple[int, ...]:
    """The characters in their order, as close together as their first end allows."""
    end = 0
    for character in wanted:
        end = found.find(character, end) + 1
        if end == 0:
            return ()
    places, place = [], end
    for character in reversed(wanted):
        place = found.rfind(character, 0, place)
        places.append(place)
    return tuple(reversed(places))
