"""The same queries by both methods, one run after the other, and what each run cost.

Invariant: times measured here and the server's own counts, nothing else; a cache never helps, so a
handoff always pays for Model A. Which answer is better is not said.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any, Final

from ..core.errors import SutraError
from ..core.events import Event, RunFailed, RunFinished
from ..core.options import Method
from ..core.protocol import HandoffResult
from ..core.request import RunRequest, new_run_id

METHODS: Final[tuple[Method, Method]] = ("raw", "handoff")
Run = Callable[[RunRequest], AsyncGenerator[Event, None]]
"""Starts a run."""


@dataclass(frozen=True, slots=True)
class BenchQuery:
    """One query of the set.

    Args:
        text: What is asked, verbatim.
        kind: What sort of task it is, such as `coding`; empty when nobody said.
    """

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run and what it cost.

    Args:
        query: What was asked.
        method: How.
        result: All of it.
        error: Why it failed.
    """

    query: BenchQuery
    method: Method
    result: HandoffResult
    error: SutraError | None = None

    @property
    def counts(self) -> bool:
        """A whole answer, by the method that was asked for: only such runs are averaged."""
        return self.result.status == "complete" and not self.result.fell_back_to_raw

    @property
    def status(self) -> str:
        """How it ended, in a word or two."""
        fell_back = self.result.status == "complete" and self.result.fell_back_to_raw
        return "fell back to raw" if fell_back else self.result.status

    @property
    def loading_ms(self) -> float | None:
        """Time until its models were in memory, in milliseconds; None: the server did not say."""
        said = [s.stats.load_ms for s in self.result.stages if s.stats.load_ms is not None]
        return sum(said) if said else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields, the answer among them: the numbers say nothing about it."""
        result = self.result
        return {
            "query": self.query.text,
            "kind": self.query.kind,
            "method": self.method,
            "status": result.status,
            "fell_back_to_raw": result.fell_back_to_raw,
            "latency_ms": result.latency_ms,
            "loading_ms": self.loading_ms,
            "prompt_tokens": result.token_counts.get("prompt_tokens", 0),
            "completion_tokens": result.token_counts.get("completion_tokens", 0),
            "demonstrations": len(result.demonstrations),
            "answer": result.answer,
            "run_id": result.run_id,
            "error": self.error.to_dict() if self.error else None,
        }


@dataclass(frozen=True, slots=True)
class Average:
    """What one method cost on average, over the queries that both methods answered whole.

    Args:
        method: Which.
        queries: How many queries that are.
        latency_ms: Wall time of a run, in milliseconds.
        loading_ms: Of which until the models were in memory.
        prompt_tokens: Tokens read, over all stages.
        completion_tokens: Tokens written, likewise.
    """

    method: Method
    queries: int
    latency_ms: float
    loading_ms: float
    prompt_tokens: float
    completion_tokens: float


async def compare(
    queries: Sequence[BenchQuery],
    base: RunRequest,
    run: Run,
    begins: Callable[[BenchQuery, Method], None] = lambda query, method: None,
) -> AsyncGenerator[Measured, None]:
    """Run every query by both methods.

    Which method comes first changes from query to query, so that neither always finds Model B
    loaded by the other.

    Args:
        queries: The set.
        base: Models, options, order and count of every run.
        run: Starts a run.
        begins: Told before each run.
    """
    for number, query in enumerate(queries):
        for method in METHODS if number % 2 == 0 else METHODS[::-1]:
            begins(query, method)
            request = replace(
                base, query=query.text, method=method, cache="off", run_id=new_run_id()
            )
            async with aclosing(run(request)) as events:
                yield await _measured(query, method, events)


async def _measured(
    query: BenchQuery, method: Method, events: AsyncGenerator[Event, None]
) -> Measured:
    result, error = HandoffResult(query.text, method=method, status="failed"), None
    try:
        async for event in events:
            if isinstance(event, RunFinished):
                result = event.result
            elif isinstance(event, RunFailed):
                result, error = event.result, event.error
    except SutraError as failure:
        error = failure
    return Measured(query, method, result, error)


def averages(rows: Iterable[Measured]) -> tuple[Average, ...]:
    """Both methods on average; nothing when no query was answered whole by both."""
    by_query: dict[BenchQuery, dict[Method, Measured]] = {}
    for row in rows:
        if row.counts:
            by_query.setdefault(row.query, {})[row.method] = row
    pairs = [found for found in by_query.values() if len(found) == len(METHODS)]
    if not pairs:
        return ()
    return tuple(_average(method, [pair[method] for pair in pairs]) for method in METHODS)


def _average(method: Method, rows: Sequence[Measured]) -> Average:
    def mean(name: str) -> float:
        return fmean(row.result.token_counts.get(name, 0) for row in rows)

    return Average(
        method,
        len(rows),
        fmean(row.result.latency_ms for row in rows),
        fmean(row.loading_ms or 0.0 for row in rows),
        mean("prompt_tokens"),
        mean("completion_tokens"),
    )
