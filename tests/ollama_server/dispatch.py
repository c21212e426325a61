"""From a request to the handler that answers it, as gin's router does it.

Invariant: every request is logged before anything else happens to it.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from . import fault_bodies, fault_replies, fault_streams, listing  # noqa: F401  fill the catalogue
from .chat import CHAT, GENERATE, generate_text
from .connection import Request
from .exchange import TEXT, Exchange, Refused
from .fields import kind_of, parse_body
from .journal import Recorded
from .pulls import pull

if TYPE_CHECKING:
    from .server import OllamaServer

Handler = Callable[["OllamaServer", Exchange], Awaitable[None]]


async def _chat(server: OllamaServer, exchange: Exchange) -> None:
    await generate_text(server, exchange, CHAT)


async def _generate(server: OllamaServer, exchange: Exchange) -> None:
    await generate_text(server, exchange, GENERATE)


ROUTES: dict[str, dict[str, Handler]] = {
    "/": {"GET": listing.root, "HEAD": listing.root},
    "/api/version": {"GET": listing.version, "HEAD": listing.version},
    "/api/tags": {"GET": listing.tags, "HEAD": listing.tags},
    "/api/status": {"GET": listing.status},
    "/api/ps": {"GET": listing.ps},
    "/api/show": {"POST": listing.show},
    "/api/copy": {"POST": listing.copy},
    "/api/delete": {"DELETE": listing.delete},
    "/api/embed": {"POST": listing.embed},
    "/api/pull": {"POST": pull},
    "/api/generate": {"POST": _generate},
    "/api/chat": {"POST": _chat},
}


def record(request: Request) -> tuple[Recorded, Refused | None]:
    """The request for the log, and why its body is no good."""
    body: dict[str, Any] | None = None
    refused: Refused | None = None
    try:
        body = parse_body(request.body)
    except Refused as error:
        refused = error
    recorded = Recorded(request.method, request.path, body, request.headers, raw=request.body)
    recorded.kind = kind_of(request.path, body)
    return recorded, refused


async def answer(server: OllamaServer, exchange: Exchange, refused: Refused | None) -> None:
    """Answer one request: faults that replace the server first, then the route.

    Args:
        refused: Why the body is no good; routes that read none do not mind.
    """
    await exchange.reach("request")
    for active in exchange.faults:
        if active.fault.wire is not None:
            active.fault.wire(exchange.connection, **active.params)
    for active in exchange.faults:
        if active.fault.instead is not None:
            await active.fault.instead(exchange, **active.params)
            return
    if not _is_local(exchange.request.headers.get("host", "")):
        await exchange.complete(403, {}, b"")
        return
    methods = ROUTES.get(exchange.request.path)
    if methods is None:
        await exchange.complete(404, {"Content-Type": TEXT}, b"404 page not found")
        return
    handler = methods.get(exchange.request.method)
    if handler is None:
        allowed = {"Allow": ", ".join(methods), "Content-Type": TEXT}
        await exchange.complete(405, allowed, b"405 method not allowed")
        return
    try:
        if refused is not None and exchange.request.method not in ("GET", "HEAD"):
            raise refused
        await handler(server, exchange)
    except Refused as error:
        await exchange.json(error.body, error.status, error.content_type)


def _is_local(host: str) -> bool:
    """Ollama's guard against other sites' names for this machine."""
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    name = name.strip("[]").lower()
    if name in ("", "localhost", socket.gethostname().lower()):
        return True
    if name.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_private or address.is_loopback or address.is_unspecified
