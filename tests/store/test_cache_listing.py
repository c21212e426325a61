"""Pages, searches and suggestions."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutra_tui.core.errors import InvalidRequest
from sutra_tui.store import search, text_index
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.store.cache_records import SORTS
from sutra_tui.store.search import dice, trigrams
from tests.thorough import examples

from .cache_support import Clock, keep, timed

QUERIES = (
    "Write a Python function that merges two sorted lists",
    "Explain the CAP theorem with real-world analogies",
    "Write a safe Rust function to read a file",
    "快速排序怎么写",
    "What does a && b || c mean in C++?",
)


@pytest.fixture(params=["index", "reading"])
def cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    if request.param == "reading":
        monkeypatch.setattr(text_index, "MODULE", "no_such_module")
    made = DemonstrationCache()
    assert made._read(search.is_indexed) == (request.param == "index")
    for n, query in enumerate(QUERIES):
        keep(made, f"Demonstration {n}: Vec<u8> 100% a_b", "second text", parts=KeyParts(query))
    return made


def found(cache: DemonstrationCache, text: str) -> list[str]:
    entries = cache.entries(search=text, limit=100)
    assert cache.count(text) == len(entries)
    return [entry.query for entry in entries]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("merges", {0}),
        ("MERGES sorted", {0}),
        ("write func", {0, 2}),
        ("theor", {1}),
        ("Demonstration 3", {3}),
        ("Vec<u8>", {0, 1, 2, 3, 4}),
        ("second", {0, 1, 2, 3, 4}),
        ("排序", {3}),
        ("&&", {4}),
        ("a && b", {4}),
        ("nowhere", set()),
        ("merges nowhere", set()),
        ("", {0, 1, 2, 3, 4}),
        ("  \n", {0, 1, 2, 3, 4}),
        ("100%", {0, 1, 2, 3, 4}),
    ],
)
def test_words_are_found_in_queries_and_demonstrations(
    cache: DemonstrationCache, text: str, wanted: set[int]
) -> None:
    assert set(found(cache, text)) == {QUERIES[n] for n in wanted}


@pytest.mark.parametrize(
    "text",
    [
        '"',
        '""',
        '"""',
        "'",
        "*",
        "a*",
        "^write",
        "query:merges",
        "{query text}:x",
        "NEAR(a b, 2)",
        "merges OR theorem",
        "merges AND NOT",
        "NOT merges",
        "(",
        ")",
        "-merges",
        "+",
        "%",
        "_",
        "\\",
        "\\%",
        "a\0b",
        "\0",
        "\ud800",
        "; DROP TABLE entry; --",
        "text_index",
        "é" * 500,
        "a " * 500,
        "%" * 60_000,
        "a-" * 30_000,
        "a" * 60_000,
    ],
)
def test_nothing_typed_is_ever_syntax(cache: DemonstrationCache, text: str) -> None:
    literal = {"%", "_", "*", "+", "(", ")", "'", '"', "\\"} & {text}
    names = found(cache, text)
    if "merges" in text or text in ("\\%", "^write"):
        assert names == []
    elif literal:
        shown = "Demonstration 0: Vec<u8> 100% a_b"
        expected = [q for q in QUERIES if text in q or text in shown]
        assert sorted(names) == sorted(expected)
    cache.suggest(text)
    assert len(cache) == len(QUERIES)


@settings(max_examples=examples(100, share=0.1), deadline=None)
@given(st.text(max_size=30))
def test_any_text_can_be_searched_for_and_is_found_once_kept(text: str) -> None:
    cache = DemonstrationCache()
    cache.set("k", ["prefix " + text + " suffix"], query="unrelated")
    cache.suggest(text)
    words = text.replace("\0", " ").split()
    if "\0" not in text and all(w.isascii() and w.isalnum() for w in words):
        assert cache.count(text) == 1
    else:
        assert cache.count(text) in (0, 1)


def test_a_listing_follows_every_change(cache: DemonstrationCache) -> None:
    key = KeyParts(QUERIES[1]).key
    cache.delete(key)
    assert found(cache, "theorem") == [] and len(found(cache, "second")) == 4
    removed = cache.clear()
    assert found(cache, "second") == []
    cache.restore(removed)
    assert len(found(cache, "second")) == 4


