"""What is suggested for how much memory, and the table it comes from."""

from __future__ import annotations

import pytest

from sutra_tui.core.memory import GB
from sutra_tui.core.protocol import Memory
from sutra_tui.core.suggestions import (
    FOR_THE_SYSTEM,
    not_pulled,
    suggested,
    suggested_models,
    suggested_pairs,
)

KIB = 1024


def machine(gib: float) -> Memory:
    return Memory(int(gib * GB), 0)  # what is free at the moment does not matter


@pytest.mark.parametrize(
    ("name", "kib_per_token", "full"),
    [
        ("llama3.2:3b", 112, True),
        ("qwen2.5:3b", 36, True),
        ("qwen2.5:7b", 56, True),
        ("qwen3:4b-instruct", 144, True),
        ("phi4-mini", 128, True),
        ("mistral:7b", 128, True),
        ("gemma3:4b", 136, False),
    ],
)
def test_the_table_agrees_with_the_published_shapes(
    name: str, kib_per_token: int, full: bool
) -> None:
    model = suggested(name)
    assert model is not None
    assert model.kv_bytes_per_token == kib_per_token * KIB
    assert model.full_attention is full
    assert "published configuration" in model.source


def test_the_table_is_sorted_and_names_each_model_once() -> None:
    models = suggested_models()
    assert [model.size for model in models] == sorted(model.size for model in models)
    assert len({model.name for model in models}) == len(models)


def test_a_tag_that_is_meant_may_be_missing_and_most_names_are_unknown() -> None:
    assert suggested("phi4-mini:latest") == suggested("phi4-mini")
    assert suggested("llama3.2") is None
    assert suggested("") is None


def names(gib: float) -> list[tuple[str, str, str]]:
    return [(p.a.name, p.b.name, p.residency) for p in suggested_pairs(machine(gib))]


def test_an_8_gb_laptop_gets_pairs_of_small_models_and_one_that_takes_turns() -> None:
    found = names(7.7)
    assert ("llama3.2:3b", "qwen2.5:3b", "together") in found
    assert ("qwen2.5:3b", "qwen2.5:3b", "one model") in found
    assert found[-1][2] == "one at a time"
    assert all(residency != "one at a time" for *_, residency in found[:-1])


def test_more_memory_keeps_a_3b_and_a_7b_together() -> None:
    assert ("llama3.2:3b", "mistral:7b", "together") in names(15.5)


def test_little_memory_gets_one_model_and_too_little_gets_none() -> None:
    assert {residency for *_, residency in names(3.7)} == {"one model"}
    assert names(1.9) == []


@pytest.mark.parametrize("gib", [3.7, 5.7, 7.7, 11.6, 15.5, 31.0])
def test_whatever_is_suggested_fits(gib: float) -> None:
    for pair in suggested_pairs(machine(gib)):
        assert pair.peak < int(gib * GB) - FOR_THE_SYSTEM


def test_an_unseen_machine_is_taken_for_an_8_gb_laptop() -> None:
    assert suggested_pairs(None) == suggested_pairs(machine(7.7))


def test_a_larger_context_leaves_room_for_less() -> None:
    short = suggested_pairs(machine(7.7), 4096)
    long = suggested_pairs(machine(7.7), 32_768)
    assert max(pair.b.size for pair in long) <= max(pair.b.size for pair in short)
    assert ("llama3.2:1b", "qwen3:4b-instruct", "together") not in [
        (p.a.name, p.b.name, p.residency) for p in long
    ]


def test_only_what_is_missing_has_to_be_pulled() -> None:
    pair = next(p for p in suggested_pairs(machine(7.7)) if p.a.name == "llama3.2:3b")
    assert [m.name for m in not_pulled(pair, ["LLAMA3.2:3B"])] == [pair.b.name]
    assert not_pulled(pair, [pair.a.name, pair.b.name]) == ()
    one = next(p for p in suggested_pairs(machine(7.7)) if p.residency == "one model")
    assert len(one.models) == 1
    assert one.size == one.a.size
