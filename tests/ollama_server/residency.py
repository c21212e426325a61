"""Which models are in memory: loading, sharing, reloading, evicting, expiring.

Invariant: one runner per weights blob, one load at a time, one request per runner at a time.
Lives in the server's event loop; only the journal crosses threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from .journal import Journal
from .models import GIB, FakeModel

RELOAD_KEYS = ("num_ctx", "num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread")
MAX_LOADED = 3
DEFAULT_KEEP_ALIVE = 300.0
DEFAULT_NUM_CTX = 4096


class LoadFailed(Exception):
    """The model cannot be brought into memory; the text is the body of an HTTP 500."""


@dataclass(eq=False)
class Runner:
    """One model in memory. `keep_alive` None is for ever."""

    model: FakeModel
    num_ctx: int
    key: tuple[Any, ...]
    keep_alive: float | None = DEFAULT_KEEP_ALIVE
    users: int = 0
    expires: float | None = None
    timer: asyncio.TimerHandle | None = None
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    idle: asyncio.Event = field(default_factory=asyncio.Event)


class Residency:
    """The scheduler of one server.

    Args:
        journal: Where loads and unloads are logged.
        memory: Bytes for models; None is plenty.
        evicts: Make room before a load (up to 0.24); otherwise models pile up (0.30 on).
        oom: With `evicts` off, kill a load that does not fit instead of letting it swap.
        unload_delay: Seconds between the wish to unload and the model being gone.
    """

    def __init__(
        self, journal: Journal, memory: int | None, evicts: bool, oom: bool, unload_delay: float
    ) -> None:
        self._journal = journal
        self._memory = memory
        self._evicts = evicts
        self._oom = oom
        self._unload_delay = unload_delay
        self._runners: dict[str, Runner] = {}
        self._loading = asyncio.Lock()

    def loaded(self) -> list[tuple[Runner, float | None]]:
        """Runners with the seconds each has left (None: for ever), longest first."""
        now = asyncio.get_running_loop().time()
        left: list[tuple[Runner, float | None]] = []
        for runner in self._runners.values():
            ends = now + (runner.keep_alive or 0) if runner.expires is None else runner.expires
            left.append((runner, None if runner.keep_alive is None else ends - now))
        return sorted(left, key=lambda pair: -(float("inf") if pair[1] is None else pair[1]))

    @property
    def names(self) -> list[str]:
        """Names of the models in memory; safe from any thread."""
        return [runner.model.name for runner in list(self._runners.values())]

    @asynccontextmanager
    async def use(
        self,
        model: FakeModel,
        options: Mapping[str, Any],
        keep_alive: float | str | None,
        load: Callable[[], Any],
    ) -> AsyncIterator[Runner]:
        """Have the model in memory and to oneself.

        Args:
            model: Which.
            options: The request's options; some of them make a reload.
            keep_alive: Seconds, None for ever, "" to leave it as it is.
            load: What to await while it loads; leaving it by an exception aborts the load.

        Raises:
            LoadFailed: It cannot be loaded.
        """
        runner = await self._claim(model, options, load)
        try:
            async with runner.turn:
                if not isinstance(keep_alive, str):
                    runner.keep_alive = keep_alive
                runner.expires = None
                yield runner
        finally:
            runner.users -= 1
            self._rest(runner)

    async def preload(self, model: FakeModel, num_ctx: int) -> None:
        """Load a model and leave it alone."""

        async def at_once() -> None:
            return None

        async with self.use(model, {"num_ctx": num_ctx}, "", at_once):
            pass

    async def _claim(
        self, model: FakeModel, options: Mapping[str, Any], load: Callable[[], Any]
    ) -> Runner:
        num_ctx = min(int(options.get("num_ctx") or DEFAULT_NUM_CTX), model.context_length)
        key = (num_ctx, *(options.get(name) for name in RELOAD_KEYS[1:]))
        runner = self._runners.get(model.blob)
        if runner is None or runner.key != key:
            async with self._loading:
                runner = self._runners.get(model.blob)
                if runner is None or runner.key != key:
                    runner = await self._load(model, num_ctx, key, load)
                self._occupy(runner)
                return runner
        self._occupy(runner)
        return runner

    def _occupy(self, runner: Runner) -> None:
        runner.users += 1
        runner.idle.clear()
        if runner.timer is not None:
            runner.timer.cancel()

    async def _load(
        self, model: FakeModel, num_ctx: int, key: tuple[Any, ...], load: Callable[[], Any]
    ) -> Runner:
        old = self._runners.get(model.blob)
        if old is not None:
            while old.users:
                await old.idle.wait()
            self._drop(old, log=False)
        await self._make_room(model, num_ctx)
        self._journal.load("load" if old is None else "reload", model.name, num_ctx)
        if model.load_error:
            raise LoadFailed(model.load_error)
        try:
            await load()
        except BaseException:
            self._journal.load("abort", model.name)
            raise
        runner = Runner(model, num_ctx, key)
        self._runners[model.blob] = runner
        return runner

    async def _make_room(self, model: FakeModel, num_ctx: int) -> None:
        need = model.memory(num_ctx)
        while len(self._runners) >= MAX_LOADED or (self._evicts and self._free() < need):
            if not self._runners:
                raise LoadFailed(
                    f"model requires more system memory ({need / GIB:.1f} GiB) "
                    f"than is available ({self._free() / GIB:.1f} GiB)"
                )
            by_patience = sorted(
                self._runners.values(),
                key=lambda r: float("inf") if r.keep_alive is None else r.keep_alive,
            )
            victim = next((r for r in by_patience if not r.users), by_patience[0])
            victim.keep_alive = 0.0
            while victim.users:
                await victim.idle.wait()
            self._drop(victim)
        if self._oom and not self._evicts and self._free() < need:
            raise LoadFailed("llama-server process has terminated: signal: killed")

    def _free(self) -> float:
        if self._memory is None:
            return float("inf")
        return self._memory - sum(r.model.memory(r.num_ctx) for r in self._runners.values())

    def _rest(self, runner: Runner) -> None:
        """The runner's timer starts when nobody uses it."""
        if runner.users or self._runners.get(runner.model.blob) is not runner:
            return
        runner.idle.set()
        loop = asyncio.get_running_loop()
        if runner.timer is not None:
            runner.timer.cancel()
        if runner.keep_alive is not None:
            delay = runner.keep_alive or self._unload_delay
            runner.expires = loop.time() + delay
            runner.timer = loop.call_later(delay, self._drop, runner)
        self._journal.notify()

    @property
    def free(self) -> float:
        """Bytes nobody uses; infinite when memory is plenty."""
        return self._free()

    async def pass_time(self, seconds: float) -> None:
        """Let idle models be so much nearer to their end, as if that time had passed."""
        loop = asyncio.get_running_loop()
        for runner in list(self._runners.values()):
            if runner.users or runner.expires is None or runner.keep_alive is None:
                continue
            runner.expires -= seconds
            if runner.timer is not None:
                runner.timer.cancel()
            left = runner.expires - loop.time()
            if left <= 0:
                self._drop(runner)
            else:
                runner.timer = loop.call_later(left, self._drop, runner)

    def unload(self, model: FakeModel) -> None:
        """Unload as soon as nobody uses it; nothing happens when it is not loaded."""
        runner = self._runners.get(model.blob)
        if runner is not None:
            runner.keep_alive = 0.0
            self._rest(runner)

    def clear(self) -> None:
        """Forget everything, as a server that was killed does."""
        for runner in list(self._runners.values()):
            self._drop(runner, log=False)
        self._loading = asyncio.Lock()

    def _drop(self, runner: Runner, log: bool = True) -> None:
        if runner.timer is not None:
            runner.timer.cancel()
        if self._runners.get(runner.model.blob) is runner:
            del self._runners[runner.model.blob]
            if log:
                self._journal.load("unload", runner.model.name)
            runner.idle.set()
