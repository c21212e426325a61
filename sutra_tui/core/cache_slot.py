"""The place in the demonstration cache that belongs to one run.

Invariant: the key covers everything that could change what Model A writes, and only whole,
well-ended replies are kept under it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TypedDict

from .demonstration_store import DemonstrationStore
from .events import CacheHit, DemonstrationFound, Event, StageFinished, StageStarted, Token
from .model_info import ModelInfo
from .options import GenerationOptions
from .parser import ParsedDraft
from .prompting import turns_for_a
from .request import RunRequest
from .role import role_options
from .stats import StageStats


class KeyParts(TypedDict):
    """What the key is made of."""

    query: str
    model_a: str
    digest: str
    template_hash: str
    count: int
    order: str
    options: dict[str, object]


def asked_parts(
    request: RunRequest, models: Iterable[ModelInfo], *, apart: bool = False
) -> KeyParts | None:
    """What the key of a run would be made of; None if Model A would not be asked.

    Args:
        request: The run.
        models: Everything Model A's server has.
        apart: Model B is on another server.
    """
    named = {model.name: model for model in models}
    a, b = named.get(request.model_a), named.get(request.model_b)
    if a is None or not request.asks_model_a:
        return None
    options, _ = role_options(request, a, b, apart=apart)
    return key_parts(request, a, options)


class CacheSlot:
    """Reads and writes one run's entry; without a cache it is always empty.

    Args:
        cache: Where demonstrations are kept; None keeps none.
        request: The run.
        model: Model A in it.
        options: How it generates.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        cache: DemonstrationStore | None,
        request: RunRequest,
        model: ModelInfo,
        options: GenerationOptions,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._cache = cache
        self._run_id = request.run_id
        self._model = model
        self._now = now
        self._parts = key_parts(request, model, options)
        self._key = cache.make_key(**self._parts) if cache else ""
        self.demonstrations: tuple[str, ...] = ()
        self.draft = ""

    async def replay(self) -> AsyncGenerator[Event, None]:
        """What Model A wrote before, as the events it made then; nothing on a miss."""
        if self._cache is None:
            return
        # In a thread: a cache file that another process holds may take seconds to answer.
        entry = await asyncio.to_thread(self._cache.lookup, self._key)
        if entry is None:
            return
        run, self.demonstrations, self.draft = self._run_id, entry.texts, entry.draft
        yield StageStarted(run, "A", self._model.name, self._model.digest)
        yield CacheHit(
            run,
            key=self._key,
            age_s=max(0.0, self._now() - entry.created_at),
            saved_ms=entry.seconds * 1000,
            saved_tokens=entry.tokens,
            pinned=entry.pinned,
            edited=entry.edited,
        )
        if entry.draft:
            yield Token(run, "A", "draft", entry.draft)
        for index, text in enumerate(entry.texts):
            yield DemonstrationFound(run, index, text)
        yield StageFinished(run, "A", "cached")

    def refuse(self, text: str) -> str | None:
        """Why a demonstration must not be used; None when it may."""
        if self._cache and self._cache.is_banned(text):
            return "it is banned"
        return None

    async def keep(self, parsed: ParsedDraft, stats: StageStats) -> None:
        """Store what a well-ended reply held, with what it cost."""
        if not self._cache or not parsed.demonstrations:
            return
        await asyncio.to_thread(
            self._cache.set,
            self._key,
            parsed.demonstrations,
            draft=parsed.draft,
            tokens=stats.output_tokens or 0,
            seconds=(stats.wall_ms or 0.0) / 1000,
            **self._parts,
        )


def key_parts(request: RunRequest, model: ModelInfo, options: GenerationOptions) -> KeyParts:
    """Everything that can change what Model A writes for a request.

    Args:
        request: The run.
        model: Model A, as the server lists it.
        options: How Model A generates in this run.
    """
    return {
        "query": request.query,
        "model_a": model.name,
        "digest": model.digest,
        "template_hash": request.templates.hash_a(
            request.order, request.system, request.files, turns_for_a(request, options)
        ),
        "count": request.count,
        "order": request.order,
        "options": options.sampling(),
    }
