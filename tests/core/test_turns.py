"""Earlier turns within a budget: whole ones, the newest first, none left out between two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.budget import Estimate
from sutra_tui.core.protocol import GenerationOptions
from sutra_tui.core.turns import (
    SHARE_B,
    Turn,
    likely_tokens,
    newest_within,
    room_for_turns,
    turn_tokens,
)

TURNS = st.lists(st.builds(Turn, st.text(max_size=40), st.text(max_size=200)), max_size=6)


@given(TURNS, st.integers(-10, 2000))
def test_the_newest_whole_turns_are_kept_and_no_more_than_fit(turns: list[Turn], room: int) -> None:
    kept = newest_within(turns, room)
    assert kept == tuple(turns[len(turns) - len(kept) :])
    assert sum(turn_tokens(turn).cautious for turn in kept) <= max(room, 0)
    if len(kept) < len(turns):
        more = turns[len(turns) - len(kept) - 1 :]
        assert sum(turn_tokens(turn).cautious for turn in more) > room


def test_a_turn_that_does_not_fit_is_not_passed_over_for_an_older_one() -> None:
    turns = [Turn("a", "short"), Turn("b", "long " * 500), Turn("c", "short")]
    assert newest_within(turns, 100) == (turns[2],)


def test_turns_get_a_share_and_never_what_the_reply_needs() -> None:
    options = GenerationOptions(num_ctx=4096, num_predict=1024)
    assert room_for_turns(SHARE_B, Estimate(90, 100), options) == 2048
    assert room_for_turns(SHARE_B, Estimate(1900, 2000), options) == 4096 - 1024 - 2000
    assert room_for_turns(SHARE_B, Estimate(4000, 5000), options) == 0


def test_a_turn_costs_its_texts_and_two_messages() -> None:
    assert likely_tokens([Turn("four" * 4, "text" * 8)]) == 4 + 8 + 16
    assert likely_tokens([]) == 0
