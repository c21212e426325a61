"""Runs out of the logs of the system that this one succeeds, `~/.sutra/logs/YYYY-MM-DD.jsonl`.

A line is an object with "timestamp" (local time, ISO 8601), "query", "model_small", "model_large",
"answer_a" and "answer_b" (two answers of the small model), "critique" (the small model on both),
"synthesis" (the large model's answer) and "latencies" (seconds, by "stage_1a", "stage_1b",
"stage_2", "stage_3" and "total"). Prompts, options and counts were not logged.

Invariant: what a line says is kept as it stands, and nothing is made up: what was not logged is
empty. The same line is the same run, however often it is imported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

from ..core.protocol import HandoffResult, Method, StageName, StageRecord, StageStats
from .history_run import HistoryRun

METHOD: Final = "council"
ENGINE: Final = "original log"
_TEXTS: Final = ("query", "model_small", "model_large", "answer_a", "answer_b", "critique")
_STAGES: Final = (
    ("first answer", "model_small", "answer_a", "stage_1a"),
    ("second answer", "model_small", "answer_b", "stage_1b"),
    ("critique", "model_small", "critique", "stage_2"),
    ("synthesis", "model_large", "synthesis", "stage_3"),
)


def run_of(entry: Mapping[str, Any], now: float) -> HistoryRun | None:
    """The run that a line of a log tells of; None when it is no such line.

    Args:
        entry: The line's object.
        now: When a run without a time counts as started, in seconds since the epoch.
    """
    said = {name: entry.get(name, "") for name in (*_TEXTS, "synthesis")}
    if "synthesis" not in entry or not all(isinstance(text, str) for text in said.values()):
        return None
    if not said["query"].strip():
        return None
    found = entry.get("latencies")
    latencies = found if isinstance(found, Mapping) else {}
    result = HandoffResult(
        query=said["query"],
        answer=said["synthesis"],
        model_a=said["model_small"],
        model_b=said["model_large"],
        latency_ms=_milliseconds(latencies.get("total")) or 0.0,
        draft=said["answer_a"],
        stages=tuple(
            StageRecord(
                cast(StageName, name),
                model=said[model],
                output=said[text],
                status="complete" if said[text].strip() else "incomplete",
                stats=StageStats(wall_ms=_milliseconds(latencies.get(latency))),
            )
            for name, model, text, latency in _STAGES
        ),
        method=cast(Method, METHOD),
        status="complete" if said["synthesis"].strip() else "incomplete",
        engine=ENGINE,
        run_id=_name(entry),
    )
    started_at = _moment(entry.get("timestamp"))
    started_at = now if started_at is None else started_at
    return HistoryRun(result, started_at, started_at, source="import")


def _name(entry: Mapping[str, Any]) -> str:
    canonical = json.dumps(entry, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _moment(value: object) -> float | None:
    try:
        moment = datetime.fromisoformat(str(value)).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return moment if 0 <= moment <= 1e11 else None


def _milliseconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1e9:
        return None
    return value * 1000
