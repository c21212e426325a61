"""The self-test: does a model do what the chain needs of it, tried for twenty seconds.

Model A's own templates, parser and pipeline are used, with one demonstration wanted so that a
laptop without a graphics card gets there in time. Loading is waited for on top and has a limit of
its own. Speed comes from a few tokens asked for first: a server tells its counts at the end, which
a slow model would not reach.

Invariant: whatever happens, a finding comes back within the limits; what a model wrote is in none.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, Literal

from ..core import pipeline
from ..core.engine import ChatRequest, Engine
from ..core.errors import EngineError, SutraError, UnexpectedFailure
from ..core.events import RunFailed
from ..core.message import Message
from ..core.patience import within
from ..core.protocol import GenerationOptions, HandoffResult, ModelInfo, StageStats
from ..core.request import RunRequest
from ..core.residency import MemoryKeeper
from ..core.role import Role
from ..core.transcript import Transcript
from ..wording import seconds
from .finding import Finding, Verdict
from .privacy import Privacy

LIMIT_S: Final = 20.0
"""How long a model is tried once it is in memory."""
LOAD_LIMIT_S: Final = 120.0
NOTABLE_S: Final = 0.5
"""A load that takes less was none: the model was in memory already."""
QUERY: Final = "Add 17 and 25."
"""What every model of a useful size can do, so that only the form is tested."""
SPEED_QUERY: Final = "Count from 1 to 20."
SPEED_TOKENS: Final = 24
MOST_TOKENS: Final = 400
"""More than a draft and one demonstration take; a model that needs more does not stop."""

Step = Literal["loading", "measuring", "trying"]
Tell = Callable[[str, Step], None]
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one model.

    Args:
        loaded_s: How long loading took; None when it was not done in time.
        speed: Tokens a second by the server's counts; None when it told none.
        demonstrations: Usable ones that it wrote.
        stopped: It ended by itself, or had written everything wanted.
        wrote: Whether there was any text at all.
        cut: The time was over before it was done.
        took_s: How long it was tried.
        error: Why it could not be tried to the end.
    """

    loaded_s: float | None = None
    speed: float | None = None
    demonstrations: int = 0
    stopped: bool = False
    wrote: bool = False
    cut: bool = False
    took_s: float = 0.0
    error: SutraError | None = None


async def make_room(engine: Engine, before: Role | None, following: Role) -> None:
    """Put the model tried before out of memory if both do not fit."""
    keeper = MemoryKeeper(engine, before, following)
    await keeper.plan()
    async for _ in keeper.prepare(following):
        pass


async def try_model(
    engine: Engine,
    role: Role,
    *,
    tell: Tell = lambda model, step: None,
    limit_s: float = LIMIT_S,
    load_limit_s: float = LOAD_LIMIT_S,
    clock: Clock = time.monotonic,
) -> Trial:
    """Load a model and try it.

    Args:
        engine: The server.
        role: The model, and how it generates in the user's runs; the context stays, so that
            nothing reloads.
        tell: Is told each step as it begins.
        limit_s: Seconds it is tried.
        load_limit_s: Seconds it may take to load.
        clock: Seconds from any fixed point.
    """
    trial, info = Trial(), role.info
    most = min(role.options.num_predict, MOST_TOKENS)
    options = replace(role.options, num_predict=most, think=False)
    began = clock()
    try:
        tell(info.name, "loading")
        await _in_time(load_limit_s, engine.load(info.name, options))
        trial = replace(trial, loaded_s=clock() - began)
        began = clock()
        tell(info.name, "measuring")
        speed = await _in_time(limit_s, _speed(engine, role, options))
        trial = replace(trial, speed=speed)
        tell(info.name, "trying")
        rest = limit_s - (clock() - began)
        trial = _judged(trial, await _demonstrate(engine, info, options, rest))
    except _TimeIsOver:
        trial = replace(trial, cut=True)
    except SutraError as error:
        trial = replace(trial, error=error)
    except Exception as error:
        trial = replace(trial, error=UnexpectedFailure.of(error))
    return replace(trial, took_s=clock() - began)


class _TimeIsOver(EngineError):
    """What `within` raises here."""


async def _in_time(limit_s: float, work: Awaitable[object]) -> float | None:
    async def whole() -> object:
        return await work

    done = await within(limit_s, whole(), lambda: _TimeIsOver("The time is over."))
    return done if isinstance(done, float) else None


