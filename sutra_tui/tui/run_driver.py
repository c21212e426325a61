"""Iterates the pipeline on behalf of a screen.

Invariant: `show` is called for every event in order, and whatever ends the run (itself, the user, a
fault of the screen) the screen gets everything that had been produced.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from ..core import pipeline
from ..core.calling import Clock
from ..core.demonstration_store import DemonstrationStore
from ..core.engine import Engine
from ..core.errors import UnexpectedFailure
from ..core.events import Event, RunFailed
from ..core.measurement import MeasuredStore
from ..core.protocol import HandoffResult
from ..core.request import RunRequest
from ..core.transcript import Transcript
from ..store.recording import Recorder, recorded


async def drive(
    request: RunRequest,
    engine: Engine,
    cache: DemonstrationStore,
    clock: Clock,
    *,
    measured: MeasuredStore | None = None,
    recorder: Recorder | None = None,
    show: Callable[[Event], None],
    stopped: Callable[[HandoffResult], None],
) -> None:
    """Run a request to its end. Being cancelled is how a run is stopped.

    Args:
        request: What to run.
        engine: Who answers.
        cache: Where demonstrations are kept.
        clock: Seconds from any fixed point.
        measured: Where measurements of this machine are kept.
        recorder: Writes the run down; None leaves it unwritten.
        show: Shows one event.
        stopped: Shows that the run was stopped, with what it had.
    """
    transcript = Transcript(clock)
    chain = pipeline.run(request, engine, cache, measured=measured, clock=clock)
    if recorder is not None:
        chain = recorded(chain, recorder)
    try:
        async with aclosing(chain) as events:
            async for event in events:
                transcript.apply(event)
                show(event)
    except asyncio.CancelledError:
        stopped(transcript.result("stopped"))
        raise
    except Exception as error:
        # A fault of the screen itself must not take the app, or what was written, with it.
        failure = UnexpectedFailure.of(error)
        show(RunFailed(request.run_id, failure, transcript.result("failed")))
