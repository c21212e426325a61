"""On which line each key stands: by examples, and against the parser for made-up files."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.settings.lines import key_lines

toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", {}),
        ("a = 1\nb = 2", {("a",): 1, ("b",): 2}),
        ("# a = 1\n\n  a = 1 # b = 2\n", {("a",): 3}),
        ("[t]\na = 1", {("t",): 1, ("t", "a"): 2}),
        ("[ t . u ]\na = 1", {("t",): 1, ("t", "u"): 1, ("t", "u", "a"): 2}),
        ("[[t]]\na = 1\n[[t]]\na = 2", {("t",): 1, ("t", "a"): 2}),
        ("a.b . c = 1", {("a",): 1, ("a", "b"): 1, ("a", "b", "c"): 1}),
        ("\"a.b\" = 1\n'c d' = 2", {("a.b",): 1, ("c d",): 2}),
        ('"a\\u0062" = 1', {("ab",): 1}),
        ('"\\e" = 1', {("\\e",): 1}),
        ('a = """\nb = 1\n"""\nc = 1', {("a",): 1, ("c",): 4}),
        ("a = '''\nb = 1\n'''' \nc = 1", {("a",): 1, ("c",): 4}),
        ('a = "b = 1 # [x]" # c = 2\nd = 1', {("a",): 1, ("d",): 2}),
        ("a = [\n  1, # b = 1\n  [2, {c = 3}],\n]\nd = 1", {("a",): 1, ("d",): 5}),
        ("a = {b = 1, c = {d = [2, 3]}}\ne = 1", {
            ("a",): 1, ("a", "b"): 1, ("a", "c"): 1, ("a", "c", "d"): 1, ("e",): 2,
        }),
        ("a = 1979-05-27 07:32:00Z\nb = 07:32:00\r\nc = -1_000.5e+3", {
            ("a",): 1, ("b",): 2, ("c",): 3,
        }),
    ],
)  # fmt: skip
def test_the_lines_of_keys(source: str, lines: dict[tuple[str, ...], int]) -> None:
    assert key_lines(source) == lines


_keys = st.sampled_from(["a", "b-c", "'d e'", '"f.g"', "h.i", '"j#"'])
_values = st.sampled_from(
    ["1", "-0.5", '"x # y"', "'[z]'", '"""\na = 1\n"""', "[1,\n 2]", "{k = 1}", "true", "[]",
     "2026-11-22 10:00:00", "[{k = [']']}]", "'''\n[t]\n'''"]
)  # fmt: skip
_pairs = st.lists(st.tuples(_keys, _values), max_size=4, unique_by=lambda pair: pair[0])
_sections = st.lists(
    st.tuples(st.sampled_from(["[t]", "[u.v]", '["w x"]', "# only this"]), _pairs),
    max_size=3,
    unique_by=lambda section: section[0],
)


@given(top=_pairs, sections=_sections)
def test_every_key_that_the_parser_sees_is_found_where_it_was_put(top: Any, sections: Any) -> None:
    lines: list[str] = []
    placed: dict[str, int] = {}
    for header, pairs in [("", top), *sections]:
        if header:
            lines.append(header)
        for key, value in pairs:
            placed[f"{header}{key}"] = len(lines) + 1
            lines += f"{key} = {value}  # said".split("\n")
    source = "\n".join(lines)
    try:
        data = toml.loads(source)
    except toml.TOMLDecodeError:
        return  # a comment for a header leaves the keys in the table before, where one is twice
    found = key_lines(source)
    assert _paths(data) <= found.keys()
    assert set(placed.values()) <= set(found.values())


def _paths(data: dict[str, Any], above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    paths = set()
    for key, value in data.items():
        paths.add((*above, key))
        if isinstance(value, dict):
            paths |= _paths(value, (*above, key))
    return paths


@given(source=st.text(alphabet="ab=[]{}.\"'#\\\n ,1", max_size=80))
def test_any_text_has_an_answer(source: str) -> None:
    assert all(line >= 1 for line in key_lines(source).values())
