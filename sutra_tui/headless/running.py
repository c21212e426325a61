"""`sutra run`: the pipeline's events to a face and a teller, and the exit code at the end.

Invariant: however a run ends, what it had produced by then is written before the process exits.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Protocol

from ..core import pipeline
from ..core.demonstration_store import DemonstrationStore
from ..core.engine import Engine
from ..core.errors import SutraError
from ..core.events import RunFailed, RunFinished
from ..core.measurement import MeasuredStore
from ..core.protocol import HandoffResult, Status
from ..core.request import RunRequest
from ..core.transcript import Transcript
from ..core.turns import Turn
from ..settings import Settings
from ..store.history import History
from ..store.recording import recorded
from ..store.remembered import Remembered
from . import exits
from .asking import build_request, with_models
from .faces import EventsFace, Face, JsonFace, TextFace
from .stopping import Stopped, stoppable
from .streams import Output, OutputLost, abandon_output
from .telling import REDRAW_S, Teller

STOPPED = "Stopped: what was there by then is kept."


class Cache(DemonstrationStore, Protocol):
    """A demonstration cache that may have something to tell."""

    @property
    def warnings(self) -> Sequence[str]:
        """Sentences about its file."""

    def close(self) -> None:
        """Write what it still holds in memory."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the command line hands to a run.

    Args:
        settings: The user's settings.
        remembered: The last pair of models.
        open_engine: Opens the door to the models.
        open_cache: Opens the demonstration cache.
        measured: Where measurements of this machine are kept.
        open_history: Opens the history; None keeps none.
        demo: Replies are scripted.
    """

    settings: Settings
    remembered: Remembered
    open_engine: Callable[[], Engine]
    open_cache: Callable[[], Cache]
    measured: MeasuredStore | None = None
    open_history: Callable[[], History] | None = None
    demo: bool = False


class HeadlessRun:
    """One query from the command line to the exit code.

    Args:
        args: The parsed command line of `sutra run`.
        wiring: Settings, engine, cache.
        output: Standard output.
        teller: Tells what happens on standard error.
    """

    def __init__(
        self, args: argparse.Namespace, wiring: Wiring, output: Output, teller: Teller
    ) -> None:
        self._args = args
        self._wiring = wiring
        self._teller = teller
        self._face = _face(args, output, teller, demo=wiring.demo)
        self._query = "" if args.query == "-" else str(args.query)
        self._transcript = Transcript()
        self._result: HandoffResult | None = None
        self._error: SutraError | None = None
        self._cache: Cache | None = None
        self._history: History | None = None

    def execute(self) -> int:
        """Run the query and write it out.

        Returns:
            The exit code.
        """
        try:
            return self._execute()
        except OutputLost as error:
            abandon_output()
            self._teller.fail(error)
            return error.exit_code

    def _execute(self) -> int:
        if self._wiring.demo:
            self._teller.label_demo()
        try:
            request = build_request(self._args, self._wiring.settings, self._teller.say)
            self._query = request.query
            asyncio.run(self._run(request))
        except Stopped as stopped:
            return self._stop(stopped)
        except OutputLost:
            raise
        except SutraError as error:
            self._error, self._result = error, self._so_far("failed")
        return self._finish()

    async def _run(self, request: RunRequest) -> None:
        engine = self._wiring.open_engine()
        try:
            await stoppable(self._drive(request, engine))
        finally:
            with suppress(SutraError):
                await engine.close()

    async def _drive(self, request: RunRequest, engine: Engine) -> None:
        clock = asyncio.ensure_future(self._keep_ticking())
        try:
            request = await with_models(request, engine, self._wiring.remembered, self._teller.say)
            if request.asks_model_a and request.cache != "off":
                self._cache = self._wiring.open_cache()
            if self._wiring.open_history is not None:
                self._history = self._wiring.open_history()
            if self._args.goes_on:
                request = replace(request, earlier=await self._conversation())
            measured = self._wiring.measured
            chain = pipeline.run(request, engine, self._cache, measured=measured)
            if self._history is not None:
                chain = recorded(chain, self._history.record())
            async with aclosing(chain) as events:
                async for event in events:
                    self._transcript.apply(event)
                    self._teller.take(event)
                    self._face.take(event)
                    if isinstance(event, RunFinished):
                        self._result = event.result
                    elif isinstance(event, RunFailed):
                        self._result, self._error = event.result, event.error
        finally:
            clock.cancel()

    async def _conversation(self) -> tuple[Turn, ...]:
        """What `--continue` goes on with."""
        from .going_on import last_conversation

        return await asyncio.to_thread(last_conversation, self._history, self._teller.say)

    async def _keep_ticking(self) -> None:
        """Let the elapsed time move while the server is silent."""
        while True:
            await asyncio.sleep(REDRAW_S)
            self._teller.tick()

    def _stop(self, stopped: Stopped) -> int:
        result = self._so_far("stopped")
        self._face.end(result, None)
        self._close_stores()
        self._teller.say(STOPPED)
        self._teller.end(result)
        return stopped.exit_code

    def _finish(self) -> int:
        result = self._result or self._so_far("failed")
        self._face.end(result, self._error)
        self._close_stores()
        if self._error is not None:
            self._teller.fail(self._error)
            return self._error.exit_code
        self._teller.end(result)
        return exits.OK if result.status == "complete" else exits.FAILED

    def _close_stores(self) -> None:
        """Let cache and history write their last, and tell what they have to say."""
        for store in (self._cache, self._history):
            if store is not None:
                store.close()
                for warning in store.warnings:
                    self._teller.say(warning)

    def _so_far(self, status: Status) -> HandoffResult:
        result = self._transcript.result(status)
        return result if result.query else replace(result, query=self._query)


def _face(args: argparse.Namespace, output: Output, teller: Teller, *, demo: bool) -> Face:
    if args.json:
        return JsonFace(output, teller, demo=demo)
    if args.events:
        return EventsFace(output, teller, demo=demo)
    return TextFace(output, teller)
