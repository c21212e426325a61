"""Writes runs down while they happen: events in, rows out, in a thread of its own.

Invariant: taking an event never waits for a disk. What a stage wrote is on the disk when the stage
has ended; of the stage that is going on, at most the last second is not. Whatever goes wrong with
the disk, the run goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Any, Final, Protocol

from ..core.errors import StoreError
from ..core.events import (
    CacheHit,
    Event,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
)
from ..core.protocol import HandoffResult, StageRecord
from ..core.transcript import Transcript
from .database import StoreBusy
from .history_run import HistoryRun

TAIL_S: Final = 0.9
"""How often a stage that goes on is written; with the writing itself, within a second."""
SIGN_OF_LIFE_S: Final = 5.0
"""How often a run that says nothing is noted to go on."""
PATIENCE_S: Final = 5.0
"""How long another program may hold the file before that is worth a word."""
HELD_UP: Final = (
    "Another program is using the history and does not let go."
    " Runs are kept in memory and written as soon as it does."
)


class Shelf(Protocol):
    """Where runs are kept."""

    def save(self, run: HistoryRun, written: Sequence[StageRecord], *, wait: bool) -> None:
        """Write a run."""

    def touch(self, run_id: str) -> None:
        """Note that a run still goes on."""

    def warn(self, sentence: str) -> None:
        """Tell the user something, once."""


class Recorder:
    """One run, as it is to be written down. Events come in one thread and are read in another.

    Args:
        changed: Called when something should be on the disk at once.
        clock: Seconds since the epoch.
        parent: Id of the run that this one is made from; empty for none.
    """

    def __init__(
        self, changed: Callable[[], None], clock: Callable[[], float], parent: str = ""
    ) -> None:
        self._changed = changed
        self._clock = clock
        self._parent = parent
        self._started_at = clock()
        self._lock = threading.Lock()
        self._transcript = Transcript()
        self._final: HandoffResult | None = None
        self._error: dict[str, str] = {}
        self._cache: dict[str, Any] = {}
        self._dirty = False
        self.over = False
        """No more events will come."""
        self.began = False
        """There is something to write."""

    def take(self, event: Event) -> None:
        """Note what happened."""
        with self._lock:
            self._transcript.apply(event)
            self._dirty = True
            match event:
                case RunStarted():
                    self.began = True
                case CacheHit():
                    self._cache = {**asdict(event)}
                    del self._cache["run_id"]
                    return
                case RunFinished():
                    self._final, self.over = event.result, True
                case RunFailed():
                    self._final, self.over = event.result, True
                    self._error = event.error.to_dict()
                case StageStarted() | StageFinished():
                    pass
                case _:
                    return
        self._changed()

    def stop(self) -> None:
        """No more events will come; a run without an end of its own was stopped."""
        with self._lock:
            if self.over:
                return
            self._final, self.over = self._transcript.result("stopped"), True
            self._dirty = True
        self._changed()

    def snapshot(self) -> HistoryRun | None:
        """The run as it is now; None if that has been given already."""
        with self._lock:
            if not self._dirty or not self.began:
                return None
            self._dirty = False
            return HistoryRun(
                result=self._final or self._transcript.result("stopped"),
                started_at=self._started_at,
                seen_at=self._clock(),
                over=self.over,
                parent=self._parent,
                error=self._error,
                cache=self._cache,
            )

    def again(self) -> None:
        """The last snapshot was not written."""
        with self._lock:
            self._dirty = True


class Writer:
    """The thread that writes; it is there while a run goes on.

    Args:
        shelf: Where runs are kept.
        clock: Seconds since the epoch.
    """

    def __init__(self, shelf: Shelf, clock: Callable[[], float]) -> None:
        self._shelf = shelf
        self._clock = clock
        self._condition = threading.Condition()
        self._urgent = False
        self._closing = False
        self._runs: list[_Writing] = []
        self._thread: threading.Thread | None = None

    def record(self, parent: str = "") -> Recorder:
        """A recorder for a run that begins now."""
        recorder = Recorder(self._hurry, self._clock, parent)
        with self._condition:
            self._runs.append(_Writing(recorder))
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(
                    target=self._work, name="sutra-history", daemon=True
                )
                self._thread.start()
        return recorder

    def close(self) -> None:
        """Write everything; runs that still go on count as stopped."""
        with self._condition:
            self._closing = True
            runs, thread = list(self._runs), self._thread
        for run in runs:
            run.recorder.stop()
        self._hurry()
        if thread is not None:
            thread.join()

    def _hurry(self) -> None:
        with self._condition:
            self._urgent = True
            self._condition.notify_all()

    def _work(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._urgent, TAIL_S)
                self._urgent = False
                runs, closing = list(self._runs), self._closing
            ended = [run for run in runs if self._write(run, last=closing)]
            with self._condition:
                self._runs = [run for run in self._runs if run not in ended]
                if not self._runs or closing:
                    self._thread = None
                    return

    def _write(self, run: _Writing, *, last: bool) -> bool:
        """Write what is new of a run. Says whether it is over and written."""
        over = run.recorder.over
        try:
            self._write_news(run, wait=last)
        except StoreBusy:
            run.recorder.again()
            now = time.monotonic()
            run.held_up_since = run.held_up_since or now
            if last or now - run.held_up_since >= PATIENCE_S:
                self._shelf.warn(HELD_UP)
            return False
        except StoreError as error:
            self._shelf.warn(str(error))
        except Exception as error:
            self._shelf.warn(
                f"The history could not take in a run ({type(error).__name__}). Please report it."
            )
        return over

    def _write_news(self, run: _Writing, *, wait: bool) -> None:
        snapshot = run.recorder.snapshot()
        now = time.monotonic()
        if snapshot is not None:
            self._shelf.save(snapshot, run.written, wait=wait)
            run.run_id, run.written, run.sign_at = snapshot.run_id, snapshot.result.stages, now
            run.held_up_since = 0.0
        elif run.run_id and not run.recorder.over and now - run.sign_at >= SIGN_OF_LIFE_S:
            self._shelf.touch(run.run_id)
            run.sign_at = now


class _Writing:
    """A recorder and what is on the disk of it."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.run_id = ""
        self.written: tuple[StageRecord, ...] = ()
        self.sign_at = 0.0
        self.held_up_since = 0.0


async def recorded(
    events: AsyncGenerator[Event, None], recorder: Recorder
) -> AsyncGenerator[Event, None]:
    """Pass a run's events on, and write them down; the one way by which a run is recorded.

    Closing it, or cancelling who iterates it, stops the run and is written down as that.
    """
    try:
        async with aclosing(events):
            async for event in events:
                recorder.take(event)
                yield event
    finally:
        recorder.stop()
