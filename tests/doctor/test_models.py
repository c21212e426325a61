"""Pulled models, the pair, and whether it fits."""

from __future__ import annotations

import pytest

from sutra_tui.core.protocol import GenerationOptions, Memory, ModelInfo, ModelShape
from sutra_tui.core.role import Role
from sutra_tui.doctor.models import Wanted, choose, examine_fit, examine_models
from sutra_tui.doctor.privacy import Privacy
from tests.ollama_server import GIB

A = ModelInfo("llama3.2:3b", size=2 * GIB, capabilities=("completion",))
B = ModelInfo("mistral:7b", size=4 * GIB, capabilities=("completion",))
EMBEDDER = ModelInfo("nomic-embed-text:latest", size=GIB, capabilities=("embedding",))
CLOUD = ModelInfo("big:120b-cloud", capabilities=("completion",), remote=True)


def verdicts(models: list[ModelInfo], wanted: Wanted = Wanted()) -> dict[str, str]:  # noqa: B008
    pair = choose(models, wanted, None)
    return {found.id: found.verdict for found in examine_models(models, wanted, pair, Privacy())}


@pytest.mark.parametrize(
    ("models", "wanted", "expected"),
    [
        ([A, B], Wanted(), {"models.pulled": "ok", "models.pair": "ok"}),
        ([A], Wanted(), {"models.pulled": "ok", "models.pair": "ok"}),
        ([], Wanted(), {"models.pulled": "failed"}),
        ([EMBEDDER, CLOUD], Wanted(), {"models.pulled": "failed"}),
        (
            [A, B],
            Wanted("gone:1b", B.name),
            {"models.pulled": "ok", "models.missing_a": "warning", "models.pair": "ok"},
        ),
        ([A, CLOUD], Wanted(A.name, CLOUD.name), {"models.pulled": "ok", "models.pair": "warning"}),
    ],
)
def test_what_is_there(models: list[ModelInfo], wanted: Wanted, expected: dict[str, str]) -> None:
    assert verdicts(models, wanted) == expected


def test_the_pair_wanted_is_the_pair_taken_and_one_missing_is_replaced() -> None:
    both = choose([A, B], Wanted(B.name, A.name), None)
    assert both and (both.a, both.b) == (B, A)
    half = choose([A, B], Wanted("gone:1b", A.name), None)
    assert half and half.b == A


def test_models_that_are_not_chosen_are_counted_not_named() -> None:
    private = ModelInfo("ida/secret-project:latest", size=3 * GIB, capabilities=("completion",))
    wanted = Wanted(A.name, B.name)
    models = [A, B, private, EMBEDDER]
    findings = examine_models(models, wanted, choose(models, wanted, None), Privacy())
    text = " ".join(found.text for found in findings)
    assert "3 that write text, 1 for other purposes" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("roles", "memory", "held", "verdict", "words"),
    [
        ((A, B), Memory(32 * GIB, 20 * GIB), 0, "ok", "Both fit into memory together"),
        ((A, B), Memory(8 * GIB, 6 * GIB), 0, "warning", "They fit one at a time"),
        ((A, B), Memory(8 * GIB, 2 * GIB), 7 * GIB, "ok", "Both fit"),
        ((A, B), Memory(8 * GIB, 2 * GIB), 0, "warning", "does not fit into memory now"),
        ((A,), Memory(8 * GIB, 6 * GIB), 0, "ok", "The model fits"),
        ((A, B), None, 0, "ok", "cannot be seen from here"),
    ],
)
def test_the_fit(
    roles: tuple[ModelInfo, ...], memory: Memory | None, held: int, verdict: str, words: str
) -> None:
    shape = ModelShape(layers=28, kv_heads=8, head_size=128)
    found = examine_fit([Role(info, GenerationOptions(), shape) for info in roles], memory, held)
    assert found.verdict == verdict
    assert words in found.text
    # 2 GiB of weights, 112 KiB x 4,096 of cache, 0.45 GiB of buffers.
    assert found.facts["needs"][0] == 2 * GIB + 112 * 1024 * 4096 + int(0.45 * GIB)
