"""What holds for every reply, hostile ones included."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sutra_tui.core.parser import DraftParser, MovedToThinking, parse
from sutra_tui.core.parser.problems import MAX_PROBLEMS
from tests.thorough import examples

from .parser_support import chunks, cut_at, cuts, fold, merged, replies, run

quick = settings(
    max_examples=examples(200), deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)


@quick
@given(replies(), cuts(), st.booleans())
def test_P6_events_and_result_do_not_depend_on_the_chunks(
    text: str, places: list[int], cut: bool
) -> None:
    whole_events, whole = run([text], cut=cut)
    for pieces in (cut_at(text, places), list(text)):
        events, parsed = run(pieces, cut=cut)
        assert merged(events) == merged(whole_events)
        assert parsed == whole


@quick
@given(replies(), cuts(), st.booleans())
def test_the_events_fold_into_the_result(text: str, places: list[int], cut: bool) -> None:
    events, parsed = run(cut_at(text, places), cut=cut)
    assert fold(events) == (parsed.draft, parsed.demonstrations)


@quick
@given(st.text(st.characters(), max_size=200) | replies(), st.booleans())
def test_P8_any_text_has_a_result_of_its_own_characters(text: str, cut: bool) -> None:
    parsed = parse(text, cut=cut)
    for part in (parsed.draft, *parsed.demonstrations):
        assert part == part.strip()
    assert len(parsed.demonstrations) <= 3
    assert len(set(parsed.demonstrations)) == len(parsed.demonstrations)
    assert len(parsed.problems) <= MAX_PROBLEMS
    # Entities and JSON strings are the two forms whose text is not in the reply as it is.
    assume("&" not in text and "{" not in text and "[" not in text)
    for part in (parsed.draft, *parsed.demonstrations):
        assert part in text


@quick
@given(replies(), st.integers(min_value=0, max_value=400), st.booleans())
def test_a_cut_keeps_what_was_complete_before(text: str, place: int, cut: bool) -> None:
    parser = DraftParser()
    parser.feed(text[:place])
    before = parser.parsed.demonstrations
    later = parser.feed(text[place:]) + parser.finish(cut=cut)
    assume(MovedToThinking() not in later)
    assert parser.parsed.demonstrations[: len(before)] == before


@quick
@given(replies())
def test_what_was_parsed_can_be_asked_for_at_any_time(text: str) -> None:
    parser = DraftParser()
    for piece in chunks(text, 5):
        parser.feed(piece)
        assert len(parser.parsed.demonstrations) == parser.closed
    parser.finish()
    assert parser.feed("<demonstration>late</demonstration>") == []
    assert parser.finish() == []
    assert parser.parsed == parse(text)


@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "\udfff<answer>\ud800</answer>", "\ufeff", "\u2028<answer>", "\r"]
)
def test_odd_characters_are_only_characters(text: str) -> None:
    parsed = parse(text)
    assert parsed.draft in text


MEGABYTE = 1_000_000
HOSTILE = [
    "<demonstration>",
    "<answer>",
    "<a",
    "<",
    "[",
    '{"',
    "`",
    "&lt;",
    "</think>",
    "<think>",
    "\n```\n<answer>",
    "\n&lt;answer",
    "\nExample 1:",
    '{"answer":',
    '{"answer":[',
    '{"demonstrations":["\\"',
    "<demonstration>a</demonstration>",
    "a.<think>",
    "a <think> b</think>",
    "<answer>a</answer>b <think>",
    "<demonstration>`</demonstration> ",
    " ",
]


# Prefixes that bring the parser into the state where the unit hurts most.
STATES = ["", "<answer>a</answer>", "<demonstrations>", "```\n", "&lt;answer&gt;", '{"answer": "']


def seconds(text: str, size: int) -> float:
    """Processor time to parse a reply, so that a busy machine does not matter."""
    start = time.process_time()
    parser = DraftParser()
    for piece in chunks(text, size):
        parser.feed(piece)
    parser.finish(cut=True)
    assert len(parser.parsed.problems) <= MAX_PROBLEMS
    return time.process_time() - start


def takes_linear_time(state: str, unit: str, length: int, size: int) -> bool:
    """Whether twice the text takes about twice the time, in one try of six."""
    text = unit * (length // len(unit))

    def doubling_is_cheap() -> bool:
        twice = seconds(state + text + text, size)
        return twice < 0.3 or twice < 3 * max(seconds(state + text, size), 0.1)

    return any(doubling_is_cheap() for _ in range(6))


@pytest.mark.parametrize("unit", HOSTILE)
def test_P7_hostile_text_takes_linear_time(unit: str) -> None:
    assert takes_linear_time("", unit, 60_000, 7)


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("state", STATES)
def test_P7_hostile_text_takes_linear_time_in_every_state(state: str, unit: str) -> None:
    assert takes_linear_time(state, unit, 50_000, 7)
    assert takes_linear_time(state, unit, 100_000, MEGABYTE)


@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_P7_a_hostile_megabyte_is_read_quickly(unit: str) -> None:
    text = unit * (MEGABYTE // len(unit))
    assert any(seconds(text, MEGABYTE) < 2 for _ in range(3))
    assert any(seconds(text[: MEGABYTE // 4], 7) < 2 for _ in range(3))
