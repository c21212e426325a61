"""Whether two models fit into memory together: the arithmetic behind every load and unload.

Servers from 0.30 on make no memory check on a machine without a GPU: two models that do not fit
make an 8 GB laptop swap or kill the server. So the chain does the sum itself.

Invariant: pure arithmetic over figures somebody measured; no probing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from .protocol import Memory, ModelInfo, ModelShape

GB: Final = 1024**3
BUFFERS: Final = int(0.45 * GB)
"""Compute buffers of one runner: 0.3 to 0.6 GiB seen in practice, the middle taken."""
FALLBACK_KV_BYTES: Final = 128 * 1024
"""Bytes of key/value cache per token when the server does not tell the shape: a 7B's."""
HEADROOM: Final = int(0.3 * GB)
"""What must stay free for everything else before two models are kept side by side."""

Residency = Literal["together", "apart", "one at a time", "one model", "unknown"]
"""Which of a run's models may be loaded at once. `apart`: on two machines, which never compete."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a loaded model takes, in bytes, by its parts."""

    weights: int
    kv_cache: int
    buffers: int = BUFFERS

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.buffers


def footprint(info: ModelInfo, shape: ModelShape, num_ctx: int) -> Footprint:
    """Estimate a loaded model's memory: file size + f16 key/value cache at `num_ctx` + buffers.

    Args:
        info: For the file size.
        shape: For the bytes of cache a token takes; a 7B model's when unknown.
        num_ctx: Context in tokens.
    """
    per_token = shape.kv_bytes_per_token or FALLBACK_KV_BYTES
    return Footprint(weights=info.size, kv_cache=per_token * num_ctx)


def residency(
    a: Footprint, b: Footprint, memory: Memory | None, held: int, *, same_model: bool
) -> Residency:
    """Decide whether both models may be in memory at once.

    Args:
        a: Model A's need.
        b: Model B's need.
        memory: The server's machine; None when it cannot be seen from here.
        held: Bytes the two models already hold there; they count as free for them.
        same_model: Both roles are one set of weights, one load.
    """
    if same_model:
        return "one model"
    if memory is None:
        return "unknown"
    fits = a.total + b.total + HEADROOM <= memory.available + held
    return "together" if fits else "one at a time"
