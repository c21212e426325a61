"""The values that travel between rooms: frozen, typed, JSON-ready.

Invariant: nothing here acts. Times are milliseconds (`_ms`), sizes are bytes, counts are tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from . import fields
from .file_note import FileNote
from .message import Message
from .model_info import LoadedModel, Memory, ModelInfo, ModelShape
from .options import (
    CACHE_MODES,
    DEFAULT_COUNT,
    MAX_COUNT,
    METHODS,
    ORDERS,
    CacheMode,
    GenerationOptions,
    Method,
    Order,
    reconcile,
)
from .stats import StageStats

__all__ = [
    "CACHE_MODES",
    "DEFAULT_COUNT",
    "MAX_COUNT",
    "METHODS",
    "ORDERS",
    "CacheMode",
    "GenerationOptions",
    "HandoffPacket",
    "HandoffResult",
    "LoadedModel",
    "Memory",
    "Message",
    "Method",
    "ModelInfo",
    "ModelShape",
    "Order",
    "StageName",
    "StageRecord",
    "StageStats",
    "Status",
    "count_tokens",
    "reconcile",
]

StageName = Literal["A", "parse", "B"]
Status = Literal["complete", "incomplete", "stopped", "failed", "cached", "skipped"]
"""How a stage or run ended. `incomplete`: the model was cut off (length, no `done`)."""


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One step of a run: what went in, what came out, what it cost.

    Args:
        name: `A`, `parse` or `B`.
        model: The model's name; empty for `parse`.
        digest: The model's digest as listed when the run began.
        status: How the stage ended.
        messages: The exact messages sent.
        options: The exact options sent.
        output: Raw text as it arrived, thinking excluded, nothing removed.
        thinking: The thinking that was routed away from `output`.
        done_reason: The server's word for why it stopped; empty when it did not say.
        problems: What was salvaged, dropped or suspected, for a person to read.
        stats: Counts and times.
    """

    name: StageName
    model: str = ""
    digest: str = ""
    status: Status = "complete"
    messages: tuple[Message, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    thinking: str = ""
    done_reason: str = ""
    problems: tuple[str, ...] = ()
    stats: StageStats = StageStats()


@dataclass(frozen=True, slots=True)
class HandoffPacket:
    """Query and demonstrations on their way from Model A to Model B, and where they came from.

    Args:
        query: What the user typed.
        demonstrations: Worked examples, in the order Model B gets them.
        draft: Model A's own answer; never passed on unless a template asks for it.
        model_a: Who wrote them.
        cache_hit: Whether they came from the cache.
        problems: What the parser salvaged or dropped.
    """

    query: str
    demonstrations: tuple[str, ...] = ()
    draft: str = ""
    model_a: str = ""
    cache_hit: bool = False
    problems: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields."""
        data: dict[str, Any] = fields.plain(asdict(self))
        return data

    def to_json(self, indent: int | None = 2) -> str:
        """The packet as a JSON document."""
        return fields.dump(self.to_dict(), indent)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> HandoffPacket:
        """Rebuild a packet from `to_dict()`.

        Raises:
            ValueError: A field is missing or of the wrong type.
        """
        data = fields.as_object(data)
        return cls(
            query=fields.text(data, "query"),
            demonstrations=fields.texts(data, "demonstrations"),
            draft=fields.text(data, "draft", ""),
            model_a=fields.text(data, "model_a", ""),
            cache_hit=fields.flag(data, "cache_hit"),
            problems=fields.texts(data, "problems"),
        )

    @classmethod
    def from_json(cls, text: str) -> HandoffPacket:
        """Rebuild a packet from `to_json()`. Raises ValueError as `from_dict`."""
        return cls.from_dict(fields.load_object(text))


@dataclass(frozen=True, slots=True)
class HandoffResult:
    """Everything a run produced.

    Args:
        query: What the user typed.
        answer: Model B's text, byte for byte.
        demonstrations: What Model B was given.
        model_a: Demonstration writer; empty for method `raw`.
        model_b: Final responder.
        cache_hit: Whether the demonstrations came from the cache.
        latency_ms: Wall time of the whole run, measured here.
        token_counts: `prompt_tokens`, `completion_tokens` and `total_tokens` over all stages, by
            the server's own counts.
        draft: Model A's own answer.
        stages: Every stage in order.
        method: The shape that was asked for.
        status: `complete`, or why it is not.
        fell_back_to_raw: Model A gave no usable demonstration, so Model B answered alone.
        notices: What the user should know about this run.
        engine: Which engine answered; `demo` is scripted and no model's work.
        run_id: Unique name of the run.
        files: What went along with the query; the texts are in the stages' messages.
    """

    query: str
    answer: str = ""
    demonstrations: tuple[str, ...] = ()
    model_a: str = ""
    model_b: str = ""
    cache_hit: bool = False
    latency_ms: float = 0.0
    token_counts: Mapping[str, int] = field(default_factory=dict)
    draft: str = ""
    stages: tuple[StageRecord, ...] = ()
    method: Method = "handoff"
    status: Status = "complete"
    fell_back_to_raw: bool = False
    notices: tuple[str, ...] = ()
    engine: str = ""
    run_id: str = ""
    files: tuple[FileNote, ...] = ()

    def __str__(self) -> str:
        return self.answer

    @property
    def packet(self) -> HandoffPacket:
        """What was handed to Model B."""
        problems = next((s.problems for s in self.stages if s.name == "parse"), ())
        return HandoffPacket(
            self.query, self.demonstrations, self.draft, self.model_a, self.cache_hit, problems
        )

    def stage(self, name: StageName) -> StageRecord | None:
        """The stage of that name, or None if the run never reached it."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields."""
        data: dict[str, Any] = fields.plain(asdict(self))
        return data

    def to_json(self, indent: int | None = 2) -> str:
        """The result as a JSON document."""
        return fields.dump(self.to_dict(), indent)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> HandoffResult:
        """Rebuild a result from `to_dict()`.

        Raises:
            ValueError: A field is missing or of the wrong type.
        """
        data = fields.as_object(data)
        return cls(
            query=fields.text(data, "query"),
            answer=fields.text(data, "answer", ""),
            demonstrations=fields.texts(data, "demonstrations"),
            model_a=fields.text(data, "model_a", ""),
            model_b=fields.text(data, "model_b", ""),
            cache_hit=fields.flag(data, "cache_hit"),
            latency_ms=fields.number(data, "latency_ms") or 0.0,
            token_counts=fields.wholes(data, "token_counts"),
            draft=fields.text(data, "draft", ""),
            stages=tuple(_stage(stage) for stage in fields.objects(data, "stages")),
            method=fields.choice(data, "method", Method, "handoff"),
            status=fields.choice(data, "status", Status, "complete"),
            fell_back_to_raw=fields.flag(data, "fell_back_to_raw"),
            notices=fields.texts(data, "notices"),
            engine=fields.text(data, "engine", ""),
            run_id=fields.text(data, "run_id", ""),
            files=tuple(FileNote.from_dict(note) for note in fields.objects(data, "files")),
        )

    @classmethod
    def from_json(cls, text: str) -> HandoffResult:
        """Rebuild a result from `to_json()`. Raises ValueError as `from_dict`."""
        return cls.from_dict(fields.load_object(text))


def count_tokens(stages: Sequence[StageRecord]) -> dict[str, int]:
    """Sum the server's own token counts over stages; stages served from the cache cost nothing."""
    spent = [stage.stats for stage in stages if stage.status != "cached"]
    prompt = sum(stats.prompt_tokens or 0 for stats in spent)
    completion = sum(stats.output_tokens or 0 for stats in spent)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }


def _stage(data: Mapping[str, Any]) -> StageRecord:
    return StageRecord(
        name=fields.choice(data, "name", StageName, "A"),
        model=fields.text(data, "model", ""),
        digest=fields.text(data, "digest", ""),
        status=fields.choice(data, "status", Status, "complete"),
        messages=tuple(Message.from_dict(message) for message in fields.objects(data, "messages")),
        options=fields.mapping(data, "options"),
        output=fields.text(data, "output", ""),
        thinking=fields.text(data, "thinking", ""),
        done_reason=fields.text(data, "done_reason", ""),
        problems=fields.texts(data, "problems"),
        stats=_stats(fields.mapping(data, "stats")),
    )


def _stats(data: Mapping[str, Any]) -> StageStats:
    return StageStats(
        load_ms=fields.number(data, "load_ms"),
        prompt_tokens=fields.whole(data, "prompt_tokens"),
        prompt_ms=fields.number(data, "prompt_ms"),
        output_tokens=fields.whole(data, "output_tokens"),
        output_ms=fields.number(data, "output_ms"),
        first_token_ms=fields.number(data, "first_token_ms"),
        wall_ms=fields.number(data, "wall_ms"),
        resident_bytes=fields.whole(data, "resident_bytes"),
    )
