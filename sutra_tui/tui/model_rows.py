"""One pulled model as the manager and the pickers show it: figures in, words out.

Invariant: pure; every text that leaves as words has passed `clean_line`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..core.clean import clean_line
from ..core.fit import Fit, Verdict, fit
from ..core.model_kind import Kind, kind
from ..core.model_names import same_model
from ..core.moments import epoch
from ..core.protocol import LoadedModel, Memory, ModelInfo, ModelShape
from ..wording import age, size

NOTHING: Final = "–"
CLOUD_WARNING: Final = "cloud: what you ask would leave this machine"
FOR_EVER_S: Final = 365 * 86_400.0
"""A model kept longer than this (seconds) was told to stay for good."""
BADGES: Final[dict[Verdict, tuple[str, str]]] = {
    "fits": ("● fits", "$text-success"),
    "tight": ("◐ tight", "$text-warning"),
    "does not fit": ("○ does not fit", "$text-error"),
    "unknown": (NOTHING, ""),
}
_NOT_USABLE: Final[dict[Kind, str]] = {"embedding": "embedding only", "other": "no text"}
_CAN: Final = {"thinking": "thinks", "tools": "tools", "vision": "sees"}


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model with everything known of it.

    Args:
        info: As listed.
        fit: Whether it fits into memory by itself.
        loaded: What it holds in memory; None when it is not loaded.
        speed: Tokens per second measured on this machine; None without data.
        roles: "A", "B", "AB" or nothing: what it is chosen for.
        busy: What is being done to it: "loading", "unloading", "deleting"; empty for nothing.
    """

    info: ModelInfo
    fit: Fit
    loaded: LoadedModel | None = None
    speed: float | None = None
    roles: str = ""
    busy: str = ""

    @property
    def kind(self) -> Kind:
        return kind(self.info)

    @property
    def usable(self) -> bool:
        """Whether it can play a role: cloud models can, after a yes."""
        return self.info.generates_text

    @property
    def held(self) -> int:
        """Bytes of memory it holds now."""
        return self.loaded.size if self.loaded else 0

    @property
    def can(self) -> tuple[str, ...]:
        """What it can do besides answering, or why it cannot answer; few words."""
        if (why := _NOT_USABLE.get(self.kind)) is not None:
            return (why,)
        words = [word for name, word in _CAN.items() if name in (self.info.capabilities or ())]
        return ("cloud", *words) if self.kind == "cloud" else tuple(words)


def model_row(
    info: ModelInfo,
    shape: ModelShape,
    num_ctx: int,
    loaded: tuple[LoadedModel, ...],
    memory: Memory | None,
    *,
    speed: float | None = None,
    roles: str = "",
    busy: str = "",
) -> ModelRow:
    """Put a row together.

    Args:
        info: As listed.
        shape: Architecture figures; a plain `ModelShape()` when not known yet.
        num_ctx: Context to judge memory for.
        loaded: Everything the server holds.
        memory: The server's machine.
        speed, roles, busy: As in `ModelRow`.
    """
    own = next((held for held in loaded if same_model(held.name, info.name)), None)
    others = sum(held.size for held in loaded if held is not own)
    # A model that runs elsewhere or writes no text takes no memory that matters here.
    seen = memory if kind(info) == "text" else None
    context = min(num_ctx, info.context_length or num_ctx)
    judged = fit(info, shape, context, seen, held=own.size if own else 0, others=others)
    return ModelRow(info, judged, own, speed, roles, busy)


def badge(row: ModelRow) -> tuple[str, str]:
    """The word for whether it fits, with its sign, and a style."""
    return BADGES[row.fit.verdict]


def name(row: ModelRow, limit: int = 80) -> str:
    return clean_line(row.info.name, limit)


def loaded_words(row: ModelRow, now: float) -> str:
    """ "3.0 GB 4 min": what it holds and how long it stays; what is being done comes first.

    Args:
        now: Seconds since the epoch.
    """
    if row.busy:
        return f"{row.busy}…"
    if row.loaded is None:
        return NOTHING
    held = size(row.loaded.size) if row.loaded.size else "loaded"
    return f"{held} {stays(row.loaded, now)}".rstrip()


def stays(loaded: LoadedModel, now: float) -> str:
    """How long it stays loaded: "4 min", "kept"; empty when the server does not say."""
    ends = epoch(loaded.expires_at)
    if ends is None:
        return ""
    left = ends - now
    if left > FOR_EVER_S:
        return "kept"
    return "<1 min" if left < 60 else age(left)


def speed_words(speed: float | None) -> str:
    """ "12" or "4.5": tokens per second."""
    if speed is None:
        return NOTHING
    return f"{speed:.0f}" if speed >= 9.95 else f"{speed:.1f}"


def fit_sentence(row: ModelRow) -> str:
    """The arithmetic behind the badge, in words."""
    match row.kind:
        case "cloud":
            return "It runs elsewhere: what you ask it would leave this machine."
        case "embedding" | "other":
            return "It writes no text, so it can play neither role."
    need = row.fit.need
    parts = (
        f"Needs {size(need.total)}: {need.weights / 1e9:.1f} weights, "
        f"{need.kv_cache / 1e9:.1f} cache for {row.fit.num_ctx:,} tokens, "
        f"{need.buffers / 1e9:.1f} buffers."
    )
    if row.fit.room is None:
        return f"{parts} The memory of the server's machine cannot be seen from here."
    own = ", its own included" if row.held else ""
    there = f"{parts} Free{own}: {size(row.fit.room)}."
    if row.fit.verdict == "tight" and need.total > row.fit.room:
        return f"{there} Unloading others frees {size(row.fit.others)}."
    if row.fit.verdict == "does not fit":
        return f"{there} A smaller context or fewer open programs may help."
    return there