async def _speed(engine: Engine, role: Role, options: GenerationOptions) -> float | None:
    """Tokens a second over a few tokens, by the server's counts."""
    few = replace(options, num_predict=SPEED_TOKENS)
    stats = StageStats()
    messages = (Message("user", SPEED_QUERY),)
    request = ChatRequest(role.info.name, messages, few, thinks=role.thinks)
    async with aclosing(engine.chat(request)) as chunks:
        async for chunk in chunks:
            if chunk.done:
                stats = chunk.stats
    return stats.tokens_per_second


async def _demonstrate(
    engine: Engine, info: ModelInfo, options: GenerationOptions, limit_s: float
) -> tuple[HandoffResult, bool]:
    """Model A's part of a run; whether the time was over before its end."""
    transcript = Transcript()
    request = RunRequest(
        QUERY,
        model_a=info.name,
        count=1,
        options_a=options,
        cache="off",
        final=False,
    )

    async def whole() -> None:
        async with aclosing(pipeline.run(request, engine)) as events:
            async for event in events:
                transcript.apply(event)
                if isinstance(event, RunFailed):
                    raise event.error

    try:
        await within(max(limit_s, 0.0), whole(), lambda: _TimeIsOver("The time is over."))
    except _TimeIsOver:
        return transcript.result("stopped"), True
    return transcript.result(), False


def _judged(trial: Trial, outcome: tuple[HandoffResult, bool]) -> Trial:
    result, cut = outcome
    stage = result.stage("A")
    longer = stage.stats.tokens_per_second if stage else None
    return replace(
        trial,
        # Many tokens tell more than few.
        speed=longer or trial.speed,
        demonstrations=len(result.demonstrations),
        stopped=not cut and stage is not None and stage.status == "complete",
        wrote=stage is not None and bool(stage.output.strip()),
        cut=cut,
    )


def examine_trial(
    trial: Trial, info: ModelInfo, *, writes_demonstrations: bool, privacy: Privacy
) -> Finding:
    """What a trial says.

    Args:
        trial: What came of it.
        info: The model.
        writes_demonstrations: Whether it plays Model A, which is of no use without them.
        privacy: What not to name.
    """
    name = privacy.text(info.name, 80)
    verdict, text, fix = _verdict(trial, needs=writes_demonstrations, privacy=privacy)
    speed = f"{trial.speed:.1f} tok/s" if trial.speed else ""
    slow = trial.loaded_s is not None and trial.loaded_s >= NOTABLE_S
    loaded = f"loaded in {seconds(trial.loaded_s or 0)}" if slow else ""
    told = ", ".join(part for part in (text, speed, loaded) if part)
    facts = {
        "model": name,
        "demonstrations": trial.demonstrations,
        "stopped": trial.stopped,
        "cut": trial.cut,
        "tokens_per_second": trial.speed,
        "loaded_s": trial.loaded_s,
        "error": trial.error.kind if trial.error else None,
    }
    return Finding(f"self_test.{name}", "Self-test", verdict, f"{name}: {told}.", fix, facts)


def _verdict(trial: Trial, *, needs: bool, privacy: Privacy) -> tuple[Verdict, str, str]:
    if trial.error is not None:
        text = privacy.text(trial.error.message).rstrip(".")
        return "failed", text, privacy.text(trial.error.remedy) or "Try another model."
    if trial.loaded_s is None:
        fix = "Choose a smaller model, or look at the server's log."
        return "failed", f"it was not loaded within {seconds(LOAD_LIMIT_S)}", fix
    demonstrations = "a demonstration that can be used" if trial.demonstrations else ""
    if trial.cut and not demonstrations:
        fix = "Slow for this machine: choose a smaller model, or have patience."
        state = "still writing" if trial.wrote else "still reading"
        return "warning", f"{state} after {seconds(LIMIT_S)}, no demonstration yet", fix
    if not trial.wrote:
        return "failed", "it wrote nothing", "Choose another model, or pull this one again."
    if not demonstrations:
        verdict: Verdict = "failed" if needs else "warning"
        fix = "Choose another Model A." if needs else "Do not use it as Model A."
        return verdict, "no demonstration that can be used", fix
    if not trial.stopped:
        fix = "Set num_predict so that it cannot go on for long, or choose another model."
        return "warning", f"{demonstrations}, but it does not stop by itself", fix
    return "ok", f"{demonstrations}, and it stops", ""
