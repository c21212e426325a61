"""Looking into stages: parts with their origin and size, what became of a reply, what was sent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sutra_tui.core.budget import MESSAGE_OVERHEAD, estimate_messages
from sutra_tui.core.message import Message
from sutra_tui.core.protocol import HandoffResult, StageRecord
from sutra_tui.core.taken import BEING_WRITTEN, BROKEN_OFF, Piece
from sutra_tui.core.templates import Templates
from sutra_tui.core.xray import CACHED, REUSED, StageXRay, xrays
from sutra_tui.xray_words import nothing_words

QUERY = "How do I sum a list?"
DEMONSTRATIONS = ("Count: `len(x)`", "Largest: `max(x)`", "Reverse: `x[::-1]`")
OPTIONS = {"num_ctx": 4096, "num_predict": 1024, "seed": None, "keep_alive": 60.0}
REPLY = "<answer>\nAdd them.\n</answer>\n" + "".join(
    f"<demonstration>\n{text}\n</demonstration>\n" for text in DEMONSTRATIONS
)


def result(*stages: StageRecord) -> HandoffResult:
    return HandoffResult(QUERY, demonstrations=DEMONSTRATIONS, stages=stages, draft="Add them.")


def stage_a(output: str = REPLY, **changes: object) -> StageRecord:
    messages = Templates().messages_a(QUERY, "answer-first", 3, "Be brief.")
    return replace(
        StageRecord("A", "llama3.2:3b", messages=messages, options=OPTIONS, output=output),
        **changes,  # type: ignore[arg-type]
    )


def stage_b(**changes: object) -> StageRecord:
    messages = Templates().messages_b(QUERY, DEMONSTRATIONS, system="Be brief.")
    return replace(
        StageRecord("B", "mistral:7b", messages=messages, options=OPTIONS, output="`sum(x)`"),
        **changes,  # type: ignore[arg-type]
    )


def kinds(xray: StageXRay) -> list[str]:
    return [piece.kind for piece in xray.pieces if piece.kind != "layout"]


def test_a_prompt_is_split_by_origin_and_adds_up() -> None:
    (xray,) = xrays(result(stage_b()))
    assert [(part.role, part.origin) for part in xray.prompt] == [
        ("system", "instructions"),
        ("system", "system"),
        ("user", "demonstrations"),
        ("user", "instructions"),
        ("user", "query"),
    ]
    sent = xray.stage.messages
    assert "".join(part.text for part in xray.prompt) == "".join(m.content for m in sent)
    assert xray.estimate == estimate_messages(sent).likely
    assert xray.template_tokens == 2 * MESSAGE_OVERHEAD
    about = sum(part.tokens for part in xray.prompt) + xray.template_tokens
    assert abs(about - xray.estimate) <= len(xray.prompt)
    assert xray.share(1024) == 0.25 and xray.num_predict == 1024


def test_the_prompt_of_an_old_run_is_shown_without_origins() -> None:
    (xray,) = xrays(result(stage_b(messages=(Message("user", "All of it."),), options={})))
    assert [(part.origin, part.text) for part in xray.prompt] == [(None, "All of it.")]
    assert xray.num_ctx is None and xray.share(10) is None


@pytest.mark.parametrize("num_ctx", [0, -1, "4096", None, 1.5])
def test_an_odd_context_is_none(num_ctx: object) -> None:
    (xray,) = xrays(result(stage_b(options={"num_ctx": num_ctx})))
    assert xray.num_ctx is None and xray.share(5) is None


def test_a_whole_run_shows_what_the_parser_read_and_handed_on() -> None:
    run = result(stage_a(), StageRecord("parse"), stage_b())
    a, parse, b = xrays(run)
    assert kinds(a) == ["draft", *["demonstration"] * 3]
    assert parse.pieces == a.pieces and parse.packet == run.packet
    assert parse.body is None and parse.prompt == () and a.packet is None
    assert kinds(b) == ["answer"] and b.pieces[0].text == "`sum(x)`"


def test_a_stage_that_goes_on_says_so_of_what_is_being_written() -> None:
    output = REPLY[: REPLY.index("Largest") + 4]
    (xray,) = xrays(result(stage_a(output, status="stopped")), over=False)
    assert not xray.over
    assert [(p.number, p.why) for p in xray.pieces if p.kind == "demonstration"] == [
        (1, ""),
        (2, BEING_WRITTEN),
    ]


def test_a_stage_that_was_stopped_has_what_was_whole() -> None:
    output = REPLY[: REPLY.index("Largest") + 4]
    (xray,) = xrays(result(stage_a(output, status="stopped")))
    assert kinds(xray) == ["draft", "demonstration", "dropped"] and xray.over
    assert BROKEN_OFF not in {piece.why for piece in xray.pieces if piece.kind == "draft"}


def test_only_the_last_stage_of_a_run_goes_on() -> None:
    run = result(stage_a(), StageRecord("parse"), stage_b(output="", status="stopped"))
    assert [xray.over for xray in xrays(run, over=False)] == [True, True, False]


@pytest.mark.parametrize(
    ("output", "thinking", "apart"),
    [
        ("<answer>a</answer>", "Hm.", "Hm."),
        ("<think>Hm.</think><answer>a</answer>", "Hm.", ""),
        ("<think>Hm.</think><answer>a</answer>", "First.\n\nHm.", "First."),
        ("<answer>a</answer>", "", ""),
    ],
)
def test_thinking_that_came_apart_from_the_output(output: str, thinking: str, apart: str) -> None:
    (xray,) = xrays(result(stage_a(output, thinking=thinking)))
    assert xray.apart == apart


def test_demonstrations_from_the_cache_were_not_asked_for() -> None:
    cached = StageRecord("A", "llama3.2:3b", status="cached")
    a, b = xrays(result(cached, stage_b()))
    assert (a.body, a.prompt, a.pieces) == (None, (), ())
    assert b.body is not None and b.body["model"] == "mistral:7b"


def test_a_draft_from_the_cache_is_not_taken_for_a_raw_reply() -> None:
    cached = StageRecord("A", "llama3.2:3b", status="cached", output="A draft, <b>kept</b>.")
    a, _ = xrays(result(cached, stage_b()))
    assert a.pieces == (Piece("draft", "A draft, <b>kept</b>.", why=CACHED),)


def test_a_reused_draft_is_not_taken_for_a_raw_reply_either() -> None:
    reused = StageRecord("A", "llama3.2:3b", status="skipped", output="A draft, <b>kept</b>.")
    a, _ = xrays(result(reused, stage_b()))
    assert a.pieces == (Piece("draft", "A draft, <b>kept</b>.", why=REUSED),)
    assert "from an earlier run" in nothing_words(a, raw=False)


def test_stages_of_methods_to_come_are_shown_too() -> None:
    (xray,) = xrays(result(stage_b(name="judge")))
    assert xray.stage.name == "judge" and kinds(xray) == ["answer"] and xray.prompt


def test_a_run_without_stages_has_none_to_look_into() -> None:
    assert xrays(result()) == ()
