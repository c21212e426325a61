"""How far a pull is: the status lines of a server folded into one frozen value.

Invariant: pure; the time is handed in. Only layers the server has named are counted, so sizes and
fractions are those of what is known so far and never a guess.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

Phase = Literal["asking", "downloading", "verifying", "writing", "done"]
"""`asking` until the server has read the manifest, which names the layers."""

WINDOW_S: Final = 10.0
"""Seconds the speed is measured over: long enough to be calm, short enough to notice a change."""
SAMPLE_S: Final = 0.5
"""Least time between two kept samples; servers report some sixteen times a second."""
MOST_LAYERS: Final = 200
"""Layers kept; real models have fewer than ten."""
_PHASES: Final[dict[str, Phase]] = {
    "pulling manifest": "asking",
    "verifying sha256 digest": "verifying",
    "writing manifest": "writing",
    "removing unused layers": "writing",
    "success": "done",
}


@dataclass(frozen=True, slots=True)
class PullLine:
    """One line of a server's report.

    Args:
        status: The server's words.
        digest: Which layer it is about; empty when it is about none.
        total: Bytes of that layer.
        completed: Bytes of it that are there.
    """

    status: str
    digest: str = ""
    total: int = 0
    completed: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the model being pulled, in bytes.

    Args:
        digest: Its name.
        total: Its size.
        completed: What is there.
        before: What was there already when this pull came to it: from an earlier pull, or from
            another model with the same layer.
    """

    digest: str
    total: int
    completed: int = 0
    before: int = 0

    @property
    def done(self) -> bool:
        return self.completed >= self.total

    @property
    def fraction(self) -> float:
        return min(1.0, self.completed / self.total) if self.total else 1.0


@dataclass(frozen=True, slots=True)
class PullProgress:
    """A pull as far as the server has told.

    Args:
        phase: What it is doing.
        layers: Those named so far, in the server's order; usually the first is nearly everything.
        said: The server's last words, raw.
        samples: Seconds and bytes downloaded by then, oldest first, over about `WINDOW_S`.
    """

    phase: Phase = "asking"
    layers: tuple[Layer, ...] = ()
    said: str = ""
    samples: tuple[tuple[float, int], ...] = ()

    @property
    def total(self) -> int:
        """Bytes of the layers known so far."""
        return sum(layer.total for layer in self.layers)

    @property
    def completed(self) -> int:
        """Bytes of them that are there."""
        return sum(layer.completed for layer in self.layers)

    @property
    def before(self) -> int:
        """Bytes that were there before this pull began: more than 0 when one is resumed."""
        return sum(layer.before for layer in self.layers)

    @property
    def downloaded(self) -> int:
        """Bytes that this pull has fetched."""
        return sum(max(0, layer.completed - layer.before) for layer in self.layers)

    @property
    def missing(self) -> int:
        """Bytes still to come, of the layers known so far."""
        return max(0, self.total - self.completed)

    @property
    def fraction(self) -> float | None:
        """How much is there, 0 to 1; None before any layer is known."""
        if self.phase == "done":
            return 1.0
        return min(1.0, self.completed / self.total) if self.total else None

    def speed(self, now: float) -> float | None:
        """Bytes per second over the last `WINDOW_S` or less; None before that can be told.

        It falls while nothing comes.

        Args:
            now: Seconds by the clock the lines were folded with.
        """
        if self.phase != "downloading" or len(self.samples) < 2:
            return None
        start, had = self.samples[0]
        span = now - start
        return max(0, self.downloaded - had) / span if span > 0 else None

    def eta_s(self, now: float) -> float | None:
        """Seconds until the known layers are there at the present speed; None when unknown."""
        speed = self.speed(now)
        return self.missing / speed if speed else None


def advance(progress: PullProgress, line: PullLine, now: float) -> PullProgress:
    """The progress after one more line.

    Args:
        progress: What was known.
        line: What the server says.
        now: Seconds by any steady clock.
    """
    if not line.digest:
        phase = _PHASES.get(line.status, progress.phase)
        return replace(progress, phase=phase, said=line.status)
    layers = _with_layer(progress.layers, line)
    progress = replace(progress, phase="downloading", layers=layers, said=line.status)
    return replace(progress, samples=_with_sample(progress, now))


def _with_layer(layers: tuple[Layer, ...], line: PullLine) -> tuple[Layer, ...]:
    total = max(0, line.total)
    completed = min(max(0, line.completed), total)
    for place, layer in enumerate(layers):
        if layer.digest == line.digest:
            after = replace(layer, total=total, completed=completed)
            return (*layers[:place], after, *layers[place + 1 :])
    if len(layers) >= MOST_LAYERS:
        return layers
    return (*layers, Layer(line.digest, total, completed, before=completed))


def _with_sample(progress: PullProgress, now: float) -> tuple[tuple[float, int], ...]:
    """The samples with one more, unless the last is young; one older than the window stays."""
    samples, sample = progress.samples, (now, progress.downloaded)
    if samples and now - samples[-1][0] < SAMPLE_S:
        return samples
    while len(samples) > 1 and samples[1][0] <= now - WINDOW_S:
        samples = samples[1:]
    return (*samples, sample)
