"""The one fold from events to a result: library, command line, app and history all use it.

Invariant: at any moment `result()` is everything the run has produced so far, so a run that is
stopped, failed or killed loses nothing that was already seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .events import (
    CacheHit,
    DemonstrationFound,
    Event,
    MovedToThinking,
    Notice,
    RawText,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from .protocol import HandoffResult, StageName, StageRecord, Status, count_tokens


@dataclass(slots=True)
class _Stage:
    """A stage while it happens. Text is kept in pieces: a reply has thousands."""

    record: StageRecord
    raw: list[str] = field(default_factory=list)
    visible: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    finished: bool = False

    def snapshot(self, cut_short: Status | None) -> StageRecord:
        return replace(
            self.record,
            output="".join(self.raw or self.visible),
            thinking="".join(self.thinking),
            status=self.record.status if self.finished else cut_short or "stopped",
        )


class Transcript:
    """Folds a run's events into a `HandoffResult`.

    Args:
        clock: Seconds from any fixed point; for `latency_ms`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()
        self._ended: float | None = None
        self._start: RunStarted | None = None
        self._stages: dict[StageName, _Stage] = {}
        self._draft: list[str] = []
        self._demonstrations: list[str] = []
        self._notices: list[str] = []
        self._cache_hit = False
        self._fell_back = False

    def apply(self, event: Event) -> None:
        """Take in one event; events of other kinds or of unknown stages change nothing."""
        match event:
            case RunStarted():
                self._start = event
            case StageStarted():
                self._stages[event.stage] = _Stage(
                    StageRecord(
                        name=event.stage,
                        model=event.model,
                        digest=event.digest,
                        messages=event.messages,
                        options=event.options,
                    )
                )
            case DemonstrationFound():
                self._demonstrations[event.index :] = [event.text]
            case CacheHit():
                self._cache_hit = True
            case Notice():
                self._notices.append(event.text)
                self._fell_back |= event.kind == "fell_back_to_raw"
            case Token() | RawText() | MovedToThinking() | StageFinished():
                stage = self._stages.get(event.stage)
                if stage is not None:
                    self._apply_to(stage, event)

    def result(self, cut_short: Status | None = None) -> HandoffResult:
        """Everything so far.

        Args:
            cut_short: Why the run did not come to its end (`stopped`, `failed`); None when it did,
                and its status then is its last stage's.
        """
        stages = tuple(stage.snapshot(cut_short) for stage in self._stages.values())
        start = self._start
        last = stages[-1] if stages else None
        answer = self._stages.get("B")
        ended = self._ended if self._ended is not None else self._clock()
        return HandoffResult(
            query=start.query if start else "",
            answer="".join(answer.visible) if answer else "",
            demonstrations=tuple(self._demonstrations),
            model_a=start.model_a if start else "",
            model_b=start.model_b if start else "",
            cache_hit=self._cache_hit,
            latency_ms=round((ended - self._started) * 1000, 3),
            token_counts=count_tokens(stages),
            draft="".join(self._draft).strip(),
            stages=stages,
            method=start.method if start else "handoff",
            status=cut_short or _end_status(last),
            fell_back_to_raw=self._fell_back,
            notices=tuple(self._notices),
            engine=start.engine if start else "",
            run_id=start.run_id if start else "",
            files=start.files if start else (),
        )

    def _apply_to(
        self, stage: _Stage, event: Token | RawText | MovedToThinking | StageFinished
    ) -> None:
        match event:
            case Token():
                self._take_token(stage, event)
            case RawText():
                stage.raw.append(event.text)
            case MovedToThinking():
                self._move_to_thinking(stage)
            case StageFinished():
                self._finish(stage, event)

    def _take_token(self, stage: _Stage, event: Token) -> None:
        if event.channel == "thinking":
            stage.thinking.append(event.text)
            return
        stage.visible.append(event.text)
        if event.channel == "draft":
            self._draft.append(event.text)

    def _move_to_thinking(self, stage: _Stage) -> None:
        stage.thinking.extend(stage.visible)
        stage.visible.clear()
        if stage.record.name == "A":
            self._draft.clear()
            self._demonstrations.clear()

    def _finish(self, stage: _Stage, event: StageFinished) -> None:
        stage.finished = True
        stage.record = replace(
            stage.record,
            status=event.status,
            stats=event.stats,
            done_reason=event.done_reason,
            problems=event.problems,
        )
        self._ended = self._clock()


def _end_status(last: StageRecord | None) -> Status:
    if last is None or last.status in ("cached", "skipped"):
        return "complete"
    return last.status
