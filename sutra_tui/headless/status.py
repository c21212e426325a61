"""Where a run stands, folded from its events and put into words.

Invariant: pure. Nothing is said that was not counted or measured: there is no estimate of the time
left, only the most it can be, from the token limit and the pace so far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ..core.clean import clean_line
from ..core.events import (
    CacheHit,
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    Phase,
    PhaseName,
    RawText,
    StageFinished,
    StageStarted,
    Token,
)
from ..core.protocol import HandoffResult, StageName
from ..wording import age, seconds
from .streams import cells, fit

PHASES: Final[dict[PhaseName, str]] = {
    "waiting": "waiting",
    "unloading": "making room in memory",
    "loading": "loading the model",
    "reading": "reading the prompt",
    "thinking": "thinking",
    "writing": "writing",
}
MIN_PIECES: Final = 20
"""Pieces that must have arrived before a pace is worth saying."""


@dataclass(slots=True)
class Status:
    """What is happening now.

    Args:
        wanted: Demonstrations wanted.
    """

    wanted: int
    stage: StageName | None = None
    model: str = ""
    phase: PhaseName | None = None
    found: int = 0
    pieces: int = 0
    first_piece_s: float = 0.0
    limit: int | None = None

    def apply(self, event: Event, now: float) -> str | None:
        """Take in an event.

        Args:
            event: What happened.
            now: Seconds since the run began.

        Returns:
            A sentence for those who get a line for each step; None for what is no step.
        """
        match event:
            case StageStarted():
                return self._begin(event)
            case Phase():
                self.phase = event.phase
                return f"{self._who()}: {PHASES[event.phase]}."
            case RawText() | Token(stage="B") | Token(channel="thinking"):
                self._count(now)
            case CacheHit():
                return f"Demonstrations from the cache, written {_ago(event.age_s)}."
            case DemonstrationFound():
                self.found = event.index + 1
                return f"Demonstration {self.found} of {self.wanted} is there."
            case DemonstrationDropped():
                return f"Demonstration {event.index + 1} was dropped: {event.reason}."
            case StageFinished():
                self.stage = None
        return None

    def line(self, now: float, columns: int = 1000) -> str:
        """The whole state in one line.

        Args:
            now: Seconds since the run began.
            columns: Room for it; what matters least is left out first.
        """
        parts = self._parts(now)
        while len(parts) > 1 and cells(self._join(parts)) > columns:
            parts.pop()
        return fit(self._join(parts), columns)

    def _parts(self, now: float) -> list[str]:
        """What there is to say, the most important first."""
        if self.stage is None or self.stage == "parse":
            return [seconds(now)]
        parts = [PHASES[self.phase] if self.phase else "starting"]
        if self.stage == "A" and self.phase == "writing":
            parts.append(f"demonstrations {self.found}/{self.wanted}")
        parts.append(seconds(now))
        pace = self._pace(now)
        if pace is not None and self.limit is not None and self.limit > self.pieces:
            parts.append(f"at most {seconds((self.limit - self.pieces) / pace)} more")
        if pace is not None:
            parts.append(f"about {pace:.0f} tok/s" if pace >= 10 else f"about {pace:.1f} tok/s")
        return parts

    def _join(self, parts: list[str]) -> str:
        text = ", ".join(parts)
        return f"{self._who()}: {text}" if self.stage in ("A", "B") else text

    def _begin(self, event: StageStarted) -> str | None:
        self.stage, self.model, self.phase = event.stage, event.model, None
        self.pieces, self.first_piece_s = 0, 0.0
        limit: Any = event.options.get("num_predict")
        self.limit = limit if isinstance(limit, int) else None
        return None

    def _count(self, now: float) -> None:
        if not self.pieces:
            self.first_piece_s = now
        self.pieces += 1

    def _pace(self, now: float) -> float | None:
        """Pieces a second, and a piece of a stream is about a token."""
        spent = now - self.first_piece_s
        if self.pieces < MIN_PIECES or spent <= 0:
            return None
        return (self.pieces - 1) / spent

    def _who(self) -> str:
        return f"{self.stage} {clean_line(self.model, 40)}"


def summary(result: HandoffResult) -> str:
    """What a run cost, in one line and by the server's own counts."""
    parts = [f"{result.status} in {seconds(result.latency_ms / 1000)}"]
    for stage in result.stages:
        tokens = stage.stats.output_tokens
        if stage.status == "cached" or tokens is None:
            continue
        pace = stage.stats.tokens_per_second
        parts.append(f"{stage.name} {tokens:,} tokens" + (f" at {pace:.1f} tok/s" if pace else ""))
    if result.method == "handoff":
        source = " from the cache" if result.cache_hit else ""
        count = len(result.demonstrations)
        parts.append(f"{count} demonstration{'' if count == 1 else 's'}{source}")
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _ago(age_s: float) -> str:
    told = age(age_s)
    return "just now" if told == "now" else f"{told} ago"
