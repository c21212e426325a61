"""What can be chosen for a run: its method, its order, and how each model generates.

Invariant: nothing here acts. Counts are tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

Method = Literal["handoff", "raw"]
"""The shape of a run: `handoff` chains Model A and Model B, `raw` asks Model B alone."""
Order = Literal["answer-first", "demos-first"]
"""What Model A writes first: its draft, or the demonstrations."""
CacheMode = Literal["use", "bypass", "off"]
"""`use` reads and writes, `bypass` only writes (the fresh one replaces it), `off` does neither."""
METHODS: tuple[Method, ...] = ("handoff", "raw")
ORDERS: tuple[Order, ...] = ("answer-first", "demos-first")
CACHE_MODES: tuple[CacheMode, ...] = ("use", "bypass", "off")
DEFAULT_COUNT = 3
"""Demonstrations wanted from Model A, as in the system this one succeeds."""
MAX_COUNT = 10


@dataclass(frozen=True, slots=True)
class GenerationOptions:
    """How one role generates. `num_ctx` and `num_predict` are always sent.

    A different `num_ctx` between two calls makes Ollama reload the model, and an unset
    `num_predict` lets a looping model run for hours, so neither has an "unset".

    Args:
        temperature: Sampling temperature; None leaves the model's own default.
        seed: Sampling seed; None is random.
        num_ctx: Context window in tokens, prompt and reply together.
        num_predict: Most tokens the model may write, thinking included.
        keep_alive: Seconds the model stays loaded afterwards; negative is for ever, None is the
            server's default.
        think: Whether a thinking model thinks; None means off, for speed.
        repeat_penalty: Sent always, because Ollama's default changed between versions.
    """

    temperature: float | None = None
    seed: int | None = None
    num_ctx: int = 4096
    num_predict: int = 1024
    keep_alive: float | None = None
    think: bool | None = None
    repeat_penalty: float = 1.1

    def sampling(self) -> dict[str, Any]:
        """The part that changes what a model writes; the cache key is made from it."""
        return {
            "temperature": self.temperature,
            "seed": self.seed,
            "num_ctx": self.num_ctx,
            "num_predict": self.num_predict,
            "think": bool(self.think),
            "repeat_penalty": self.repeat_penalty,
        }


def reconcile(
    a: GenerationOptions, b: GenerationOptions
) -> tuple[GenerationOptions, GenerationOptions]:
    """Options for both roles when one model plays them: the larger limits for both.

    Ollama reloads a model whose `num_ctx` changes between two calls.
    """
    num_ctx = max(a.num_ctx, b.num_ctx)
    num_predict = max(a.num_predict, b.num_predict)
    return (
        replace(a, num_ctx=num_ctx, num_predict=num_predict),
        replace(b, num_ctx=num_ctx, num_predict=num_predict),
    )
