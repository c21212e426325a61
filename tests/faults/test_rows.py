"""The fault list is whole: every row is proved or says why not, and no test names another."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from . import removed  # noqa: F401 - enters the defences
from .defence import DEFENCES
from .naming import TESTS, defined, rows_of, wanted_rows
from .row import Row
from .rows import ROWS
from .table import verdict

IDS = [row.id for row in ROWS]


def test_the_rows_are_numbered_without_a_gap() -> None:
    assert len(IDS) == 101
    for letter in "TNPSXZ":
        numbers = [int(id[1:]) for id in IDS if id[0] == letter]
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_row_is_proved_or_says_why_not(row: Row) -> None:
    assert row.fault.endswith(".") and row.holds.endswith(".")
    assert row.beyond or any(row.id in rows_of(name) for _, name in defined())


def test_no_test_names_a_row_that_is_not_there() -> None:
    named = {id: name for _, name in defined() for id in rows_of(name)}
    assert {id: name for id, name in named.items() if id not in IDS} == {}


def test_every_name_that_looks_like_one_is_one() -> None:
    for path, name in defined():
        assert re.fullmatch(r"[Tt]est_(?:[TNPSXZ]\d+_)+[a-z]\w*", name), f"{path}: {name}"


@pytest.mark.parametrize("name", DEFENCES)
def test_a_defence_is_missed_by_a_test_of_its_row(name: str) -> None:
    file, _, test = DEFENCES[name].test.partition("::")
    assert DEFENCES[name].row in rows_of(test)
    assert (TESTS.parent / file, test) in set(defined())


def test_rows_are_asked_for_by_letter_or_id() -> None:
    assert rows_of("tests/x.py::test_T1_T3_what[A1_]") == ("T1", "T3")
    assert rows_of("tests/x.py::test_what_T1") == ()
    assert wanted_rows(["Z", "T1"])[:2] == ("T1", "Z1")
    assert len(wanted_rows([])) == 101
    with pytest.raises(KeyError):
        wanted_rows(["T99"])


@pytest.mark.parametrize(
    ("counted", "beyond", "said"),
    [
        ({"pass": 3}, "", "pass"),
        ({"pass": 3, "fail": 1}, "a reason", "FAIL"),
        ({"skip": 2}, "", "NOTHING"),
        ({}, "a reason", "reason"),
        ({}, "", "NOTHING"),
    ],
)
def test_what_is_said_of_a_row(counted: dict[str, int], beyond: str, said: str) -> None:
    row = Row("T1", "x.", "y.", beyond)
    assert verdict(row, {"test_T1_x": Counter(counted)} if counted else {}) == said
