"""The memory plan in words: one line before a run, and the sum behind it line by line.

Invariant: pure. Every figure is the plan's; "about", "at most" and the number of runs stay with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from .core.clean import clean_line
from .core.memory import HEADROOM, Verdict
from .core.plan import RolePlan, RunPlan
from .wording import seconds, size

CANNOT_SEE: Final = "the memory of that machine cannot be seen from here"
TWO_MACHINES: Final = "on two machines, so both stay loaded"
NO_DATA: Final = "no data yet"
WORDS: Final[dict[Verdict, str]] = {
    "fits": "fits",
    "tight": "tight",
    "one at a time": "one at a time",
    "does not fit": "does not fit",
    "unknown": "not known",
}
SIGNS: Final[dict[Verdict, str]] = {
    "fits": "✓",
    "tight": "!",
    "one at a time": "⇄",
    "does not fit": "✗",
    "unknown": "?",
}
"""A shape for each verdict, so that none is told by colour alone."""
_NAME: Final = 40


def plan_line(plan: RunPlan, width: int = 1000, cells: Callable[[str], int] = len) -> str:
    """The plan in one line, the most that fits.

    Args:
        plan: The plan.
        width: Cells there are.
        cells: Measures a text.

    Returns:
        Empty when not even the verdict has room.
    """
    verdict, peak = WORDS[plan.verdict], _peak(plan)
    if plan.free is None:
        verdict = TWO_MACHINES if plan.residency == "apart" else CANNOT_SEE
    variants = (
        (_models(plan), verdict, peak, _contexts(plan), _time(plan, long=True)),
        (_models(plan), verdict, peak, _time(plan, long=True)),
        (_models(plan), verdict, peak, _time(plan)),
        (verdict, peak, _time(plan)),
        (verdict, peak),
        (verdict,),
    )
    lines = (" · ".join(part for part in parts if part) for parts in variants)
    return next((line for line in lines if cells(line) <= width), "")


def _models(plan: RunPlan) -> str:
    parts = [f"{_who(plan, part)} {_short_size(part)}" for part in plan.models]
    beside = plan.verdict == "fits" or plan.residency == "apart"
    return (" and " if beside else " then ").join(parts)


def _who(plan: RunPlan, part: RolePlan) -> str:
    shared = len(plan.roles) > len(plan.models)
    return "A and B" if shared else part.role


def _short_size(part: RolePlan) -> str:
    if part.elsewhere:
        return "in the cloud"
    return f"{size(part.need)} (loaded)" if part.is_loaded else size(part.need)


def _peak(plan: RunPlan) -> str:
    if plan.free is None:
        return ""
    simulated = " (simulated)" if plan.memory and plan.memory.simulated else ""
    return f"peak {amount(plan.peak)} of {amount(plan.free)} GB free{simulated}"


def _contexts(plan: RunPlan) -> str:
    sizes = {part.num_ctx for part in plan.roles}
    if len(sizes) == 1:
        parts = [f"{part.role} {_about(part)}{part.prompt}" for part in plan.roles]
        return f"context {', '.join(parts)} of {sizes.pop()}"
    parts = [f"{part.role} {_about(part)}{part.prompt}/{part.num_ctx}" for part in plan.roles]
    return "context " + ", ".join(parts) if parts else ""


def _about(part: RolePlan) -> str:
    return "≤" if part.prompt_size == "at most" else ""


def _time(plan: RunPlan, *, long: bool = False) -> str:
    expected = plan.expected
    if expected is None:
        return f"time: {NO_DATA}"
    about = f"about {_round_seconds(expected.seconds)}"
    return f"{about} (measured, {counted(expected.runs, 'run')})" if long else about


def counted(number: int, what: str) -> str:
    """A number of things: "1 run", "6 runs"."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def amount(bytes_: int) -> str:
    """Gigabytes without the unit, where a line says it once."""
    return f"{bytes_ / 1e9:.1f}"


def _round_seconds(value: float) -> str:
    """No more digits than an estimate has: 43.2 is "43 s", 130 is "2 min 10 s"."""
    return seconds(value if value < 9.95 else float(round(value / 5) * 5 if value > 59 else value))


