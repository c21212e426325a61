"""`/api/pull`: the exact sequence of events, and picking up where a pull was left.

Invariant: what was downloaded before a client hung up is kept; a model is listed only after
"success".
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .exchange import Exchange, Refused
from .models import FakeModel, full_name, is_valid

if TYPE_CHECKING:
    from .server import OllamaServer

UNKNOWN = "pull model manifest: file does not exist"
TOO_OLD = (
    "pull model manifest: 412: \nThe model you are attempting to pull requires a newer version of "
    "Ollama that may be in pre-release. Please see https://github.com/ollama/ollama/releases for "
    "more details.\n\n"
)

OFFLINE = (
    'pull model manifest: Get "https://registry.ollama.ai/v2/library/{name}/manifests/{tag}": dial '
    "tcp: lookup registry.ollama.ai on 127.0.0.53:53: server misbehaving"
)
NO_SPACE = "write {blobs}/sha256-{digest}-partial-0: no space left on device"
LOST = (
    'max retries exceeded: Get "https://r2.cloudflarestorage.example/{digest}": dial tcp: lookup '
    "r2.cloudflarestorage.example: no such host"
)
BLOBS = "/usr/share/ollama/.ollama/models/blobs"

_SMALL = 1_000_000
"""Layers up to so many bytes arrive at once."""


@dataclass
class Pulls:
    """What can be pulled, how fast, and how much of it is here already.

    Args:
        registry: What can be pulled.
        steps: Events per layer that is downloaded.
        delay: Seconds between events.
        offline: The registry cannot be reached.
        lost_at: Bytes of a layer after which the registry cannot be reached any more.
        space: Bytes there are for layers in all; None is plenty.
    """

    registry: list[FakeModel]
    steps: int = 5
    delay: float = 0.0
    offline: bool = False
    lost_at: int | None = None
    space: int | None = None
    present: dict[str, int] = field(default_factory=dict)
    """Bytes of each layer that were downloaded, by digest."""

    def find(self, name: str) -> FakeModel | None:
        """The model of that name in the registry."""
        return next((m for m in self.registry if m.name == full_name(name)), None)

    def trouble(self, digest: str, done: int) -> str:
        """Why a layer cannot grow to so many bytes; empty when it can."""
        others = sum(size for name, size in self.present.items() if name != digest)
        if self.space is not None and others + done > self.space:
            return NO_SPACE.format(blobs=BLOBS, digest=digest)
        if self.lost_at is not None and done > self.lost_at:
            return LOST.format(digest=digest)
        return ""

    def keep(self, model: FakeModel) -> None:
        """Note that all layers of a model are here."""
        self.present |= dict(layers(model))


def layers(model: FakeModel) -> list[tuple[str, int]]:
    """(hex digest, bytes) of the layers: weights, template, license, parameters, config."""
    small = (("template", 1_429), ("license", 7_711), ("params", 96), ("config", 561))
    family = [
        (hashlib.sha256(f"{kind} of {model.family}".encode()).hexdigest(), size)
        for kind, size in small
    ]
    return [(model.blob, model.size), *family]


async def pull(server: OllamaServer, exchange: Exchange) -> None:
    """`POST /api/pull`."""
    name = exchange.recorded.model
    if not name:
        raise Refused(400, "model is required")
    if not is_valid(name):
        raise Refused(400, "invalid model name")
    streams = exchange.body.get("stream") is not False
    await _event(exchange, streams, {"status": "pulling manifest"})
    model = server.pulls.find(name)
    refusal = UNKNOWN if model is None else TOO_OLD if server.older_than(model.requires) else ""
    if server.pulls.offline:
        base, _, tag = full_name(name).rpartition(":")
        refusal = OFFLINE.format(name=base, tag=tag)
    if model is None or refusal:
        await _fail(exchange, streams, refusal)
        return
    for digest, total in layers(model):
        if error := await _layer(server.pulls, exchange, streams, digest, total):
            await _fail(exchange, streams, error)
            return
    for status in ("verifying sha256 digest", "writing manifest"):
        await _event(exchange, streams, {"status": status})
    server.add_model(model)
    if not streams:
        await exchange.json({"status": "success"})
        return
    await exchange.line({"status": "success"}, last=True)
    await exchange.end()


async def _fail(exchange: Exchange, streams: bool, error: str) -> None:
    """The stream is open by now, so an error is a line of it, and HTTP says 200."""
    if not streams:
        raise Refused(500, error)
    await exchange.line({"error": error})
    await exchange.end()


async def _layer(pulls: Pulls, exchange: Exchange, streams: bool, digest: str, total: int) -> str:
    """Download a layer; why it could not be, or an empty text."""
    done = pulls.present.get(digest, 0)
    steps = pulls.steps if total > _SMALL else 1
    while True:
        event: dict[str, Any] = {
            "status": f"pulling {digest[:12]}",
            "digest": f"sha256:{digest}",
            "total": total,
        }
        await _event(exchange, streams, event | ({"completed": done} if done else {}))
        if done >= total:
            return ""
        await asyncio.sleep(pulls.delay)
        more = min(total, done + max(1, -(-total // steps)))
        if error := pulls.trouble(digest, more):
            return error
        pulls.present[digest] = done = more


async def _event(exchange: Exchange, streams: bool, event: dict[str, Any]) -> None:
    if streams:
        await exchange.line(event)
