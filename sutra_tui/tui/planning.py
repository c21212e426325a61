"""The memory plan of the run that would be started now, from what the screen knows already.

Invariant: pure and quick: no server is asked and nothing waits, so it may be made while typing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..core.engine import RoleName
from ..core.errors import SutraError
from ..core.measurement import Known, MeasuredStore
from ..core.plan import KEEP_LOADED_S, RunPlan, Situation, make_plan, prompts_of
from ..core.protocol import GenerationOptions, ModelInfo, ModelShape
from ..core.remedies import Remedy, remedies
from ..core.request import RunRequest
from ..core.role import Role, role_options
from .workbench import Workbench


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was asked in the background about models.

    Args:
        shapes: Architecture figures by `shape_key`.
        known: Measurements of this machine's models.
        lately: Digests of models that runs used lately.
    """

    shapes: Mapping[str, ModelShape] = field(default_factory=dict)
    known: Known = field(default_factory=dict)
    lately: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanView:
    """What the plan's screen shows.

    Args:
        plan: The plan.
        remedies: What can be done about it.
        num_ctx: The most context, chosen for this session; None is the settings'.
        running: A run goes on, so nothing can be changed.
    """

    plan: RunPlan
    remedies: tuple[Remedy, ...] = ()
    num_ctx: int | None = None
    running: bool = False


def look_up(store: MeasuredStore, shapes: Mapping[str, ModelShape]) -> Learnt:
    """Shapes together with what this machine's runs taught; may wait for a disk."""
    return Learnt(shapes, store.known(), tuple(store.used_since(KEEP_LOADED_S)))


def shape_key(info: ModelInfo) -> str:
    """What a model's shape is remembered by: a retagged model is another one."""
    return info.digest or info.name


def limited(request: RunRequest, num_ctx: int) -> RunRequest:
    """A request with a context of at most so many tokens for both roles."""

    def at_most(options: GenerationOptions) -> GenerationOptions:
        return replace(options, num_ctx=min(options.num_ctx, num_ctx))

    return replace(
        request, options_a=at_most(request.options_a), options_b=at_most(request.options_b)
    )


def chosen(bench: Workbench) -> tuple[tuple[RoleName, ModelInfo], ...]:
    """The models a run started now would use, each with the role it has."""
    a, b = bench.at("a").info(bench.model_a), bench.at("b").info(bench.model_b)
    roles: tuple[tuple[RoleName, ModelInfo | None], ...] = (("a", a), ("b", b))
    wanted = roles if bench.method == "handoff" else roles[1:]
    return tuple((role, info) for role, info in wanted if info is not None)


def unknown_shapes(bench: Workbench, learnt: Learnt) -> tuple[tuple[RoleName, ModelInfo], ...]:
    """Chosen models whose shape was not asked for yet; a cloud model's is of no use."""
    return tuple(
        (role, info)
        for role, info in chosen(bench)
        if not info.remote and shape_key(info) not in learnt.shapes
    )


def situation_of(
    bench: Workbench, learnt: Learnt, request: RunRequest, *, apart: bool = False
) -> Situation | None:
    """What a run would find; None while there is no pair, or not enough is known of it.

    Args:
        bench: What the screen knows.
        learnt: What was asked in the background.
        request: The run.
        apart: The roles' servers are on two machines.
    """
    if not bench.ready or unknown_shapes(bench, learnt):
        return None
    at_a, at_b = bench.at("a"), bench.at("b")
    a = at_a.info(bench.model_a) if request.asks_model_a else None
    b = at_b.info(bench.model_b)
    two = bench.beside is not None
    options_a, options_b = role_options(request, a, b, apart=two)
    first = at_b if a is None else at_a
    try:
        prompts = prompts_of(request)
    except SutraError:
        return None
    return Situation(
        _role(a, options_a, learnt),
        _role(b, options_b, learnt),
        loaded=first.loaded,
        memory=first.memory,
        prompts=prompts,
        known=learnt.known,
        may_unload=learnt.lately,
        beside=at_b.loaded if two and a is not None else None,
        apart=apart and a is not None,
    )


def view_of(bench: Workbench, situation: Situation, plan: RunPlan | None = None) -> PlanView:
    """Everything the plan's screen shows; `plan` is one that a run acts by."""
    made = plan or make_plan(situation)
    return PlanView(made, remedies(situation, made), bench.num_ctx, bench.run.running)


def _role(info: ModelInfo | None, options: GenerationOptions, learnt: Learnt) -> Role | None:
    if info is None:
        return None
    return Role(info, options, learnt.shapes.get(shape_key(info), ModelShape()))
