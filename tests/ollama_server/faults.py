"""Named ways in which a server or the way to it goes wrong, and which requests they hit.

Invariant: a fault is looked up by name and hits a request before the script is asked, unless it
only bends the reply; every request it hits is counted.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from .journal import Kind, Recorded
from .replies import Reply

if TYPE_CHECKING:
    from .exchange import Exchange


_Action = TypeVar("_Action", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of going wrong. Exactly one of the four is set.

    Args:
        name: What tests call it.
        path: Where it hits unless a test says otherwise.
        instead: Answers in place of the server.
        midway: Acts between two lines of a stream, or in the middle of a body that is none; it
            returns to let the stream go on.
        reply: Bends what the model says.
        wire: Bends how bytes are written.
    """

    name: str
    path: str = "/api/chat"
    instead: Callable[..., Awaitable[None]] | None = None
    midway: Callable[..., Awaitable[None]] | None = None
    reply: Callable[..., Reply] | None = None
    wire: Callable[..., None] | None = None

    @property
    def action(self) -> Callable[..., Any]:
        """What it does."""
        found = self.instead or self.midway or self.reply or self.wire
        assert found is not None
        return found


CATALOGUE: dict[str, Fault] = {}
"""Every fault by name; filled by the modules beside this one."""


def fault(name: str, kind: str, path: str = "/api/chat") -> Callable[[_Action], _Action]:
    """Enter the decorated function in the catalogue as `kind` of fault."""

    def enter(action: _Action) -> _Action:
        CATALOGUE[name] = Fault(name, path, **{kind: action})
        return action

    return enter


@dataclass(eq=False)
class Active:
    """A fault that is switched on."""

    fault: Fault
    path: str
    model: str | None
    on: Kind | None
    times: int | None
    after: int
    params: dict[str, Any]
    hits: int = 0
    struck: set[int] = field(default_factory=set)

    def wants(self, recorded: Recorded, model: str) -> bool:
        """Whether it hits this request."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.model not in (None, model):
            return False
        if recorded.kind in ("load", "unload"):
            return self.on == recorded.kind
        return self.path == recorded.path and self.on in (None, recorded.kind)

    async def interrupt_line(self, exchange: Exchange, last: bool) -> None:
        """Act once per request, before the line it is due at, at the latest before the last."""
        due = exchange.recorded.lines >= self.after or last
        if self.fault.midway is None or not due or id(exchange) in self.struck:
            return
        self.struck.add(id(exchange))
        await self.fault.midway(exchange, **self.params)

    async def interrupt_body(self, exchange: Exchange, body: bytes) -> bool:
        """Break a reply that is no stream: half of it, then the fault; True when that was all."""
        if self.fault.midway is None:
            return False
        await exchange.open_stream("application/json; charset=utf-8")
        await exchange.raw_line(body[: len(body) // 2])
        await self.fault.midway(exchange, **self.params)
        await exchange.raw_line(body[len(body) // 2 :])
        await exchange.end()
        return True


class Faults:
    """The faults switched on at one server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Active] = []

    def add(self, name: str, active: dict[str, Any], params: dict[str, Any]) -> Active:
        """Switch a fault on.

        Raises:
            KeyError: There is no such fault.
            TypeError: It does not take these parameters.
        """
        found = CATALOGUE[name]
        inspect.signature(found.action).bind(None, **params)
        path = active.pop("path") or found.path
        made = Active(found, path=path, params=params, **active)
        with self._lock:
            self._active.append(made)
        return made

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._active.clear()

    def strike(self, recorded: Recorded, model: str) -> list[Active]:
        """The faults that hit this request."""
        with self._lock:
            found = [active for active in self._active if active.wants(recorded, model)]
            for active in found:
                active.hits += 1
        return found


def bend(reply: Reply, faults: list[Active]) -> Reply:
    """The reply after the faults that change what a model says."""
    for active in faults:
        if active.fault.reply is not None:
            reply = active.fault.reply(reply, **active.params)
    return reply
