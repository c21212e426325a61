"""A finished run as the events it was made of, so that a face shows it as it shows any run.

Invariant: folding the events gives back the texts, stages and status of the result. What a face
needs beyond them, such as when a stage began, is made from the stages' own figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import SutraError
from .events import (
    CacheHit,
    DemonstrationFound,
    Event,
    Notice,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from .protocol import METHODS, HandoffResult, Method, StageName, StageRecord

Timed = tuple[float, Event]
"""Seconds since the run began, and what happened."""


def replay(
    result: HandoffResult,
    error: Mapping[str, str] | None = None,
    cache: Mapping[str, Any] | None = None,
) -> Iterator[Timed]:
    """The events of a run that is over.

    A stopped run has no last event, as when it happened. Stages of other names than `A`, `parse`
    and `B` are left out; their draft and answer are shown as those of A and B.

    Args:
        result: What it produced.
        error: Message and remedy of the error that ended it; empty for none.
        cache: What the cache said of the demonstrations it gave.
    """
    run, at = result.run_id, 0.0
    method: Method = result.method if result.method in METHODS else "handoff"
    yield (
        at,
        RunStarted(
            run,
            result.query,
            method,
            result.model_a,
            result.model_b,
            result.engine,
            result.files,
        ),
    )
    yield from ((at, event) for event in _notices(result))
    a, parse, b = (_stage(result, name) for name in ("A", "parse", "B"))
    if a is not None:
        yield at, _started(run, a)
        if result.cache_hit:
            yield at, _cache_hit(run, cache or {})
        if a.thinking:
            yield at, Token(run, "A", "thinking", a.thinking)
        if result.draft:
            yield at, Token(run, "A", "draft", result.draft)
    for index, text in enumerate(result.demonstrations):
        yield at, DemonstrationFound(run, index, text)
    if a is not None:
        at += _seconds(a)
        yield from ((at, event) for event in _finished(run, a))
    if parse is not None:
        yield at, _started(run, parse)
        yield from ((at, event) for event in _finished(run, parse))
    if b is not None:
        yield at, _started(run, b)
        if b.thinking:
            yield at, Token(run, "B", "thinking", b.thinking)
        if result.answer:
            yield at, Token(run, "B", "answer", result.answer)
        at += _seconds(b)
        yield from ((at, event) for event in _finished(run, b))
    if result.status == "failed":
        said = error or {}
        failure = SutraError(said.get("message") or "The run failed.", said.get("remedy", ""))
        yield at, RunFailed(run, failure, result)
    elif result.status != "stopped":
        yield at, RunFinished(run, result)


def _stage(result: HandoffResult, name: StageName) -> StageRecord | None:
    """The stage of that name, or one made up for a text that is there without it."""
    if (found := result.stage(name)) is not None:
        return found
    if name == "A" and result.draft:
        return StageRecord("A", model=result.model_a)
    if name == "B" and result.answer:
        return StageRecord("B", model=result.model_b, status=result.status)
    return None


def _notices(result: HandoffResult) -> Iterator[Notice]:
    kind = "fell_back_to_raw" if result.fell_back_to_raw else "past"
    for text in result.notices or (["Model B got no demonstrations."] if kind != "past" else []):
        yield Notice(result.run_id, kind, text)
        kind = "past"


def _cache_hit(run: str, said: Mapping[str, Any]) -> CacheHit:
    def number(name: str) -> float:
        value = said.get(name)
        return float(value) if isinstance(value, (int, float)) and value >= 0 else 0.0

    return CacheHit(
        run,
        key=str(said.get("key", "")),
        age_s=number("age_s"),
        saved_ms=number("saved_ms"),
        saved_tokens=int(number("saved_tokens")),
        pinned=said.get("pinned") is True,
        edited=said.get("edited") is True,
    )


def _started(run: str, stage: StageRecord) -> StageStarted:
    return StageStarted(
        run,
        stage.name,
        model=stage.model,
        digest=stage.digest,
        messages=stage.messages,
        options=stage.options,
    )


def _finished(run: str, stage: StageRecord) -> Iterator[StageFinished]:
    """The stage's end; one that was cut off with its run has none of its own."""
    if stage.status not in ("stopped", "failed"):
        yield StageFinished(
            run, stage.name, stage.status, stage.stats, stage.done_reason, stage.problems
        )


def _seconds(stage: StageRecord) -> float:
    return max(0.0, (stage.stats.wall_ms or 0.0) / 1000)
