"""How quick the history is beside one file of JSON lines that is read from end to end.

Run `python -m tests.store.bench_history`.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from sutra_tui.core.protocol import HandoffResult
from sutra_tui.store.history import History, HistoryRun, RunFilter

from .history_support import made

SIZES = (1_000, 10_000)
WORDS = [
    f"{a}{b}{c}" for a in ("me", "so", "ta", "ri") for b in "aeiou" for c in ("rt", "st", "ck")
]
RARE = "n77"
"""Begins a word of about one run in a hundred."""


def _run(number: int) -> HistoryRun:
    words = random.Random(number)

    def text(count: int) -> str:
        return " ".join(words.choices(WORDS, k=count)) + f" n{number}"

    query, answer, draft = text(8), text(300), text(120)
    whole = made(f"run-{number:06}", query, started_at=1.7e9 + number)
    result: HandoffResult = replace(
        whole.result,
        answer=answer,
        draft=draft,
        demonstrations=(text(60), text(60), text(60)),
        stages=tuple(replace(stage, output=answer) for stage in whole.result.stages),
        status="failed" if number % 20 == 0 else "complete",
    )
    return replace(whole, result=result)


def _timed(action: Callable[[], object], times: int = 5) -> float:
    """Median time in milliseconds."""

    def once() -> float:
        start = time.perf_counter()
        action()
        return (time.perf_counter() - start) * 1000

    return median(once() for _ in range(times))


def _scan(path: Path, word: str) -> list[str]:
    """What a program does that keeps runs as JSON lines: read everything, look at each."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        entry: dict[str, Any] = json.loads(line)
        texts = (entry["query"], entry["draft"], entry["answer"], *entry["demonstrations"])
        if any(word in text for text in texts):
            found.append(entry["run_id"])
    return sorted(found, reverse=True)[:50]


def _open_and_list(path: Path) -> None:
    with History(path) as history:
        history.runs(limit=200)
        history.count()
        history.choices()


def bench_history(runs: int) -> dict[str, float]:
    """Times in milliseconds and sizes in bytes, with `runs` in the history."""
    with tempfile.TemporaryDirectory() as folder:
        path, lines = Path(folder, "history.db"), Path(folder, "history.jsonl")
        with History(path) as history:
            for start in range(0, runs, 1_000):
                history.restore(map(_run, range(start, min(runs, start + 1_000))))
            history.export(lines, "jsonl")
            one_save = _timed(lambda: history.save(_run(runs + 1)))
            middle = history.mark_of(f"run-{runs // 2:06}")
            figures = {
                "runs": runs,
                "open_and_list_ms": _timed(lambda: _open_and_list(path)),
                "page_after_mark_ms": _timed(lambda: history.runs(after=middle, limit=200)),
                "page_by_skipping_ms": _timed(lambda: history.runs(skip=runs // 2, limit=200)),
                "search_ms": _timed(lambda: history.runs(RunFilter(RARE), limit=200)),
                "count_search_ms": _timed(lambda: history.count(RunFilter(RARE))),
                "search_common_ms": _timed(lambda: history.runs(RunFilter("mea"), limit=200)),
                "search_unindexed_ms": _timed(lambda: history.runs(RunFilter("&&"), limit=200)),
                "failed_only_ms": _timed(lambda: history.runs(RunFilter(failed=True), limit=200)),
                "open_one_run_ms": _timed(lambda: history.run(f"run-{runs // 2:06}")),
                "save_ms": one_save,
            }
        return {
            **figures,
            "file_bytes": path.stat().st_size,
            "jsonl_search_ms": _timed(lambda: _scan(lines, RARE), times=3),
            "jsonl_file_bytes": lines.stat().st_size,
        }


def main() -> None:
    """Print one column per size."""
    columns = [bench_history(runs) for runs in SIZES]
    for name in columns[0]:
        cells = (f"{c[name]:>14,.0f}" if c[name] >= 100 else f"{c[name]:>14.2f}" for c in columns)
        print(f"{name:<22}", *cells)


if __name__ == "__main__":
    main()
