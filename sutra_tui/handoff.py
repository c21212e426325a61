"""AgentHandoff: the chain as a Python library, for scripts, threads and notebooks.

Invariant: a thin face. Every method builds a `RunRequest`, lets the pipeline run it and folds the
events; nothing about the chain is decided here.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .core import pipeline
from .core.attachments import Attachment
from .core.demonstration_store import DemonstrationStore
from .core.engine import Engine
from .core.errors import EngineError, InvalidRequest, InvalidTemplate
from .core.events import Event, RunFailed, RunFinished
from .core.measurement import MeasuredStore
from .core.protocol import GenerationOptions, HandoffPacket, HandoffResult
from .core.request import RunRequest
from .core.templates import Templates
from .core.turns import Turn
from .waiting import wait_for

if TYPE_CHECKING:
    from .store.history import History

T = TypeVar("T")
Options = GenerationOptions | Mapping[str, Any] | None
_SETTINGS: Final = tuple(field.name for field in fields(RunRequest) if field.name != "query")


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
        ollama_host_a: Model A's server, where it is another one than `ollama_host`.
        ollama_host_b: Model B's server, likewise.
        measured: Where to keep what runs take on this machine, such as
            `sutra_tui.store.measured.MeasuredRuns`; by default nothing is kept.
        history: Where runs are written down; by default nowhere.

    Raises:
        InvalidTemplate: A template that does not exist or lacks `{query}`.
        InvalidHost: The address cannot be understood.
        InvalidRequest: An option that does not exist or cannot have its value.
    """

    def __init__(
        self,
        model_a: str,
        model_b: str,
        cache: DemonstrationStore | None = None,
        templates: Templates | Mapping[str, str] | None = None,
        ollama_host: str | None = None,
        engine: Engine | None = None,
        options_a: Options = None,
        options_b: Options = None,
        *,
        ollama_host_a: str | None = None,
        ollama_host_b: str | None = None,
        measured: MeasuredStore | None = None,
        history: History | None = None,
    ) -> None:
        self.model_a = model_a
        self.model_b = model_b
        self.templates = _templates(templates)
        self.options_a = _options(options_a)
        self.options_b = _options(options_b)
        self.measured = measured
        self.cache = _new_cache() if cache is None else cache
        self.history = history
        hosts = (ollama_host, ollama_host_a, ollama_host_b)
        self.engine = _open_engine(*hosts) if engine is None else engine

    def run(self, query: str, **changes: Any) -> str:
        """Answer a query.

        Args:
            query: What to answer.
            **changes: Any field of `RunRequest` for this run alone: `method="raw"`, `count=2`,
                `files=["main.py"]`, `earlier=[(query, answer)]` to go on with a conversation.

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
        changes = {**changes, "demonstrations": demonstrations}
        return (await self.arun_detailed(query, **changes)).answer

    async def stream(self, query: str, **changes: Any) -> AsyncGenerator[Event, None]:
        """Run a query and yield what happens as it happens.

        Close the generator (`contextlib.aclosing`) to stop the run early.
        """
        request = self._request(query, changes)
        chain = pipeline.run(request, self.engine, self.cache, measured=self.measured)
        if self.history is not None:
            from .store.recording import recorded

            chain = recorded(chain, self.history.record())
        async with aclosing(chain) as events:
            async for event in events:
                yield event

    async def aclose(self) -> None:
        """Let go of the connections that awaited calls in this event loop have opened.

        `async with` does it at its end. Plain calls need none of this, and the next call of either
        kind connects again.
        """
        await self.engine.close()

    async def __aenter__(self) -> AgentHandoff:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.aclose()

    def _request(self, query: str, changes: Mapping[str, Any]) -> RunRequest:
        settings = {
            "model_a": self.model_a,
            "model_b": self.model_b,
            "templates": self.templates,
            "options_a": self.options_a,
            "options_b": self.options_b,
            **changes,
        }
        _refuse_unknown("setting of a run", settings, _SETTINGS)
        settings["templates"] = _templates(settings["templates"])
        for name in ("options_a", "options_b"):
            settings[name] = _options(settings[name])
        given = settings.get("demonstrations")
        if isinstance(given, Iterable) and not isinstance(given, str):
            settings["demonstrations"] = tuple(given)
        settings["files"] = _files(settings.get("files", ()))
        settings["earlier"] = _earlier(settings.get("earlier", ()))
        return RunRequest(query, **settings)

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
                with suppress(EngineError):  # an answer is not lost to a connection
                    await self.aclose()

        return wait_for(run_and_let_go)


def _options(given: Options) -> GenerationOptions:
    """Options from what the caller gave. Values in a mapping are checked as those of a file."""
    if given is None or isinstance(given, GenerationOptions):
        return given or GenerationOptions()
    if not isinstance(given, Mapping):
        raise InvalidRequest(
            f"Options cannot be made from {given!r}.", "Give a dictionary or GenerationOptions."
        )
    from .settings import OPTION_RULES

    _refuse_unknown("generation option", given, OPTION_RULES)
    defaults = GenerationOptions()
    for name, value in given.items():
        left_to_the_model = value is None and getattr(defaults, name) is None
        if not left_to_the_model and not OPTION_RULES[name].accepts(value):
            raise InvalidRequest(
                f"The option {name} cannot be {value!r}.",
                f"It must be {OPTION_RULES[name].allowed}.",
            )
    return replace(defaults, **given)


def _files(given: Any) -> tuple[Attachment, ...]:
    """Files from paths; what names a file is read here and now."""
    if isinstance(given, (str, os.PathLike, Attachment)) or not isinstance(given, Iterable):
        raise InvalidRequest("The files are not a list.", "Give a list of paths.")
    from .attaching import hold

    return tuple(f if isinstance(f, Attachment) else hold(f).attachment for f in given)


def _earlier(given: Any) -> tuple[Turn, ...]:
    """Turns of a conversation from pairs of query and answer."""
    refusal = InvalidRequest(
        "The earlier turns are not pairs of texts.", "Give a list of (query, answer)."
    )
    try:
        turns = tuple(t if isinstance(t, Turn) else Turn(*t) for t in given)
    except TypeError as error:
        raise refusal from error
    if not all(isinstance(text, str) for turn in turns for text in (turn.query, turn.answer)):
        raise refusal
    return turns


def _templates(given: Templates | Mapping[str, str] | None) -> Templates:
    if isinstance(given, Templates):
        return given
    if given is not None and not isinstance(given, Mapping):
        raise InvalidTemplate(
            f"Templates cannot be made from {given!r}.", "Give a dictionary or Templates."
        )
    return Templates.from_mapping(given)


def _refuse_unknown(what: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    known = tuple(known)
    unknown = [str(name) for name in given if name not in known]
    if unknown:
        raise InvalidRequest(
            f"There is no such {what}: {', '.join(unknown)}.", f"There are {', '.join(known)}."
        )


def _new_cache() -> DemonstrationStore:
    from .store.cache import DemonstrationCache

    return DemonstrationCache()


def _open_engine(host: str | None, host_a: str | None, host_b: str | None) -> Engine:
    from .engines import open_engine

    return open_engine(host, host_a=host_a, host_b=host_b, environ=os.environ)
