"""One model against the memory there is: each verdict from figures added by hand."""

from __future__ import annotations

import pytest

from sutra_tui.core.fit import fit
from sutra_tui.core.memory import BUFFERS, GB, HEADROOM
from sutra_tui.core.protocol import Memory, ModelInfo, ModelShape

INFO = ModelInfo("m", size=2 * GB)
SHAPE = ModelShape(layers=28, kv_heads=8, head_size=128)  # 112 KiB a token
NEED = 2 * GB + 112 * 1024 * 4096 + BUFFERS


@pytest.mark.parametrize(
    ("free", "held", "others", "verdict"),
    [
        (NEED + HEADROOM, 0, 0, "fits"),
        (NEED + HEADROOM - 1, 0, 0, "tight"),
        (NEED, 0, 0, "tight"),
        (NEED - 1, 0, 0, "does not fit"),
        (NEED - GB, 0, GB, "tight"),  # once another model is unloaded
        (NEED - GB - 1, 0, GB, "does not fit"),
        (HEADROOM, NEED, 0, "fits"),  # it is loaded: what it holds is its own
    ],
)
def test_the_verdict(free: int, held: int, others: int, verdict: str) -> None:
    found = fit(INFO, SHAPE, 4096, Memory(8 * GB, free), held=held, others=others)
    assert found.verdict == verdict
    assert found.need.total == NEED
    assert (found.room, found.others, found.num_ctx) == (free + held, others, 4096)


def test_a_smaller_context_can_make_it_fit() -> None:
    memory = Memory(8 * GB, NEED)
    assert fit(INFO, SHAPE, 4096, memory).verdict == "tight"
    assert fit(INFO, SHAPE, 1024, memory).verdict == "fits"


def test_what_cannot_be_seen_is_not_judged() -> None:
    assert fit(INFO, SHAPE, 4096, None).verdict == "unknown"
    assert fit(ModelInfo("m"), SHAPE, 4096, Memory(8 * GB, 8 * GB)).verdict == "unknown"
