"""Which two models to chain when the user named none.

Invariant: pure and deterministic. Only models that write text on the user's own machine are ever
picked, and the same list gives the same pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .memory import footprint
from .model_info import Memory, ModelInfo, ModelShape
from .model_names import is_cloud_name
from .options import GenerationOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

CLEARLY_SMALLER: Final = 0.5
"""Model A costs time before Model B may begin; half of B's size keeps it clearly quicker."""


def can_be_picked(model: ModelInfo) -> bool:
    """Whether a model may be chosen without asking: it writes text, and it does so here."""
    return model.generates_text and not model.remote and not is_cloud_name(model.name)


def default_pair(
    models: Sequence[ModelInfo],
    remembered: tuple[str, str] | None = None,
    memory: Memory | None = None,
) -> tuple[str, str] | None:
    """Pick Model A and Model B.

    The remembered pair, if both are still there. Otherwise Model B is the largest model that fits
    into memory, and Model A the largest of the others that is at most half of B's size, or failing
    that the smallest of the others. A single model plays both roles.

    Args:
        models: What the server has.
        remembered: The pair used last; empty names count as none.
        memory: The server's machine; None sets no limit to size.

    Returns:
        Names of A and B, or None when no model can be picked.
    """
    usable = [model for model in models if can_be_picked(model)]
    names = {model.name for model in usable}
    if remembered is not None and set(remembered) <= names:
        return remembered
    if not usable:
        return None
    by_size = sorted(usable, key=lambda model: (model.size, model.name))
    fitting = [model for model in by_size if _fits(model, memory)]
    b = fitting[-1] if fitting else by_size[0]
    a = _demonstrator(by_size, b)
    return a.name, b.name


def _demonstrator(by_size: Sequence[ModelInfo], b: ModelInfo) -> ModelInfo:
    """Model A for a given Model B; another name for B's own weights is no other model."""
    others = [m for m in by_size if m.name != b.name and not (m.digest and m.digest == b.digest)]
    quick = [model for model in others if model.size <= b.size * CLEARLY_SMALLER]
    return (quick[-1:] or others[:1] or [b])[0]


def _fits(model: ModelInfo, memory: Memory | None) -> bool:
    """Whether a model alone fits into the machine.

    Measured against all memory, not what is free now: what is free includes neither models that
    are loaded already nor anything the user could close, and the pick should not depend on it.
    """
    if memory is None:
        return True
    need = footprint(model, ModelShape(), GenerationOptions().num_ctx)
    return need.total <= memory.total
