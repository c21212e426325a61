"""What the history says: the header, the cells of the table, the facts of a run.

Invariant: pure text out; outside text has passed `clean_line` on its way here.
"""

from __future__ import annotations

from typing import Final

from ..core.clean import clean_line
from ..core.protocol import StageRecord
from ..store.history import HistoryRun, RunFilter, RunStatus
from ..store.history_markdown import moment
from ..wording import age, files_in_words, seconds, stage_stats
from . import history_columns as columns
from .cache_words import brief
from .history_view import HistoryView, RunRow

NOTHING: Final = "–"
EMPTY: Final = (
    "No run has been kept yet.\n\n"
    "Every run is written down here while it happens: the query, what was sent to each model and "
    "what it wrote, with times and counts. Nothing of it leaves this machine.\n\n"
    "Go back and ask something, or press i to take in a file or the original system's logs."
)
NO_MATCH: Final = "No run fits.\n\nx takes the filters away, escape closes the search."
LOOKING: Final = "Reading the history."
STATUS_WORDS: Final[dict[RunStatus, str]] = {
    "running": "running",
    "complete": "complete",
    "incomplete": "cut off",
    "stopped": "stopped",
    "failed": "failed",
    "cached": "complete",
    "skipped": "complete",
}
STATUS_STYLES: Final[dict[RunStatus, str]] = {
    "running": "good",
    "complete": "quiet",
    "incomplete": "wary",
    "stopped": "wary",
    "failed": "bad",
    "cached": "quiet",
    "skipped": "quiet",
}
_EXPLAINED: Final[dict[RunStatus, str]] = {
    "incomplete": "cut off: the answer is not whole",
    "stopped": "stopped: what there was by then is kept",
    "running": "going on",
}


def header(view: HistoryView, width: int) -> str:
    """The history as a whole on one line, and what the list is narrowed down to.

    Args:
        view: What is shown.
        width: Cells there are.
    """
    if view.overview is None:
        return ""
    total = view.overview.runs
    runs = "1 run" if total == 1 else f"{total:,} runs"
    narrowed = ", ".join(filter_words(view.listing))
    if not narrowed:
        return runs
    line = f"{view.total:,} of {runs}: {narrowed}"
    return line if len(line) <= width else f"{view.total:,} of {runs}: {clean_line(narrowed, 30)}"


def filter_words(filter: RunFilter) -> list[str]:
    """What a filter asks for, besides words."""
    return [
        *(["starred"] if filter.starred else []),
        *(["without a whole answer"] if filter.failed else []),
        *([f"method {clean_line(filter.method, 40)}"] if filter.method else []),
        *([f"model {clean_line(filter.model, 40)}"] if filter.model else []),
        *([f"\u201c{clean_line(filter.search, 40)}\u201d"] if filter.search.strip() else []),
    ]


def cell(view: HistoryView, row: RunRow, column: int) -> str:
    """What a row says in a column."""
    run = row.run
    match column:
        case columns.NAME:
            return run.name or NOTHING
        case columns.MODELS:
            return models(run.model_a, run.model_b) or NOTHING
        case columns.METHOD:
            return run.method
        case columns.AGE:
            return brief(max(0.0, view.now - run.started_at))
        case columns.TOOK:
            return seconds(run.latency_ms / 1000) if run.latency_ms else NOTHING
        case columns.TOKENS:
            return f"{run.tokens:,}" if run.tokens else NOTHING
    return STATUS_WORDS[run.status(view.now)]


def models(model_a: str, model_b: str) -> str:
    """Both models, in the order in which they work."""
    return " → ".join(clean_line(name, 60) for name in (model_a, model_b) if name)


def run_facts(run: HistoryRun, now: float) -> list[tuple[str, str]]:
    """Everything about a run but its texts: names and what is to be said of them."""
    result = run.result
    status = run.status(now)
    ago = max(0.0, now - run.started_at)
    counts = result.token_counts
    tokens = (
        f"{counts.get('prompt_tokens', 0):,} read, {counts.get('completion_tokens', 0):,} written"
    )
    error = f"{run.error.get('message', '')} {run.error.get('remedy', '')}"
    found = [
        ("demo", "DEMO: scripted, no model's work" if result.engine == "demo" else ""),
        ("status", _EXPLAINED.get(status, STATUS_WORDS[status])),
        ("error", clean_line(error, 600)),
        ("started", f"{moment(run.started_at)}{'' if ago < 60 else f', {age(ago)} ago'}"),
        ("took", seconds(result.latency_ms / 1000) if result.latency_ms else ""),
        ("tokens", tokens if any(counts.values()) else ""),
        ("method", clean_line(result.method, 40)),
        ("files", files_in_words(result.files)),
        ("cache", "demonstrations from the cache" if result.cache_hit else ""),
        ("raw", "Model B got no demonstrations" if result.fell_back_to_raw else ""),
        ("title", clean_line(run.title)),
        ("from", f"run {clean_line(run.parent, 40)}" if run.parent else ""),
        ("source", "imported" if run.source == "import" else ""),
        ("run", clean_line(run.run_id, 80)),
    ]
    return [(name, text) for name, text in found if text]


def stage_title(stage: StageRecord) -> str:
    """A stage's name and model."""
    names = {"A": "Model A", "B": "Model B", "parse": "Parser"}
    name = names.get(stage.name) or clean_line(stage.name, 40)
    return f"{name} · {clean_line(stage.model, 60)}" if stage.model else name


def stage_facts(stage: StageRecord) -> list[str]:
    """How a stage ended and what it cost, in lines."""
    options = ", ".join(
        f"{key} {value}" for key, value in stage.options.items() if value is not None
    )
    cost = stage_stats(stage.stats)
    return [
        " · ".join(part for part in (stage.status, cost) if part),
        *([clean_line(options, 300)] if options else []),
        *([f"digest {clean_line(stage.digest, 12)}"] if stage.digest else []),
        *(clean_line(problem, 300) for problem in stage.problems),
    ]
