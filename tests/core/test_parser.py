"""The parser as the chain uses it: what is said when, and what is said about it."""

from __future__ import annotations

import pytest

from sutra_tui.core.parser import (
    DemonstrationClosed,
    DemonstrationDropped,
    DemonstrationText,
    DraftParser,
    DraftText,
    MovedToThinking,
    ThinkingText,
    parse,
)
from sutra_tui.core.parser.problems import MAX_PROBLEMS

from .parser_support import chunks, merged, run


def test_the_draft_streams_and_only_a_possible_tag_waits() -> None:
    parser = DraftParser()
    assert parser.feed("<answer>\nUse a<b") == [DraftText("Use a<b")]
    assert parser.feed(" and <ans") == [DraftText(" and")]
    assert merged(parser.feed("i> or </")) == [DraftText(" <ansi> or")]
    assert parser.feed("answer") == []
    assert not parser.draft_closed
    assert parser.feed(">") == []
    assert parser.draft_closed
    assert parser.parsed.draft == "Use a<b and <ansi> or"


def test_plain_text_streams_once_it_is_longer_than_a_phrase() -> None:
    parser = DraftParser()
    assert parser.feed("A file is read with open().") == []
    shown = parser.feed(" It returns a handle, and the handle has read().")
    assert shown == [
        DraftText("A file is read with open(). It returns a handle, and the handle has read().")
    ]
    assert parser.feed(" Close it.") == [DraftText(" Close it.")]
    assert parser.finish() == []
    assert "none of the tags" in parser.parsed.problems[0]


@pytest.mark.parametrize(
    "closing",
    ["</demonstration>", "</ Demonstration >", "</demo>", "</demonstrations>", "<demonstration>"],
)
def test_a_demonstration_is_announced_with_the_last_character_of_what_closes_it(
    closing: str,
) -> None:
    parser = DraftParser()
    parser.feed("<answer>a</answer><demonstrations><demonstration>\none\n" + closing[:-1])
    assert parser.closed == 0
    assert parser.feed(closing[-1]) == [DemonstrationClosed(0, "one")]
    assert parser.closed == 1


@pytest.mark.parametrize(
    ("reply", "closed"),
    [
        ('{"demonstrations": ["one"]', 1),
        ('{"demonstrations": ["one", "', 1),
        ('{"demonstrations": ["one", "two', 1),
        ('{"demonstrations": [{"question": "q", "answer": "a"}', 1),
        ("\nExample 1: one\nExample 2: ", 1),
        ("<demonstration>```\ncode\n</demonstration>\n<", 1),
    ],
)
def test_other_forms_are_announced_as_early_as_they_allow(reply: str, closed: int) -> None:
    parser = DraftParser()
    parser.feed(reply)
    assert parser.closed == closed


def test_the_third_of_three_ends_the_reading_early() -> None:
    parser = DraftParser(wanted=3)
    reply = "<answer>a</answer>" + "".join(
        f"<demonstration>{n}</demonstration>" for n in ("one", "two", "three", "four")
    )
    read = ""
    for character in reply:
        parser.feed(character)
        read += character
        if parser.closed >= 3 and parser.draft_closed:
            break
    assert read.endswith("three</demonstration>")
    assert parser.finish() == []
    assert parser.parsed.problems == ()


def test_a_repetition_gives_its_place_to_the_next() -> None:
    events, parsed = run(
        ["<demonstration>a</demonstration><demonstration>A</demonstration><demonstration>b"]
    )
    assert events == [
        DemonstrationText(0, "a"),
        DemonstrationClosed(0, "a"),
        DemonstrationText(1, "A"),
        DemonstrationDropped(
            1, "The second demonstration repeated an earlier one; it was left out."
        ),
        DemonstrationText(1, "b"),
        DemonstrationClosed(1, "b"),
    ]
    assert "The third demonstration had no closing tag" in parsed.problems[1]


def test_demonstrations_beyond_the_wanted_number_are_counted_and_not_shown() -> None:
    events, parsed = run([f"<demonstration>{n}</demonstration>" for n in range(5)])
    shown = {event.index for event in events if isinstance(event, DemonstrationText)}
    assert shown == {0, 1, 2}
    assert parsed.demonstrations == ("0", "1", "2")
    assert parsed.problems == ("Model A wrote 5 demonstrations; the first 3 were used.",)


def test_P5_a_refused_demonstration_is_dropped_with_the_reason() -> None:
    parser = DraftParser(1, refuse=lambda text: "it is banned" if text == "bad" else None)
    events = parser.feed("<demonstration>bad</demonstration><demonstration>good</demonstration>")
    reason = "The first demonstration was left out: it is banned."
    assert DemonstrationDropped(0, reason) in events
    assert parser.parsed.demonstrations == ("good",)
    assert parser.parsed.problems == (reason,)


