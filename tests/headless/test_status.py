"""What is said about a run while it happens and at its end."""

from __future__ import annotations

import pytest

from sutra_tui.core.events import (
    CacheHit,
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    Phase,
    RawText,
    StageFinished,
    StageStarted,
    Token,
)
from sutra_tui.core.protocol import HandoffResult, StageRecord, StageStats
from sutra_tui.headless.status import PHASES, Status, summary

RUN = "run"
A = StageStarted(RUN, "A", "small:3b", options={"num_predict": 100})
B = StageStarted(RUN, "B", "large:7b", options={"num_predict": 100})


def told(*events: Event) -> Status:
    status = Status(wanted=3)
    for event in events:
        status.apply(event, 0.0)
    return status


@pytest.mark.parametrize(
    ("events", "line"),
    [
        ([], "4.0 s"),
        ([A], "A small:3b: starting, 4.0 s"),
        ([A, Phase(RUN, "A", "loading")], "A small:3b: loading the model, 4.0 s"),
        ([A, Phase(RUN, "A", "reading")], "A small:3b: reading the prompt, 4.0 s"),
        (
            [A, Phase(RUN, "A", "writing"), DemonstrationFound(RUN, 1, "text")],
            "A small:3b: writing, demonstrations 2/3, 4.0 s",
        ),
        ([A, StageFinished(RUN, "A", "complete")], "4.0 s"),
        ([A, B, Phase(RUN, "B", "writing")], "B large:7b: writing, 4.0 s"),
    ],
)
def test_the_status_line(events: list[Event], line: str) -> None:
    assert told(*events).line(4.0) == line


def test_pace_and_bound_come_from_what_arrived() -> None:
    status = told(B, Phase(RUN, "B", "writing"))
    for number in range(21):
        status.apply(Token(RUN, "B", "answer", "x"), 10 + number * 0.5)
    # 21 pieces, 20 of them in 10 s, and at most 79 to come at 2 a second.
    whole = "B large:7b: writing, 20 s, at most 40 s more, about 2.0 tok/s"
    assert status.line(20.0) == whole
    assert status.line(20.0, columns=len(whole)) == whole
    assert (
        status.line(20.0, columns=len(whole) - 1) == "B large:7b: writing, 20 s, at most 40 s more"
    )
    assert status.line(20.0, columns=5) == "B lar"


def test_T2_a_hostile_model_name_cannot_leave_the_line() -> None:
    status = told(StageStarted(RUN, "B", "x\x1b[2J\n" + "y" * 500), Phase(RUN, "B", "writing"))
    line = status.line(1.0)
    assert "\x1b" not in line and "\n" not in line and len(line) < 80


def test_too_few_pieces_give_no_pace() -> None:
    status = told(B, Phase(RUN, "B", "writing"), *[Token(RUN, "B", "answer", "x")] * 19)
    assert "tok/s" not in status.line(20.0) and "more" not in status.line(20.0)


def test_model_as_pieces_are_not_counted_twice() -> None:
    pair = [RawText(RUN, "A", "x"), Token(RUN, "A", "draft", "x")]
    assert told(A, *pair * 7).pieces == 7


def test_a_new_stage_begins_to_count_anew() -> None:
    assert told(A, *[RawText(RUN, "A", "x")] * 30, B).pieces == 0


@pytest.mark.parametrize(
    ("event", "step"),
    [
        (Phase(RUN, "A", "thinking"), "A small:3b: thinking."),
        (DemonstrationFound(RUN, 0, "x"), "Demonstration 1 of 3 is there."),
        (DemonstrationDropped(RUN, 1, "it is empty"), "Demonstration 2 was dropped: it is empty."),
        (
            CacheHit(RUN, "key", age_s=7200, saved_ms=1, saved_tokens=1),
            "Demonstrations from the cache, written 2 h ago.",
        ),
        (Token(RUN, "A", "draft", "x"), None),
        (StageFinished(RUN, "A", "complete"), None),
    ],
)
def test_a_line_for_each_step(event: Event, step: str | None) -> None:
    assert told(A).apply(event, 0.0) == step


def test_every_phase_has_its_words() -> None:
    from typing import get_args

    from sutra_tui.core.events import PhaseName

    assert set(PHASES) == set(get_args(PhaseName))


def test_the_summary_counts_what_the_server_counted() -> None:
    result = HandoffResult(
        "q",
        demonstrations=("1", "2"),
        latency_ms=12_400,
        stages=(
            StageRecord("A", stats=StageStats(output_tokens=1212, output_ms=40_000)),
            StageRecord("parse"),
            StageRecord("B", stats=StageStats(output_tokens=300)),
        ),
    )
    assert summary(result) == (
        "Complete in 12 s, A 1,212 tokens at 30.3 tok/s, B 300 tokens, 2 demonstrations."
    )


def test_the_summary_of_a_cache_hit_and_of_a_raw_run() -> None:
    cached = StageRecord("A", status="cached", stats=StageStats(output_tokens=5))
    hit = HandoffResult("q", demonstrations=("1",), cache_hit=True, stages=(cached,))
    assert summary(hit) == "Complete in 0.0 s, 1 demonstration from the cache."
    assert summary(HandoffResult("q", method="raw", status="stopped")) == "Stopped in 0.0 s."
