"""Architecture figures already asked for, kept while the app runs.

Invariant: a shape belongs to a digest, so a retagged model is asked about again and the same
weights never twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..core.model_info import ModelInfo, ModelShape


class KnownShapes:
    """Remembers shapes; knows no server."""

    def __init__(self) -> None:
        self._by_model: dict[tuple[str, str], ModelShape] = {}

    def keep(self, model: ModelInfo, shape: ModelShape) -> None:
        """Remember what a server said of a model."""
        self._by_model[_key(model)] = shape

    def of(self, models: Iterable[ModelInfo]) -> Mapping[str, ModelShape]:
        """The shapes of these models as far as they are known, by name."""
        known = self._by_model
        return {model.name: known[_key(model)] for model in models if _key(model) in known}


def _key(model: ModelInfo) -> tuple[str, str]:
    """The digest alone where there is one: two names of the same weights have the same shape."""
    return ("", model.digest) if model.digest else (model.name, "")
