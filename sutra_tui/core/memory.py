"""What loaded models take of a machine's memory: the arithmetic behind every load and unload.

Servers from 0.30 on make no memory check on a machine without a GPU: two models that do not fit
make an 8 GB laptop swap or kill the server. So the chain does the sum itself.

Invariant: pure arithmetic over figures somebody measured; no probing here, and no second copy of
it anywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .model_info import Memory, ModelInfo, ModelShape

GB: Final = 1024**3
BUFFERS: Final = int(0.45 * GB)
"""Compute buffers of one runner: 0.3 to 0.6 GiB seen in practice, the middle taken."""
LEAST_BUFFERS: Final = int(0.3 * GB)
"""Whatever a server says it holds, its buffers are not counted as less."""
FALLBACK_KV_BYTES: Final = 128 * 1024
"""Bytes of key/value cache per token when the server does not tell the shape: a 7B's."""
HEADROOM: Final = int(0.3 * GB)
"""What must stay free for everything else before two models are kept side by side."""
LEAST_VISION_CONTEXT: Final = 2048
"""Servers give a model that sees pictures no smaller context, in tokens."""

Residency = Literal["together", "apart", "one at a time", "one model", "unknown"]
"""Which of a run's models may be loaded at once. `apart`: on two machines, which never compete."""
Verdict = Literal["fits", "tight", "one at a time", "does not fit", "unknown"]
"""`tight`: the largest model fits alone, with less than `HEADROOM` to spare."""
CacheFigure = Literal["worked out", "at most", "guessed"]
"""How the size of a key/value cache is known. `at most`: a model that keeps less than all tokens in
some of its layers (sliding window, recurrent), whose full size is the safe figure."""


@dataclass(frozen=True, slots=True)
class Overhead:
    """What a model was seen to take beyond its weights and its worked-out cache.

    Args:
        bytes: The median over those runs; may be negative.
        runs: Runs it was seen in.
    """

    bytes: int
    runs: int


@dataclass(frozen=True, slots=True)
class Footprint:
    """What a loaded model takes, in bytes, by its parts.

    Args:
        weights: The file.
        kv_cache: Key/value cache of the whole context.
        buffers: Everything else.
        cache_figure: How `kv_cache` is known.
        full_cache: The cache as worked out, before anything was measured.
        runs: Runs that `buffers` was measured in; 0 is the usual figure.
    """

    weights: int
    kv_cache: int
    buffers: int = BUFFERS
    cache_figure: CacheFigure = "worked out"
    full_cache: int = 0
    runs: int = 0

    @property
    def total(self) -> int:
        return self.weights + self.kv_cache + self.buffers


def effective_context(info: ModelInfo, shape: ModelShape, num_ctx: int) -> int:
    """The context a server really gives, in tokens: at most what the model was trained for."""
    sees = "vision" in (info.capabilities or ()) or "vision" in shape.capabilities
    wanted = max(num_ctx, LEAST_VISION_CONTEXT) if sees else num_ctx
    return min(wanted, shape.context_length or info.context_length or wanted)


def footprint(
    info: ModelInfo, shape: ModelShape, num_ctx: int, seen: Overhead | None = None
) -> Footprint:
    """Estimate a loaded model's memory: file size + f16 key/value cache at `num_ctx` + buffers.

    A vision model's projector is part of the file size the server lists.

    Args:
        info: For the file size.
        shape: For the bytes of cache a token takes; a 7B model's when unknown.
        num_ctx: Context in tokens.
        seen: What this model took on this machine before, instead of the usual buffers.
    """
    tokens = effective_context(info, shape, num_ctx)
    per_token = shape.kv_bytes_per_token
    full = kv_cache = (per_token or FALLBACK_KV_BYTES) * tokens
    figure: CacheFigure = "worked out"
    if per_token is None:
        figure = "guessed"
    elif shape.recurrent or 0 < (shape.sliding_window or 0) < tokens:
        figure = "at most"
    if seen is None:
        return Footprint(info.size, kv_cache, BUFFERS, figure, full)
    buffers = max(seen.bytes, LEAST_BUFFERS)
    if figure != "worked out" and seen.bytes < LEAST_BUFFERS:
        # What it holds less than expected is cache that it does not keep.
        kv_cache = max(0, kv_cache + seen.bytes - LEAST_BUFFERS)
    return Footprint(info.size, kv_cache, buffers, figure, full, seen.runs)


def judge(needs: Sequence[int], free: int) -> Verdict:
    """Whether models fit into memory, side by side or one after the other.

    Args:
        needs: Bytes each model takes.
        free: Bytes there are for them; what they hold already counts as free for them.
    """
    if sum(needs) + HEADROOM <= free:
        return "fits"
    largest = max(needs, default=0)
    if largest > free:
        return "does not fit"
    return "tight" if largest + HEADROOM > free else "one at a time"


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
    return together_or_not(judge((a.total, b.total), memory.available + held))


def together_or_not(verdict: Verdict) -> Residency:
    """What a verdict on two models means for keeping both in memory."""
    if verdict == "unknown":
        return "unknown"
    return "together" if verdict == "fits" else "one at a time"
