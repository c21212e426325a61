"""What is compared and what is averaged."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from sutra_tui.bench.comparison import BenchQuery, Measured, averages, compare
from sutra_tui.core.errors import ModelNotFound
from sutra_tui.core.events import Event, RunFailed, RunFinished
from sutra_tui.core.protocol import HandoffResult, StageRecord
from sutra_tui.core.request import RunRequest
from sutra_tui.core.stats import StageStats

ONE, TWO, THREE = (BenchQuery(text, "coding") for text in ("one", "two", "three"))
BASE = RunRequest("nothing", "a:1b", "b:7b", count=2)


def result(query: str, method: Any = "raw", **changes: Any) -> HandoffResult:
    counts = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    return HandoffResult(query, "answer", method=method, token_counts=counts, **changes)


async def test_each_query_runs_by_both_methods_and_neither_is_always_first() -> None:
    asked: list[RunRequest] = []
    begun: list[tuple[str, str]] = []

    async def run(request: RunRequest) -> AsyncGenerator[Event, None]:
        asked.append(request)
        yield RunFinished("id", result(request.query, request.method))

    rows = [
        row async for row in compare([ONE, TWO], BASE, run, lambda q, m: begun.append((q.text, m)))
    ]
    order = [("one", "raw"), ("one", "handoff"), ("two", "handoff"), ("two", "raw")]
    assert [(row.query.text, row.method) for row in rows] == begun == order
    assert [(request.query, request.method) for request in asked] == order
    assert len({request.run_id for request in asked}) == 4
    assert {(request.cache, request.model_b, request.count) for request in asked} == {
        ("off", "b:7b", 2)
    }


async def test_a_run_that_fails_is_a_row_and_the_others_go_on() -> None:
    error = ModelNotFound("There is no a:1b.", "Pull it.")

    async def run(request: RunRequest) -> AsyncGenerator[Event, None]:
        if request.method == "handoff":
            yield RunFailed("id", error, result(request.query, "handoff", status="failed"))
        elif request.query == "two":
            raise error
        else:
            yield RunFinished("id", result(request.query))

    rows = [row async for row in compare([ONE, TWO], BASE, run)]
    assert [(row.method, row.status, row.error) for row in rows] == [
        ("raw", "complete", None),
        ("handoff", "failed", error),
        ("handoff", "failed", error),
        ("raw", "failed", error),
    ]
    assert rows[3].result.query == "two"


def test_only_queries_that_both_methods_answered_whole_are_averaged() -> None:
    stages = (
        StageRecord("A", stats=StageStats(load_ms=400)),
        StageRecord("parse"),
        StageRecord("B", stats=StageStats(load_ms=600)),
    )
    rows = [
        Measured(ONE, "raw", result("one", latency_ms=100)),
        Measured(ONE, "handoff", result("one", "handoff", latency_ms=300, stages=stages)),
        Measured(TWO, "raw", result("two", latency_ms=9_000)),
        Measured(TWO, "handoff", result("two", "handoff", fell_back_to_raw=True)),
        Measured(THREE, "raw", result("three", status="incomplete")),
        Measured(THREE, "handoff", result("three", "handoff", latency_ms=9_000)),
    ]
    raw, handoff = averages(rows)
    assert (raw.method, raw.queries, raw.latency_ms, raw.loading_ms) == ("raw", 1, 100, 0)
    assert (handoff.method, handoff.latency_ms, handoff.loading_ms) == ("handoff", 300, 1000)
    assert (handoff.prompt_tokens, handoff.completion_tokens) == (10, 20)
    assert [row.status for row in rows][3:5] == ["fell back to raw", "incomplete"]
    assert averages(rows[2:]) == ()
