"""Everything a server tells of one model, and what is known of the disk it lies on.

Invariant: frozen values of raw outside text; whoever shows them cleans them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .model_info import ModelShape


@dataclass(frozen=True, slots=True)
class ModelDetails:
    """One model as `/api/show` describes it. Texts are raw, and empty when the server says none.

    Args:
        parameters: Its own settings, one "name   value" a line.
        template: How its prompt is put together.
        system: Its own system prompt.
        licence: The licence's text.
        requires: Oldest server version that can run it.
        shape: Capabilities, context length and architecture figures.
    """

    parameters: str = ""
    template: str = ""
    system: str = ""
    licence: str = ""
    requires: str = ""
    shape: ModelShape = ModelShape()

    @property
    def capabilities(self) -> tuple[str, ...]:
        return self.shape.capabilities

    @property
    def context_length(self) -> int | None:
        """Longest context it was trained for, in tokens; None when unknown."""
        return self.shape.context_length


@dataclass(frozen=True, slots=True)
class Disk:
    """The disk a server keeps its models on, in bytes.

    Args:
        free: What a program without special rights may still write.
        total: Its size.
        folder: Where the models are believed to be: the server does not tell.
    """

    free: int
    total: int
    folder: str = ""
