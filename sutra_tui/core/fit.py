"""Whether one model fits into memory now, in one of four words and with the sum behind it.

Invariant: pure arithmetic on `memory.footprint`; nothing is probed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .memory import HEADROOM, Footprint, footprint
from .model_info import Memory, ModelInfo, ModelShape

Verdict = Literal["fits", "tight", "does not fit", "unknown"]
"""`tight`: only with less than `HEADROOM` to spare, or once other models are unloaded."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What a model needs and what there is, in bytes.

    Args:
        verdict: The word for it.
        need: Its parts.
        num_ctx: The context it was worked out for, in tokens.
        room: What is free now, what the model itself holds included; None when it cannot be seen.
        others: What other loaded models hold.
    """

    verdict: Verdict
    need: Footprint
    num_ctx: int
    room: int | None = None
    others: int = 0


def fit(
    info: ModelInfo,
    shape: ModelShape,
    num_ctx: int,
    memory: Memory | None,
    *,
    held: int = 0,
    others: int = 0,
) -> Fit:
    """Judge one model by itself.

    Args:
        info: For the file size; a size of 0 is an unknown one.
        shape: For the cache a token takes.
        num_ctx: Context in tokens.
        memory: The server's machine; None when it cannot be seen from here.
        held: Bytes the model already holds there.
        others: Bytes other loaded models hold, which unloading them would free.
    """
    need = footprint(info, shape, num_ctx)
    if memory is None or not info.size:
        return Fit("unknown", need, num_ctx)
    room = memory.available + held
    verdict: Verdict = "does not fit"
    if need.total + HEADROOM <= room:
        verdict = "fits"
    elif need.total <= room + others:
        verdict = "tight"
    return Fit(verdict, need, num_ctx, room, others)
