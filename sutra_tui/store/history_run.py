"""What the history knows: one run with all its stages, its line in a list, and what to list.

Invariant: these values are snapshots; nothing done to them changes the history. A run's method and
its stages' names may be ones that this version cannot run, and are shown as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, cast

from ..core import fields
from ..core.protocol import HandoffResult, Method, StageName, Status

Source = Literal["run", "import"]
"""Who wrote a run down: this program while it happened, or a file."""
RunStatus = Literal["running", "complete", "incomplete", "stopped", "failed", "cached", "skipped"]
LOST_S: Final = 15.0
"""Seconds without a sign of life after which a run counts as cut off with its program."""
MAX_NAME: Final = 80
"""Longest method or stage name, in characters."""


@dataclass(frozen=True, slots=True)
class HistoryRun:
    """One run, whole.

    Args:
        result: Everything it produced, by stages.
        started_at: Seconds since the epoch.
        seen_at: When it was last written, in seconds since the epoch.
        over: It has ended; if not, it goes on or its program was killed.
        title: The name a person gave it; empty for none.
        starred: Marked by a person.
        parent: Id of the run that it was made from; empty for none.
        source: Who wrote it down.
        error: Kind, message and remedy of the error that ended it; empty for none.
        cache: What the cache said of the demonstrations it gave: age, savings; empty for none.
    """

    result: HandoffResult
    started_at: float = 0.0
    seen_at: float = 0.0
    over: bool = True
    title: str = ""
    starred: bool = False
    parent: str = ""
    source: Source = "run"
    error: Mapping[str, str] = field(default_factory=dict)
    cache: Mapping[str, Any] = field(default_factory=dict)

    @property
    def run_id(self) -> str:
        return self.result.run_id

    @property
    def name(self) -> str:
        """What to call it: its title, else its query."""
        return self.title or self.result.query

    def status(self, now: float) -> RunStatus:
        """How it ended, or whether it goes on at `now`, in seconds since the epoch."""
        return status_of(self.over, self.result.status, self.seen_at, now)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready fields: the result's own, and what the history adds."""
        return {
            **self.result.to_dict(),
            "started_at": self.started_at,
            "seen_at": self.seen_at,
            "over": self.over,
            "title": self.title,
            "starred": self.starred,
            "parent": self.parent,
            "source": self.source,
            "error": fields.plain(self.error),
            "cache": fields.plain(self.cache),
        }


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run's line in a list.

    Args:
        id: Row number; larger is written down later.
        run_id: Its unique name.
        started_at: Seconds since the epoch.
        seen_at: Likewise, last written.
        over: It has ended.
        ended_as: How, if it has.
        method: Its shape.
        model_a: Demonstration writer; empty for none.
        model_b: Final responder; empty for none.
        engine: Who answered; `demo` is scripted.
        starred: Marked by a person.
        source: Who wrote it down.
        cache_hit: Its demonstrations came from the cache.
        demonstrations: How many it had.
        latency_ms: Wall time of the whole run.
        tokens: Written by both models.
        title: The name a person gave it.
        query: The beginning of the query.
    """

    id: int
    run_id: str
    started_at: float
    seen_at: float
    over: bool
    ended_as: Status
    method: str
    model_a: str
    model_b: str
    engine: str
    starred: bool
    source: Source
    cache_hit: bool
    demonstrations: int
    latency_ms: float
    tokens: int
    title: str
    query: str

    @property
    def name(self) -> str:
        """What to call it: its title, else its query."""
        return self.title or self.query

    @property
    def mark(self) -> Mark:
        """Its place in the list."""
        return Mark(self.started_at, self.id)

    def status(self, now: float) -> RunStatus:
        """How it ended, or whether it goes on at `now`, in seconds since the epoch."""
        return status_of(self.over, self.ended_as, self.seen_at, now)


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the list, newest first: what follows it is found without counting.

    Args:
        started_at: Of the run there, in seconds since the epoch.
        id: Of the run there.
    """

    started_at: float
    id: int


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Which runs to list; all conditions hold together.

    Args:
        search: Words that title, query, draft, demonstrations and answer must say together.
        method: A method; empty for any.
        model: Part of the name of either model; empty for any.
        failed: Only runs without a whole answer.
        starred: Only runs marked by a person.
    """

    search: str = ""
    method: str = ""
    model: str = ""
    failed: bool = False
    starred: bool = False

    @property
    def is_open(self) -> bool:
        """It lets everything through."""
        return replace(self, search=self.search.strip()) == RunFilter()


EVERY_RUN: Final = RunFilter()


def status_of(over: bool, ended_as: Status, seen_at: float, now: float) -> RunStatus:
    """How a run ended. One that has not, and gives no sign of life, was stopped with its program.

    Args:
        over: It has ended by itself or by a person.
        ended_as: How.
        seen_at: Its last sign of life, in seconds since the epoch.
        now: Likewise.
    """
    if over:
        return ended_as
    return "running" if abs(now - seen_at) <= LOST_S else "stopped"


def result_from(data: Mapping[str, Any]) -> HandoffResult:
    """A result from its JSON-ready fields, with whatever method and stages it names.

    Raises:
        ValueError: A field is missing or of the wrong type.
    """
    data = fields.as_object(data)
    method = _name(data, "method", "handoff")
    stages = fields.objects(data, "stages")
    names = [_name(stage, "name", "") for stage in stages]
    known = HandoffResult.from_dict(
        {**data, "method": "handoff", "stages": [{**stage, "name": "A"} for stage in stages]}
    )
    named = zip(known.stages, names, strict=True)
    return replace(
        known,
        method=cast(Method, method),
        stages=tuple(replace(stage, name=cast(StageName, name)) for stage, name in named),
    )


def run_from(data: Mapping[str, Any]) -> HistoryRun:
    """A run from `HistoryRun.to_dict()`, as it is taken in from a file.

    Raises:
        ValueError: A field is missing or of the wrong type.
    """
    result = result_from(data)
    if not 0 < len(result.run_id) <= MAX_NAME:
        raise ValueError("field 'run_id' is missing or too long")
    started_at = fields.number(data, "started_at") or 0.0
    return HistoryRun(
        result=result,
        started_at=started_at,
        seen_at=fields.number(data, "seen_at") or started_at,
        # Nobody here goes on with it.
        over=True,
        title=fields.text(data, "title", ""),
        starred=fields.flag(data, "starred"),
        parent=fields.text(data, "parent", "")[:MAX_NAME],
        source="import",
        error={key: str(value) for key, value in fields.mapping(data, "error").items()},
        cache=fields.mapping(data, "cache"),
    )


def _name(data: Mapping[str, Any], field: str, default: str) -> str:
    name = fields.text(data, field, default)
    if not 0 < len(name) <= MAX_NAME:
        raise ValueError(f"field {field!r} is missing or too long")
    return name
