"""The fold from events to a result: whenever a run ends, everything it had is there."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.events import (
    CacheHit,
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    MovedToThinking,
    Notice,
    Phase,
    RawText,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
)
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import HandoffResult, StageName, StageStats, Status
from sutra_tui.core.transcript import Transcript

R = "run-1"
START = RunStarted(R, "q", "handoff", "a:3b", "b:7b", "ollama")


def a_started() -> StageStarted:
    return StageStarted(R, "A", "a:3b", "d1", (Message("user", "write"),), {"num_ctx": 4096})


def fold(events: Iterable[Event], cut_short: Status | None = None) -> HandoffResult:
    transcript = Transcript(clock=lambda: 0.0)
    for event in events:
        transcript.apply(event)
    return transcript.result(cut_short)


RUN: list[Event] = [
    START,
    a_started(),
    Phase(R, "A", "loading"),
    Token(R, "A", "thinking", "Let me "),
    Token(R, "A", "thinking", "see."),
    RawText(R, "A", "<answer> dra"),
    Token(R, "A", "draft", " dra"),
    RawText(R, "A", "ft </answer><demonstration>one"),
    Token(R, "A", "draft", "ft "),
    Token(R, "A", "demonstration", "one", 0),
    RawText(R, "A", "</demonstration>"),
    DemonstrationFound(R, 0, "one"),
    RawText(R, "A", "<demonstration>q</demonstration><demonstration>two</demonstration>"),
    Token(R, "A", "demonstration", "q", 1),
    DemonstrationDropped(R, 1, "it repeats the query"),
    Token(R, "A", "demonstration", "two", 1),
    DemonstrationFound(R, 1, "two"),
    Notice(R, "tight_context", "It may be tight.", "A"),
    StageFinished(R, "A", "complete", StageStats(prompt_tokens=20, output_tokens=9), "stop"),
    StageStarted(R, "parse"),
    StageFinished(R, "parse", "complete", problems=("one was dropped",)),
    StageStarted(R, "B", "b:7b", "d2", (Message("user", "answer"),)),
    Token(R, "B", "thinking", "Hm."),
    Token(R, "B", "answer", " Vec<"),
    Token(R, "B", "answer", "u8> \n"),
    StageFinished(R, "B", "complete", StageStats(prompt_tokens=50, output_tokens=4), "stop"),
]


def test_a_whole_run_becomes_a_whole_result() -> None:
    result = fold(RUN)
    assert (result.query, result.method, result.engine, result.run_id) == (
        "q", "handoff", "ollama", R,
    )  # fmt: skip
    assert (result.model_a, result.model_b) == ("a:3b", "b:7b")
    assert result.answer == " Vec<u8> \n", "Model B's text is kept byte for byte"
    assert result.draft == "draft"
    assert result.demonstrations == ("one", "two")
    assert result.status == "complete"
    assert result.notices == ("It may be tight.",)
    assert not result.cache_hit
    assert not result.fell_back_to_raw
    assert result.token_counts == {
        "prompt_tokens": 70,
        "completion_tokens": 13,
        "total_tokens": 83,
    }


def test_every_stage_has_what_went_in_what_came_out_and_what_it_cost() -> None:
    a, parse, b = fold(RUN).stages
    assert (a.name, parse.name, b.name) == ("A", "parse", "B")
    assert (a.model, a.digest, a.messages) == ("a:3b", "d1", (Message("user", "write"),))
    assert a.options == {"num_ctx": 4096}
    assert a.output.startswith("<answer> draft </answer><demonstration>one</demonstration>")
    assert (a.thinking, b.thinking) == ("Let me see.", "Hm.")
    assert (a.done_reason, a.stats.output_tokens) == ("stop", 9)
    assert parse.problems == ("one was dropped",)
    assert b.output == " Vec<u8> \n"


@pytest.mark.parametrize("cut_short", ["stopped", "failed", None])
@pytest.mark.parametrize("cut", range(len(RUN) + 1))
def test_a_run_cut_anywhere_keeps_everything_it_had(cut: int, cut_short: Status | None) -> None:
    seen = RUN[:cut]
    result = fold(seen, cut_short)

    def said(stage: StageName, channel: str) -> str:
        return "".join(
            e.text
            for e in seen
            if isinstance(e, Token) and (e.stage, e.channel) == (stage, channel)
        )

    stages = {stage.name: stage for stage in result.stages}
    assert list(stages) == [e.stage for e in seen if isinstance(e, StageStarted)]
    assert result.answer == said("B", "answer")
    assert result.draft == said("A", "draft").strip()
    found = [e.text for e in seen if isinstance(e, DemonstrationFound)]
    assert list(result.demonstrations) == found
    raw = "".join(e.text for e in seen if isinstance(e, RawText))
    assert "A" not in stages or stages["A"].output == raw
    assert all(stage.thinking == said(name, "thinking") for name, stage in stages.items())
    assert HandoffResult.from_json(result.to_json()) == result


@pytest.mark.parametrize("cut_short", ["stopped", "failed"])
@pytest.mark.parametrize("cut", range(len(RUN) + 1))
def test_only_the_open_stage_of_a_cut_run_is_called_cut(cut: int, cut_short: Status) -> None:
    result = fold(RUN[:cut], cut_short)
    ended = {e.stage: e.status for e in RUN[:cut] if isinstance(e, StageFinished)}
    assert result.status == cut_short
    assert {s.name: s.status for s in result.stages} == {
        s.name: ended.get(s.name, cut_short) for s in result.stages
    }


some_events = st.sampled_from(
    [
        *RUN,
        MovedToThinking(R, "A"),
        MovedToThinking(R, "B"),
        DemonstrationFound(R, 3, "far"),
        CacheHit(R, "k", 1.0, 2.0, 3),
        RunFinished(R, HandoffResult("q")),
    ]
)


@given(st.lists(some_events, max_size=30))
def test_events_in_any_order_and_number_never_break_the_fold(events: list[Event]) -> None:
    result = fold(events, "failed")
    assert result.status == "failed"
    found = [e for e in events if isinstance(e, DemonstrationFound)]
    assert len(result.demonstrations) <= len(found)


def test_looking_at_a_result_changes_nothing() -> None:
    transcript = Transcript(clock=lambda: 0.0)
    for event in RUN:
        transcript.apply(event)
        transcript.result("stopped")
    assert transcript.result() == fold(RUN)


def test_text_before_a_late_end_of_thinking_was_thinking() -> None:
    events: list[Event] = [
        START,
        StageStarted(R, "B", "b:7b"),
        Token(R, "B", "thinking", "first "),
        Token(R, "B", "answer", "I should say eight."),
        MovedToThinking(R, "B"),
        Token(R, "B", "answer", "Eight."),
    ]
    result = fold(events, "stopped")
    assert result.answer == "Eight."
    assert result.stages[0].thinking == "first I should say eight."


def test_of_model_a_the_draft_and_demonstrations_move_too() -> None:
    events: list[Event] = [
        START,
        a_started(),
        RawText(R, "A", "I plan."),
        Token(R, "A", "draft", "I plan."),
        DemonstrationFound(R, 0, "no example"),
        MovedToThinking(R, "A"),
        RawText(R, "A", "</think><answer>So.</answer>"),
        Token(R, "A", "draft", "So."),
        DemonstrationFound(R, 0, "example"),
    ]
    result = fold(events, "stopped")
    assert result.draft == "So."
    assert result.demonstrations == ("example",)
    assert result.stages[0].thinking == "I plan."
    assert result.stages[0].output == "I plan.</think><answer>So.</answer>"


def test_a_stage_that_begins_again_begins_empty() -> None:
    events = [START, a_started(), Token(R, "A", "draft", "old"), a_started()]
    assert fold(events, "stopped").stages[0].output == ""


def test_demonstrations_from_the_cache_cost_nothing() -> None:
    events: list[Event] = [
        START,
        a_started(),
        CacheHit(R, "k", 5.0, 900.0, 80),
        Token(R, "A", "draft", "kept"),
        DemonstrationFound(R, 0, "one"),
        StageFinished(R, "A", "cached"),
    ]
    result = fold(events)
    assert result.cache_hit
    assert (result.draft, result.demonstrations) == ("kept", ("one",))
    assert result.token_counts["total_tokens"] == 0
    assert result.status == "complete"


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        ("complete", "complete"),
        ("incomplete", "incomplete"),
        ("cached", "complete"),
        ("skipped", "complete"),
    ],
)
def test_a_run_ends_as_its_last_stage_did(status: Status, ends: Status) -> None:
    assert fold([START, a_started(), StageFinished(R, "A", status)]).status == ends


def test_falling_back_is_remembered_with_its_notice() -> None:
    result = fold([START, Notice(R, "fell_back_to_raw", "Model B answers alone.")])
    assert result.fell_back_to_raw
    assert result.notices == ("Model B answers alone.",)


def test_the_time_of_a_run_ends_with_its_last_stage() -> None:
    ticks = itertools.count(10.0, 2.0)
    transcript = Transcript(clock=lambda: next(ticks))  # begins at 10
    transcript.apply(a_started())
    assert transcript.result("stopped").latency_ms == 2000, "still going on: until now"
    transcript.apply(StageFinished(R, "A", "complete"))  # at 14
    assert transcript.result().latency_ms == 4000
    assert transcript.result().latency_ms == 4000, "and then it stands"


def test_an_event_of_no_stage_is_passed_over() -> None:
    orphans: list[Event] = [
        Token(R, "B", "answer", "lost"),
        RawText(R, "A", "lost"),
        MovedToThinking(R, "A"),
        StageFinished(R, "B", "complete"),
    ]
    assert fold(orphans) == replace(HandoffResult(""), token_counts=fold([]).token_counts)
