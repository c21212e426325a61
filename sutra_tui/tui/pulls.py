"""The pulls under way: they belong to the app, and go on whichever screen is shown.

Invariant: at most one pull per model name; each ends as a value that says how, and after `close`
none is running and every connection is closed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Literal

from ..core.engine import Engine
from ..core.errors import SutraError, UnexpectedFailure
from ..core.model_names import same_model
from ..core.patience import settle
from ..core.pulling import PullProgress, advance

State = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull as last heard of.

    Args:
        model: The name asked for, raw.
        progress: How far it is.
        state: Whether it runs, or how it ended.
        error: Why it failed.
    """

    model: str
    progress: PullProgress = field(default_factory=PullProgress)
    state: State = "running"
    error: SutraError | None = None

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def can_resume(self) -> bool:
        """Whether starting it again makes sense."""
        return self.state in ("stopped", "failed")


class Pulls:
    """Starts, stops and remembers pulls.

    Args:
        clock: Seconds by any steady clock, for speeds.
        ended: Told of each pull that ended by itself, on the event loop.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        ended: Callable[[Pull], None] | None = None,
    ) -> None:
        self.clock = clock
        self._ended = ended
        self._pulls: dict[str, Pull] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def all(self) -> tuple[Pull, ...]:
        """Every pull, the oldest first."""
        return tuple(self._pulls.values())

    @property
    def running(self) -> bool:
        """Whether anything is being pulled."""
        return any(pull.running for pull in self._pulls.values())

    def find(self, model: str) -> Pull | None:
        """The pull of that model, under whichever spelling it was started."""
        return next((p for p in self._pulls.values() if same_model(p.model, model)), None)

    def start(self, engine: Engine, model: str) -> bool:
        """Begin a pull, or go on with one that was stopped or failed.

        Returns:
            Whether it was begun; not when it runs already.
        """
        known = self.find(model)
        if known is not None and known.running:
            return False
        name = known.model if known is not None else model
        self._pulls[name] = Pull(name)
        self._tasks[name] = asyncio.create_task(self._pull(engine, name), name="pull")
        return True

    async def stop(self, model: str) -> None:
        """Stop a pull and close its connection. What was downloaded stays with the server."""
        pull = self.find(model)
        if pull is not None and (task := self._tasks.get(pull.model)) is not None:
            await settle(task)
            self._note_stopped(pull.model)  # a task that never got its turn could not

    def forget(self, model: str) -> None:
        """Take a pull that is over off the list."""
        pull = self.find(model)
        if pull is not None and not pull.running:
            self._pulls.pop(pull.model)
            self._tasks.pop(pull.model, None)

    async def close(self) -> None:
        """Stop everything, and forget it."""
        for task in [*self._tasks.values()]:
            await settle(task)
        self._tasks.clear()
        self._pulls.clear()

    async def _pull(self, engine: Engine, name: str) -> None:
        try:
            async with aclosing(engine.pull(name)) as lines:
                async for line in lines:
                    pull = self._pulls[name]
                    progress = advance(pull.progress, line, self.clock())
                    self._pulls[name] = replace(pull, progress=progress)
            self._end(name, "done")
        except SutraError as error:
            self._end(name, "failed", error)
        except Exception as error:
            self._end(name, "failed", UnexpectedFailure.of(error))
        finally:
            self._note_stopped(name)

    def _note_stopped(self, name: str) -> None:
        pull = self._pulls[name]
        if pull.running:
            self._pulls[name] = replace(pull, state="stopped")

    def _end(self, name: str, state: State, error: SutraError | None = None) -> None:
        pull = self._pulls[name] = replace(self._pulls[name], state=state, error=error)
        if self._ended is not None:
            self._ended(pull)
