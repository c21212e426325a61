"""Which models to pull onto a machine: a small table in the package, and the sum that chooses.

Invariant: figures come from the data file, which states their source; what is not in it is not
known here, and nobody is told a size for it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

from .memory import BUFFERS, GB, HEADROOM, Footprint, Residency, residency
from .model_info import Memory
from .model_names import same_model
from .options import GenerationOptions

FOR_THE_SYSTEM: Final = int(1.5 * GB)
"""What the system and a desktop keep for themselves: an assumption, on the careful side for a plain
desktop and too little for one with many browser tabs."""
USUAL_TOTAL: Final = int(7.7 * GB)
"""Memory of a laptop sold with 8 GB; taken where the server's machine cannot be seen."""
MOST_TOGETHER: Final = 3
_FILE: Final = ("data", "suggested_models.json")


@dataclass(frozen=True, slots=True)
class SuggestedModel:
    """One model as published.

    Args:
        name: What to pull.
        size: Bytes to download, rounded as published.
        parameters: As it is usually written, "3.2B".
        kv_bytes_per_token: f16 key/value cache a token takes; an upper bound where the attention
            is not full.
        full_attention: Whether every layer sees the whole prompt. Other models read a changed
            prompt from the start again, which costs Model B its warm start.
        source: Where the figures are from.
    """

    name: str
    size: int
    parameters: str
    kv_bytes_per_token: int
    full_attention: bool
    source: str

    def footprint(self, num_ctx: int) -> Footprint:
        """What it takes once it is loaded."""
        return Footprint(self.size, self.kv_bytes_per_token * num_ctx, BUFFERS)


@dataclass(frozen=True, slots=True)
class SuggestedPair:
    """Two models to pull together.

    Args:
        a: Demonstration writer.
        b: Final responder.
        residency: Whether both may stay loaded on the machine asked about.
        peak: Most bytes of memory in use at once.
    """

    a: SuggestedModel
    b: SuggestedModel
    residency: Residency
    peak: int

    @property
    def models(self) -> tuple[SuggestedModel, ...]:
        """What has to be pulled: one model if it plays both roles."""
        return (self.a,) if self.a == self.b else (self.a, self.b)

    @property
    def size(self) -> int:
        """Bytes to download when none is there yet."""
        return sum(model.size for model in self.models)


@cache
def suggested_models() -> tuple[SuggestedModel, ...]:
    """Every model in the data file, smallest first."""
    found = [SuggestedModel(**row) for row in _read()["models"]]
    return tuple(sorted(found, key=lambda model: model.size))


def suggested(name: str) -> SuggestedModel | None:
    """What is known of a model before it is pulled; None for most names."""
    return next((model for model in suggested_models() if same_model(model.name, name)), None)


def suggested_pairs(
    memory: Memory | None, num_ctx: int = GenerationOptions().num_ctx
) -> tuple[SuggestedPair, ...]:
    """Pairs for a machine: those that may stay loaded together first, the larger Model B first.

    Measured against all memory less `FOR_THE_SYSTEM`, not what is free at the moment: what to
    download should not depend on which programs are open.

    Args:
        memory: The server's machine; None takes one with 8 GB.
        num_ctx: Context in tokens.

    Returns:
        At most `MOST_TOGETHER` pairs that fit together and one for which the models take turns.
    """
    total = memory.total if memory is not None else USUAL_TOTAL
    room = Memory(total, max(0, total - FOR_THE_SYSTEM))
    judged = [_judge(a, b, room, num_ctx) for a, b in _pairs()]
    fitting = [pair for pair in judged if pair.peak + HEADROOM <= room.available]
    fitting.sort(key=_rank, reverse=True)
    together = [pair for pair in fitting if pair.residency != "one at a time"]
    in_turn = [pair for pair in fitting if pair.residency == "one at a time"]
    return (*together[:MOST_TOGETHER], *in_turn[:1])


def not_pulled(pair: SuggestedPair, pulled: Collection[str]) -> tuple[SuggestedModel, ...]:
    """The models of a pair that are not there yet."""
    return tuple(m for m in pair.models if not any(same_model(m.name, name) for name in pulled))


def _rank(pair: SuggestedPair) -> tuple[int, int]:
    return pair.b.size, pair.a.size


def _judge(a: SuggestedModel, b: SuggestedModel, room: Memory, num_ctx: int) -> SuggestedPair:
    one, other = a.footprint(num_ctx), b.footprint(num_ctx)
    verdict = residency(one, other, room, 0, same_model=a == b)
    together = one.total + other.total
    peak = together if verdict == "together" else max(one.total, other.total)
    return SuggestedPair(a, b, verdict, peak)


def _pairs() -> Sequence[tuple[SuggestedModel, SuggestedModel]]:
    by_name = {model.name: model for model in suggested_models()}
    return [(by_name[row["a"]], by_name[row["b"]]) for row in _read()["pairs"]]


@cache
def _read() -> dict[str, Any]:
    folder, name = _FILE
    file = resources.files(__package__).joinpath(folder).joinpath(name)
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return document
