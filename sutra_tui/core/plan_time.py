"""How long a run takes, from what earlier runs on this machine took; or that nobody knows yet.

Invariant: there is no figure unless every part of it was measured here, and it claims no more runs
than the part with the fewest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .measurement import Figure, Known, Measurement, median
from .protocol import StageName


@dataclass(frozen=True, slots=True)
class RoleTime:
    """What one role will do.

    Args:
        stage: `A` or `B`.
        digest: Its model's.
        weights: Bytes to load.
        is_loaded: Nothing needs to be loaded.
        prompt: Tokens to read.
        limit: Most tokens it may write.
    """

    stage: StageName
    digest: str
    weights: int
    is_loaded: bool
    prompt: int
    limit: int


@dataclass(frozen=True, slots=True)
class Expected:
    """How long a run takes.

    Args:
        seconds: All of it.
        load_s: What of it is loading.
        runs: Earlier runs the figure rests on.
    """

    seconds: float
    load_s: float
    runs: int


@dataclass(frozen=True, slots=True)
class _Part:
    load_s: float
    work_s: float
    runs: int


def expected_seconds(
    roles: Sequence[RoleTime], known: Known, *, early: bool, shared: bool
) -> Expected | None:
    """Add up what the roles of a run take.

    Args:
        roles: In the order they run.
        known: Measurements by digest.
        early: The second model is loaded while the first one writes.
        shared: Both roles are one model, loaded once.

    Returns:
        None when anything in it was never measured here.
    """
    parts: list[_Part] = []
    for place, role in enumerate(roles):
        loads = not role.is_loaded and not (shared and place)
        part = _part(role, known, loads=loads)
        if part is None:
            return None
        if early and place:
            part = _Part(max(0.0, part.load_s - parts[0].work_s), part.work_s, part.runs)
        parts.append(part)
    if not parts:
        return None
    load_s = sum(part.load_s for part in parts)
    work_s = sum(part.work_s for part in parts)
    return Expected(load_s + work_s, load_s, min(part.runs for part in parts))


def _part(role: RoleTime, known: Known, *, loads: bool) -> _Part | None:
    seen = known.get(role.digest)
    writes = seen.writes(role.stage) if seen else None
    if seen is None or writes is None or seen.speed is None or seen.prompt_speed is None:
        return None
    figures = [seen.speed, seen.prompt_speed, writes]
    load_s = 0.0
    if loads:
        load = _load(seen, role.weights, known)
        if load is None:
            return None
        figures.append(load)
        load_s = load.value
    tokens = min(writes.value, role.limit)
    work_s = role.prompt / seen.prompt_speed.value + tokens / seen.speed.value
    return _Part(load_s, work_s, min(figure.runs for figure in figures))


def _load(seen: Measurement, weights: int, known: Known) -> Figure | None:
    """Seconds to load a model: its own, else by the pace at which this machine loads others."""
    if seen.load_s is not None:
        return seen.load_s
    paces = [one.load_pace for one in known.values() if one.load_pace is not None]
    if not paces or not weights:
        return None
    pace = median(figure.value for figure in paces)
    return Figure(weights / pace, sum(figure.runs for figure in paces))
