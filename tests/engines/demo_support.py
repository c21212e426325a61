"""Time that a test moves, and short ways to talk to the demo's transport."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx

from sutra_tui.engines.demo_library import DemoQuery, Library, Script
from sutra_tui.engines.demo_pace import Pace
from sutra_tui.engines.demo_server import DemoTransport

QUERY = "Count to three"
SCRIPT = Script(
    query=DemoQuery(QUERY, "counting"),
    draft="one two three",
    demonstrations=("Count to one: one", "Count to two: one two", "Count to five: skipped"),
    answer="one, two, three",
    raw="1 2 3",
    draft_thinking="I count.",
    answer_thinking="I count again.",
)


class FakeTime:
    """A clock that only its own `sleep` moves; after `hold_after` sleeps, sleepers stay asleep."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []
        self.hold_after: int | None = None
        self.asleep = asyncio.Event()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.hold_after is not None and len(self.slept) > self.hold_after:
            self.asleep.set()
            await asyncio.get_running_loop().create_future()
        self.now += seconds
        await asyncio.sleep(0)

    def pace(self, name: str = "realistic") -> Pace:
        return Pace.named(name, sleep=self.sleep, clock=self.clock)


class OneScript(Library):
    """A library of just `SCRIPT`."""

    scripts = (SCRIPT,)


def instant(scripts: Library | None = None) -> DemoTransport:
    return DemoTransport(Pace.named("instant"), scripts or OneScript())


def client(transport: DemoTransport) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=transport, base_url="http://demo")


def chat_body(text: str = QUERY, model: str = "demo-swift:3b", **fields: Any) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": text}], **fields}


async def chat(transport: DemoTransport, **body: Any) -> list[dict[str, Any]]:
    """The objects of one streamed reply."""
    async with client(transport) as http:
        response = await http.post("/api/chat", json=chat_body(**body))
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.content.splitlines()]
