"""AgentHandoff: the chain as a Python library, for scripts, threads and notebooks.

Invariant: a thin face. Every method builds a `RunRequest`, lets the pipeline run it and folds the
events; nothing about the chain is decided here.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from .core import pipeline
from .core.demonstration_store import DemonstrationStore
from .core.engine import Engine
from .core.errors import InvalidRequest
from .core.events import Event, RunFailed, RunFinished
from .core.protocol import GenerationOptions, HandoffPacket, HandoffResult
from .core.request import RunRequest
from .core.templates import Templates

T = TypeVar("T")
Options = GenerationOptions | Mapping[str, Any] | None


class AgentHandoff:
    """Chains two models: Model A writes demonstrations, Model B answers with them.

    The plain methods work everywhere, also inside a running event loop; each has a twin whose name
    begins with `a` to be awaited.

    Args:
        model_a: Demonstration writer, a small model's name.
        model_b: Final responder's name.
        cache: Where demonstrations are kept; by default a cache in memory, for an hour each.
        templates: `prompt_a` and `prompt_b` to use instead of the defaults.
        ollama_host: The server's address; by default OLLAMA_HOST, then localhost.
        engine: Another door to a model server, instead of `ollama_host`.
        options_a: How Model A generates.
        options_b: How Model B generates.

    Raises:
        InvalidTemplate: A template lacks `{query}`.
        InvalidHost: The address cannot be understood.
        InvalidRequest: An option that does not exist.
    """

    def __init__(
        self,
        model_a: str,
        model_b: str,
        cache: DemonstrationStore | None = None,
        templates: Mapping[str, str] | None = None,
        ollama_host: str | None = None,
        engine: Engine | None = None,
        options_a: Options = None,
        options_b: Options = None,
    ) -> None:
        self.model_a = model_a
        self.model_b = model_b
        self.templates = Templates.from_mapping(templates)
        self.options_a = _options(options_a)
        self.options_b = _options(options_b)
        self.cache = _new_cache() if cache is None else cache
        self.engine = _open_engine(ollama_host) if engine is None else engine

    def run(self, query: str, **changes: Any) -> str:
        """Answer a query.

        Args:
            query: What to answer.
            **changes: Any field of `RunRequest` for this run alone: `method="raw"`, `count=2`.

        Returns:
            Model B's text.

        Raises:
            SutraError: The run failed; the error's `result` holds what it had.
        """
        return self.run_detailed(query, **changes).answer

    def run_detailed(self, query: str, **changes: Any) -> HandoffResult:
        """Answer a query and say everything about the run. Arguments and errors as `run`."""
        return self._wait(lambda: self.arun_detailed(query, **changes))

    def generate_demonstrations(self, query: str, **changes: Any) -> HandoffPacket:
        """Let Model A write (or the cache give) demonstrations only. Errors as `run`."""
        return self._wait(lambda: self.agenerate_demonstrations(query, **changes))

    def generate_final(self, query: str, demonstrations: Sequence[str], **changes: Any) -> str:
        """Let Model B answer with the given demonstrations. Errors as `run`.

        Args:
            query: What to answer.
            demonstrations: Worked examples, yours or those of `generate_demonstrations`.
            **changes: As in `run`.
        """
        return self._wait(lambda: self.agenerate_final(query, demonstrations, **changes))

    async def arun(self, query: str, **changes: Any) -> str:
        """`run`, to be awaited."""
        return (await self.arun_detailed(query, **changes)).answer

    async def arun_detailed(self, query: str, **changes: Any) -> HandoffResult:
        """`run_detailed`, to be awaited. Cancelling it stops the run."""
        return await self._result(self.stream(query, **changes))

    async def agenerate_demonstrations(self, query: str, **changes: Any) -> HandoffPacket:
        """`generate_demonstrations`, to be awaited."""
        return (await self.arun_detailed(query, final=False, **changes)).packet

    async def agenerate_final(
        self, query: str, demonstrations: Sequence[str], **changes: Any
    ) -> str:
        """`generate_final`, to be awaited."""
        given = tuple(demonstrations)
        return (await self.arun_detailed(query, demonstrations=given, **changes)).answer

    async def stream(self, query: str, **changes: Any) -> AsyncGenerator[Event, None]:
        """Run a query and yield what happens as it happens.

        Close the generator (`contextlib.aclosing`) to stop the run early.
        """
        async with aclosing(
            pipeline.run(self._request(query, changes), self.engine, self.cache)
        ) as events:
            async for event in events:
                yield event

    def _request(self, query: str, changes: Mapping[str, Any]) -> RunRequest:
        fields: dict[str, Any] = {
            "model_a": self.model_a,
            "model_b": self.model_b,
            "templates": self.templates,
            "options_a": self.options_a,
            "options_b": self.options_b,
            **changes,
        }
        for name in ("options_a", "options_b"):
            fields[name] = _options(fields[name])
        try:
            return RunRequest(query, **fields)
        except TypeError as error:
            raise InvalidRequest(
                f"A run has no such setting: {', '.join(sorted(changes))}."
            ) from error

    async def _result(self, events: AsyncGenerator[Event, None]) -> HandoffResult:
        async with aclosing(events):
            async for event in events:
                if isinstance(event, RunFinished):
                    return event.result
                if isinstance(event, RunFailed):
                    event.error.result = event.result
                    raise event.error
        raise RuntimeError("a run ended without saying so")

    def _wait(self, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async def run_and_let_go() -> T:
            try:
                return await start()
            finally:
                await self.engine.close()

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(run_and_let_go())
        return _run_in_thread(run_and_let_go)


def _run_in_thread(start: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine in a thread's own event loop, and cancel it if the waiting is interrupted."""
    done: list[T] = []
    failed: list[BaseException] = []
    loop = asyncio.new_event_loop()
    task = loop.create_task(start())

    def work() -> None:
        try:
            done.append(loop.run_until_complete(task))
        except BaseException as error:
            failed.append(error)
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    thread = threading.Thread(target=work, name="sutra run", daemon=True)
    thread.start()
    try:
        thread.join()
    except KeyboardInterrupt:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()
        raise
    if failed:
        raise failed[0]
    return done[0]


def _options(options: Options) -> GenerationOptions:
    if isinstance(options, GenerationOptions):
        return options
    try:
        return GenerationOptions(**(options or {}))
    except TypeError as error:
        known = ", ".join(GenerationOptions.__dataclass_fields__)
        raise InvalidRequest(
            f"There is no such generation option: {', '.join(sorted(options or {}))}.",
            f"Options are {known}.",
        ) from error


def _new_cache() -> DemonstrationStore:
    from .store.cache import DemonstrationCache

    return DemonstrationCache()


def _open_engine(host: str | None) -> Engine:
    from .engines import open_engine

    return open_engine(host, environ=os.environ)
