"""The built-in demo: the real Ollama engine talking to a pretended server inside this process.

Invariant: nothing the demo says can pass for a model's work. Its models are called `demo-...`, the
engine's name is "demo" and `is_demo` is true, and what has no script is answered by saying so.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from .demo_pace import DEFAULT_PACE, PACES, Pace

if TYPE_CHECKING:
    from ..core.engine import Engine
    from ..core.model_info import Memory
    from .demo_machine import Machine
    from .demo_server import DemoTransport

__all__ = ["DEFAULT_PACE", "PACES", "demo_engine"]

ADDRESS = "built-in demo"


def demo_engine(pace: str = DEFAULT_PACE) -> Engine:
    """An engine that needs no server, no download and no network.

    Args:
        pace: `realistic` (a recent 8 GB laptop without a GPU), `brisk` (four times as fast) or
            `instant` (no waiting).

    Raises:
        InvalidRequest: There is no such pace.
    """
    from .ollama import OllamaEngine

    chosen = Pace.named(pace)

    @cache
    def machine() -> Machine:
        from .demo_machine import Machine  # nobody asks for it before the first frame

        return Machine(chosen.clock)

    def memory() -> Memory:
        return machine().memory()

    def transport() -> DemoTransport:
        from .demo_server import DemoTransport  # brings httpx, which the first frame does without

        return DemoTransport(chosen, machine=machine())

    return OllamaEngine(
        transport=transport, name="demo", is_demo=True, address=ADDRESS, memory=memory
    )
