"""The cache key: everything that changes what Model A writes, and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.core.errors import InvalidRequest
from sutra_tui.store.cache import DemonstrationCache, KeyParts
from sutra_tui.store.cache_key import canonical_json, text_hash

texts = st.text(max_size=30)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
options = st.dictionaries(texts, values, max_size=4)
parts = st.builds(KeyParts, texts, texts, texts, texts, st.integers(0, 10), texts, options)


@given(parts, parts)
def test_P12_keys_are_equal_exactly_when_all_parts_are(a: KeyParts, b: KeyParts) -> None:
    def plain(p: KeyParts) -> tuple[Any, ...]:
        document = canonical_json(p.options)
        query = unicodedata.normalize("NFC", p.query)
        return query, p.model_a, p.digest, p.template_hash, p.count, p.order, document

    assert (a.key == b.key) == (plain(a) == plain(b))


@given(parts, st.sampled_from([f.name for f in fields(KeyParts)]))
def test_P12_a_change_of_any_one_part_changes_the_key(a: KeyParts, name: str) -> None:
    old = getattr(a, name)
    changed: Any = (
        {**old, "extra": 1, "": old}
        if name == "options"
        else (old + 1 if name == "count" else old + "x")
    )
    assert replace(a, **{name: changed}).key != a.key


@given(texts, texts)
def test_P12_text_never_moves_between_parts_unnoticed(a: str, b: str) -> None:
    assert (KeyParts(a + b, "").key == KeyParts(a, b).key) == (b == "")


@given(st.dictionaries(texts, values, min_size=1, max_size=5))
def test_the_order_of_options_is_irrelevant(mapping: dict[str, Any]) -> None:
    turned = dict(reversed(list(mapping.items())))
    assert KeyParts("q", options=mapping).key == KeyParts("q", options=turned).key


@given(texts)
def test_queries_that_unicode_calls_equal_share_a_key(query: str) -> None:
    composed = unicodedata.normalize("NFC", query)
    decomposed = unicodedata.normalize("NFD", query)
    assert KeyParts(composed).key == KeyParts(decomposed).key


def test_accents_in_either_form_are_the_same_query_but_case_and_blanks_are_not() -> None:
    assert KeyParts("caf\u00e9").key == KeyParts("cafe\u0301").key
    assert len({KeyParts(q).key for q in ("sort", "Sort", "sort ", "sort\n")}) == 4


def test_whole_numbers_are_equal_however_they_are_written_but_true_is_not_one() -> None:
    assert KeyParts("q", options={"t": 1}).key == KeyParts("q", options={"t": 1.0}).key
    assert KeyParts("q", options={"t": 0.0}).key == KeyParts("q", options={"t": -0.0}).key
    assert KeyParts("q", options={"t": 1}).key != KeyParts("q", options={"t": True}).key


def test_make_key_works_on_the_class_and_agrees_with_the_parts() -> None:
    key = DemonstrationCache.make_key("q", "a", "d", "t", 2, "demos-first", {"seed": 3})
    assert key == KeyParts("q", "a", "d", "t", 2, "demos-first", {"seed": 3}).key
    assert len(key) == 64 and DemonstrationCache().make_key("q") == KeyParts("q").key


def test_P13_a_retagged_model_and_another_seed_are_other_keys() -> None:
    make = DemonstrationCache.make_key
    keys = {
        make("q", "small:3b", "sha-1"),
        make("q", "small:3b", "sha-2"),
        make("q", "small:3b", "sha-1", options={"seed": 1}),
        make("q", "small:3b", "sha-1", options={"seed": 2}),
        make("q", "small:3b", "sha-1", options={"seed": None}),
    }
    assert len(keys) == 5


deep: list[Any] = []
for _ in range(100):
    deep = [deep]


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), {1: "a"}, {"a"}, object(), b"x", deep, 10**5000],
    ids=["nan", "inf", "number-as-name", "set", "object", "bytes", "deep", "endless-number"],
)
def test_what_json_has_no_word_for_is_refused(value: Any) -> None:
    with pytest.raises(InvalidRequest):
        DemonstrationCache.make_key("q", options={"x": value})


def test_S12_lone_surrogates_have_a_key() -> None:
    assert KeyParts("\ud800").key != KeyParts("\udc00").key


@given(st.text(min_size=1))
def test_a_ban_sees_through_case_and_blanks(text: str) -> None:
    assert text_hash(text) == text_hash(f"  {text}\n".replace(" ", "  "))
    ascii_text = text.encode("ascii", "ignore").decode()
    assert text_hash(ascii_text.upper()) == text_hash(ascii_text.lower())
