"""What earlier runs on this machine tell about the next one: samples in, medians with a count out.

Invariant: only stages that came to their end in a whole run of real models on this machine are
samples, and no figure is without the number of runs it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from .memory import Footprint, Overhead
from .protocol import HandoffResult, ModelInfo, StageName, StageRecord

LOADED_MS: Final = 250.0
"""A `load_ms` above this was a real load; a model that is in memory answers within 100 ms."""
LEAST_TOKENS: Final = 8
"""Shorter stretches say nothing about speed."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One stage of one run, as far as the server said. Bytes, milliseconds, tokens.

    Args:
        digest: The model's.
        model: Its name.
        stage: `A` or `B`.
        run: Unique name of the run it is from.
        at: When, in seconds since 1970.
        weights: Size of its file.
        num_ctx: The context it had.
        load_ms: Time it took to load; None when it was in memory already.
        overhead: What it held beyond weights and worked-out cache; None when nobody looked.
    """

    digest: str
    model: str
    stage: StageName
    run: str = ""
    at: float = 0.0
    weights: int = 0
    num_ctx: int = 0
    load_ms: float | None = None
    prompt_tokens: int | None = None
    prompt_ms: float | None = None
    output_tokens: int | None = None
    output_ms: float | None = None
    overhead: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A median and the number of runs it was taken over."""

    value: float
    runs: int


@dataclass(frozen=True, slots=True)
class Measurement:
    """What is known of one model on this machine; None is not known.

    Args:
        digest: The model's.
        load_s: Seconds to load it.
        load_pace: Bytes of weights loaded in a second.
        prompt_speed: Tokens of prompt read in a second.
        speed: Tokens written in a second.
        output_tokens: Tokens it writes, by stage.
        overhead: What it takes beyond weights and worked-out cache.
    """

    digest: str
    load_s: Figure | None = None
    load_pace: Figure | None = None
    prompt_speed: Figure | None = None
    speed: Figure | None = None
    output_tokens: Mapping[StageName, Figure] = field(default_factory=dict)
    overhead: Overhead | None = None

    def writes(self, stage: StageName) -> Figure | None:
        """Tokens it writes in a stage; those of its other stage when it never was in this one."""
        return self.output_tokens.get(stage) or next(iter(self.output_tokens.values()), None)


Known = Mapping[str, Measurement]
"""Measurements by digest."""


class MeasuredStore(Protocol):
    """Where samples are kept. Calls may wait for a disk, so they are made in threads."""

    def known(self) -> Known:
        """Everything known of this machine's models."""

    def add(self, samples: Sequence[Sample]) -> None:
        """Keep samples. Whatever goes wrong costs no run anything: nothing is raised."""

    def note_use(self, digests: Sequence[str]) -> None:
        """Note that a run uses these models from now on. Raises nothing."""

    def used_since(self, seconds: float) -> Sequence[str]:
        """Digests of models that runs of ours used lately, the longest unused first."""


def writing_speeds(store: MeasuredStore) -> Callable[[ModelInfo], float | None]:
    """Tokens per second by model, as past runs measured them; read when first asked for.

    Args:
        store: Where samples are kept. Asking may wait for a disk.
    """
    known: Known | None = None

    def speed(model: ModelInfo) -> float | None:
        nonlocal known
        if known is None:
            known = store.known()
        measured = known.get(model.digest)
        return measured.speed.value if measured and measured.speed else None

    return speed


def samples_of(
    result: HandoffResult, footprints: Mapping[str, Footprint], at: float
) -> list[Sample]:
    """The samples in a run.

    Args:
        result: The run; one that is not whole has none.
        footprints: What its models were expected to take, by digest.
        at: Now, in seconds since 1970.
    """
    if result.status != "complete":
        return []
    return [
        _sample(result.run_id, stage, footprints[stage.digest], at)
        for stage in result.stages
        if stage.name in ("A", "B") and stage.status == "complete" and stage.digest in footprints
    ]


def _sample(run: str, stage: StageRecord, expected: Footprint, at: float) -> Sample:
    stats = stage.stats
    loaded = stats.load_ms is not None and stats.load_ms >= LOADED_MS
    held = stats.resident_bytes
    return Sample(
        digest=stage.digest,
        model=stage.model,
        stage=stage.name,
        run=run,
        at=at,
        weights=expected.weights,
        num_ctx=int(stage.options.get("num_ctx") or 0),
        load_ms=stats.load_ms if loaded else None,
        prompt_tokens=stats.prompt_tokens,
        prompt_ms=stats.prompt_ms,
        output_tokens=stats.output_tokens,
        output_ms=stats.output_ms,
        overhead=held - expected.weights - expected.full_cache if held else None,
    )


def summarise(samples: Iterable[Sample]) -> dict[str, Measurement]:
    """Medians by digest."""
    by_digest: dict[str, list[Sample]] = {}
    for sample in samples:
        by_digest.setdefault(sample.digest, []).append(sample)
    return {digest: _measurement(digest, found) for digest, found in by_digest.items()}


def _measurement(digest: str, samples: Sequence[Sample]) -> Measurement:
    # A prompt that follows a load was read whole; later ones may share their beginning with the
    # one before, which the server then does not read again.
    fresh = [sample for sample in samples if sample.load_ms is not None]
    overhead = _figure(samples, lambda sample: sample.overhead)
    stages: tuple[StageName, ...] = ("A", "B")
    written = {
        stage: figure
        for stage in stages
        if (figure := _figure([s for s in samples if s.stage == stage], _written))
    }
    return Measurement(
        digest,
        load_s=_figure(samples, _seconds),
        load_pace=_figure(samples, _pace),
        prompt_speed=_figure(fresh, _reading) or _figure(samples, _reading),
        speed=_figure(samples, _writing),
        output_tokens=written,
        overhead=Overhead(int(overhead.value), overhead.runs) if overhead else None,
    )


def median(values: Iterable[float]) -> float:
    """The middle of some values, at least one. (The standard library's takes long to import.)"""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def _seconds(sample: Sample) -> float | None:
    return None if sample.load_ms is None else sample.load_ms / 1000


def _pace(sample: Sample) -> float | None:
    seconds = _seconds(sample)
    return sample.weights / seconds if seconds and sample.weights else None


def _written(sample: Sample) -> float | None:
    return sample.output_tokens


def _reading(sample: Sample) -> float | None:
    return _speed(sample.prompt_tokens, sample.prompt_ms)


def _writing(sample: Sample) -> float | None:
    return _speed(sample.output_tokens, sample.output_ms)


def _speed(tokens: int | None, ms: float | None) -> float | None:
    return tokens / ms * 1000 if tokens and ms and tokens >= LEAST_TOKENS else None


def _figure(samples: Sequence[Sample], value_of: Callable[[Sample], float | None]) -> Figure | None:
    """The median of what the samples say; two stages of one run are one run."""
    told = [(value, s.run) for s in samples if (value := value_of(s)) is not None]
    if not told:
        return None
    return Figure(median(value for value, _ in told), len({run for _, run in told}))
