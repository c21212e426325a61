"""A finished run replayed: the fold of its events is the run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sutra_tui.core.events import CacheHit, RunFailed, RunFinished, StageFinished
from sutra_tui.core.protocol import HandoffResult, StageRecord, Status, count_tokens
from sutra_tui.core.replay import replay
from sutra_tui.core.transcript import Transcript
from tests.store.history_support import made


def folded(result: HandoffResult, cut: Status | None = None, **more: Any) -> HandoffResult:
    fold = Transcript(lambda: 0.0)
    for _, event in replay(result, **more):
        fold.apply(event)
    return replace(fold.result(cut), latency_ms=result.latency_ms)


def test_folding_the_events_gives_the_run() -> None:
    run = made().result
    # Only Model A's raw text is not said again: the parser has split it.
    a = replace(run.stages[0], output=run.draft)
    assert folded(run) == replace(run, stages=(a, *run.stages[1:]))


@pytest.mark.parametrize(
    ("status", "last"),
    [("complete", RunFinished), ("incomplete", RunFinished), ("failed", RunFailed)],
)
def test_it_ends_as_it_ended(status: Status, last: type[object]) -> None:
    run = made(status=status).result
    *_, (at, event) = replay(run, {"message": "Cut.", "remedy": "Again."})
    assert isinstance(event, last) and at == pytest.approx(15.1)
    if isinstance(event, RunFailed):
        assert (event.error.message, event.error.remedy) == ("Cut.", "Again.")


def test_a_stopped_run_has_no_end_and_neither_has_its_last_stage() -> None:
    run = made(status="stopped").result
    run = replace(run, stages=(*run.stages[:2], replace(run.stages[2], status="stopped")))
    ended = [e.stage for _, e in replay(run) if isinstance(e, StageFinished)]
    assert ended == ["A", "parse"]
    assert folded(run, "stopped").stages[2].status == "stopped"
    assert folded(run, "stopped").answer == run.answer


def test_what_the_cache_said_is_said_again() -> None:
    run = made(cache_hit=True).result
    said = {"age_s": 60, "saved_ms": 4100.0, "saved_tokens": 88, "pinned": True, "key": "k"}
    (hit,) = (e for _, e in replay(run, cache=said) if isinstance(e, CacheHit))
    assert hit == CacheHit("run-1", "k", 60.0, 4100.0, 88, pinned=True)
    (blank,) = (
        e for _, e in replay(run, cache={"age_s": "x", "saved_ms": -1}) if isinstance(e, CacheHit)
    )
    assert blank == CacheHit("run-1", "", 0.0, 0.0, 0)


def test_draft_and_answer_of_unknown_stages_are_shown() -> None:
    run = made().result
    stages = tuple(replace(s, name=f"judge {n}") for n, s in enumerate(run.stages))
    shown = folded(replace(run, method="council", stages=stages))  # type: ignore[arg-type]
    assert (shown.draft, shown.answer, shown.method) == (run.draft, run.answer, "handoff")
    assert [stage.name for stage in shown.stages] == ["A", "B"]


def test_a_run_that_reused_model_as_work_says_so_again() -> None:
    run = made().result
    a = StageRecord("A", "llama3.2:3b", status="skipped", output=run.draft)
    stages = (a, run.stages[2])
    run = replace(run, stages=stages, token_counts=count_tokens(stages))
    assert folded(run) == run
    ended = {e.stage: e.status for _, e in replay(run) if isinstance(e, StageFinished)}
    assert ended == {"A": "skipped", "B": "complete"}


def test_falling_back_is_told_once() -> None:
    assert folded(made(fell_back_to_raw=True).result).notices == ("The context is tight.",)
    bare = folded(made(fell_back_to_raw=True, notices=()).result)
    assert bare.fell_back_to_raw and len(bare.notices) == 1
