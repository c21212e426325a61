"""A run's events folded into what the screen shows of it.

Invariant: pure. `apply` takes a view and an event and gives the next view; clocks are handed in, so
every state of the screen can be made and tested without a terminal.
"""

from __future__ import annotations

from dataclasses import replace

from ..core.events import (
    CacheHit,
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    MovedToThinking,
    Notice,
    Phase,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from ..core.protocol import HandoffResult, StageName, Status
from .run_view import BeadState, RunView

PHASE_WORDS = {
    "waiting": "waiting",
    "unloading": "making room",
    "loading": "loading the model",
    "reading": "reading the prompt",
    "thinking": "thinking",
    "writing": "writing",
}
BADGES = {"prompt_cut": "prompt cut?", "tight_context": "tight context"}
"""Kinds of notices that mark their stage, and the mark."""


def apply(view: RunView, event: Event, now: float) -> RunView:
    """The view after an event.

    Args:
        view: Before.
        event: What happened; of another run than the view's, it is ignored.
        now: Clock time.
    """
    if event.run_id != view.run_id:
        return view
    match event:
        case RunStarted():
            return replace(view, running=True, query=event.query, method=event.method)
        case StageStarted():
            return _stage_started(view, event, now)
        case Phase():
            return _with_stage(view, event.stage, phase=PHASE_WORDS[event.phase], phase_since=now)
        case Token() if event.channel == "demonstration":
            return replace(view, demonstrations="active", writing_demonstration=True)
        case DemonstrationFound():
            found = event.index + 1
            whole = view.given and found >= view.wanted
            return replace(
                view,
                found=found,
                writing_demonstration=False,
                demonstrations="complete" if whole else "active",
            )
        case DemonstrationDropped():
            return replace(view, found=event.index, writing_demonstration=False)
        case MovedToThinking(stage="A"):
            return replace(view, found=0, writing_demonstration=False)
        case CacheHit():
            return replace(view, cache=event)
        case Notice():
            fell_back = view.fell_back or event.kind == "fell_back_to_raw"
            after = replace(view, notices=(*view.notices, event.text), fell_back=fell_back)
            if event.stage is None or event.kind not in BADGES:
                return after
            return _with_stage(after, event.stage, badge=BADGES[event.kind])
        case StageFinished():
            return _stage_finished(view, event, now)
        case RunFinished():
            return replace(view, running=False, result=event.result)
        case RunFailed():
            failed = _end_open_stages(view, "failed", now)
            return replace(failed, running=False, error=event.error, result=event.result)
    return view


def stopped(view: RunView, result: HandoffResult, now: float) -> RunView:
    """The view of a run that the user stopped, with everything it had."""
    return replace(_end_open_stages(view, "stopped", now), running=False, result=result)


def _stage_started(view: RunView, event: StageStarted, now: float) -> RunView:
    if event.stage == "parse":
        return view
    if event.stage == "B" and view.given and view.demonstrations != "reused":
        view = replace(view, demonstrations="complete")
    return _with_stage(view, event.stage, state="active", started=now, phase="", phase_since=now)


def _stage_finished(view: RunView, event: StageFinished, now: float) -> RunView:
    if event.stage == "parse":
        state: BeadState = "complete" if view.found >= view.wanted else "incomplete"
        return replace(view, demonstrations=state, problems=event.problems)
    reused = event.stage == "A" and event.status == "skipped"
    after = _with_stage(
        view,
        event.stage,
        state="reused" if reused else _bead(event.status),
        phase="",
        ended=now,
        stats=event.stats,
    )
    if event.stage == "A" and event.status == "cached":
        return replace(after, demonstrations="cached")
    return replace(after, demonstrations="reused") if reused else after


def _end_open_stages(view: RunView, state: BeadState, now: float) -> RunView:
    for name in ("A", "B"):
        stage = view.a if name == "A" else view.b
        if stage.state == "active":
            view = _with_stage(view, name, state=state, phase="", ended=now)
    if view.demonstrations == "active":
        view = replace(view, demonstrations=state, writing_demonstration=False)
    return view


def _with_stage(view: RunView, name: StageName, **changes: object) -> RunView:
    if name == "A":
        return replace(view, a=replace(view.a, **changes))  # type: ignore[arg-type]
    return replace(view, b=replace(view.b, **changes))  # type: ignore[arg-type]


def _bead(status: Status) -> BeadState:
    return "complete" if status == "skipped" else status
