"""Which pair is picked when the user named none."""

from __future__ import annotations

import itertools

import pytest

from sutra_tui.core.pairing import can_be_picked, default_pair
from sutra_tui.core.protocol import Memory, ModelInfo

GB = 10**9


def model(name: str, size_gb: float, **fields: object) -> ModelInfo:
    return ModelInfo(name, digest=f"digest of {name}", size=int(size_gb * GB), **fields)  # type: ignore[arg-type]


TINY = model("smollm:135m", 0.1)
SMALL = model("llama3.2:3b", 2.0)
ALSO_SMALL = model("gemma2:2b", 1.6)
LARGE = model("mistral:7b", 4.4)
HUGE = model("llama3:70b", 40)
EMBEDDING = model("nomic-embed-text:latest", 0.3, capabilities=("embedding",))
OLD_EMBEDDING = model("all-minilm:latest", 0.1, family="bert")
CLOUD = model("kimi:latest", 0, remote=True)
CLOUD_BY_NAME = model("gpt-oss:120b-cloud", 0)
LAPTOP = Memory(total=8 * 1024**3, available=3 * 1024**3)


@pytest.mark.parametrize(
    ("models", "pair"),
    [
        pytest.param([], None, id="nothing is pulled"),
        pytest.param([EMBEDDING, OLD_EMBEDDING, CLOUD, CLOUD_BY_NAME], None, id="nothing usable"),
        pytest.param([SMALL], ("llama3.2:3b", "llama3.2:3b"), id="one model plays both roles"),
        pytest.param([LARGE, SMALL], ("llama3.2:3b", "mistral:7b"), id="smaller A, larger B"),
        pytest.param(
            [SMALL, ALSO_SMALL], ("gemma2:2b", "llama3.2:3b"), id="no clearly smaller one"
        ),
        pytest.param(
            [TINY, ALSO_SMALL, SMALL, LARGE],
            ("llama3.2:3b", "mistral:7b"),
            id="the most able one that is clearly smaller",
        ),
        pytest.param(
            [SMALL, LARGE, HUGE], ("llama3.2:3b", "mistral:7b"), id="B must fit into memory"
        ),
        pytest.param([HUGE], ("llama3:70b", "llama3:70b"), id="nothing fits, the only one is it"),
        pytest.param(
            [EMBEDDING, CLOUD, SMALL, LARGE], ("llama3.2:3b", "mistral:7b"), id="others are skipped"
        ),
    ],
)
def test_pair_for_a_laptop(models: list[ModelInfo], pair: tuple[str, str] | None) -> None:
    for order in itertools.permutations(models):
        assert default_pair(order, None, LAPTOP) == pair


def test_without_a_known_memory_size_does_not_limit_b() -> None:
    assert default_pair([SMALL, LARGE, HUGE]) == ("mistral:7b", "llama3:70b")


def test_two_names_of_the_same_weights_are_not_two_models() -> None:
    alias = ModelInfo("mine:latest", digest=LARGE.digest, size=LARGE.size)
    assert default_pair([alias, LARGE, SMALL]) == ("llama3.2:3b", "mistral:7b")
    assert default_pair([alias, LARGE]) == ("mistral:7b", "mistral:7b")


def test_models_of_equal_size_are_told_apart_by_name() -> None:
    twins = [model("a:7b", 4), model("b:7b", 4)]
    assert default_pair(twins) == default_pair(twins[::-1]) == ("a:7b", "b:7b")


@pytest.mark.parametrize(
    ("remembered", "pair"),
    [
        pytest.param(("mistral:7b", "llama3.2:3b"), ("mistral:7b", "llama3.2:3b"), id="both there"),
        pytest.param(("mistral:7b", "gone:7b"), ("llama3.2:3b", "mistral:7b"), id="one is gone"),
        pytest.param(("", ""), ("llama3.2:3b", "mistral:7b"), id="nothing was remembered"),
        pytest.param(
            ("llama3.2:3b", "kimi:latest"), ("llama3.2:3b", "mistral:7b"), id="one is in the cloud"
        ),
        pytest.param(
            ("nomic-embed-text:latest", "mistral:7b"),
            ("llama3.2:3b", "mistral:7b"),
            id="one writes no text",
        ),
    ],
)
def test_the_remembered_pair_goes_first(remembered: tuple[str, str], pair: tuple[str, str]) -> None:
    assert default_pair([SMALL, LARGE, CLOUD, EMBEDDING], remembered, LAPTOP) == pair


@pytest.mark.parametrize(
    ("info", "usable"),
    [(SMALL, True), (EMBEDDING, False), (OLD_EMBEDDING, False), (CLOUD, False)],
)
def test_only_local_models_that_write_text_are_picked(info: ModelInfo, usable: bool) -> None:
    assert can_be_picked(info) is usable


def test_a_cloud_name_is_enough_to_be_left_alone() -> None:
    assert not can_be_picked(CLOUD_BY_NAME)
