"""What happened on the server, and waiting for it to happen.

Invariant: every change wakes every waiter, whichever thread or event loop it waits in.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["reply", "load", "unload", "other"]
"""What a request asks for: generated text, a model in memory, a model out of it, anything else."""


@dataclass(slots=True, eq=False)
class Recorded:
    """One request and what became of it.

    Args:
        method: "GET", "POST", ...
        path: Without the query.
        body: The JSON object that was sent; None when there was none or it was no object.
        headers: Names in lower case.
        started: `time.monotonic()` when it had been read completely.
        kind: What it asks for.
        raw: The body as it arrived.
        lines: Lines of the reply written so far.
        status: Status of the reply; 0 while nothing was sent.
        disconnected: The client hung up before the reply was complete.
        finished: The reply was written completely, as far as it was meant to be.
    """

    method: str
    path: str
    body: dict[str, Any] | None
    headers: dict[str, str]
    started: float = field(default_factory=time.monotonic)
    kind: Kind = "other"
    raw: bytes = b""
    lines: int = 0
    status: int = 0
    disconnected: bool = False
    finished: bool = False

    @property
    def model(self) -> str:
        """The model named in the body, as written there."""
        name = (self.body or {}).get("model") or (self.body or {}).get("name")
        return name if isinstance(name, str) else ""

    @property
    def options(self) -> dict[str, Any]:
        """The options of the body."""
        options = (self.body or {}).get("options")
        return options if isinstance(options, dict) else {}

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages of the body."""
        messages = (self.body or {}).get("messages")
        return messages if isinstance(messages, list) else []

    @property
    def prompt(self) -> str:
        """Everything the model reads, message by message."""
        if self.path == "/api/generate":
            return str((self.body or {}).get("prompt", ""))
        return "\n".join(str(message.get("content", "")) for message in self.messages)

    def __str__(self) -> str:
        end = "finished" if self.finished else "disconnected" if self.disconnected else "open"
        return (
            f"{self.method} {self.path} {self.model} [{self.kind}] {self.status or '-'} "
            f"{self.lines} lines, {end}"
        )


class Journal:
    """The log of requests and residency events, shared between threads."""

    def __init__(self) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.requests: list[Recorded] = []
        self.loads: list[tuple[Any, ...]] = []
        self.failures: list[BaseException] = []
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def notify(self) -> None:
        """Wake everybody who waits for something."""
        with self.changed:
            self.changed.notify_all()
            for loop, event in self._listeners:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(event.set)

    def request(self, recorded: Recorded) -> None:
        """Log a request."""
        with self.changed:
            self.requests.append(recorded)
            self.notify()

    def load(self, *event: Any) -> None:
        """Log a residency event."""
        with self.changed:
            self.loads.append(event)
            self.notify()

    def wait(self, condition: Callable[[], object], timeout: float) -> None:
        """Block until the condition holds. Raises AssertionError with the log after `timeout`."""
        with self.changed:
            if not self.changed.wait_for(lambda: bool(condition()), timeout):
                raise AssertionError(self._complaint(timeout))

    async def until(self, condition: Callable[[], object], timeout: float) -> None:
        """As `wait`, without blocking the running event loop."""
        event = asyncio.Event()
        listener = (asyncio.get_running_loop(), event)
        deadline = time.monotonic() + timeout
        with self.changed:
            self._listeners.add(listener)
        try:
            while not condition():
                try:
                    await asyncio.wait_for(event.wait(), max(0.0, deadline - time.monotonic()))
                except asyncio.TimeoutError:
                    if condition():
                        return
                    raise AssertionError(self._complaint(timeout)) from None
                event.clear()
        finally:
            with self.changed:
                self._listeners.discard(listener)

    def _complaint(self, timeout: float) -> str:
        with self.changed:
            requests = "\n  ".join(map(str, self.requests)) or "none"
            loads = "\n  ".join(map(str, self.loads)) or "none"
        return f"not within {timeout} s; requests:\n  {requests}\nloads:\n  {loads}"
