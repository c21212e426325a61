"""How a typed text fits a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutra_tui.tui.fuzzy import BEGINNING, EXACT, INSIDE, SCATTERED, WORD, fit


@pytest.mark.parametrize(
    ("typed", "name", "kind", "places"),
    [
        ("swap", "swap", EXACT, (0, 1, 2, 3)),
        ("SWAP", "swap", EXACT, (0, 1, 2, 3)),
        ("", "swap", BEGINNING, ()),
        ("mo", "model-a", BEGINNING, (0, 1)),
        ("a", "model-a", WORD, (6,)),
        ("3b", "llama3.2:3b", WORD, (9, 10)),
        ("b", "abc-b", WORD, (4,)),
        ("del", "model-a", INSIDE, (2, 3, 4)),
        ("ma", "model-a", SCATTERED, (0, 6)),
        ("aa", "xaya", SCATTERED, (1, 3)),
        ("ab", "a-ab", WORD, (2, 3)),
        ("abd", "a-abcd", SCATTERED, (2, 3, 5)),
        ("i", "İstanbul", BEGINNING, (0,)),
        ("ß", "straße", INSIDE, (4,)),
    ],
)
def test_how_a_text_fits(typed: str, name: str, kind: int, places: tuple[int, ...]) -> None:
    found = fit(typed, name)
    assert found is not None
    assert (found.kind, found.places) == (kind, places)


@pytest.mark.parametrize(("typed", "name"), [("x", "swap"), ("paws", "swap"), ("swapp", "swap")])
def test_what_does_not_fit(typed: str, name: str) -> None:
    assert fit(typed, name) is None


def test_the_better_fit_comes_first() -> None:
    names = ["cache-copy", "xcopyx", "copy-code", "c-o-p-y", "copy"]
    found = [best for name in names if (best := fit("copy", name))]
    assert len(found) == len(names)
    assert [name for _, name in sorted(zip(found, names, strict=True))] == [
        "copy", "copy-code", "cache-copy", "xcopyx", "c-o-p-y"
    ]  # fmt: skip


_text = st.text(st.sampled_from("abİß- Ab"), max_size=12)


@given(typed=_text, name=_text)
def test_the_places_spell_what_was_typed(typed: str, name: str) -> None:
    found = fit(typed, name)
    scattered = iter(name.lower()) if name.isascii() else None
    if found is None:
        if scattered is not None and typed.isascii():
            assert not all(letter in scattered for letter in typed.lower())
        return
    spelt = "".join(name[place] for place in found.places)
    assert [letter.lower()[0] for letter in spelt] == [letter.lower()[0] for letter in typed]
    assert list(found.places) == sorted(set(found.places))


@given(typed=_text, name=_text, more=st.sampled_from("abx"))
def test_typing_on_never_finds_more(typed: str, name: str, more: str) -> None:
    if fit(typed, name) is None:
        assert fit(typed + more, name) is None


def test_a_very_long_name_is_no_trouble() -> None:
    assert fit("a" * 50, "ab" * 100_000) is not None
    assert fit("c", "ab" * 100_000) is None
