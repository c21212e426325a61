"""What can be done about a plan that does not fit well, and what each of them would give.

Invariant: a remedy's figures come from planning the same situation again with that one change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from .budget import CAUTIOUS_CHARS_PER_TOKEN, LIKELY_CHARS_PER_TOKEN
from .memory import Verdict
from .plan import RunPlan, Situation, make_plan
from .role import Role, same_weights

SMALLEST_CONTEXT: Final = 1024
"""No smaller context is offered: the demonstrations alone would fill it."""
CAUTION: Final = LIKELY_CHARS_PER_TOKEN / CAUTIOUS_CHARS_PER_TOKEN
Kind = Literal["context", "one model", "unload", "other pair"]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One thing that can be done.

    Args:
        kind: What it is.
        saves: Bytes the peak becomes smaller, or that become free.
        verdict: The verdict afterwards; None when it depends on what is chosen then.
        num_ctx: For `context`: the context to use for both models, in tokens.
        model: For `one model`: the model for both roles.
        names: For `unload`: who goes out.
        reason: Why it does not apply; empty when it does.
    """

    kind: Kind
    saves: int = 0
    verdict: Verdict | None = None
    num_ctx: int = 0
    model: str = ""
    names: tuple[str, ...] = ()
    reason: str = ""


def remedies(situation: Situation, plan: RunPlan) -> tuple[Remedy, ...]:
    """Everything that can be done about a plan, and why not for what cannot."""
    return (
        _smaller_context(situation, plan),
        _one_model(situation, plan),
        _unload(situation, plan),
        Remedy("other pair"),
    )


def _smaller_context(situation: Situation, plan: RunPlan) -> Remedy:
    """The largest smaller context with a better verdict; failing that, the next smaller one."""
    largest = max((part.num_ctx for part in plan.models), default=0)
    needed = max((_tokens_needed(plan, part.role) for part in plan.roles), default=0)
    least = max(SMALLEST_CONTEXT, needed)
    offers: list[Remedy] = []
    num_ctx = 1 << max(0, largest - 1).bit_length() - 1 if largest > 1 else 0
    while num_ctx >= least:
        after = make_plan(with_context(situation, num_ctx))
        saves = _saved(plan, after)
        offers.append(Remedy("context", saves, after.verdict, num_ctx))
        if after.rank < plan.rank:
            return offers[-1]
        num_ctx //= 2
    if not offers:
        why = f"The prompt and the reply need a context of about {needed:,} tokens."
        return Remedy("context", reason=why)
    return offers[0]


def _tokens_needed(plan: RunPlan, role: str) -> int:
    """The prompt with some caution, and half of the longest reply: few are as long as allowed."""
    part = next(part for part in plan.roles if part.role == role)
    sure = part.prompt if part.prompt_size == "at most" else round(part.prompt * CAUTION)
    return sure + part.num_predict // 2


def _saved(before: RunPlan, after: RunPlan) -> int:
    """What the peak becomes smaller, by estimates alone: what is loaded stays as it is till then.

    Both are compared in the same way of keeping models, or a better verdict would look like a loss.
    """
    at_once = sum if before.residency != "one at a time" else max

    def peak(plan: RunPlan) -> int:
        return at_once([part.footprint.total for part in plan.models if not part.elsewhere] or [0])

    return max(0, peak(before) - peak(after))


def with_context(situation: Situation, num_ctx: int) -> Situation:
    """The same with a context of at most so many tokens for both roles."""

    def smaller(role: Role | None) -> Role | None:
        if role is None:
            return None
        options = replace(role.options, num_ctx=min(role.options.num_ctx, num_ctx))
        return replace(role, options=options)

    return replace(situation, a=smaller(situation.a), b=smaller(situation.b))


def _one_model(situation: Situation, plan: RunPlan) -> Remedy:
    a, b = situation.a, situation.b
    if a is None or b is None or same_weights(a.info, b.info):
        return Remedy("one model", reason="One model is used already.")
    if situation.beside is not None:
        return Remedy("one model", reason="Each role has a server of its own.")
    offers = [_both_roles(situation, plan, one) for one in (b, a) if not one.info.remote]
    if not offers:
        return Remedy("one model", reason="Both models run elsewhere.")
    # Of two that are as good, Model B: it is the one that writes the answer.
    return min(offers, key=lambda offer: offer[0])[1]


def _both_roles(situation: Situation, plan: RunPlan, one: Role) -> tuple[int, Remedy]:
    after = make_plan(replace(situation, a=one, b=one))
    saves = _saved(plan, after)
    return after.rank, Remedy("one model", saves, after.verdict, model=one.info.name)


def _unload(situation: Situation, plan: RunPlan) -> Remedy:
    others = (*plan.unload_first, *plan.in_the_way)
    if not others:
        return Remedy("unload", reason="Nothing else is loaded.")
    free = sum(held.size for held in others)
    memory = situation.memory
    kept = tuple(h for h in situation.loaded if h not in others)
    if memory is not None:
        memory = replace(memory, available=memory.available + free)
    after = make_plan(replace(situation, loaded=kept, memory=memory))
    return Remedy("unload", free, after.verdict, names=tuple(held.name for held in others))
