"""What is pulled, whether two of it make a pair, and whether the pair fits into memory.

Invariant: names of models pass `Privacy`; those not chosen are counted, not named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.memory import HEADROOM, footprint
from ..core.model_names import same_model
from ..core.pairing import can_be_picked, default_pair
from ..core.protocol import Memory, ModelInfo
from ..core.role import Role
from ..wording import size
from .finding import Finding
from .privacy import Privacy

SUGGESTED = ("llama3.2:3b", "qwen2.5:3b")
"""A pair for a small machine."""
PULL = " and ".join(f"`ollama pull {name}`" for name in SUGGESTED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Models asked for, or used last; empty for none.

    Args:
        a: Model A.
        b: Model B.
    """

    a: str = ""
    b: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two models a run would use now."""

    a: ModelInfo
    b: ModelInfo

    @property
    def distinct(self) -> tuple[ModelInfo, ...]:
        """Both, or the one that plays both roles."""
        return (self.a,) if self.a.name == self.b.name else (self.a, self.b)


def choose(models: Sequence[ModelInfo], wanted: Wanted, memory: Memory | None) -> Pair | None:
    """The pair that a run without further words would use."""
    named = (find(models, wanted.a), find(models, wanted.b))
    names = tuple(info.name if info else "" for info in named)
    if all(named) and named[0] and named[1]:
        return Pair(named[0], named[1])
    pair = default_pair(models, None, memory)
    if pair is None:
        return None
    a, b = (find(models, name or other) for name, other in zip(names, pair, strict=True))
    return Pair(a, b) if a and b else None


def find(models: Sequence[ModelInfo], name: str) -> ModelInfo | None:
    return next((model for model in models if name and same_model(model.name, name)), None)


def examine_models(
    models: Sequence[ModelInfo], wanted: Wanted, pair: Pair | None, privacy: Privacy
) -> Iterator[Finding]:
    """What is pulled, and the pair."""
    text = [model for model in models if can_be_picked(model)]
    cloud = [model for model in models if model.generates_text and not can_be_picked(model)]
    others = len(models) - len(text) - len(cloud)
    counts = {"text": len(text), "cloud": len(cloud), "other": others}
    told = [f"{len(text)} that write text"]
    told += [f"{len(cloud)} that run elsewhere"] if cloud else []
    told += [f"{others} for other purposes"] if others else []
    if not text:
        head = "No model that writes text is pulled"
        rest = f" ({', '.join(told[1:])})" if told[1:] else ""
        yield Finding("models.pulled", "Models", "failed", f"{head}{rest}.", f"{PULL}.", counts)
    else:
        yield Finding("models.pulled", "Models", "ok", f"Pulled: {', '.join(told)}.", facts=counts)
    for role, name in (("A", wanted.a), ("B", wanted.b)):
        if name and find(models, name) is None:
            shown = privacy.text(name, 80)
            yield Finding(
                f"models.missing_{role.lower()}",
                "Models",
                "warning",
                f"Model {role} was {shown}, which is not pulled here.",
                f"Pull it (`ollama pull {shown}`), or choose another model.",
                {"model": shown},
            )
    if pair is not None:
        yield _pair(pair, privacy)


def _pair(pair: Pair, privacy: Privacy) -> Finding:
    a, b = (_named(info, privacy) for info in (pair.a, pair.b))
    facts = {"model_a": privacy.text(pair.a.name, 80), "model_b": privacy.text(pair.b.name, 80)}
    if len(pair.distinct) == 1:
        text = f"{a} plays both roles."
    else:
        text = f"Model A is {a}, Model B is {b}."
    if not all(map(can_be_picked, pair.distinct)):
        return Finding(
            "models.pair",
            "Models",
            "warning",
            f"{text} What you ask leaves this machine.",
            "Choose models that run here, if it should not.",
            facts,
        )
    return Finding("models.pair", "Models", "ok", text, facts=facts)


def _named(info: ModelInfo, privacy: Privacy) -> str:
    name = privacy.text(info.name, 80)
    return f"{name} ({size(info.size)})" if info.size and not info.remote else name


def examine_fit(roles: Sequence[Role], memory: Memory | None, held: int) -> Finding:
    """Whether the pair fits into the machine's memory.

    Args:
        roles: Each distinct model in its role.
        memory: The server's machine; None when it cannot be seen.
        held: Bytes these models hold in memory already, which count as free for them.
    """
    needs = [footprint(role.info, role.shape, role.options.num_ctx).total for role in roles]
    facts: dict[str, Any] = {
        "needs": needs,
        "num_ctx": [role.options.num_ctx for role in roles],
    }
    told = " and ".join(size(need) for need in needs)
    if memory is None:
        text = f"They would take {told}; what is free there cannot be seen from here."
        return Finding("models.fit", "Models", "ok", text, facts=facts)
    free = memory.available + held
    facts["free"] = free
    sum_ = f"they would take {told}, and {size(free)} are free"
    if sum(needs) + HEADROOM <= free:
        verdict = "The model fits" if len(needs) == 1 else "Both fit into memory together"
        return Finding("models.fit", "Models", "ok", f"{verdict}: {sum_}.", facts=facts)
    if max(needs) + HEADROOM <= free:
        text = f"They fit one at a time, so each run loads both: {sum_}."
        fix = "For quicker runs close other programs, choose a smaller pair, or one model for both."
        return Finding("models.fit", "Models", "warning", text, fix, facts)
    text = f"The larger one does not fit into memory now: {sum_}."
    fix = "Close other programs, choose a smaller model, or set a smaller num_ctx."
    return Finding("models.fit", "Models", "warning", text, fix, facts)
