"""Chain two small local models: one writes demonstrations, the other answers with them.

    from sutra_tui import AgentHandoff

    handoff = AgentHandoff(model_a="llama3.2:3b", model_b="mistral:7b")
    print(handoff.run("Explain the CAP theorem with real-world analogies"))

Invariant: importing this package imports nothing else; each name below is loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .core.errors import SutraError
    from .core.events import Event
    from .core.protocol import (
        GenerationOptions,
        HandoffPacket,
        HandoffResult,
        ModelInfo,
        StageRecord,
        StageStats,
    )
    from .core.request import RunRequest
    from .core.templates import Templates
    from .engines import open_engine
    from .handoff import AgentHandoff
    from .store.cache import DemonstrationCache
    from .store.history import History

__all__ = [
    "AgentHandoff",
    "DemonstrationCache",
    "Event",
    "GenerationOptions",
    "HandoffPacket",
    "HandoffResult",
    "History",
    "ModelInfo",
    "RunRequest",
    "StageRecord",
    "StageStats",
    "SutraError",
    "Templates",
    "__version__",
    "open_engine",
]

_HOMES = {
    "AgentHandoff": "handoff",
    "DemonstrationCache": "store.cache",
    "Event": "core.events",
    "GenerationOptions": "core.protocol",
    "HandoffPacket": "core.protocol",
    "HandoffResult": "core.protocol",
    "History": "store.history",
    "ModelInfo": "core.protocol",
    "RunRequest": "core.request",
    "StageRecord": "core.protocol",
    "StageStats": "core.protocol",
    "SutraError": "core.errors",
    "Templates": "core.templates",
    "open_engine": "engines",
}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
