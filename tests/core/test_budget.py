"""Context arithmetic: what cannot fit is refused with numbers, what looks cut is said."""

from __future__ import annotations

import pytest

from sutra_tui.core.budget import (
    Estimate,
    check_fits,
    estimate_messages,
    estimate_tokens,
    suspect_cut,
)
from sutra_tui.core.errors import PromptTooLong
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import GenerationOptions

OPTIONS = GenerationOptions(num_ctx=4096, num_predict=1024)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 1),
        ("The quick brown fox jumps over the lazy dog. " * 10, 90, 160),
        ("日本語のテキスト" * 10, 80, 130),
        (" " * 4000, 0, 2),
        ("def f(x):\n        return x\n" * 20, 90, 180),
    ],
)
def test_estimates_bracket_what_tokenizers_give(text: str, low: int, high: int) -> None:
    estimate = estimate_tokens(text)
    assert low <= estimate.likely <= estimate.cautious <= high


def test_a_prompt_that_cannot_fit_is_refused_with_what_would_be_cut() -> None:
    estimate = estimate_messages([Message("user", "word " * 4000)])
    with pytest.raises(PromptTooLong) as caught:
        check_fits("Model B", estimate, OPTIONS)
    assert f"{estimate.likely:,}" in caught.value.message
    assert "4,096" in caught.value.message
    assert "num_ctx" in caught.value.remedy


def test_a_prompt_without_room_for_the_reply_is_warned_about() -> None:
    warning = check_fits("Model A", Estimate(likely=3000, cautious=3600), OPTIONS)
    assert warning is not None
    assert "num_ctx 5,120" in warning


def test_a_prompt_with_room_is_silent() -> None:
    assert check_fits("Model A", Estimate(likely=200, cautious=300), OPTIONS) is None


@pytest.mark.parametrize(
    ("likely", "counted", "suspected"),
    [
        (300, 280, False),
        (300, 410, False),
        (3900, 2050, True),  # a server from 0.30 on keeps half the context
        (5000, 4096, True),  # an earlier one fills it
        (1900, 900, True),  # far fewer than were sent
        (120, 60, False),  # short prompts are too coarse to judge
        (2000, 2049, False),  # a prompt that is half the context long and was counted whole
        (300, None, False),
    ],
)
def test_N19_a_cut_is_suspected_from_the_servers_own_count(
    likely: int, counted: int | None, suspected: bool
) -> None:
    said = suspect_cut("Model B", Estimate(likely, likely * 4 // 3), counted, 4096)
    assert (said is not None) == suspected
