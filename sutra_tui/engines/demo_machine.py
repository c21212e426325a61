"""The demo's laptop: 7.7 GB of memory and what its models hold of it.

Invariant: what is loaded never adds up to more than the machine has for models. A model that is
writing is never put out; whoever needs its place waits.

The rules are Ollama's: one load at a time, one request per model at a time, the idle model with the
shortest keep-alive goes first, another context size is another load.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ..core.memory import GB
from ..core.model_info import Memory
from .demo_models import DemoModel
from .demo_pace import Clock

TOTAL: Final = int(7.7 * GB)
"""What an 8 GB laptop reports."""
SYSTEM: Final = int(1.9 * GB)
"""Taken by the desktop and a browser tab, so that a 7B fits and a 3B beside it does not."""
DEFAULT_KEEP_ALIVE: Final = 300.0
"""Seconds; Ollama's default."""


class TooBig(Exception):
    """A model that does not fit even into the empty machine.

    Args:
        need: Bytes it takes.
        free: Bytes there are for models.
    """

    def __init__(self, need: int, free: int) -> None:
        super().__init__(
            f"model requires more system memory ({need / GB:.1f} GiB) "
            f"than is available ({free / GB:.1f} GiB)"
        )


@dataclass(slots=True)
class Runner:
    """A loaded model."""

    model: DemoModel
    num_ctx: int
    keep_alive: float = DEFAULT_KEEP_ALIVE
    busy: bool = True
    idle_since: float = 0.0

    @property
    def size(self) -> int:
        return self.model.bytes_loaded(self.num_ctx)

    def stays(self, now: float) -> float:
        """Seconds it would stay from now on, if nobody asked it anything (more)."""
        return self.keep_alive - (0.0 if self.busy else now - self.idle_since)


class _Bell:
    """Wakes whoever waits for a change.

    An `asyncio.Condition` belongs to the first event loop that waits on it; this also serves a
    synchronous caller, who brings a new loop for every run.
    """

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    async def wait(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            await future
        finally:
            self._waiting.discard(future)

    def ring(self) -> None:
        for future in self._waiting:
            if not future.done():
                future.set_result(None)


class Machine:
    """Memory and residency.

    Args:
        clock: Decides when an idle model's time is up.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._runners: dict[str, Runner] = {}
        self._loading: Runner | None = None
        self._changed = _Bell()

    def memory(self) -> Memory:
        """Memory as the machine would report it; a model being loaded counts already."""
        return Memory(total=TOTAL, available=self._free(), simulated=True)

    def loaded(self) -> list[Runner]:
        """What is in memory now, the longest to stay first."""
        self._expire()
        now = self.clock()
        return sorted(self._runners.values(), key=lambda runner: -runner.stays(now))

    async def take(
        self,
        model: DemoModel,
        num_ctx: int,
        keep_alive: float | None,
        load: Callable[[], Awaitable[None]],
    ) -> Runner:
        """Have a model for oneself, loading it if need be; `release` gives it back.

        Args:
            model: Which one.
            num_ctx: Context in tokens.
            keep_alive: Seconds it stays afterwards; None leaves what holds.
            load: Takes the time a load takes; cancelling it leaves nothing loaded.

        Raises:
            TooBig: It could not fit even alone.
        """
        while True:
            self._expire()
            runner = self._runners.get(model.name)
            if runner is None or not runner.busy:
                if runner is not None and runner.num_ctx == num_ctx:
                    break
                if self._loading is None and self._make_room(model, num_ctx):
                    runner = await self._load(Runner(model, num_ctx), load)
                    break
            await self._changed.wait()
        runner.busy = True
        if keep_alive is not None:
            runner.keep_alive = keep_alive
        return runner

    def release(self, runner: Runner) -> None:
        """Give a model back; its keep-alive starts to run."""
        runner.busy = False
        runner.idle_since = self.clock()
        self._expire()
        self._changed.ring()

    def unload(self, model: DemoModel) -> None:
        """Put a model out of memory, at once or as soon as it is idle."""
        runner = self._runners.get(model.name)
        if runner is not None:
            runner.keep_alive = 0.0
            self._expire()
            self._changed.ring()

    async def _load(self, runner: Runner, load: Callable[[], Awaitable[None]]) -> Runner:
        self._loading = runner
        try:
            await load()
            self._runners[runner.model.name] = runner
        finally:
            self._loading = None
            self._changed.ring()
        return runner

    def _make_room(self, model: DemoModel, num_ctx: int) -> bool:
        need = model.bytes_loaded(num_ctx)
        if need > TOTAL - SYSTEM:
            raise TooBig(need, TOTAL - SYSTEM)
        self._runners.pop(model.name, None)
        idle = [runner for runner in self._runners.values() if not runner.busy]
        for runner in sorted(idle, key=lambda r: (r.keep_alive, r.model.name)):
            if need <= self._free():
                break
            del self._runners[runner.model.name]
        return need <= self._free()

    def _free(self) -> int:
        self._expire()
        held = sum(runner.size for runner in self._runners.values())
        return TOTAL - SYSTEM - held - (self._loading.size if self._loading else 0)

    def _expire(self) -> None:
        now = self.clock()
        for runner in list(self._runners.values()):
            if not runner.busy and runner.stays(now) <= 0:
                del self._runners[runner.model.name]
