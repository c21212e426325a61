"""The memory plan's screen as styled text: the sum in columns, then order, context and time.

Invariant: pure; the words and figures are `plan_words`'.
"""

from __future__ import annotations

from typing import Final

from textual.content import Content

from ..core.clean import clean_line
from ..core.plan import RunPlan
from ..core.remedies import Remedy
from ..plan_words import (
    WORDS,
    Row,
    arithmetic,
    context_lines,
    steps,
    time_sentence,
    verdict_sentence,
)
from ..wording import size
from .planning import PlanView

LABEL_CELLS: Final = 15
RESET_KEY: Final = "r"
Piece = str | tuple[str, str]


def plan_text(plan: RunPlan) -> Content:
    """Everything about a plan."""
    pieces: list[Piece] = [f"{verdict_sentence(plan)}\n\n"]
    for row in arithmetic(plan):
        pieces += _row(row)
    pieces += [("\nOrder    ", "bold"), ", ".join(steps(plan)), "\n"]
    pieces += [("Time     ", "bold"), time_sentence(plan), "\n"]
    for place, line in enumerate(context_lines(plan)):
        pieces += [("Context  " if not place else " " * 9, "bold"), line, "\n"]
    return Content.assemble(*pieces).rstrip()


def _row(row: Row) -> list[Piece]:
    if row.kind == "head":
        return [(f"{row.label}\n", "bold $accent")]
    if row.kind == "note":
        return [(f"  {row.label}\n", "$text-muted")]
    style = "bold" if row.kind == "sum" else ""
    note = f"   {row.note}" if row.note else ""
    label = f"  {row.label:<{LABEL_CELLS}}{row.amount:>8}"
    return [(label, style), (f"{note}\n", "$text-muted")]


def remedy_text(remedy: Remedy, key: str, view: PlanView) -> Content:
    """One thing that can be done, with its key and what it gives; or why it does not apply."""
    running = view.running
    if remedy.reason or running:
        why = "Stop the run first." if running else remedy.reason
        return Content.assemble((f"{key}  {_title(remedy)}", "$text-disabled"), f"  {why}")
    gives = f"saves {size(remedy.saves)}" if remedy.saves > 0 else ""
    if remedy.kind == "unload":
        gives = f"frees {size(remedy.saves)}"
    if remedy.verdict is not None and remedy.verdict != view.plan.verdict:
        gives += f" → {WORDS[remedy.verdict]}"
    return Content.assemble(
        (key, "bold $accent"), f"  {_title(remedy)}", (f"  {gives.strip()}", "$text-muted")
    )


def reset_text(num_ctx: int) -> Content:
    """Taking a smaller context back."""
    return Content.assemble(
        (RESET_KEY, "bold $accent"),
        "  context as in the settings",
        (f"  at most {num_ctx:,} now", "$text-muted"),
    )


def _title(remedy: Remedy) -> str:
    if remedy.kind == "context":
        return f"context of {remedy.num_ctx:,}" if remedy.num_ctx else "smaller context"
    if remedy.kind == "one model":
        name = clean_line(remedy.model, 30)
        return f"{name} for both roles" if name else "one model for both roles"
    if remedy.kind == "unload":
        names = ", ".join(clean_line(name, 24) for name in remedy.names[:3])
        more = len(remedy.names) - 3
        return f"unload {names or 'others'}" + (f" and {more} more" if more > 0 else "")
    return "choose another pair"
