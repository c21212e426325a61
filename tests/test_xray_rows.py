"""Stages as rows and in words: what is listed, what each part is called, how much it takes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sutra_tui.core.message import Message, Origin
from sutra_tui.core.protocol import HandoffResult, StageRecord, StageStats
from sutra_tui.core.xray import xrays
from sutra_tui.tui.widgets.xray_table import bar_of
from sutra_tui.tui.xray_view import XRayView
from sutra_tui.xray_rows import MOST_ROWS, Look, body_of, looks_of
from sutra_tui.xray_words import (
    FROM_CACHE,
    KINDS,
    NOT_KNOWN,
    NOTHING_GIVEN,
    NOTHING_READ,
    NOTHING_WRITTEN,
    NOTHING_YET,
    ORIGINS,
    REST,
    ROOM,
    TEMPLATE,
    fitting,
    nothing_words,
    output_lines,
    percent,
    size_lines,
    stage_name,
    timings,
)
from tests.tui.xray_support import A_STATS, REPLY, made, with_stage


def looks(result: HandoffResult | None = None) -> tuple[Look, ...]:
    return looks_of(result or made(), running=False)


def view_of(result: HandoffResult | None = None) -> XRayView:
    return XRayView().looked(looks(result), running=False)


def test_every_origin_and_kind_has_a_letter_of_its_own() -> None:
    from typing import get_args

    from sutra_tui.core.taken import PieceKind

    assert set(ORIGINS) == {None, *get_args(Origin)} and set(KINDS) == set(get_args(PieceKind))
    sent = [*(mark.letter for mark in ORIGINS.values()), TEMPLATE.letter, ROOM.letter]
    raw = [*(mark.letter for mark in KINDS.values()), REST.letter]
    assert len(set(sent)) == len(sent) and len(set(raw)) == len(raw)


def test_both_sides_are_the_whole_texts() -> None:
    a, parse, b = looks()
    for look in (a, b):
        sent = "".join(message.content for message in look.xray.stage.messages)
        assert "".join(row.text for row in look.sent) == sent
    assert "".join(row.text for row in a.raw) == REPLY
    assert "".join(row.text for row in parse.sent) == REPLY
    assert [row.word for row in parse.raw] == ["demonstration 1", "demonstration 2", "draft"]


def test_shares_are_of_the_context_and_the_rest_is_told_too() -> None:
    look = looks()[2]
    by_word = {row.word: row for row in look.sent}
    assert by_word["room to reply"].share == 0.25
    assert by_word["chat template"].tokens == look.xray.template_tokens
    assert all(row.share == row.tokens / 4096 for row in look.sent)


def test_without_a_context_there_are_no_shares() -> None:
    look = looks(with_stage(made(), 2, options={}))[2]
    assert {row.share for row in look.sent} == {None}
    assert "room to reply" not in {row.word for row in look.sent}


def test_hostile_numbers_of_pieces_end_in_a_rest() -> None:
    reply = "<demonstration>\nx\n</demonstration>" * MOST_ROWS
    look = looks(made(reply))[0]
    assert len(look.raw) == MOST_ROWS + 1 and look.raw[-1].mark is REST
    assert "".join(row.text for row in look.raw) == reply


def test_what_can_be_copied() -> None:
    a, parse, b = looks()
    assert body_of(a) == a.xray.body and body_of(b) == b.xray.body
    assert body_of(parse) == made().packet.to_dict()
    assert body_of(looks(with_stage(made(), 0, messages=()))[0]) is None


# -- the view -------------------------------------------------------------------------------------


def test_the_cursor_stays_on_the_list() -> None:
    view = view_of()
    assert view.moved(99).cursor == view.total - 1 and view.moved(-3).cursor == 0
    assert view.row(99) is None and view.row(0) is view.listed[0]
    assert view.moved(3).showing(stage=2).cursor == 0


def test_another_look_at_the_run_leaves_the_place() -> None:
    view = view_of().showing(stage=2, is_raw=True).moved(1)
    again = view.looked(looks(), running=True)
    assert (again.stage, again.is_raw, again.cursor, again.running) == (2, True, 1, True)


def test_where_a_listed_part_is_written() -> None:
    view = view_of().showing(is_raw=True)
    for place, row in enumerate(view.listed):
        assert view.written[view.place_in_text(place)] is row
    sent = view_of()
    assert sent.place_in_text(sent.total - 1) == len(sent.written)


def test_a_stage_is_found_by_its_name() -> None:
    assert [view_of().named(name) for name in ("A", "parse", "B", "judge")] == [0, 1, 2, None]


# -- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "words"), [(None, ""), (0.0, "<1 %"), (0.004, "<1 %"), (0.25, "25 %"), (1.5, "150 %")]
)
def test_shares_in_words(share: float | None, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("share", "bar"),
    [(None, "    "), (0.0, "    "), (0.0001, "▏   "), (0.5, "██  "), (0.6, "██▍ "), (9.0, "████")],
)
def test_bars(share: float | None, bar: str) -> None:
    assert bar_of(share, 4) == bar


def test_the_longest_line_that_fits_is_taken() -> None:
    (xray,) = xrays(replace(made(), stages=made().stages[2:]))
    lines = size_lines(xray)
    assert lines[0] == "about 181 of 4,096 tokens (4 %) · the server counted 402"
    assert fitting(lines, 40) == "about 181 of 4,096 (4 %) · counted 402"
    assert fitting(lines, 5) == "about 181 · counted 402"
    assert output_lines(xray, raw=True)[0].endswith("the server counted 61 tokens of at most 1,024")


def test_a_server_that_counts_nothing_is_quoted_with_nothing() -> None:
    run = with_stage(made(), 2, stats=StageStats(), options={})
    xray = xrays(run)[2]
    assert size_lines(xray) == ("about 181 tokens", "about 181", "about 181")
    assert output_lines(xray, raw=True) == (f"{len(run.answer)} characters",)
    assert timings(xray.stage.stats) == []


def test_the_times_have_their_rates() -> None:
    assert dict(timings(A_STATS)) == {
        "load": "2.1 s",
        "read prompt": "1.9 s · 231 tokens, 121.6 per second",
        "write": "4.8 s · 148 tokens, 30.8 per second",
        "first token": "4.0 s · measured here",
        "in all": "8.9 s · measured here",
    }


@pytest.mark.parametrize(
    ("stage", "raw", "over", "words"),
    [
        (StageRecord("A", status="cached"), False, True, FROM_CACHE),
        (StageRecord("A"), False, True, NOT_KNOWN),
        (StageRecord("A"), True, True, NOTHING_WRITTEN),
        (StageRecord("B"), True, False, NOTHING_YET),
        (StageRecord("parse"), False, True, NOTHING_READ),
        (StageRecord("parse"), True, True, NOTHING_GIVEN),
    ],
)
def test_empty_sides_say_why(stage: StageRecord, raw: bool, over: bool, words: str) -> None:
    (xray,) = xrays(HandoffResult("q", stages=(stage,)), over=over)
    assert nothing_words(xray, raw=raw) == words


def test_stages_have_short_names() -> None:
    stage = StageRecord("B", "mistral:7b", messages=(Message("user", "q"),))
    assert stage_name(stage, with_model=True) == "B mistral:7b"
    assert stage_name(replace(stage, name="parse", model=""), with_model=True) == "parser"
