"""What runs teach: which stages are samples, their medians, and how many runs those claim."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sutra_tui.core.measurement import Sample, median, samples_of, summarise
from sutra_tui.core.memory import BUFFERS, GB, Footprint
from sutra_tui.core.protocol import HandoffResult, StageRecord, StageStats

EXPECTED = {"da": Footprint(2 * GB, GB // 2, BUFFERS, full_cache=GB // 2)}
STATS = StageStats(
    load_ms=4000, prompt_tokens=200, prompt_ms=2000, output_tokens=100, output_ms=10_000
)
STAGE = StageRecord("A", "a:3b", "da", options={"num_ctx": 4096}, stats=STATS)
RESULT = HandoffResult("q", stages=(STAGE,), run_id="r1")


def test_a_whole_stage_of_a_whole_run_is_a_sample() -> None:
    (sample,) = samples_of(RESULT, EXPECTED, 5.0)
    assert sample == Sample(
        "da", "a:3b", "A", "r1", 5.0, 2 * GB, 4096, 4000, 200, 2000, 100, 10_000, None
    )


@pytest.mark.parametrize(
    "result",
    [
        *(replace(RESULT, status=status) for status in ("incomplete", "stopped", "failed")),
        *(
            replace(RESULT, stages=(replace(STAGE, status=status),))
            for status in ("cached", "incomplete", "skipped")
        ),
        replace(RESULT, stages=(replace(STAGE, name="parse"),)),
        replace(RESULT, stages=(replace(STAGE, digest="unknown"),)),
    ],
)
def test_nothing_else_is(result: HandoffResult) -> None:
    assert samples_of(result, EXPECTED, 5.0) == []


@pytest.mark.parametrize(("load_ms", "kept"), [(90.0, None), (250.0, 250.0), (None, None)])
def test_a_model_that_was_in_memory_says_nothing_about_loading(
    load_ms: float | None, kept: float | None
) -> None:
    stage = replace(STAGE, stats=replace(STATS, load_ms=load_ms))
    (sample,) = samples_of(replace(RESULT, stages=(stage,)), EXPECTED, 5.0)
    assert sample.load_ms == kept


def test_what_it_held_beyond_weights_and_cache_is_its_overhead() -> None:
    stage = replace(STAGE, stats=replace(STATS, resident_bytes=3 * GB))
    (sample,) = samples_of(replace(RESULT, stages=(stage,)), EXPECTED, 5.0)
    assert sample.overhead == GB // 2


def sample(run: str, **changes: Any) -> Sample:
    fields: dict[str, Any] = {
        "weights": 2 * GB, "load_ms": 4000.0, "prompt_tokens": 200, "prompt_ms": 2000.0,
        "output_tokens": 100, "output_ms": 10_000.0, "overhead": 10, **changes,
    }  # fmt: skip
    return Sample("da", "a:3b", fields.pop("stage", "A"), run, **fields)


def test_figures_are_medians_with_their_runs() -> None:
    runs = [sample("1"), sample("2", output_ms=5000.0), sample("3", output_ms=100.0)]
    seen = summarise(runs)["da"]
    assert seen.speed is not None and (seen.speed.value, seen.speed.runs) == (20.0, 3)
    assert seen.load_s is not None and seen.load_s.value == 4.0
    assert seen.load_pace is not None and seen.load_pace.value == 2 * GB / 4
    assert seen.overhead is not None and (seen.overhead.bytes, seen.overhead.runs) == (10, 3)


def test_two_stages_of_one_run_are_one_run() -> None:
    seen = summarise([sample("1"), sample("1", stage="B", output_tokens=300)])["da"]
    assert seen.speed is not None and seen.speed.runs == 1
    assert {stage: f.value for stage, f in seen.output_tokens.items()} == {"A": 100, "B": 300}


def test_a_prompt_read_after_a_load_counts_before_one_the_server_may_have_known() -> None:
    quick = sample("2", load_ms=None, prompt_ms=20.0)
    seen = summarise([sample("1"), quick, replace(quick, run="3")])["da"]
    assert seen.prompt_speed is not None
    assert (seen.prompt_speed.value, seen.prompt_speed.runs) == (100.0, 1)
    only_quick = summarise([quick])["da"].prompt_speed
    assert only_quick is not None and only_quick.value == 10_000


def test_what_nobody_said_is_not_known() -> None:
    silent = Sample("da", "a:3b", "B", "1")
    seen = summarise([silent])["da"]
    assert (seen.load_s, seen.speed, seen.prompt_speed, seen.overhead) == (None,) * 4
    assert seen.writes("A") is None


@pytest.mark.parametrize(
    "changes", [{"output_tokens": 3}, {"output_ms": 0.0}, {"output_tokens": None}]
)
def test_a_stretch_too_short_to_measure_is_not_measured(changes: dict[str, Any]) -> None:
    assert summarise([sample("1", **changes)])["da"].speed is None


def test_a_model_seen_in_one_role_only_is_taken_to_write_as_much_in_the_other() -> None:
    usual = summarise([sample("1")])["da"].writes("B")
    assert usual is not None and usual.value == 100


@pytest.mark.parametrize(
    ("values", "middle"), [([3], 3), ([1, 9], 5), ([9, 1, 2], 2), ([4, 1, 3, 2], 2.5)]
)
def test_the_middle_of_values(values: list[float], middle: float) -> None:
    assert median(values) == middle
