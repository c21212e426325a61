"""A run as a Markdown document, for a person to read, keep and send.

Invariant: texts are put in whole, as the models wrote them; a text never ends the quotation that it
stands in.
"""

from __future__ import annotations

import re
import time
from itertools import chain

from ..core.clean import clean_line
from ..core.protocol import StageRecord
from ..wording import seconds, stage_stats
from .history_run import HistoryRun


def document(run: HistoryRun) -> str:
    """The whole run: query, answer, demonstrations, draft, and each stage as it went."""
    result = run.result
    parts = [f"# {_heading(run.name)}\n", "".join(f"- {fact}\n" for fact in _facts(run))]
    parts.append(_section("Query", result.query))
    parts.append(_section("Answer", result.answer))
    for number, text in enumerate(result.demonstrations, 1):
        parts.append(_section(f"Demonstration {number}", text))
    parts.append(_section("Draft", result.draft))
    parts += chain.from_iterable(map(_stage, result.stages))
    return "\n".join(part for part in parts if part)


def _facts(run: HistoryRun) -> list[str]:
    result = run.result
    models = " → ".join(_code(name) for name in (result.model_a, result.model_b) if name)
    facts = [
        f"run {_code(run.run_id)}, {moment(run.started_at)}",
        f"method {clean_line(result.method, 80)}, {models}" if models else result.method,
        f"{result.status}, {seconds(result.latency_ms / 1000)}",
    ]
    if result.engine == "demo":
        facts.append("DEMO: scripted, no model's work")
    if result.cache_hit:
        facts.append("demonstrations from the cache")
    if result.fell_back_to_raw:
        facts.append("raw: without demonstrations")
    if run.error:
        facts.append(
            clean_line(f"{run.error.get('message', '')} {run.error.get('remedy', '')}", 600)
        )
    return [*facts, *(clean_line(notice, 600) for notice in result.notices)]


def _stage(stage: StageRecord) -> list[str]:
    name = f"Stage {clean_line(stage.name, 80)}"
    cost = stage_stats(stage.stats)
    facts = [f"{_code(stage.model)} " if stage.model else "", stage.status]
    said = "".join(facts) + (f", {cost}" if cost else "") + "\n"
    options = ", ".join(f"{key} {value}" for key, value in stage.options.items())
    if options:
        said += f"\nOptions: {clean_line(options, 1000)}\n"
    said += "".join(f"\n- {clean_line(problem, 600)}" for problem in stage.problems)
    parts = [f"## {name}\n\n{said}"]
    for message in stage.messages:
        parts.append(_quoted(f"Sent as {message.role}", message.content))
    parts.append(_quoted("Thinking", stage.thinking))
    parts.append(_quoted("Written", stage.output))
    return parts


def _section(title: str, text: str) -> str:
    return f"## {title}\n\n{_fenced(text, 'markdown')}\n" if text else ""


def _quoted(title: str, text: str) -> str:
    return f"### {title}\n\n{_fenced(text, 'text')}\n" if text else ""


def _fenced(text: str, kind: str) -> str:
    """The text in a fence longer than any in it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{kind}\n{text}\n{fence}"


def _code(name: str) -> str:
    return f"`{clean_line(name, 120).replace('`', chr(39))}`"


def _heading(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", clean_line(text, 120)) or "A run"


def moment(at: float) -> str:
    """A time as a person writes it, in the local zone."""
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    except (OverflowError, OSError, ValueError):
        return "at an unknown time"
