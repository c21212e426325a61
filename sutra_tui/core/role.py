"""One model in one role of a run, and when two names are one model for a server.

Invariant: frozen values; nothing here asks a server.
"""

from __future__ import annotations

from dataclasses import dataclass

from .model_info import LoadedModel, ModelInfo, ModelShape
from .model_names import same_model
from .options import GenerationOptions, reconcile
from .request import RunRequest


@dataclass(frozen=True, slots=True)
class Role:
    """One model in one role of a run."""

    info: ModelInfo
    options: GenerationOptions
    shape: ModelShape = ModelShape()

    @property
    def thinks(self) -> bool:
        return self.info.thinks or "thinking" in self.shape.capabilities

    def plays(self, held: LoadedModel) -> bool:
        """Whether a model in memory is this role's; an alias of it is listed by either name."""
        known = bool(held.digest) and held.digest == self.info.digest
        return known or same_model(held.name, self.info.name)


def same_weights(a: ModelInfo, b: ModelInfo) -> bool:
    """Whether two names are one model for the server, so that one load serves both."""
    return same_model(a.name, b.name) or bool(a.digest and a.digest == b.digest)


def role_options(
    request: RunRequest, a: ModelInfo | None, b: ModelInfo | None, *, apart: bool = False
) -> tuple[GenerationOptions, GenerationOptions]:
    """How the roles generate: as asked, but with one limit for both if they are one model.

    Args:
        request: The run.
        a: Model A; None when it is not asked.
        b: Model B; None likewise.
        apart: They are on two servers, so that one name is two models.
    """
    if a and b and not apart and same_weights(a, b):
        return reconcile(request.options_a, request.options_b)
    return request.options_a, request.options_b