RowKind = Literal["head", "part", "sum", "note"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sum.

    Args:
        label: What it is.
        amount: Its bytes in words; empty for a line without any.
        note: How it is known.
        kind: How it is set.
    """

    label: str
    amount: str = ""
    note: str = ""
    kind: RowKind = "part"


def arithmetic(plan: RunPlan) -> tuple[Row, ...]:
    """The sum behind the verdict, line by line."""
    rows: list[Row] = []
    for part in plan.models:
        rows += _model_rows(plan, part)
    return (*rows, *_total_rows(plan))


def _exact(bytes_: int) -> str:
    """Gigabytes with two digits, so that the lines add up to the eye."""
    return f"{bytes_ / 1e9:.2f} GB"


def _model_rows(plan: RunPlan, part: RolePlan) -> Sequence[Row]:
    who = "Models A and B" if _who(plan, part) != part.role else f"Model {part.role}"
    head = Row(f"{who}  {clean_line(part.model, _NAME)}", kind="head")
    if part.elsewhere:
        return (head, Row("runs elsewhere", _exact(0), "prompts leave this machine"))
    if part.held:
        return (head, Row("loaded now", _exact(part.held), "the server's own figure", "sum"))
    parts = part.footprint
    notes = {
        "worked out": f"{part.num_ctx:,} tokens",
        "at most": f"{part.num_ctx:,} tokens; not all layers keep them all",
        "guessed": f"{part.num_ctx:,} tokens; shape unknown, taken for a 7B's",
    }
    measured = f"measured, {counted(parts.runs, 'run')}" if parts.runs else "the usual figure"
    return (
        head,
        Row("weights", _exact(parts.weights), "its file"),
        Row("context", _exact(parts.kv_cache), notes[parts.cache_figure]),
        Row("buffers", _exact(parts.buffers), measured),
        Row("together", _exact(parts.total), kind="sum"),
    )


def _total_rows(plan: RunPlan) -> Sequence[Row]:
    how = "both side by side" if plan.verdict == "fits" else "the larger of the two"
    if plan.residency == "apart":
        return [Row("Memory", kind="head"), Row("Each is weighed by its own machine.", kind="note")]
    rows = [
        Row("Memory", kind="head"),
        Row("most at once", _exact(plan.peak), how if len(plan.models) > 1 else "", "sum"),
    ]
    if plan.free is None:
        return [*rows, Row(CANNOT_SEE[0].upper() + CANNOT_SEE[1:] + ".", kind="note")]
    simulated = "simulated" if plan.memory and plan.memory.simulated else "nobody uses it"
    rows.append(Row("free now", _exact(plan.available), simulated))
    if plan.reclaimed:
        rows.append(Row("held already", _exact(plan.reclaimed), "by these models, so theirs"))
    for held in plan.unload_first:
        rows.append(Row("made free", _exact(held.size), f"{clean_line(held.name, 24)} goes out"))
    if plan.reclaimed or plan.unload_first:
        rows.append(Row("free for them", _exact(plan.free), kind="sum"))
    rows.append(Row("kept free", _exact(HEADROOM), "for everything else"))
    for held in plan.in_the_way:
        rows.append(Row("in the way", _exact(held.size), f"{clean_line(held.name, 24)} is loaded"))
    return rows


def verdict_sentence(plan: RunPlan) -> str:
    """What the verdict means for the run."""
    if plan.residency == "apart":
        return "Each model has a machine of its own, so both stay loaded."
    if plan.free is None:
        return "Nothing is unloaded or loaded early, because the server's memory cannot be seen."
    one = len(plan.models) < 2
    short = size(max(0, plan.peak - plan.free))
    sentences: dict[Verdict, str] = {
        "fits": "It fits, with room to spare."
        if one
        else "Both fit side by side: Model B is loaded while Model A writes.",
        "one at a time": "Both do not fit at once: Model A goes out before Model B is loaded.",
        "tight": "It fits with almost nothing left: close other programs, or expect it to be slow.",
        "does not fit": f"{short} too much: the machine would swap, or the server be ended by it.",
        "unknown": "The server does not say how large a model is.",
    }
    return sentences[plan.verdict]


def steps(plan: RunPlan) -> tuple[str, ...]:
    """What the run does to memory, in order."""
    leaving = [held.name for held in plan.unload_first]
    leaving += [part.model for part in plan.models if part.goes_out]
    found = [f"unload {clean_line(name, _NAME)}" for name in leaving]
    before: RolePlan | None = None
    for part in plan.models:
        name = clean_line(part.model, _NAME)
        if before is not None and plan.residency == "one at a time":
            found.append(f"unload {clean_line(before.model, _NAME)}")
        if part.elsewhere:
            found.append(f"ask {name} in the cloud")
        elif part.is_loaded:
            found.append(f"use {name}, which is loaded")
        elif before is not None and plan.residency == "together":
            found.append(f"load {name} beside it")
        else:
            found.append(f"load {name}")
        before = part
    return tuple(found)


def context_lines(plan: RunPlan) -> tuple[str, ...]:
    """How much of each context is used."""
    return tuple(
        f"{part.role} reads {part.prompt_size} {part.prompt:,} tokens and writes up to "
        f"{part.num_predict:,} of {part.num_ctx:,}"
        for part in plan.roles
    )


def time_sentence(plan: RunPlan) -> str:
    """How long the run takes and how that is known."""
    expected = plan.expected
    if expected is None:
        return "no data yet; each run adds to what is known of these models here"
    loading = f", {_round_seconds(expected.load_s)} of it loading" if expected.load_s else ""
    return (
        f"about {_round_seconds(expected.seconds)}{loading}: the middle of what "
        f"{counted(expected.runs, 'run')} took on this machine"
    )
