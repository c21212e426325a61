"""The memory plan of a run: what is loaded in which order, whether it fits, how long it takes.

The same value is shown before a run and drives what the run does, so that the two cannot differ.

Invariant: pure. Every figure comes from `memory`'s arithmetic, from what the server and the machine
said, or from a measurement that names its number of runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Literal

from .budget import estimate_messages, estimate_tokens
from .measurement import Known, Measurement
from .memory import (
    Footprint,
    Residency,
    Verdict,
    effective_context,
    footprint,
    judge,
    together_or_not,
)
from .model_info import LoadedModel, Memory
from .plan_time import Expected, RoleTime, expected_seconds
from .prompting import prompt_a, prompt_b
from .request import RunRequest
from .role import Role, same_weights

KEEP_LOADED_S: Final = 1800.0
"""How long a model stays in this machine's memory after its last call, unless the user says
otherwise: longer than it takes to read an answer and think of the next question, since a server's
own five minutes can be over before the other model of the same run has finished."""
RoleName = Literal["A", "B"]
PromptSize = Literal["about", "at most"]
RANK: Final[tuple[Verdict, ...]] = ("fits", "one at a time", "tight", "does not fit", "unknown")
"""Verdicts from the best on."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """What the models will read, in tokens, by our estimate.

    Args:
        a: Model A's prompt.
        b: Model B's, without demonstrations.
        demonstrations: Those that are given; None when Model A writes them first.
    """

    a: int = 0
    b: int = 0
    demonstrations: int | None = None


def prompts_of(request: RunRequest) -> Prompts:
    """Estimate a request's prompts before anything runs."""
    messages_a = prompt_a(request, request.options_a).messages
    messages_b = prompt_b(request, request.options_b).messages
    given = request.demonstrations
    if not request.asks_model_a:
        given = given or ()
    return Prompts(
        a=estimate_messages(messages_a).likely,
        b=estimate_messages(messages_b).likely,
        demonstrations=None if given is None else sum(estimate_tokens(t).likely for t in given),
    )


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan is made from.

    Args:
        a: Model A's role; None when the run has none.
        b: Model B's role; None when the run ends before it.
        loaded: What the server holds in memory.
        memory: Its machine's; None when it cannot be seen from here.
        prompts: What the models will read.
        known: Measurements of this machine's models.
        may_unload: Digests of other models that runs of ours brought in, and that may therefore be
            put out to make room; the first goes first.
        beside: What Model B's server holds, where it is another one than Model A's.
        apart: The two servers are on two machines.
    """

    a: Role | None
    b: Role | None
    loaded: tuple[LoadedModel, ...] = ()
    memory: Memory | None = None
    prompts: Prompts = Prompts()
    known: Known = field(default_factory=dict)
    may_unload: tuple[str, ...] = ()
    beside: tuple[LoadedModel, ...] | None = None
    apart: bool = False

    @property
    def roles(self) -> tuple[tuple[RoleName, Role], ...]:
        """The roles there are, in the order they run."""
        pairs: tuple[tuple[RoleName, Role | None], ...] = (("A", self.a), ("B", self.b))
        return tuple((name, role) for name, role in pairs if role is not None)

    @property
    def is_one_model(self) -> bool:
        """Both roles, or the only one, are one set of weights, loaded once."""
        if self.a is None or self.b is None:
            return True
        return self.beside is None and same_weights(self.a.info, self.b.info)

    def held_for(self, name: RoleName) -> tuple[LoadedModel, ...]:
        """What the server of a role holds in memory."""
        return self.loaded if name == "A" or self.beside is None else self.beside


@dataclass(frozen=True, slots=True)
class RolePlan:
    """One role's part in a plan. Sizes are bytes, counts tokens.

    Args:
        role: `A` or `B`.
        model: The model's name.
        digest: Its digest.
        footprint: What it is expected to take.
        held: What the server says it holds now, ready for use; 0 when it does not.
        goes_out: It is put out to make room for the other model, and loaded again.
        elsewhere: It is a cloud model and takes nothing of this memory.
        num_ctx: The context it will have.
        num_predict: Most it may write.
        prompt: What it will read.
        prompt_size: How `prompt` is meant.
        cache_bytes_per_token: What a token of context takes.
    """

    role: RoleName
    model: str
    digest: str
    footprint: Footprint
    held: int = 0
    goes_out: bool = False
    elsewhere: bool = False
    num_ctx: int = 0
    num_predict: int = 0
    prompt: int = 0
    prompt_size: PromptSize = "about"
    cache_bytes_per_token: int = 0

    @property
    def need(self) -> int:
        """Bytes it takes: the server's own figure if it is loaded, else the estimate."""
        if self.elsewhere:
            return 0
        return self.held or self.footprint.total

    @property
    def is_loaded(self) -> bool:
        """Whether it need not be loaded for this run."""
        return (self.held > 0 and not self.goes_out) or self.elsewhere


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run will do to memory, and what it is expected to cost.

    Args:
        roles: The models in the order they run.
        verdict: Whether they fit.
        residency: What that means for loading and unloading.
        peak: Most bytes in use at once.
        free: Bytes there are for the run's models; None when that cannot be seen.
        available: What of `free` nobody uses now.
        reclaimed: What of `free` the run's own models hold now.
        memory: The machine's.
        unload_first: Models of earlier runs of ours that go out to make room.
        in_the_way: Other models in memory, which a run leaves alone.
        keep_alive: Seconds each model stays after its call; None is the server's own.
        expected: How long the run takes; None where there is no data yet.
    """

    roles: tuple[RolePlan, ...] = ()
    verdict: Verdict = "unknown"
    residency: Residency = "one model"
    peak: int = 0
    free: int | None = None
    available: int = 0
    reclaimed: int = 0
    memory: Memory | None = None
    unload_first: tuple[LoadedModel, ...] = ()
    in_the_way: tuple[LoadedModel, ...] = ()
    keep_alive: float | None = None
    expected: Expected | None = None

    @property
    def models(self) -> tuple[RolePlan, ...]:
        """The roles with one entry for each set of weights: what is really loaded."""
        return self.roles[:1] if self.residency == "one model" else self.roles

    @property
    def rank(self) -> int:
        """How good the verdict is; 0 is best."""
        return RANK.index(self.verdict)

    @property
    def to_load(self) -> tuple[str, ...]:
        """Names of the models that have to be loaded, in order."""
        return tuple(part.model for part in self.models if not part.is_loaded)

    def of(self, name: str) -> RolePlan | None:
        """The part of the role of that name."""
        return next((part for part in self.roles if part.role == name), None)


def make_plan(situation: Situation) -> RunPlan:
    """Plan a run.

    Models of earlier runs go out first only if the verdict is better for it, the one unused for
    longest first and no more than it takes. Nothing measured here says anything of a machine that
    cannot be seen from here.
    """
    if situation.apart:
        situation = replace(situation, memory=None)
    if situation.memory is None:
        situation = replace(situation, known={})
    ours, others = _others(situation)
    plans = (
        _plan(situation, ours[:count], ours[count:] + others) for count in range(len(ours) + 1)
    )
    return min(plans, key=lambda plan: (plan.rank, len(plan.unload_first)))


def _others(situation: Situation) -> tuple[tuple[LoadedModel, ...], tuple[LoadedModel, ...]]:
    """What is loaded besides the run's models: what may go out, in that order, and what may not."""
    strangers = [
        held
        for held in dict.fromkeys((*situation.loaded, *(situation.beside or ())))
        if not any(
            role.plays(held) and held in situation.held_for(name) for name, role in situation.roles
        )
    ]
    if situation.beside is not None:
        return (), tuple(strangers)
    order = {digest: place for place, digest in enumerate(situation.may_unload)}
    ours = sorted((h for h in strangers if h.digest in order), key=lambda h: order[h.digest])
    return tuple(ours), tuple(held for held in strangers if held.digest not in order)


