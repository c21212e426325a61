"""The run on the screen as a value: every event moves it one step, whatever the order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core import events
from sutra_tui.core.errors import ServerUnreachable
from sutra_tui.core.events import (
    CacheHit,
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    MovedToThinking,
    Notice,
    Phase,
    PhaseName,
    Planned,
    RawText,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from sutra_tui.core.plan import RunPlan
from sutra_tui.core.protocol import HandoffResult, StageStats, Status
from sutra_tui.tui.run_fold import PHASE_WORDS, apply, stopped
from sutra_tui.tui.run_view import RunView, StageView

R = "run-1"
FRESH = RunView(run_id=R, query="q", wanted=3)
RUNNING = replace(FRESH, running=True)
ACTIVE = StageView(state="active", phase="writing", phase_since=6.0, started=5.0)
A_WRITES = replace(RUNNING, a=ACTIVE)
B_WRITES = replace(RUNNING, b=ACTIVE)
NOW = 10.0
RESULT = HandoffResult("q", "Eight.")
ERROR = ServerUnreachable("Nobody answers.")
STATS = StageStats(output_tokens=9)
HIT = CacheHit(R, "k", 5.0, 900.0, 80)

STEPS: dict[str, tuple[RunView, Event, dict[str, Any]]] = {
    "a run begins": (
        FRESH,
        RunStarted(R, "What?", "raw", "", "b", "ollama"),
        {"running": True, "query": "What?", "method": "raw"},
    ),
    "A begins": (RUNNING, StageStarted(R, "A"), {"a": StageView("active", "", NOW, NOW)}),
    "B begins": (RUNNING, StageStarted(R, "B"), {"b": StageView("active", "", NOW, NOW)}),
    "parsing begins": (RUNNING, StageStarted(R, "parse"), {}),
    "A reads": (
        A_WRITES,
        Phase(R, "A", "reading"),
        {"a": replace(ACTIVE, phase="reading the prompt", phase_since=NOW)},
    ),
    "B makes room": (
        B_WRITES,
        Phase(R, "B", "unloading"),
        {"b": replace(ACTIVE, phase="making room", phase_since=NOW)},
    ),
    "a draft is text for a pane": (A_WRITES, Token(R, "A", "draft", "x"), {}),
    "an answer is text for a pane": (B_WRITES, Token(R, "B", "answer", "x"), {}),
    "thinking is text for a pane": (B_WRITES, Token(R, "B", "thinking", "x"), {}),
    "raw text is not shown": (A_WRITES, RawText(R, "A", "<answer>"), {}),
    "a demonstration is being written": (
        A_WRITES,
        Token(R, "A", "demonstration", "x", 0),
        {"demonstrations": "active", "writing_demonstration": True},
    ),
    "a demonstration is complete": (
        replace(A_WRITES, found=1, writing_demonstration=True, demonstrations="active"),
        DemonstrationFound(R, 1, "two"),
        {"found": 2, "writing_demonstration": False},
    ),
    "a demonstration appears at once": (
        A_WRITES,
        DemonstrationFound(R, 0, "one"),
        {"found": 1, "demonstrations": "active"},
    ),
    "a demonstration is dropped": (
        replace(A_WRITES, found=1, writing_demonstration=True, demonstrations="active"),
        DemonstrationDropped(R, 1, "a copy"),
        {"writing_demonstration": False},
    ),
    "A's text was thinking": (
        replace(A_WRITES, found=1, writing_demonstration=True, demonstrations="active"),
        MovedToThinking(R, "A"),
        {"found": 0, "writing_demonstration": False},
    ),
    "B's text was thinking": (replace(B_WRITES, found=3), MovedToThinking(R, "B"), {}),
    "the cache has it": (A_WRITES, HIT, {"cache": HIT}),
    "a notice": (
        replace(RUNNING, notices=("First.",)),
        Notice(R, "prompt_cut", "Second."),
        {"notices": ("First.", "Second.")},
    ),
    "falling back": (
        RUNNING,
        Notice(R, "fell_back_to_raw", "B answers alone."),
        {"notices": ("B answers alone.",), "fell_back": True},
    ),
    "fallen back for good": (
        replace(RUNNING, fell_back=True),
        Notice(R, "other", "More."),
        {"notices": ("More.",)},
    ),
    "A ends": (
        A_WRITES,
        StageFinished(R, "A", "complete", STATS),
        {"a": replace(ACTIVE, state="complete", phase="", ended=NOW, stats=STATS)},
    ),
    "A comes from the cache": (
        A_WRITES,
        StageFinished(R, "A", "cached"),
        {"a": replace(ACTIVE, state="cached", phase="", ended=NOW), "demonstrations": "cached"},
    ),
    "B is cut off": (
        B_WRITES,
        StageFinished(R, "B", "incomplete", STATS, "length"),
        {"b": replace(ACTIVE, state="incomplete", phase="", ended=NOW, stats=STATS)},
    ),
    "A is reused": (
        A_WRITES,
        StageFinished(R, "A", "skipped"),
        {"a": replace(ACTIVE, state="reused", phase="", ended=NOW), "demonstrations": "reused"},
    ),
    "B starts with what was reused": (
        replace(RUNNING, given=True, demonstrations="reused"),
        StageStarted(R, "B"),
        {"b": StageView("active", "", NOW, NOW)},
    ),
    "the last of those given": (
        replace(RUNNING, given=True, wanted=2, found=1, demonstrations="active"),
        DemonstrationFound(R, 1, "x"),
        {"found": 2, "demonstrations": "complete"},
    ),
    "B is skipped": (
        B_WRITES,
        StageFinished(R, "B", "skipped"),
        {"b": replace(ACTIVE, state="complete", phase="", ended=NOW)},
    ),
    "all demonstrations were there": (
        replace(RUNNING, found=3, demonstrations="active"),
        StageFinished(R, "parse", "complete"),
        {"demonstrations": "complete"},
    ),
    "some demonstrations were missing": (
        replace(RUNNING, found=2, demonstrations="active"),
        StageFinished(R, "parse", "complete", problems=("one was cut",)),
        {"demonstrations": "incomplete", "problems": ("one was cut",)},
    ),
    "no demonstration at all": (
        RUNNING,
        StageFinished(R, "parse", "complete"),
        {"demonstrations": "incomplete"},
    ),
    "the run ends": (RUNNING, RunFinished(R, RESULT), {"running": False, "result": RESULT}),
    "the run fails in A": (
        replace(A_WRITES, found=1, demonstrations="active", writing_demonstration=True),
        RunFailed(R, ERROR, RESULT),
        {
            "running": False,
            "error": ERROR,
            "result": RESULT,
            "a": replace(ACTIVE, state="failed", phase="", ended=NOW),
            "demonstrations": "failed",
            "writing_demonstration": False,
        },
    ),
    "the run fails in B": (
        replace(B_WRITES, demonstrations="complete"),
        RunFailed(R, ERROR, RESULT),
        {
            "running": False,
            "error": ERROR,
            "result": RESULT,
            "b": replace(ACTIVE, state="failed", phase="", ended=NOW),
        },
    ),
    "the run is planned": (RUNNING, Planned(R, RunPlan()), {}),
    "the run fails before it began": (
        RUNNING,
        RunFailed(R, ERROR, RESULT),
        {"running": False, "error": ERROR, "result": RESULT},
    ),
}


@pytest.mark.parametrize(("before", "event", "changes"), STEPS.values(), ids=list(STEPS))
def test_an_event_changes_exactly_this(
    before: RunView, event: Event, changes: dict[str, Any]
) -> None:
    assert apply(before, event, NOW) == replace(before, **changes)


def test_the_table_has_every_kind_of_event() -> None:
    kinds = {
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }
    assert {type(event) for _, event, _ in STEPS.values()} == kinds


@pytest.mark.parametrize("phase", get_args(PhaseName))
def test_every_phase_has_its_words(phase: PhaseName) -> None:
    assert apply(A_WRITES, Phase(R, "A", phase), NOW).a.phase == PHASE_WORDS[phase]


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("stage", ["A", "B"])
def test_a_stage_may_end_in_every_way(stage: Any, status: Status) -> None:
    after = apply(replace(RUNNING, a=ACTIVE, b=ACTIVE), StageFinished(R, stage, status), NOW)
    ended = after.a if stage == "A" else after.b
    other_words = {"skipped": "reused" if stage == "A" else "complete"}
    assert ended.state == other_words.get(status, status)
    assert (ended.phase, ended.ended) == ("", NOW)
    other = after.b if stage == "A" else after.a
    assert other == ACTIVE


any_event = st.sampled_from([event for _, event, _ in STEPS.values()])


@given(any_event, st.text(max_size=5))
def test_X17_late_events_of_another_run_change_nothing(event: Event, other: str) -> None:
    view = replace(A_WRITES, run_id=f"not {other}")
    assert apply(view, event, NOW) is view


@given(st.lists(any_event, max_size=20))
def test_N26_events_in_any_order_keep_the_view_sound(sequence: list[Event]) -> None:
    view = FRESH
    for now, event in enumerate(sequence):
        view = apply(view, event, float(now))
        for stage in (view.a, view.b):
            assert stage.seconds(float(now)) is None or stage.state != "idle"
    over = stopped(view, RESULT, 99.0)
    assert not over.running
    assert "active" not in (over.a.state, over.b.state, over.demonstrations)
    failed = apply(view, RunFailed(R, ERROR, RESULT), 99.0)
    assert not failed.running
    assert "active" not in (failed.a.state, failed.b.state, failed.demonstrations)


def test_stopping_ends_what_was_open_and_nothing_else() -> None:
    done = replace(ACTIVE, state="complete", phase="", ended=8.0)
    view = replace(RUNNING, a=done, b=ACTIVE, demonstrations="complete", found=3)
    after = stopped(view, RESULT, NOW)
    assert after == replace(
        view,
        running=False,
        result=RESULT,
        b=replace(ACTIVE, state="stopped", phase="", ended=NOW),
    )


def test_stopping_in_the_middle_of_a_demonstration() -> None:
    view = replace(A_WRITES, found=1, demonstrations="active", writing_demonstration=True)
    after = stopped(view, RESULT, NOW)
    assert (after.demonstrations, after.writing_demonstration, after.found) == ("stopped", False, 1)


@pytest.mark.parametrize(
    ("stage", "seconds"),
    [
        (StageView(), None),
        (ACTIVE, 5.0),
        (replace(ACTIVE, ended=7.5), 2.5),
        (replace(ACTIVE, started=11.0), 0.0),
    ],
    ids=["idle", "active", "over", "a clock that went back"],
)
def test_how_long_a_stage_has_taken(stage: StageView, seconds: float | None) -> None:
    assert stage.seconds(NOW) == seconds


@pytest.mark.parametrize(("view", "can"), [(RunView(), False), (RUNNING, False), (FRESH, True)])
def test_a_run_can_be_run_again_once_it_is_over(view: RunView, can: bool) -> None:
    assert view.can_rerun is can
