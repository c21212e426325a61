"""The pulls under way: they belong to the app, and go on whichever screen is shown.

Invariant: at most one pull per model and server; each ends as a value that says how, and after
`close` none is running and every connection is closed.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ..core.errors import SutraError, UnexpectedFailure
from ..core.model_names import same_model
from ..core.patience import settle
from ..core.pulling import PullProgress, advance

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.engine import Engine

State = Literal["running", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull as last heard of.

    Args:
        model: The name asked for, raw.
        progress: How far it is.
        state: Whether it runs, or how it ended.
        error: Why it failed.
        server: Address of the server that pulls.
    """

    model: str
    progress: PullProgress = field(default_factory=PullProgress)
    state: State = "running"
    error: SutraError | None = None
    server: str = ""

    @property
    def running(self) -> bool:
        return self.state == "running"

    @property
    def key(self) -> tuple[str, str]:
        """What no other pull has."""
        return self.server, self.model

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
        self._pulls: dict[tuple[str, str], Pull] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}

    @property
    def all(self) -> tuple[Pull, ...]:
        """Every pull, the oldest first."""
        return tuple(self._pulls.values())

    def at(self, engine: Engine) -> tuple[Pull, ...]:
        """Those of one server, the oldest first."""
        return tuple(pull for pull in self._pulls.values() if pull.server == engine.address)

    @property
    def running(self) -> bool:
        """Whether anything is being pulled."""
        return any(pull.running for pull in self._pulls.values())

    def find(self, engine: Engine, model: str) -> Pull | None:
        """A server's pull of that model, under whichever spelling it was started."""
        return next((pull for pull in self.at(engine) if same_model(pull.model, model)), None)

    def start(self, engine: Engine, model: str) -> bool:
        """Begin a pull, or go on with one that was stopped or failed.

        Returns:
            Whether it was begun; not when it runs already.
        """
        known = self.find(engine, model)
        if known is not None and known.running:
            return False
        pull = Pull(known.model if known is not None else model, server=engine.address)
        self._pulls[pull.key] = pull
        self._tasks[pull.key] = asyncio.create_task(self._pull(engine, pull), name="pull")
        return True

    async def stop(self, engine: Engine, model: str) -> None:
        """Stop a pull and close its connection. What was downloaded stays with the server."""
        pull = self.find(engine, model)
        if pull is not None and (task := self._tasks.get(pull.key)) is not None:
            await settle(task)
            self._note_stopped(pull.key)  # a task that never got its turn could not

    def forget(self, engine: Engine, model: str) -> None:
        """Take a pull that is over off the list."""
        pull = self.find(engine, model)
        if pull is not None and not pull.running:
            self._pulls.pop(pull.key)
            self._tasks.pop(pull.key, None)

    async def close(self) -> None:
        """Stop everything, and forget it."""
        for task in [*self._tasks.values()]:
            await settle(task)
        self._tasks.clear()
        self._pulls.clear()

    async def _pull(self, engine: Engine, pull: Pull) -> None:
        key, progress = pull.key, pull.progress
        try:
            async with aclosing(engine.pull(pull.model)) as lines:
                async for line in lines:
                    progress = advance(progress, line, self.clock())
                    self._pulls[key] = replace(pull, progress=progress)
            self._end(key, "done")
        except SutraError as error:
            self._end(key, "failed", error)
        except Exception as error:
            self._end(key, "failed", UnexpectedFailure.of(error))
        finally:
            self._note_stopped(key)

    def _note_stopped(self, key: tuple[str, str]) -> None:
        pull = self._pulls[key]
        if pull.running:
            self._pulls[key] = replace(pull, state="stopped")

    def _end(self, key: tuple[str, str], state: State, error: SutraError | None = None) -> None:
        pull = self._pulls[key] = replace(self._pulls[key], state=state, error=error)
        if self._ended is not None:
            self._ended(pull)
