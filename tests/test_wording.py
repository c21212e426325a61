"""How numbers and states look: the same everywhere, short, and never with a figure too many."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.protocol import ModelInfo, StageStats
from sutra_tui.wording import age, model_facts, seconds, size, stage_stats


@pytest.mark.parametrize(
    ("bytes_", "words"),
    [
        (0, "0 KB"),
        (384, "0 KB"),
        (2_000, "2 KB"),
        (999_499, "999 KB"),
        (999_999, "1 MB"),
        (274_302_450, "274 MB"),
        (999_499_999, "999 MB"),
        (999_999_999, "1.0 GB"),
        (2_019_393_189, "2.0 GB"),
        (40_000_000_000, "40.0 GB"),
    ],
)
def test_sizes_are_written_as_ollama_does(bytes_: int, words: str) -> None:
    assert size(bytes_) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (12.3, "12 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
        (3600, "60 min 00 s"),
        (-1.0, "0.0 s"),
    ],
)
def test_durations(value: float, words: str) -> None:
    assert seconds(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-5, "now"),
        (59, "now"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (86_399, "23 h"),
        (86_400, "1 day"),
        (200_000, "2 days"),
    ],
)
def test_S11_ages(value: float, words: str) -> None:
    assert age(value) == words


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (
            ModelInfo("m", size=2_019_393_189, parameter_size="3.2B", quantization="Q4_K_M"),
            "3.2B Q4_K_M 2.0 GB",
        ),
        (ModelInfo("m"), ""),
        (ModelInfo("m", size=384, parameter_size="120B", remote=True), "120B cloud"),
        (
            ModelInfo("m", parameter_size="\x1b[2J3B\n", quantization="Q" * 50),
            "␛[2J3B QQQQQQQQQQQ…",
        ),
    ],
)
def test_a_model_in_brief(info: ModelInfo, words: str) -> None:
    assert model_facts(info) == words


WHOLE = StageStats(load_ms=2100.0, first_token_ms=3400.0, output_tokens=1240, output_ms=40_000.0)


@pytest.mark.parametrize(
    ("stats", "words"),
    [
        (WHOLE, "load 2.1 s · first token 3.4 s · 31 tok/s · 1,240 tokens"),
        (StageStats(), ""),
        (StageStats(load_ms=99.0), ""),
        (StageStats(load_ms=100.0), "load 0.1 s"),
        (StageStats(output_tokens=7), "7 tokens"),
        (StageStats(output_tokens=0, output_ms=5.0), "0 tokens"),
        (StageStats(output_tokens=1), "1 token"),
        (StageStats(output_tokens=7, output_ms=2000.0), "3.5 tok/s · 7 tokens"),
        (StageStats(output_tokens=996, output_ms=100_000.0), "10 tok/s · 996 tokens"),
    ],
)
def test_what_a_stage_cost(stats: StageStats, words: str) -> None:
    assert stage_stats(stats) == words


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (47, "first token 3.4 s · 31 tok/s · 1,240 tokens"),
        (30, "31 tok/s · 1,240 tokens"),
        (12, "1,240 tokens"),
        (11, ""),
        (0, ""),
    ],
)
def test_what_does_not_fit_is_left_out_from_the_front(width: int, words: str) -> None:
    assert stage_stats(WHOLE, width) == words


@given(st.floats(0, 1e9))
def test_a_duration_never_has_sixty_seconds_or_ten_and_a_tenth(value: float) -> None:
    words = seconds(value)
    assert "60 s" not in words
    assert words != "10.0 s"


@given(st.integers(0, 10**15))
def test_a_size_never_has_a_thousand_of_a_smaller_unit(value: int) -> None:
    assert not size(value).startswith(("1000 KB", "1000 MB"))
