"""Two runs part by part, each part compared word by word.

Invariant: pure; every text in it is safe to show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

from ..core.clean import clean, clean_line
from ..core.word_diff import WordDiff, word_diff
from ..store.history import HistoryRun
from ..store.history_markdown import moment
from ..wording import seconds
from .history_words import STATUS_WORDS, models

LONGEST: Final = 40_000
"""Characters of a text that are compared; what follows is only counted."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of two runs.

    Args:
        title: What it is.
        diff: Its two texts.
        cut: Characters that were left out, of both together.
    """

    title: str
    diff: WordDiff
    cut: int = 0

    @property
    def is_same(self) -> bool:
        """Both runs say the same."""
        return all(piece.kind == "same" for piece in self.diff.pieces) and not self.cut

    @property
    def verdict(self) -> str:
        """How much both have in common, in words."""
        if self.is_same:
            return "the same in both"
        sides = {piece.kind for piece in self.diff.pieces}
        if sides == {"left"}:
            return "only in the older run"
        if sides == {"right"}:
            return "only in the newer run"
        left, right = self.diff.words("left"), self.diff.words("right")
        said = f"{self.diff.alike:.0%} alike · {left:,} words gone · {right:,} new"
        return f"{said} · {self.cut:,} characters not compared" if self.cut else said


def compare(left: HistoryRun, right: HistoryRun) -> tuple[Part, ...]:
    """Every text of two runs, those that neither has left out. May take a moment: call in a thread.

    Args:
        left: The older run.
        right: The newer one.
    """
    a, b = left.result, right.result
    pairs = [("Query", a.query, b.query), ("Answer", a.answer, b.answer)]
    demonstrations = enumerate(_side_by_side(a.demonstrations, b.demonstrations), 1)
    pairs += [(f"Demonstration {n}", x, y) for n, (x, y) in demonstrations]
    pairs.append(("Draft", a.draft, b.draft))
    stripped = [(title, x.strip("\n"), y.strip("\n")) for title, x, y in pairs]
    return tuple(_part(title, x, y) for title, x, y in stripped if x or y)


def _side_by_side(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Demonstrations that are in both beside each other, so that one left out shows as that."""
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        yield from zip_longest(left[a:b], right[c:d], fillvalue="")


def _part(title: str, left: str, right: str) -> Part:
    cut = max(0, len(left) - LONGEST) + max(0, len(right) - LONGEST)
    return Part(title, word_diff(clean(left[:LONGEST]), clean(right[:LONGEST])), cut)


def run_line(run: HistoryRun, now: float) -> str:
    """What a run was and what it took, in one line."""
    result = run.result
    written = result.token_counts.get("completion_tokens", 0)
    parts = (
        moment(run.started_at),
        models(result.model_a, result.model_b),
        clean_line(result.method, 40),
        STATUS_WORDS[run.status(now)],
        seconds(result.latency_ms / 1000) if result.latency_ms else "",
        f"{written:,} tokens written" if written else "",
    )
    return " · ".join(part for part in parts if part)
