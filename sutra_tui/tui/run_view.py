"""What the screen shows of a run, as one frozen value.

Invariant: it holds no texts, those go straight to their panes; `run_fold` makes the next value out
of the last one and an event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..core.stats import StageStats
from .along import Along

if TYPE_CHECKING:
    from ..core.errors import SutraError
    from ..core.events import CacheHit
    from ..core.protocol import HandoffResult, Method

BeadState = Literal[
    "idle", "active", "complete", "cached", "reused", "incomplete", "stopped", "failed"
]


@dataclass(frozen=True, slots=True)
class StageView:
    """One model stage.

    Args:
        state: How far it is.
        phase: What the model is doing, in words; empty when it does nothing.
        phase_since: Clock time at which the phase began.
        started: Clock time at which the stage began; None before that.
        ended: Clock time at which it ended; None before that.
        stats: The server's numbers, once it is over.
        badge: A warning that stays with its pane; empty for none.
    """

    state: BeadState = "idle"
    phase: str = ""
    phase_since: float = 0.0
    started: float | None = None
    ended: float | None = None
    stats: StageStats = StageStats()
    badge: str = ""

    def seconds(self, now: float) -> float | None:
        """How long it has taken so far; None before it began."""
        if self.started is None:
            return None
        return max(0.0, (now if self.ended is None else self.ended) - self.started)


@dataclass(frozen=True, slots=True)
class RunView:
    """One run as the screen shows it; the default is a screen that has not run anything yet.

    Args:
        run_id: The run; events of another one are ignored.
        query: What was asked.
        method: Its shape.
        wanted: Demonstrations wanted.
        running: Whether it still goes on.
        a: Model A's stage.
        b: Model B's stage.
        found: Complete demonstrations so far.
        writing_demonstration: A demonstration is being written right now.
        demonstrations: State of the demonstrations bead.
        cache: Where the demonstrations came from, once known.
        problems: What the parser salvaged or dropped.
        notices: What the user should know.
        error: Why the run failed.
        result: Everything it produced, once it is over.
        fell_back: Model B answered without demonstrations although some were wanted.
        bypassed: The cache was not asked, because the user wanted fresh demonstrations.
        given: The demonstrations were chosen by the user, not written for this query.
        along: What went along with the query.
    """

    run_id: str = ""
    query: str = ""
    method: Method = "handoff"
    wanted: int = 3
    running: bool = False
    a: StageView = StageView()
    b: StageView = StageView()
    found: int = 0
    writing_demonstration: bool = False
    demonstrations: BeadState = "idle"
    cache: CacheHit | None = None
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    error: SutraError | None = None
    result: HandoffResult | None = None
    fell_back: bool = False
    bypassed: bool = False
    given: bool = False
    along: Along = Along()

    @property
    def can_rerun(self) -> bool:
        return bool(self.query) and not self.running
