from __future__ import annotations

from pathlib import Path

import pytest

from sutra_tui.engines.demo_library import (
    InvalidScript,
    Library,
    library,
    normalise,
    parse_script,
    queries,
)

GOOD = """\
query: Write a Python merge sort
kind: coding
--- draft
the draft

    indented, and a rule:
---
--- demonstration
one
--- demonstration
two
--- demonstration
three
--- answer
the answer
--- raw
the raw answer
"""


def script_file(query: str, kind: str = "coding") -> str:
    return GOOD.replace("Write a Python merge sort", query).replace("coding", kind)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, query, kind in (
        ("b.md", "Explain tides", "explaining"),
        ("a.md", "Sort a list", "coding"),
        ("c.md", "Sort a list in Rust", "coding"),
        ("d.md", "Is the C++ standard free?", "asking"),
    ):
        (tmp_path / name).write_text(script_file(query, kind), encoding="utf-8")
    (tmp_path / "README.txt").write_text("not a script")
    return tmp_path


def test_a_script_is_read_section_by_section() -> None:
    script = parse_script(GOOD, "x.md")
    assert (script.query.text, script.query.kind) == ("Write a Python merge sort", "coding")
    assert script.draft == "the draft\n\n    indented, and a rule:\n---"
    assert script.demonstrations == ("one", "two", "three")
    assert (script.answer, script.raw) == ("the answer", "the raw answer")
    assert (script.draft_thinking, script.answer_thinking) == ("", "")


def test_thinking_sections_may_be_there() -> None:
    more = "--- draft thinking\nhm\n--- answer thinking\nhm hm\n"
    script = parse_script(GOOD + more, "x.md")
    assert (script.draft_thinking, script.answer_thinking) == ("hm", "hm hm")


def test_windows_line_ends_change_nothing() -> None:
    assert parse_script(GOOD.replace("\n", "\r\n"), "x.md") == parse_script(GOOD, "x.md")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("kind: coding\n", "", "'kind'"),
        ("query: Write a Python merge sort", "query:", "'query'"),
        ("--- answer\nthe answer\n", "", "0 sections called 'answer'"),
        ("--- raw\n", "--- raw\nx\n--- raw\n", "2 sections called 'raw'"),
        ("--- demonstration\ntwo\n", "", "2 demonstrations, not 3"),
        ("--- demonstration\ntwo\n", "--- demonstration\n\n", "a section is empty"),
        ("--- raw", "--- row", "no section called 'row'"),
        ("\n--- ", "\n+++ ", "no sections"),
    ],
)
def test_an_incomplete_script_is_an_error_naming_its_file(old: str, new: str, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidScript, match=reason) as caught:
        parse_script(GOOD.replace(old, new), "broken.md")
    assert str(caught.value).startswith("broken.md: ")


def test_scripts_come_in_the_order_of_their_file_names(folder: Path) -> None:
    texts = [query.text for query in Library(folder).queries()]
    assert texts == [
        "Sort a list", "Explain tides", "Sort a list in Rust", "Is the C++ standard free?"
    ]  # fmt: skip


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    later = Library(tmp_path)
    (tmp_path / "a.md").write_text(GOOD, encoding="utf-8")
    assert [query.text for query in later.queries()] == ["Write a Python merge sort"]


def test_suggestions_are_of_different_kinds_first(folder: Path) -> None:
    found = Library(folder)
    assert [query.kind for query in found.suggestions(3)] == ["coding", "explaining", "asking"]
    assert len(found.suggestions(9)) == 4


def test_a_missing_folder_is_an_empty_library(tmp_path: Path) -> None:
    empty = Library(tmp_path / "none")
    assert empty.queries() == []
    assert empty.suggestions() == []
    assert empty.find("x") is None
    assert empty.search("x") is None


@pytest.mark.parametrize(
    "typed", ["Sort a list", " sort  A\nlIST ", "Sort a list.", "sort a list?!", "SORT A LIST …"]
)
def test_a_query_is_found_however_it_is_typed(folder: Path, typed: str) -> None:
    script = Library(folder).find(typed)
    assert script is not None
    assert script.query.text == "Sort a list"


@pytest.mark.parametrize(
    "typed", ["", "Sort", "Sort a list now", "Sort a lists", "Don't sort a list"]
)
def test_a_different_query_is_not_found(folder: Path, typed: str) -> None:
    assert Library(folder).find(typed) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Please sort a\n list, briefly", "Sort a list"),
        ("Sort a list in Rust, after you sort a list", "Sort a list in Rust"),
        ("Question: is the c++ standard free!", "Is the C++ standard free?"),
        ("Re-sort a listing", None),
        ("resort a list", None),
        ("", None),
    ],
)
def test_search_finds_the_longest_query_as_whole_words(
    folder: Path, text: str, found: str | None
) -> None:
    script = Library(folder).search(text)
    assert (script.query.text if script else None) == found


def test_normalising_keeps_what_distinguishes_queries() -> None:
    assert normalise("What is C#?") != normalise("What is C?")
    assert normalise("  A\tb \n") == "a b"


def test_the_package_brings_scripts_that_are_complete_and_distinct() -> None:
    found = queries()
    assert len(found) >= 3
    assert len({normalise(query.text) for query in found}) == len(found)
    assert library() is library()
    for query in found:
        script = library().find(query.text)
        assert script is not None
        assert library().search(f"Well: {query.text}") == script