def test_thinking_is_shown_as_such_block_by_block() -> None:
    events, parsed = run(["<think>\none\n</think>\n<think> two</think><answer>a</answer>"])
    assert merged(events) == [ThinkingText("one\n\ntwo"), DraftText("a")]
    assert parsed.thinking == "one\n\ntwo"


def test_a_lone_closing_think_tag_takes_back_everything_before_it() -> None:
    reasoning = "<answer>no</answer><demonstration>not yet</demonstration>"
    events, parsed = run([reasoning, "</think><answer>yes</answer>"])
    moved = events.index(MovedToThinking())
    assert events[moved + 1 :] == [DraftText("yes")]
    assert DemonstrationClosed(0, "not yet") in events[:moved]
    assert parsed.thinking == reasoning
    assert parsed.demonstrations == ()


def test_only_the_first_lone_closing_think_tag_does() -> None:
    parsed = parse("a</think><answer>b</think> c</answer></think>")
    assert parsed.thinking == "a"
    assert parsed.draft == "b</think> c"


def test_text_shown_as_draft_is_taken_back_when_the_answer_comes_and_demonstrations_stay() -> None:
    preamble = "Here are the three worked examples you asked for, each about something else: "
    events, parsed = run([preamble, "<demonstration>one</demonstration>", "<answer>a</answer>"])
    assert events == [
        DraftText(preamble.strip()),
        DemonstrationText(0, "one"),
        DemonstrationClosed(0, "one"),
        MovedToThinking(),
        DemonstrationClosed(0, "one"),
        DraftText("a"),
    ]
    assert parsed.thinking == preamble.strip()
    assert "Text before the answer" in parsed.problems[0]


def test_the_draft_of_a_model_without_answer_tags_is_complete_when_demonstrations_begin() -> None:
    parser = DraftParser()
    parser.feed("A file is read with open(), which returns a handle; the handle has a read method.")
    assert not parser.draft_closed
    parser.feed("\n<demonstrations>")
    assert parser.draft_closed


@pytest.mark.parametrize("cut", [False, True])
def test_a_demonstration_open_at_the_end_is_dropped_only_when_the_reply_was_cut(cut: bool) -> None:
    events, parsed = run(["<demonstration>one</demonstration><demonstration>tw"], cut=cut)
    assert parsed.demonstrations == (("one",) if cut else ("one", "tw"))
    assert any(isinstance(event, DemonstrationDropped) for event in events) is cut
    assert any("second demonstration" in problem for problem in parsed.problems)


def test_problems_stay_few_whatever_comes() -> None:
    reply = "".join(f"word{n}<demonstration></demonstration></answer>" for n in range(500))
    problems = parse(reply).problems
    assert len(problems) == MAX_PROBLEMS
    assert "not listed" in problems[-1]


def test_words_of_the_model_are_quoted_short_on_one_line_and_harmless() -> None:
    reply = "<answer>a</answer>\x1b]0;title\x07 outside\n" + "x" * 5000
    [problem, _] = parse(reply).problems
    assert len(problem) < 120
    assert "\x1b" not in problem
    assert "\n" not in problem


def test_a_tag_is_recognised_up_to_its_longest_form_and_text_beyond() -> None:
    at_most = '<answer n="' + "x" * 51 + '">'
    assert len(at_most) == 64
    assert parse(at_most + "a</answer>").draft == "a"
    longer = at_most.replace("x", "xx", 1)
    assert parse(longer + "a").draft == longer + "a"


def test_a_code_fence_may_show_a_lone_closing_tag_as_its_last_line() -> None:
    reply = "<answer>\n```\n<p>\n</answer>\n```\nso\n</answer>"
    for size in (1, 5, 100):
        assert run(chunks(reply, size))[1].draft == "```\n<p>\n</answer>\n```\nso"


def test_with_one_wanted_an_answer_inside_the_demonstration_stays_there() -> None:
    reply = "<demonstration>2+2? <answer>4</answer></demonstration><answer>10</answer>"
    parsed = parse(reply, wanted=1)
    assert parsed.demonstrations == ("2+2? <answer>4</answer>",)
    assert parsed.draft == "10"
    assert parsed.problems == ()


def test_P4_P7_deep_json_needs_no_stack() -> None:
    parsed = parse('{"answer": "a", "demonstrations": ' + "[" * 200_000)
    assert parsed.draft == "a"


def test_braces_missing_or_crossed_in_json_lose_nothing_that_was_complete() -> None:
    parsed = parse('{"answer": "a", "demonstrations": [["one"}, {"x": ["two"]]] "three"')
    assert parsed.draft == "a"
    assert parsed.demonstrations[0] == "one"
