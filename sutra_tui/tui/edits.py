"""Edits of a run's demonstrations that were not run yet, each of which can be taken back.

Invariant: pure. The run's own demonstrations are never changed; a number is a place in the list as
it is shown, from 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Card:
    """One demonstration as it is shown.

    Args:
        text: As edited.
        edited: It says something else than the run had.
    """

    text: str
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Edits:
    """See the module.

    Args:
        run: The run's own demonstrations.
        steps: The demonstrations after each edit, as the text and its place in the run.
        deeds: What each edit was, in words that follow "Undone: ".
    """

    run: tuple[str, ...] = ()
    steps: tuple[tuple[tuple[str, int], ...], ...] = ()
    deeds: tuple[str, ...] = ()

    @property
    def _now(self) -> tuple[tuple[str, int], ...]:
        return self.steps[-1] if self.steps else tuple((text, n) for n, text in enumerate(self.run))

    @property
    def cards(self) -> tuple[Card, ...]:
        """What to show."""
        return tuple(Card(text, text != self.run[place]) for text, place in self._now)

    @property
    def texts(self) -> tuple[str, ...]:
        """What Model B would get."""
        return tuple(text for text, _ in self._now)

    @property
    def made(self) -> bool:
        """Something is another thing than in the run."""
        return self.texts != self.run

    @property
    def latest(self) -> str:
        """What undo would take back; empty for nothing."""
        return self.deeds[-1] if self.deeds else ""

    @property
    def words(self) -> str:
        """What was edited: "1 edited, 1 removed"; empty for nothing."""
        edited = sum(card.edited for card in self.cards)
        removed = len(self.run) - len(self._now)
        said = [f"{edited} edited"] if edited else []
        return ", ".join([*said, *([f"{removed} removed"] if removed else [])])

    def changed(self, index: int, text: str) -> Edits:
        """With another text in a place; the same if it is the text that is there."""
        now = self._now
        if now[index][0] == text:
            return self
        step = (*now[:index], (text, now[index][1]), *now[index + 1 :])
        return self._with(step, f"edited demonstration {index + 1}")

    def without(self, index: int) -> Edits:
        """With one removed."""
        now = self._now
        return self._with((*now[:index], *now[index + 1 :]), f"removed demonstration {index + 1}")

    def undone(self) -> Edits:
        """Before the latest edit."""
        return replace(self, steps=self.steps[:-1], deeds=self.deeds[:-1])

    def _with(self, step: tuple[tuple[str, int], ...], deed: str) -> Edits:
        return replace(self, steps=(*self.steps, step), deeds=(*self.deeds, deed))
