"""What a run says while it happens.

Invariant: every event names its run, so a face can drop the late events of a dead run; a run's
first event is `RunStarted` and its last is `RunFinished` or `RunFailed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from .errors import SutraError
from .fields import plain
from .file_note import FileNote
from .message import Message
from .options import Method
from .protocol import HandoffResult, StageName, Status
from .stats import StageStats

if TYPE_CHECKING:
    from .plan import RunPlan  # brings much that a first frame does without

PhaseName = Literal["waiting", "unloading", "loading", "reading", "thinking", "writing"]
"""What a model is doing: `reading` is evaluating the prompt."""
Channel = Literal["draft", "demonstration", "answer", "thinking"]


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""

    run_id: str


@dataclass(frozen=True, slots=True)
class RunStarted(Event):
    """A run begins.

    Args:
        query: What the user typed.
        method: Its shape.
        model_a: Demonstration writer; empty when no stage A will run.
        model_b: Final responder.
        engine: Who answers; `demo` is scripted.
        files: What goes along with the query.
    """

    query: str
    method: Method
    model_a: str
    model_b: str
    engine: str
    files: tuple[FileNote, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned(Event):
    """What the run will do to memory; every load and unload that follows is by this plan."""

    plan: RunPlan


@dataclass(frozen=True, slots=True)
class StageStarted(Event):
    """A stage begins; for `A` and `B` this is the exact prompt about to be sent.

    Args:
        prompt_estimate: Our own estimate of the prompt's length in tokens, before the server's.
    """

    stage: StageName
    model: str = ""
    digest: str = ""
    messages: tuple[Message, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    prompt_estimate: int = 0


@dataclass(frozen=True, slots=True)
class Phase(Event):
    """What the stage's model is doing now; a face shows it so that no wait is without a sign."""

    stage: StageName
    phase: PhaseName
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Token(Event):
    """A piece of text for a reader.

    Args:
        stage: Who wrote it.
        channel: Where it belongs.
        text: The piece, exactly as the model wrote it.
        index: For channel `demonstration`, which one it belongs to, from 0.
    """

    stage: StageName
    channel: Channel
    text: str
    index: int = 0


@dataclass(frozen=True, slots=True)
class MovedToThinking(Event):
    """All text of this stage so far was thinking: a `</think>` came without its opening tag.

    Demonstrations that stay are announced again, from the first on.
    """

    stage: StageName


@dataclass(frozen=True, slots=True)
class RawText(Event):
    """The same text before the parser split it: what the model really sent (stage A only)."""

    stage: StageName
    text: str


@dataclass(frozen=True, slots=True)
class DemonstrationFound(Event):
    """A demonstration is complete.

    Args:
        index: Its place, from 0.
        text: The whole demonstration, trimmed.
    """

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class DemonstrationDropped(Event):
    """The demonstration being written at this place turned out unusable; the next takes its place.

    Args:
        index: Its place, from 0.
        reason: A sentence for a person.
    """

    index: int
    reason: str


@dataclass(frozen=True, slots=True)
class CacheHit(Event):
    """The demonstrations came from the cache; Model A is not called.

    Args:
        key: The cache key.
        age_s: Seconds since they were written.
        saved_ms: What writing them cost back then.
        saved_tokens: Tokens that it cost back then.
        pinned: The entry never expires.
        edited: Somebody changed the demonstrations by hand.
    """

    key: str
    age_s: float
    saved_ms: float
    saved_tokens: int
    pinned: bool = False
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Notice(Event):
    """Something the user should know that does not end the run.

    Args:
        kind: Stable machine-readable name, for example `fell_back_to_raw`, `prompt_cut`.
        text: The sentence a person reads.
    """

    kind: str
    text: str
    stage: StageName | None = None


@dataclass(frozen=True, slots=True)
class StageFinished(Event):
    """A stage ended; its record can be committed now."""

    stage: StageName
    status: Status
    stats: StageStats = StageStats()
    done_reason: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunFinished(Event):
    """The run ended with an answer; `result.status` says whether it is a whole one."""

    result: HandoffResult


@dataclass(frozen=True, slots=True)
class RunFailed(Event):
    """The run ended with an error; `result` holds everything it had until then."""

    error: SutraError
    result: HandoffResult


def to_dict(event: Event) -> dict[str, Any]:
    """An event as JSON-ready fields, its type in `event` (`stage_started`, `token`, ...)."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(event).__name__).lstrip("_")
    if isinstance(event, RunFailed):
        data: dict[str, Any] = {
            "run_id": event.run_id,
            "error": event.error.to_dict(),
            "result": event.result.to_dict(),
        }
    elif isinstance(event, RunFinished):
        data = {"run_id": event.run_id, "result": event.result.to_dict()}
    else:
        data = plain(asdict(event))
    return {"event": name, **data}
