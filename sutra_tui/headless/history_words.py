"""A run of the history in words: the cells of a list, the facts of one run.

Invariant: pure; every cell and fact is one line that is safe to show. Texts stay as they are: it is
`Output` that decides about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from ..core.clean import clean_line
from ..core.protocol import StageRecord
from ..store.history import HistoryRun, RunSummary
from ..store.history_markdown import moment
from ..wording import age, files_in_words, seconds, stage_stats
from .streams import cells
from .table import GAP, shorten

ID_CELLS: Final = 12
NAME_CELLS: Final = (12, 60)
"""The narrowest and widest column of queries; narrower tells nothing apart."""
MODEL_CELLS: Final = 80
HEADINGS: Final = ("RUN", "QUERY", "METHOD", "MODELS", "STATUS", "AGE", "TOOK", "TOKENS", "FLAGS")
_FOREVER_S: Final = 1e11
"""Seconds beyond which an age is a mistake or a trick."""


def run_rows(runs: Sequence[RunSummary], now: float, columns: int | None) -> list[tuple[str, ...]]:
    """Headings and a row for each run.

    Args:
        runs: At least one.
        now: Seconds since the epoch.
        columns: Columns of the terminal; None when it is not written to one.
    """
    widest = MODEL_CELLS if columns is None else max(12, columns // 4)
    rows = [HEADINGS, *(_cells(run, now, widest) for run in runs)]
    narrowest, room = NAME_CELLS
    if columns is not None:
        others = [
            max(map(cells, column)) for i, column in enumerate(zip(*rows, strict=True)) if i != 1
        ]
        room = min(room, max(narrowest, columns - sum(others) - len(GAP) * len(others)))
    return [(name, shorten(query, room), *rest) for name, query, *rest in rows]


def _cells(run: RunSummary, now: float, widest: int) -> tuple[str, ...]:
    return (
        clean_line(run.run_id, ID_CELLS),
        clean_line(run.name, NAME_CELLS[1]) or "-",
        clean_line(run.method, 12),
        shorten(models(run.model_a, run.model_b), widest) or "-",
        run.status(now),
        age(min(max(0.0, now - run.started_at), _FOREVER_S)),
        seconds(run.latency_ms / 1000),
        f"{run.tokens:,}",
        ",".join(flags(run)) or "-",
    )


def models(model_a: str, model_b: str) -> str:
    """Both models, in the order in which they work."""
    return " > ".join(clean_line(name, MODEL_CELLS) for name in (model_a, model_b) if name)


def flags(run: RunSummary) -> tuple[str, ...]:
    """What sets a run apart."""
    found = {
        "DEMO": run.engine == "demo",
        "starred": run.starred,
        "named": bool(run.title),
        "cached": run.cache_hit,
        "import": run.source == "import",
    }
    return tuple(flag for flag, holds in found.items() if holds)


def facts(run: HistoryRun, now: float) -> list[tuple[str, str]]:
    """Everything about a run but its texts, as labels and lines."""
    result = run.result
    counts = result.token_counts
    tokens = (
        f"{counts.get('prompt_tokens', 0):,} read, {counts.get('completion_tokens', 0):,} written"
    )
    error = f"{run.error.get('message', '')} {run.error.get('remedy', '')}"
    found = [
        ("Run", clean_line(run.run_id, 80)),
        ("Title", clean_line(run.title)),
        ("Started", moment(run.started_at)),
        ("Status", run.status(now)),
        ("Method", clean_line(result.method, 80)),
        ("Models", models(result.model_a, result.model_b)),
        ("Engine", clean_line(result.engine, 80)),
        ("Files", files_in_words(result.files)),
        ("Took", seconds(result.latency_ms / 1000)),
        ("Tokens", tokens if any(counts.values()) else ""),
        ("From", clean_line(run.parent, 80)),
        ("Cache", "the demonstrations came from the cache" if result.cache_hit else ""),
        ("Raw", "Model B got no demonstrations" if result.fell_back_to_raw else ""),
        ("Error", clean_line(error, 1000)),
        *(("Notice", clean_line(notice, 1000)) for notice in result.notices),
        *((f"Stage {clean_line(stage.name, 40)}", stage_line(stage)) for stage in result.stages),
    ]
    return [(label, fact) for label, fact in found if fact]


def stage_line(stage: StageRecord) -> str:
    """One stage in a line: model, how it ended, what it cost."""
    parts = [clean_line(stage.model, MODEL_CELLS), stage.status, stage_stats(stage.stats)]
    return ", ".join(part for part in [*parts, *(clean_line(p) for p in stage.problems)] if part)


def texts(run: HistoryRun, *, stages: bool) -> list[tuple[str, str]]:
    """The run's texts with what stands above each; empty ones are left out.

    Args:
        run: The run.
        stages: Also what was sent and what came back, stage by stage.
    """
    result = run.result
    found = [("Query", result.query), ("Draft", result.draft)]
    for number, text in enumerate(result.demonstrations, 1):
        found.append((f"Demonstration {number}", text))
    for stage in result.stages if stages else ():
        name = f"Stage {clean_line(stage.name, 40)}"
        found += [(f"{name}, sent as {m.role}", m.content) for m in stage.messages]
        found += [(f"{name}, thinking", stage.thinking), (f"{name}, written", stage.output)]
    return [(title, text) for title, text in [*found, ("Answer", result.answer)] if text]


def summary_document(run: RunSummary, now: float) -> dict[str, Any]:
    """A run's line as JSON-ready fields; times are seconds since the epoch."""
    document = asdict(run)
    del document["id"], document["ended_as"]
    return {**document, "status": run.status(now), "flags": flags(run)}


def runs_in_words(number: int) -> str:
    """ "1 run", "1,234 runs"."""
    return "1 run" if number == 1 else f"{number:,} runs"
