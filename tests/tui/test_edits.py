"""Edits of demonstrations as values, and the marks and words that come of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from sutra_tui.core.protocol import HandoffResult, StageRecord
from sutra_tui.core.request import RunRequest
from sutra_tui.core.revision import Change, Revision
from sutra_tui.tui.comparison import compare
from sutra_tui.tui.edits import Card, Edits
from sutra_tui.tui.pane_words import demonstrations_status, pane_status
from sutra_tui.tui.run_view import RunView, StageView
from sutra_tui.tui.stale_marks import NOT_STALE, WHY, StaleMarks, marks_of
from sutra_tui.tui.widgets.thread_line import BEADS, STALE_BEAD
from tests.store.history_support import made

RUN = ("one", "two", "three")
EDITS = Edits(RUN)


@pytest.mark.parametrize(
    ("edits", "texts", "words"),
    [
        (EDITS, RUN, ""),
        (EDITS.changed(1, "2"), ("one", "2", "three"), "1 edited"),
        (EDITS.changed(1, "2").changed(1, "two"), RUN, ""),
        (EDITS.without(0), ("two", "three"), "1 removed"),
        (EDITS.without(0).changed(0, "2"), ("2", "three"), "1 edited, 1 removed"),
        (EDITS.changed(0, "1").without(0), ("two", "three"), "1 removed"),
        (EDITS.without(2).without(1).without(0), (), "3 removed"),
    ],
)
def test_what_model_b_would_get(edits: Edits, texts: tuple[str, ...], words: str) -> None:
    assert (edits.texts, edits.words) == (texts, words)
    assert edits.made == (texts != RUN)


def test_each_edit_is_taken_back_alone() -> None:
    steps = [EDITS, EDITS.changed(1, "2"), EDITS.changed(1, "2").without(0)]
    deeds = ["", "edited demonstration 2", "removed demonstration 1"]
    now = steps[-1]
    for step, deed in zip(reversed(steps), reversed(deeds), strict=True):
        assert (now.texts, now.latest) == (step.texts, deed)
        now = now.undone()
    assert now == EDITS


def test_the_same_text_is_no_edit_and_cards_say_which_are() -> None:
    assert EDITS.changed(0, "one") is EDITS
    assert EDITS.without(0).changed(0, "2").cards == (Card("2", edited=True), Card("three"))


ASKED = RunRequest("q", "a", "b")
RESULT = HandoffResult(
    "q",
    answer="x",
    demonstrations=RUN,
    draft="d",
    model_a="a",
    stages=(StageRecord("A"), StageRecord("parse"), StageRecord("B")),
)


def marks(edited: tuple[str, ...] | None = None, words: str = "", **now: Any) -> StaleMarks:
    return marks_of(Revision(RESULT, ASKED, replace(ASKED, **now), edited), words, "ctrl+r")


def test_marks_say_why() -> None:
    assert marks() == NOT_STALE
    assert marks(("one",), "2 removed") == StaleMarks(b="demonstrations edited", edits="2 removed")
    every = dict.fromkeys(("a", "demonstrations", "b"), "query edited")
    assert marks(query="other", model_b="c") == StaleMarks(**every, query=True)


def test_a_failed_last_stage_offers_itself_and_not_while_something_is_stale() -> None:
    failed = (*RESULT.stages[:2], StageRecord("B", status="failed"))
    revision = Revision(replace(RESULT, stages=failed), ASKED, ASKED)
    assert marks_of(revision, "", "f12") == StaleMarks(retry="f12")
    other = replace(revision, now=replace(ASKED, model_b="c"))
    assert marks_of(other, "", "f12") == StaleMarks(b="another Model B")


def test_every_change_has_its_words_and_no_sign_stands_for_two_things() -> None:
    assert set(WHY) == set(get_args(Change))
    signs = [sign for sign, _, _ in BEADS.values()]
    assert STALE_BEAD not in signs and len(set(signs)) == len(signs)


@pytest.mark.parametrize(
    ("width", "said"), [(60, "stale: demonstrations edited"), (20, "stale"), (28, None)]
)
def test_a_frame_says_why_where_there_is_room(width: int, said: str | None) -> None:
    words = pane_status(StageView("complete"), 0.0, width, stale="demonstrations edited")
    assert str(words) == (said or "stale: demonstrations edited")


@pytest.mark.parametrize(
    ("state", "marks", "width", "said"),
    [
        ("reused", NOT_STALE, 60, "reused from an earlier run · 3"),
        ("reused", NOT_STALE, 20, "reused · 3"),
        ("complete", StaleMarks(edits="1 edited"), 60, "1 edited, not run yet"),
        ("complete", StaleMarks(edits="1 edited", demonstrations="query edited"), 60,
         "1 edited · stale: query edited"),
        ("complete", StaleMarks(edits="1 edited", demonstrations="query edited"), 20,
         "1 edited · stale"),
        ("idle", StaleMarks(edits="1 edited"), 60, ""),
    ],
)  # fmt: skip
def test_the_demonstrations_frame(state: Any, marks: StaleMarks, width: int, said: str) -> None:
    run = RunView(demonstrations=state, found=3, wanted=3)
    assert str(demonstrations_status(run, width, marks)) == said


def test_a_demonstration_that_was_left_out_is_compared_with_nothing() -> None:
    run = made()
    texts = run.result.demonstrations
    other = replace(run, result=replace(run.result, demonstrations=(texts[0], texts[2])))
    same, gone = "the same in both", "only in the older run"
    parts = compare(run, other)
    said = [part.verdict for part in parts if part.title.startswith("Demonstration")]
    assert said == [same, gone, same]
    back = [part.verdict for part in compare(other, run) if part.title.startswith("Demonstration")]
    assert back == [same, "only in the newer run", same]