def _plan(
    situation: Situation, leaving: tuple[LoadedModel, ...], staying: tuple[LoadedModel, ...]
) -> RunPlan:
    memory = situation.memory
    parts = tuple(_part(situation, name, role) for name, role in situation.roles)
    weighed = parts[:1] if situation.is_one_model else parts
    local = [part for part in weighed if not part.elsewhere]
    needs = [part.need for part in local]
    reclaimed = sum(
        _held_by(situation, name, role) for name, role in situation.roles[: len(weighed)]
    )
    free = verdict = None
    if memory is not None and all(part.footprint.weights or part.held for part in local):
        free = memory.available + reclaimed + sum(held.size for held in leaving)
        verdict = judge(needs, free)
    both = len(weighed) > 1
    residency = together_or_not(verdict or "unknown") if both else "one model"
    if both and situation.apart:
        residency = "apart"
    at_once = verdict == "fits" or not both
    if residency == "one at a time" and parts[1].held:
        parts = (parts[0], replace(parts[1], goes_out=True))
    return RunPlan(
        roles=parts,
        verdict=verdict or "unknown",
        residency=residency,
        peak=sum(needs) if at_once else max(needs, default=0),
        free=free,
        available=memory.available if memory else 0,
        reclaimed=reclaimed,
        memory=memory,
        unload_first=leaving,
        in_the_way=staying,
        keep_alive=None if memory is None else KEEP_LOADED_S,
        expected=expected_seconds(
            [_time(part) for part in parts],
            situation.known,
            early=residency in ("together", "apart"),
            shared=situation.is_one_model,
        ),
    )


def _time(part: RolePlan) -> RoleTime:
    weights, prompt = part.footprint.weights, part.prompt
    return RoleTime(part.role, part.digest, weights, part.is_loaded, prompt, part.num_predict)


def _part(situation: Situation, name: RoleName, role: Role) -> RolePlan:
    info, shape = role.info, role.shape
    num_ctx = effective_context(info, shape, role.options.num_ctx)
    seen = situation.known.get(info.digest) or Measurement("")
    parts = footprint(info, shape, num_ctx, seen.overhead)
    prompt, size = _prompt(situation, name)
    ready = (
        held.size
        for held in situation.held_for(name)
        if role.plays(held) and held.context_length in (None, num_ctx)
    )
    return RolePlan(
        role=name,
        model=info.name,
        digest=info.digest,
        footprint=parts,
        held=0 if info.remote else next(ready, 0),
        elsewhere=info.remote,
        num_ctx=num_ctx,
        num_predict=role.options.num_predict,
        prompt=prompt,
        prompt_size=size,
        cache_bytes_per_token=parts.kv_cache // num_ctx if num_ctx else 0,
    )


def _held_by(situation: Situation, name: RoleName, role: Role) -> int:
    """Bytes the server says a role's model holds, at whatever context."""
    if role.info.remote:
        return 0
    return sum(held.size for held in situation.held_for(name) if role.plays(held))


def _prompt(situation: Situation, name: RoleName) -> tuple[int, PromptSize]:
    """What a role will read; Model B's demonstrations are as long as Model A makes them."""
    prompts, a = situation.prompts, situation.a
    if name == "A":
        return prompts.a, "about"
    if prompts.demonstrations is not None or a is None:
        return prompts.b + (prompts.demonstrations or 0), "about"
    known = situation.known.get(a.info.digest)
    if known is not None and (usual := known.writes("A")) is not None:
        return prompts.b + min(int(usual.value), a.options.num_predict), "about"
    return prompts.b + a.options.num_predict, "at most"
