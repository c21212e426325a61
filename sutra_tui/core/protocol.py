"""The values that travel between rooms: frozen, typed, JSON-ready.

Invariant: nothing here acts. Times are milliseconds (`_ms`), sizes are bytes, counts are tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from . import fields
from .message import Message

Method = Literal["handoff", "raw"]
"""The shape of a run: `handoff` chains Model A and Model B, `raw` asks Model B alone."""
Order = Literal["answer-first", "demos-first"]
"""What Model A writes first: its draft, or the demonstrations."""
CacheMode = Literal["use", "bypass", "off"]
"""`use` reads and writes, `bypass` only writes (the fresh one replaces it), `off` does neither."""
StageName = Literal["A", "parse", "B"]
Status = Literal["complete", "incomplete", "stopped", "failed", "cached", "skipped"]
"""How a stage or run ended. `incomplete`: the model was cut off (length, no `done`)."""

METHODS: tuple[Method, ...] = ("handoff", "raw")
ORDERS: tuple[Order, ...] = ("answer-first", "demos-first")
CACHE_MODES: tuple[CacheMode, ...] = ("use", "bypass", "off")
DEFAULT_COUNT = 3
"""Demonstrations wanted from Model A, as in the system this one succeeds."""
MAX_COUNT = 10


@dataclass(frozen=True, slots=True)
class GenerationOptions:
    """How one role generates. `num_ctx` and `num_predict` are always sent.

    A different `num_ctx` between two calls makes Ollama reload the model, and an unset
    `num_predict` lets a looping model run for hours, so neither has an "unset".

    Args:
        temperature: Sampling temperature; None leaves the model's own default.
        seed: Sampling seed; None is random.
        num_ctx: Context window in tokens, prompt and reply together.
        num_predict: Most tokens the model may write, thinking included.
        keep_alive: Seconds the model stays loaded afterwards; negative is for ever, None is the
            server's default.
        think: Whether a thinking model thinks; None means off, for speed.
        repeat_penalty: Sent always, because Ollama's default changed between versions.
    """

    temperature: float | None = None
    seed: int | None = None
    num_ctx: int = 4096
    num_predict: int = 1024
    keep_alive: float | None = None
    think: bool | None = None
    repeat_penalty: float = 1.1

    def sampling(self) -> dict[str, Any]:
        """The part that changes what a model writes; the cache key is made from it."""
        return {
            "temperature": self.temperature,
            "seed": self.seed,
            "num_ctx": self.num_ctx,
            "num_predict": self.num_predict,
            "think": bool(self.think),
            "repeat_penalty": self.repeat_penalty,
        }


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """One pulled model as the server lists it.

    Args:
        name: Full name with tag.
        digest: Hex digest of the manifest; a retagged model has a new one.
        size: Bytes on disk, about what the weights take in memory.
        parameter_size: As the server prints it, "3.2B"; empty when unknown.
        quantization: As the server prints it, "Q4_K_M"; empty when unknown.
        family: Architecture family, "llama".
        context_length: Longest context the model was trained for, in tokens; None when unknown.
        capabilities: "completion", "thinking", "embedding", ...; None when the server does not say.
        remote: A cloud model: prompts would leave this machine.
        modified_at: RFC 3339 time of the last pull.
    """

    name: str
    digest: str = ""
    size: int = 0
    parameter_size: str = ""
    quantization: str = ""
    family: str = ""
    context_length: int | None = None
    capabilities: tuple[str, ...] | None = None
    remote: bool = False
    modified_at: str = ""

    @property
    def generates_text(self) -> bool:
        """Whether the model can answer a chat; embedding and image models cannot."""
        if self.capabilities is not None:
            return "completion" in self.capabilities and "image" not in self.capabilities
        return self.family not in {"bert", "nomic-bert", "nomic-bert-moe"}

    @property
    def thinks(self) -> bool:
        """Whether the server says the model has a thinking mode."""
        return self.capabilities is not None and "thinking" in self.capabilities


@dataclass(frozen=True, slots=True)
class ModelShape:
    """What memory arithmetic needs to know of a model's architecture, from `/api/show`.

    Args:
        capabilities: As `ModelInfo.capabilities`; here also for servers that list none.
        layers: Transformer blocks.
        kv_heads: Key/value heads per layer.
        head_size: Values per head.
        context_length: Longest context the model was trained for, in tokens.
        sliding_window: Tokens that some of its layers look back at most; None for full attention.
        recurrent: Some layers keep a fixed state instead of a cache of all tokens.
    """

    capabilities: tuple[str, ...] = ()
    layers: int | None = None
    kv_heads: int | None = None
    head_size: int | None = None
    context_length: int | None = None
    sliding_window: int | None = None
    recurrent: bool = False

    @property
    def kv_bytes_per_token(self) -> int | None:
        """Bytes of f16 cache a token takes: 2 (K and V) x 2 bytes x layers x heads x size."""
        if self.layers is None or self.kv_heads is None or self.head_size is None:
            return None
        return 4 * self.layers * self.kv_heads * self.head_size


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """One model the server holds in memory now, from `/api/ps`."""

    name: str
    digest: str = ""
    size: int = 0
    context_length: int | None = None
    expires_at: str = ""


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory of the machine that runs the models, in bytes."""

    total: int
    available: int
    simulated: bool = False


@dataclass(frozen=True, slots=True)
class StageStats:
    """What a stage cost. Counts and the first four durations are the server's own; None: not said.

    Args:
        load_ms: Time from the request to the model being ready.
        prompt_tokens: Tokens of the whole prompt, also those served from the server's prefix cache.
        prompt_ms: Time spent evaluating the prompt.
        output_tokens: Tokens written, thinking included.
        output_ms: Time spent writing them.
        first_token_ms: From our request to the first token, measured here.
        wall_ms: From our request to the end of the stage, measured here.
        resident_bytes: What the server said the model held in memory when the stage ended.
    """

    load_ms: float | None = None
    prompt_tokens: int | None = None
    prompt_ms: float | None = None
    output_tokens: int | None = None
    output_ms: float | None = None
    first_token_ms: float | None = None
    wall_ms: float | None = None
    resident_bytes: int | None = None

    @property
    def tokens_per_second(self) -> float | None:
        """Decode speed by the server's numbers; None when the server did not say."""
        if not self.output_tokens or not self.output_ms:
            return None
        return self.output_tokens / (self.output_ms / 1000)


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


def reconcile(
    a: GenerationOptions, b: GenerationOptions
) -> tuple[GenerationOptions, GenerationOptions]:
    """Options for both roles when one model plays them: the larger limits for both.

    Ollama reloads a model whose `num_ctx` changes between two calls.
    """
    num_ctx = max(a.num_ctx, b.num_ctx)
    num_predict = max(a.num_predict, b.num_predict)
    return (
        replace(a, num_ctx=num_ctx, num_predict=num_predict),
        replace(b, num_ctx=num_ctx, num_predict=num_predict),
    )


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
