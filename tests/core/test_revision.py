"""What is stale after a change, and what is asked again for it: a table of every kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import pytest

from sutra_tui.core import revision
from sutra_tui.core.protocol import GenerationOptions, HandoffResult, StageName, StageRecord, Status
from sutra_tui.core.request import RunRequest
from sutra_tui.core.revision import DEPENDING, EVERY, LAST, Change, Revision, as_asked
from sutra_tui.core.templates import Templates

D = ("first", "second", "third")
ASKED = RunRequest("What is 4+4?", "a:3b", "b:7b")
NONE: frozenset[StageName] = frozenset()


def result_of(
    a: Status | None = "complete", b: Status | None = "complete", **changes: Any
) -> HandoffResult:
    """A run as it ended; a stage that is None was never reached."""
    stages = [StageRecord("A", "a:3b", status=a)] if a else []
    stages += [StageRecord("parse")] if a == "complete" else []
    stages += [StageRecord("B", "b:7b", status=b)] if b else []
    own: dict[str, Any] = {"demonstrations": D, "draft": "Eight.", "model_a": "a:3b", **changes}
    return HandoffResult(
        "What is 4+4?", answer="8", model_b="b:7b", stages=tuple(stages), run_id="past", **own
    )


def revised(
    edited: tuple[str, ...] | None = None,
    *,
    asked: RunRequest = ASKED,
    result: HandoffResult | None = None,
    **now: Any,
) -> Revision:
    return Revision(result or result_of(), asked, replace(asked, run_id="new", **now), edited)


WARM = GenerationOptions(temperature=0.9)
LONGER = GenerationOptions(keep_alive=600)
OTHER_A = Templates.from_mapping({"prompt_a": "Mine: {query}"})
OTHER_B = Templates.from_mapping({"prompt_b": "Mine: {query} {demonstrations}"})
WITH_DRAFT = Templates.from_mapping({"prompt_b": "{draft} {query} {demonstrations}"})

CHANGED: list[tuple[Change, dict[str, Any]]] = [
    ("query", {"query": "What is 5+5?"}),
    ("system", {"system": "Be brief."}),
    ("model a", {"model_a": "other:3b"}),
    ("prompt a", {"templates": OTHER_A}),
    ("order", {"order": "demos-first"}),
    ("count", {"count": 5}),
    ("options a", {"options_a": WARM}),
    ("demonstrations", {"edited": ("first", "second, edited", "third")}),
    ("demonstrations", {"edited": ("first", "third")}),
    ("demonstrations", {"edited": ("second", "first", "third")}),
    ("demonstrations", {"edited": (*D, "fourth")}),
    ("model b", {"model_b": "other:7b"}),
    ("prompt b", {"templates": OTHER_B}),
    ("options b", {"options_b": WARM}),
]


@pytest.mark.parametrize(("change", "how"), CHANGED, ids=lambda value: str(value)[:40])
def test_a_change_makes_stale_what_depends_on_it(change: Change, how: dict[str, Any]) -> None:
    made = revised(**how)
    assert made.changes == (change,)
    expected = LAST if change in ("demonstrations", "model b", "prompt b", "options b") else EVERY
    assert made.stale == made.outdated == expected
    assert {s for s in EVERY if made.reason(s) == change} == expected


def test_every_kind_of_change_is_in_the_tables() -> None:
    assert set(DEPENDING) == set(get_args(Change))
    assert {change for change, _ in CHANGED} == set(DEPENDING) - {"method", "draft", "other"}


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"edited": D},
        {"cache": "bypass"},
        {"allow_cloud": True},
        {"options_a": LONGER, "options_b": LONGER},
    ],
    ids=str,
)
def test_what_changes_no_text_makes_nothing_stale(how: dict[str, Any]) -> None:
    made = revised(**how)
    assert (made.changes, made.stale, made.reuses) == ((), NONE, False)
    assert made.request() == made.now, "nothing is stale, so all of it runs again"


def test_what_it_has_no_word_for_makes_everything_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(revision._NAMES, "count")
    assert revised(count=5).changes == ("other",) and revised(count=5).stale == EVERY


def test_model_bs_wish_for_a_draft_that_was_not_waited_for_asks_model_a_again() -> None:
    early = replace(ASKED, order="demos-first")
    assert revised(asked=early, templates=WITH_DRAFT).changes == ("draft", "prompt b")
    assert revised(asked=early, templates=WITH_DRAFT).stale == EVERY
    assert revised(templates=WITH_DRAFT).stale == LAST


# How the run ended


@pytest.mark.parametrize(
    ("a", "b", "stale"),
    [
        ("complete", "complete", NONE),
        ("complete", "incomplete", NONE),
        ("incomplete", "complete", NONE),
        ("cached", "complete", NONE),
        ("skipped", "complete", NONE),
        ("complete", "failed", LAST),
        ("complete", "stopped", LAST),
        ("incomplete", "failed", LAST),
        ("cached", "stopped", LAST),
        ("cached", None, LAST),
        ("failed", None, EVERY),
        ("stopped", None, EVERY),
        (None, None, EVERY),
    ],
)
def test_stages_that_did_not_end_are_stale_but_not_outdated(
    a: Status | None, b: Status | None, stale: frozenset[StageName]
) -> None:
    made = revised(result=result_of(a, b))
    assert (made.stale, made.outdated) == (stale, NONE)
    assert made.reuses == (stale == LAST)


def test_a_run_without_a_usable_demonstration_has_nothing_to_reuse() -> None:
    fallen = result_of(b="failed", demonstrations=(), fell_back_to_raw=True)
    made = revised(result=fallen)
    assert (made.stale, made.reuses, made.request()) == (EVERY, False, made.now)


def test_a_retry_that_failed_before_it_began_still_has_what_it_was_given() -> None:
    retry = replace(ASKED, demonstrations=D, draft="Eight.")
    nothing = HandoffResult("What is 4+4?", status="failed", run_id="past")
    request = revised(asked=retry, result=nothing, demonstrations=None, draft="").request()
    assert (request.demonstrations, request.draft) == (D, "Eight.")


# What is asked


@pytest.mark.parametrize(
    "how",
    [
        {"model_b": "other:7b"},
        {"templates": OTHER_B},
        {"options_b": WARM},
        {"result": result_of(b="failed")},
        {"result": result_of("cached", "stopped")},
    ],
    ids=lambda value: str(value)[:40],
)
def test_only_model_b_is_asked_with_what_model_a_wrote(how: dict[str, Any]) -> None:
    made = revised(**how)
    request = made.request()
    assert made.reuses and not request.asks_model_a
    assert (request.demonstrations, request.draft, request.model_a) == (D, "Eight.", "a:3b")
    assert request == replace(made.now, demonstrations=D, draft="Eight.")


@pytest.mark.parametrize("edited", [("one",), ("third", "first"), (*D, "fourth")])
def test_edited_demonstrations_go_to_model_b_as_they_are(edited: tuple[str, ...]) -> None:
    assert revised(edited).request().demonstrations == edited


def test_with_every_demonstration_removed_model_b_answers_alone() -> None:
    request = revised(()).request()
    assert (request.method, request.demonstrations, request.draft) == ("raw", None, "")


@pytest.mark.parametrize("how", [how for change, how in CHANGED[:7]], ids=str)
def test_when_model_a_is_stale_everything_is_asked_by_the_usual_way(how: dict[str, Any]) -> None:
    made = revised(("edited",), **how)
    request = made.request()
    assert request == made.now and request.asks_model_a and request.cache == "use"


# Method raw, and demonstrations that a person chose


@pytest.mark.parametrize(
    ("then", "now", "stale"),
    [("handoff", "raw", LAST), ("raw", "handoff", EVERY), ("raw", "raw", NONE)],
)
def test_another_method(then: Any, now: Any, stale: frozenset[StageName]) -> None:
    asked = replace(ASKED, method=then)
    result = result_of(demonstrations=(), draft="") if then == "raw" else result_of()
    made = revised(asked=asked, result=result, method=now)
    assert made.stale == stale and made.request() == made.now


@pytest.mark.parametrize("change", ["model a", "count", "order", "prompt a", "options a"])
@pytest.mark.parametrize(
    "asked", [replace(ASKED, method="raw"), replace(ASKED, demonstrations=D)], ids=["raw", "given"]
)
def test_where_model_a_had_no_part_its_settings_make_nothing_stale(
    asked: RunRequest, change: Change
) -> None:
    how = dict(CHANGED)[change]
    assert revised(asked=asked, result=result_of(None), **how).stale == NONE


def test_demonstrations_that_were_chosen_are_kept_for_another_model_b() -> None:
    asked = replace(ASKED, demonstrations=D)
    result = result_of(None, draft="")
    made = revised(asked=asked, result=result, demonstrations=None, model_b="other:7b")
    assert made.stale == LAST and made.request().demonstrations == D


def test_a_run_that_reused_model_as_work_depends_on_it_as_the_first_one_did() -> None:
    asked = replace(ASKED, demonstrations=D, draft="Eight.")
    again = revised(asked=asked, result=result_of("skipped"), demonstrations=None, count=5)
    assert again.stale == EVERY and again.request().asks_model_a


# Leave one out


@pytest.mark.parametrize("index", [0, 1, 2])
def test_leaving_one_out_changes_nothing_else(index: int) -> None:
    made = revised(model_b="other:7b", options_b=WARM)
    request = made.without(index)
    rest = tuple(text for place, text in enumerate(D) if place != index)
    assert request.run_id != ASKED.run_id
    assert replace(request, run_id=ASKED.run_id) == replace(
        ASKED, demonstrations=rest, draft="Eight."
    )


def test_without_the_only_one_model_b_answers_alone() -> None:
    only = result_of(demonstrations=("only",))
    assert revised(result=only).without(0).method == "raw"
    with pytest.raises(IndexError):
        revised(result=only).without(1)


# Runs of the past


def test_of_a_run_of_the_past_its_models_and_what_it_was_given_are_known() -> None:
    now = replace(ASKED, model_a="new:3b", model_b="new:7b", query="another", count=7)
    asked = as_asked(result_of(), now)
    assert (asked.query, asked.model_a, asked.model_b) == ("What is 4+4?", "a:3b", "b:7b")
    assert asked.count == 7 and asked.demonstrations is None and asked.draft == ""
    assert as_asked(result_of("skipped"), now).demonstrations == D
    assert as_asked(result_of("skipped"), now).draft == "Eight."
    chosen = as_asked(result_of(None), now)
    assert (chosen.demonstrations, chosen.draft) == (D, "")


def test_a_method_of_the_past_that_is_not_known_here_counts_as_a_handoff() -> None:
    assert as_asked(result_of(method="raw"), ASKED).method == "raw"
    assert as_asked(result_of(method="council"), ASKED).method == "handoff"
