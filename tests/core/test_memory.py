"""Memory arithmetic against figures computed by hand from published model shapes."""

from __future__ import annotations

import pytest

from sutra_tui.core.memory import GB, footprint, residency
from sutra_tui.core.protocol import Memory, ModelInfo, ModelShape

LLAMA_3B = ModelShape(layers=28, kv_heads=8, head_size=128)
QWEN_3B = ModelShape(layers=36, kv_heads=2, head_size=128)
MISTRAL_7B = ModelShape(layers=32, kv_heads=8, head_size=128)


@pytest.mark.parametrize(
    ("shape", "kib_per_token", "mib_at_4096"),
    [(LLAMA_3B, 112, 448), (QWEN_3B, 36, 144), (MISTRAL_7B, 128, 512)],
)
def test_cache_size_follows_the_shape(
    shape: ModelShape, kib_per_token: int, mib_at_4096: int
) -> None:
    assert shape.kv_bytes_per_token == kib_per_token * 1024
    assert footprint(ModelInfo("m"), shape, 4096).kv_cache == mib_at_4096 * 1024**2


def test_an_unknown_shape_counts_as_a_7b() -> None:
    assert footprint(ModelInfo("m"), ModelShape(), 4096).kv_cache == 512 * 1024**2


@pytest.mark.parametrize(
    ("size_a", "size_b", "free", "held", "verdict"),
    [
        (2.0, 2.0, 6.5, 0, "together"),
        (2.0, 4.1, 6.5, 0, "one at a time"),
        (2.0, 4.1, 3.0, 5.5, "together"),  # what the two hold already counts as theirs
    ],
)
def test_residency(size_a: float, size_b: float, free: float, held: float, verdict: str) -> None:
    a = footprint(ModelInfo("a", size=int(size_a * GB)), LLAMA_3B, 4096)
    b = footprint(ModelInfo("b", size=int(size_b * GB)), MISTRAL_7B, 4096)
    memory = Memory(total=8 * GB, available=int(free * GB))
    assert residency(a, b, memory, int(held * GB), same_model=False) == verdict


def test_one_model_for_both_roles_is_one_load_and_a_hidden_machine_is_unknown() -> None:
    a = footprint(ModelInfo("a", size=4 * GB), LLAMA_3B, 4096)
    assert residency(a, a, None, 0, same_model=True) == "one model"
    assert residency(a, a, None, 0, same_model=False) == "unknown"
