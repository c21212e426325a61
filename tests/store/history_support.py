"""What the history's tests share: runs made by hand, and runs made of events."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sutra_tui.core.events import (
    DemonstrationFound,
    Event,
    RawText,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import HandoffResult, StageRecord, StageStats, count_tokens
from sutra_tui.store.history import History, HistoryRun

START = 1_700_000_000.0
HOSTILE = 'a [/] "\x1b]52;c;eA==\x07 \u202edcba \x9b31m \0 \x1e, 100% _ \\ 日本 🦀\n\n\n'
OPTIONS = {"num_ctx": 4096, "seed": 7}
A_STATS = StageStats(120.0, 212, 800.0, 88, 4000.0, 900.0, 4100.0)
B_STATS = StageStats(0.0, 431, 1500.0, 120, 9000.0, 1800.0, 11_000.0)


class Clock:
    """A wall clock that obeys."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def made(run_id: str = "run-1", query: str = "How do I sum a list?", **changes: Any) -> HistoryRun:
    """A whole run; `changes` are fields of the run or of its result."""
    stages = (
        StageRecord(
            "A",
            "llama3.2:3b",
            "a80c",
            messages=(Message("system", "Write."), Message("user", query)),
            options=OPTIONS,
            output="<answer>Add them.</answer>",
            thinking="Hm.",
            done_reason="stop",
            stats=A_STATS,
        ),
        StageRecord("parse", problems=("One demonstration was salvaged.",)),
        StageRecord(
            "B",
            "mistral:7b",
            "f974",
            messages=(Message("user", f"Examples. {query}"),),
            options=OPTIONS,
            output="Use `sum(items)`.",
            stats=B_STATS,
        ),
    )
    result = HandoffResult(
        query=query,
        answer="Use `sum(items)`.",
        demonstrations=("Count: `len(items)`", "Largest: `max(items)`", "Reverse: `items[::-1]`"),
        model_a="llama3.2:3b",
        model_b="mistral:7b",
        latency_ms=15_100.0,
        token_counts=count_tokens(stages),
        draft="Add them in a loop.",
        stages=stages,
        notices=("The context is tight.",),
        engine="ollama",
        run_id=run_id,
    )
    own = {name: changes.pop(name) for name in list(changes) if name in HistoryRun.__slots__}
    own = {"started_at": START, "seen_at": START + 15, **own}
    return HistoryRun(replace(result, **changes), **own)


def fill(history: History, *runs: HistoryRun) -> None:
    for run in runs:
        history.save(run)


def ids(history: History, *args: Any, **kwargs: Any) -> list[str]:
    """Ids of the runs that a listing has."""
    return [run.run_id for run in history.runs(*args, **kwargs)]


def stage_a(run_id: str = "run-1") -> list[Event]:
    """A run up to the end of its stage A."""
    return [
        RunStarted(run_id, "How?", "handoff", "llama3.2:3b", "mistral:7b", "ollama"),
        StageStarted(
            run_id, "A", "llama3.2:3b", "a80c", (Message("user", "How?"),), {"seed": 7}, 12
        ),
        RawText(run_id, "A", "<answer>So.</answer>"),
        Token(run_id, "A", "thinking", "Hm."),
        Token(run_id, "A", "draft", "So."),
        DemonstrationFound(run_id, 0, "One."),
        StageFinished(run_id, "A", "complete", A_STATS, "stop"),
        StageStarted(run_id, "parse"),
        StageFinished(run_id, "parse", "complete", problems=("Salvaged.",)),
    ]


def stage_b(*texts: str, run_id: str = "run-1") -> list[Event]:
    """The beginning of its stage B."""
    started = StageStarted(run_id, "B", "mistral:7b", "f974", (Message("user", "How?"),), {})
    return [started, *(Token(run_id, "B", "answer", text) for text in texts)]


def ending(result: HandoffResult, run_id: str = "run-1") -> list[Event]:
    return [StageFinished(run_id, "B", "complete", B_STATS, "stop"), RunFinished(run_id, result)]


def soon(condition: Callable[[], object], timeout: float = 20.0) -> None:
    """Wait until a condition holds, which another thread or program sees to.

    Raises:
        AssertionError: It does not hold in time.
    """
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.005)
