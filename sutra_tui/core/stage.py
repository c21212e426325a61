"""One stage with a model in it, from the checked prompt to the server's last number.

Invariant: `StageFinished` comes last and exactly once, unless the stage raises or is closed; only a
stream that ended with the server's `done` for reason `stop`, or that was closed because everything
wanted was there, is `complete`, and none that went round in circles is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from .budget import Estimate, check_fits, estimate_messages, suspect_cut
from .calling import Clock, Stopwatch, call
from .engine import ChatChunk, ChatRequest, Engine
from .errors import EngineError
from .events import Event, Notice, Phase, PhaseName, StageFinished, StageStarted
from .message import Message
from .patience import within
from .protocol import StageName, Status
from .reading import Reader
from .repetition import RepetitionWatch
from .residency import MemoryKeeper
from .role import Role
from .stats import StageStats

LINGER_S: Final = 2.0
"""How long a stream whose content is complete stays open for the server's closing numbers."""


@dataclass(slots=True)
class StageOutcome:
    """How a stage ended; filled in when its events are over."""

    status: Status = "incomplete"
    done_reason: str = ""
    stats: StageStats = StageStats()


class ModelStage:
    """Runs one model call as a stage.

    Args:
        run_id: Whose events these are.
        name: `A` or `B`.
        role: Model and options.
        messages: The prompt.
        reader: Sorts the reply into events.
        engine: Who answers.
        keeper: Makes room in memory.
        clock: Seconds from any fixed point.
    """

    def __init__(
        self,
        run_id: str,
        name: StageName,
        role: Role,
        messages: tuple[Message, ...],
        reader: Reader,
        engine: Engine,
        keeper: MemoryKeeper,
        clock: Clock,
    ) -> None:
        self._run_id = run_id
        self._name = name
        self._seat = role
        self._role = replace(role, options=keeper.options(role))
        self._messages = messages
        self._reader = reader
        self._engine = engine
        self._keeper = keeper
        self._watch = Stopwatch(clock)
        self._repetition = RepetitionWatch()
        self.outcome = StageOutcome()

    async def events(self) -> AsyncGenerator[Event, None]:
        """The stage, start to end.

        Raises:
            PromptTooLong: Before anything is sent.
            EngineError: Whatever the engine raises.
        """
        who, role = f"Model {self._name}", self._role
        estimate = estimate_messages(self._messages)
        yield StageStarted(
            self._run_id,
            self._name,
            model=role.info.name,
            digest=role.info.digest,
            messages=self._messages,
            options=sent_options(role),
            prompt_estimate=estimate.likely,
        )
        if tight := check_fits(who, estimate, role.options):
            yield self._notice("tight_context", tight)
        async for phase in self._keeper.prepare(self._seat):
            yield Phase(self._run_id, self._name, phase)
        async with aclosing(self._stream()) as events:
            async for event in events:
                yield event
        for event in self._reader.finish(cut=self.outcome.status != "complete"):
            yield event
        for event in self._verdict(who, estimate):
            yield event

    async def _stream(self) -> AsyncGenerator[Event, None]:
        role, reader, outcome = self._role, self._reader, self.outcome
        request = ChatRequest(role.info.name, self._messages, role.options, thinks=role.thinks)
        async with aclosing(call(self._engine, request, self._watch)) as stream:
            while (item := await self._next(stream)) is not None:
                if isinstance(item, str):
                    yield Phase(self._run_id, self._name, item)
                    continue
                self._keeper.model_is_writing(self._seat)
                for event in reader.take(item):
                    yield event
                if self._repetition.feed(item.thinking + item.text):
                    yield self._notice("repeating", self._going_round())
                if item.done:
                    outcome.done_reason, outcome.stats = item.done_reason, item.stats
                    outcome.status = (
                        "complete" if item.done_reason in ("stop", "") else "incomplete"
                    )
                    break
                if reader.satisfied and reader.over_the_end:
                    break
        if reader.satisfied:
            outcome.status = "complete"
        outcome.stats = self._watch.complete(outcome.stats)
        if outcome.status == "complete":
            held = await self._keeper.held_by(self._seat)
            outcome.stats = replace(outcome.stats, resident_bytes=held)

    def _next(
        self, stream: AsyncGenerator[ChatChunk | PhaseName, None]
    ) -> Awaitable[ChatChunk | PhaseName | None]:
        """The next item; None at the end, and when a satisfied reader has waited long enough."""
        return _linger(stream) if self._reader.satisfied else anext(stream, None)

    def _verdict(self, who: str, estimate: Estimate) -> list[Event]:
        outcome, options = self.outcome, self._role.options
        problems: list[str] = []
        if not self._reader.wrote_text:
            outcome.status = "incomplete"
            problems.append(f"{who} ({self._role.info.name}) sent an empty reply.")
        if self._repetition.noticed:
            outcome.status = "incomplete"
            problems.append(f"{who} repeated itself over and over.")
        if outcome.done_reason == "length":
            problems.append(
                f"{who} was cut off at its limit: num_predict {options.num_predict:,} tokens, "
                f"num_ctx {options.num_ctx:,}."
            )
        elif outcome.status == "incomplete" and not outcome.done_reason:
            problems.append(f"{who}'s stream ended before the model said that it was done.")
        events: list[Event] = [self._notice("incomplete", text) for text in problems]
        if cut := suspect_cut(who, estimate, outcome.stats.prompt_tokens, options.num_ctx):
            problems.append(cut)
            events.append(self._notice("prompt_cut", cut))
        events.append(
            StageFinished(
                self._run_id,
                self._name,
                outcome.status,
                outcome.stats,
                outcome.done_reason,
                tuple(problems),
            )
        )
        return events

    def _going_round(self) -> str:
        return (
            f"Model {self._name} repeats itself over and over. It goes on to its limit of "
            f"{self._role.options.num_predict:,} tokens unless you stop it."
        )

    def _notice(self, kind: str, text: str) -> Notice:
        return Notice(self._run_id, kind, text, self._name)


async def _linger(
    stream: AsyncGenerator[ChatChunk | PhaseName, None],
) -> ChatChunk | PhaseName | None:
    """The next item, if it comes soon.

    The reply's content is complete with the last demonstration, but the server's token counts come
    with the `done` line a moment later, so a well-behaved model gets that moment.
    """

    async def following() -> ChatChunk | PhaseName | None:
        return await anext(stream, None)

    def late() -> EngineError:
        return EngineError("The server's numbers did not come in time.")

    try:
        return await within(LINGER_S, following(), late)
    except EngineError:
        return None  # whatever goes wrong now, nothing that was wanted is missing


def sent_options(role: Role) -> dict[str, Any]:
    """A role's options as a reader of the run wants them: `think` only where it is sent."""
    options = asdict(role.options)
    if not role.thinks:
        del options["think"]
    return options
