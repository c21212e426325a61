"""What the cache inspector knows and says, without a screen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from sutra_tui.core.clean import clean
from sutra_tui.core.errors import InvalidRequest
from sutra_tui.store.cache_entry import CachedDemonstration, CacheEntry, CacheStats
from sutra_tui.tui.asked_now import AskedNow, asked_now, key_parts, verdict
from sutra_tui.tui.cache_columns import COLUMNS, GUTTER, QUERY, Listing, arrange
from sutra_tui.tui.cache_commands import CACHE_COMMANDS
from sutra_tui.tui.cache_view import CacheView, row_of
from sutra_tui.tui.cache_words import cell, header
from sutra_tui.tui.outside_editor import EditorFailed, edit_outside, editor_command
from sutra_tui.tui.paging import KEPT_PAGES, PAGE, Rows
from sutra_tui.tui.time_to_live import parse_ttl

from .inspector_support import BENCH, START, parts
from .inspector_support import QUERY as ASKED

NOW = START


def entry(**changes: Any) -> CacheEntry:
    key = parts()
    fields = {
        "id": 1,
        "key": key.key,
        "query": key.query,
        "model_a": key.model_a,
        "digest": key.digest,
        "template_hash": key.template_hash,
        "count": key.count,
        "order": key.order,
        "options": key.options,
        "demonstrations": (CachedDemonstration(1, "one"), CachedDemonstration(2, "two")),
        "created_at": NOW - 60,
        "expires_at": NOW + 3540,
        **changes,
    }
    return CacheEntry(**fields)


def rows(page: int, count: int = PAGE, total: int | None = 10_000, name: str = "k") -> Rows:
    made = (row_of(entry(key=f"{name}{page * PAGE + n}")) for n in range(count))
    return Rows(page, tuple(made), total)


# Columns


@given(st.integers(0, 500))
def test_columns_never_overlap_or_leave_the_table(width: int) -> None:
    places = arrange(width)
    assert places[0].column == QUERY
    assert [p.column for p in places] == sorted(p.column for p in places)
    for place, following in pairwise(places):
        assert place.start + place.width < following.start
    if width > GUTTER:
        assert places[-1].start + places[-1].width <= width


@pytest.mark.parametrize(
    ("width", "names"),
    [
        (30, ["query"]),
        (56, ["query", "age", "hits", "flags"]),
        (115, [column.name for column in COLUMNS]),
    ],
)
def test_what_matters_most_is_shown_when_there_is_little_room(width: int, names: list[str]) -> None:
    assert [COLUMNS[place.column].name for place in arrange(width)] == names


@pytest.mark.parametrize(
    ("column", "ascending", "descending_in_cache"),
    [("age", True, True), ("age", False, False), ("hits", True, False), ("hits", False, True)],
)
def test_a_growing_age_is_a_falling_time_of_writing(
    column: str, ascending: bool, descending_in_cache: bool
) -> None:
    place = [c.name for c in COLUMNS].index(column)
    assert Listing(place, ascending).descending == descending_in_cache


# The view


def test_X17_an_answer_to_an_earlier_question_is_dropped() -> None:
    view = CacheView().searching("sort")
    late = view.searching("sorting").with_rows(view.edition, rows(0))
    assert late.pages == {}
    assert late.with_total(view.edition, 7).total == 0


def test_old_rows_stay_until_the_first_page_of_the_new_listing_is_here() -> None:
    view = CacheView().with_rows(0, rows(0)).moved(5)
    asked = view.searching("x")
    assert asked.current == view.current
    answered = asked.with_rows(asked.edition, rows(0, 3, None, "other"))
    assert (answered.cursor, answered.total) == (0, 3)
    assert answered.current is not None and answered.current.key == "other0"


def test_the_cursor_stays_on_its_entry_when_the_cache_changes() -> None:
    view = CacheView().with_rows(0, rows(0)).moved(5).again()
    shifted = Rows(0, (row_of(entry(key="new")), *rows(0).rows[:-1]), 10_001)
    assert view.with_rows(view.edition, shifted).cursor == 6


def test_the_cursor_goes_to_an_entry_that_was_just_made() -> None:
    view = replace(CacheView().with_rows(0, rows(0)).moved(5), sought="k9").again()
    assert view.with_rows(view.edition, rows(0)).cursor == 9


def test_the_cursor_stays_in_a_list_that_became_shorter() -> None:
    view = CacheView().with_rows(0, rows(0)).moved(150).again()
    assert view.with_rows(view.edition, rows(0, 10, 10, "other")).cursor == 9


@given(st.lists(st.integers(0, 49), max_size=60))
def test_only_a_few_pages_are_held_and_the_latest_always(read: list[int]) -> None:
    view = CacheView().with_rows(0, rows(0, 1))
    for page in read:
        view = view.with_rows(0, rows(page, 1))
        assert page in view.pages
        assert len(view.pages) <= KEPT_PAGES
        assert not view.missing(page * PAGE, page * PAGE)


def test_missing_pages_are_those_in_view() -> None:
    view = CacheView().with_rows(0, rows(0))
    assert view.missing(-40, 100) == ()
    assert view.missing(150, 450) == (1, 2)
    assert view.missing(9_900, 20_000) == (49,)
    assert view.again().missing(150, 450) == ()


@given(st.integers(-100, 20_000))
def test_the_cursor_never_leaves_the_list(place: int) -> None:
    view = CacheView().with_rows(0, rows(0)).moved(place)
    assert 0 <= view.cursor < view.total


# Why it would or would not be a hit

EXACT = AskedNow(parts(), parts().key, exact=True)


def test_the_same_again_is_a_hit() -> None:
    found = verdict(entry(), True, EXACT, NOW)
    assert found.hit


@pytest.mark.parametrize(
    ("changes", "served", "words"),
    [
        ({"foreign": True, "query": "", "key": "0" * 64}, False, "not adopted"),
        ({"expires_at": NOW - 300}, False, "expired 5 min ago"),
        ({"created_at": NOW + 9_000, "expires_at": NOW + 9_900}, False, "clock has not reached"),
        ({"demonstrations": ()}, False, "no demonstration"),
        ({"demonstrations": (CachedDemonstration(1, "x", banned=True),)}, False, "are banned"),
        ({}, False, "clock, which was set back"),
    ],
)
def test_the_state_says_why_not(changes: dict[str, Any], served: bool, words: str) -> None:
    found = verdict(entry(**changes), served, EXACT, NOW)
    assert not found.hit
    assert words in found.why[0]


def test_pinned_entries_do_not_expire() -> None:
    assert verdict(entry(pinned=True, expires_at=NOW - 9), True, EXACT, NOW).hit


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"query": "Reverse a list"}, "The query in the box is another one."),
        ({"model_a": "phi:3b"}, "Model A is phi:3b now, it was llama3.2:3b."),
        ({"digest": "0" * 64}, "llama3.2:3b was pulled anew since"),
        ({"count": 5}, "5 demonstrations are wanted now, 3 were then."),
        ({"order": "demos-first"}, "The order is demos-first now, it was answer-first."),
        ({"template_hash": "ffff"}, "The prompt template is another one."),
        ({"options": {"temperature": 0.9, "seed": 7}}, "temperature is 0.9 now, it was 0.2"),
    ],
)
def test_every_part_of_the_key_that_differs_is_named(changes: dict[str, Any], words: str) -> None:
    asked = replace(parts(), **changes)
    found = verdict(entry(), True, AskedNow(asked, asked.key, exact=True), NOW)
    assert not found.hit
    assert [why for why in found.why if words in why]
    assert len(found.why) == 1
    assert len([p for p in key_parts(entry(), AskedNow(asked, asked.key, True)) if p.now]) == 1


def test_a_template_that_is_not_known_is_suspected_when_nothing_else_differs() -> None:
    now = asked_now(BENCH, ASKED, replace(parts(), template_hash="other").key)
    assert "template or the sampling options" in verdict(entry(), True, now, NOW).why[0]
    assert verdict(entry(), True, asked_now(BENCH, ASKED, parts().key), NOW).hit


@pytest.mark.parametrize(
    ("bench", "query", "key", "words"),
    [
        (BENCH, "  ", "k", "query box is empty"),
        (replace(BENCH, method="raw"), "q", "k", "method is raw"),
        (replace(BENCH, model_a=""), "q", "k", "No Model A"),
        (BENCH, "q", None, "No Model A"),
    ],
)
def test_nothing_may_be_asked_now(bench: Any, query: str, key: str | None, words: str) -> None:
    now = asked_now(bench, query, key, parts())
    assert now.key is None
    assert words in verdict(entry(), True, now, NOW).why[0]


def test_keys_in_two_unicode_forms_of_one_query_are_one() -> None:
    asked = parts("Cafe\u0301")
    found = verdict(
        entry(query="Caf\u00e9", key=parts("Caf\u00e9").key),
        True,
        AskedNow(asked, asked.key, exact=True),
        NOW,
    )
    assert found.hit


# Words

STATS = CacheStats(1_234, 45_000, 64 * 2**20, 8, 12, 900, 200.0, 2, True, Path("/tmp/cache.db"))


@given(st.integers(0, 200))
def test_the_header_fits_or_is_cut_to_the_number_of_entries(width: int) -> None:
    said = header(STATS, width)
    assert len(said) <= width or said == "1,234 entries"


def test_the_header_says_everything_when_there_is_room() -> None:
    said = header(STATS, 120)
    for words in ("1,234 entries", "hit rate 40% (8 of 20)", "3 min 20 s saved", "2 banned"):
        assert words in said


@given(st.text(max_size=400), st.sampled_from(range(len(COLUMNS))))
def test_no_cell_holds_a_control_or_a_newline(text: str, column: int) -> None:
    row = row_of(entry(query=text, model_a=text, key=text))
    said = cell(CacheView(now=NOW), row, column, 30)
    assert clean(said) == said and not set(said) & {"\n", "\t"}
    assert Content(said).plain == said


# Time spans and editors


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30 min", 1800), ("2 h", 7200), ("1.5", 5400), ("7 days", 604_800), ("2W", 1_209_600)],
)
def test_time_spans_are_understood(text: str, seconds: float) -> None:
    assert parse_ttl(text) == seconds


@pytest.mark.parametrize("text", ["never", "0", "0 h"])
def test_never_is_for_ever(text: str) -> None:
    assert parse_ttl(text) is None


@pytest.mark.parametrize("text", ["", "soon", "-3 h", "1e99 h", "3 apples", "9" * 400])
def test_nonsense_is_no_time_span(text: str) -> None:
    with pytest.raises(InvalidRequest, match="no time span"):
        parse_ttl(text)


@pytest.mark.parametrize(
    ("environment", "command"),
    [
        ({"EDITOR": "ed -s"}, ["ed", "-s"]),
        ({"VISUAL": "'my editor' -w", "EDITOR": "vi"}, ["my editor", "-w"]),
    ],
)
def test_the_users_editor_is_taken(environment: dict[str, str], command: list[str]) -> None:
    assert editor_command(environment) == command


@pytest.mark.parametrize(
    "environment",
    [{"EDITOR": "'"}, {"PATH": "/nowhere"}],
)
def test_without_a_usable_editor_it_says_so(environment: dict[str, str]) -> None:
    with pytest.raises(EditorFailed):
        editor_command(environment)


@pytest.mark.parametrize("command", ["/bin/false", "/no/such/editor"])
def test_an_editor_that_fails_changes_nothing(command: str) -> None:
    with pytest.raises(EditorFailed, match="editor"):
        edit_outside("text", {"EDITOR": command})


# The registry


def test_no_two_commands_share_a_key_or_an_id() -> None:
    keys = [key for command in CACHE_COMMANDS.all for key in command.key.split(",")]
    assert len(keys) == len(set(keys))
    assert len({command.id for command in CACHE_COMMANDS.all}) == len(CACHE_COMMANDS.all)