def test_pages_are_disjoint_and_complete() -> None:
    cache = DemonstrationCache()
    for n in range(23):
        keep(cache, parts=KeyParts(f"question {n}"))
    pages = [cache.entries(offset, 10, "created", descending=False) for offset in (0, 10, 20, 30)]
    assert [len(page) for page in pages] == [10, 10, 3, 0]
    assert [e.query for page in pages for e in page] == [f"question {n}" for n in range(23)]
    assert cache.entries(limit=0) == [] and len(cache.entries(-5, 5)) == 5


@pytest.mark.parametrize("sort", SORTS)
def test_every_sort_has_two_directions(sort: Any) -> None:
    clock = Clock()
    cache = timed(clock)
    for n in range(4):
        parts = KeyParts("abcd"[n], f"model-{n}")
        key = keep(cache, "x" * (n + 1), parts=parts, tokens=n, seconds=n)
        clock.advance(1)
        for _ in range(n):
            cache.get(key)
    up = [entry.query for entry in cache.entries(sort=sort, descending=False)]
    assert up == list("abcd")
    assert [entry.query for entry in cache.entries(sort=sort)] == up[::-1]


def test_an_unknown_sort_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="used"):
        DemonstrationCache().entries(sort="id; DROP TABLE entry")  # type: ignore[arg-type]


def test_neighbours_are_suggested_likest_first_and_never_served(cache: DemonstrationCache) -> None:
    near = "write a python function that merges 2 sorted lists!"
    neighbours = cache.suggest(near)
    assert neighbours[0].entry.query == QUERIES[0]
    assert 0.8 < neighbours[0].similarity < 1
    assert [n.similarity for n in neighbours] == sorted(n.similarity for n in neighbours)[::-1]
    assert cache.get(KeyParts(near).key) is None
    assert cache.suggest("zebra crossings in Peru") == []
    assert cache.suggest("") == []
    assert cache.suggest(QUERIES[3] + "？")[0].entry.query == QUERIES[3]


def test_the_same_query_of_another_model_is_the_nearest_neighbour() -> None:
    cache = DemonstrationCache()
    for n in range(8):
        keep(cache, parts=KeyParts("Explain monads", f"model-{n}"))
    neighbours = cache.suggest("Explain  MONADS")
    assert [n.similarity for n in neighbours] == [1.0] * 5
    assert len(cache.suggest("Explain monads", limit=2)) == 2


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_symmetric_bounded_and_one_for_equals(a: str, b: str) -> None:
    assert dice(trigrams(a), trigrams(b)) == dice(trigrams(b), trigrams(a))
    assert 0 <= dice(trigrams(a), trigrams(b)) <= 1
    assert dice(trigrams(a), trigrams(a)) == 1


def test_a_file_goes_through_an_sqlite_without_the_index_and_back(tmp_path: Path) -> None:
    path = tmp_path / "c.db"
    with DemonstrationCache(path=path) as cache:
        keep(cache, "with index", parts=KeyParts("alpha question"))
    rename_module(path, "fts5", "gone")
    with DemonstrationCache(path=path) as cache:
        keep(cache, "without index", parts=KeyParts("beta question"))
        cache.delete(KeyParts("alpha question").key)
        assert (cache.count("beta"), cache.count("alpha"), cache.warnings) == (1, 0, [])
        cache.restore(cache.clear())
        assert cache.count("without") == 1
    rename_module(path, "gone", "fts5")
    with DemonstrationCache(path=path) as cache:
        assert cache._read(search.is_indexed)
        assert (cache.count("beta"), cache.count("alpha"), cache.count("without")) == (1, 0, 1)


def rename_module(path: Path, old: str, new: str) -> None:
    """Make the file's index one that this SQLite has no module for."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA writable_schema=ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE name IN (?, ?)",
        (f"USING {old}(", f"USING {new}(", "query_index", "text_index"),
    )
    connection.commit()
    connection.close()
