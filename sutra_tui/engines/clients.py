"""The HTTP clients of one event loop, all of them above one guard transport.

Invariant: no client here heeds the environment, follows a redirect or has a read timeout; silence
is judged by the engine, which knows what a server may be silent about.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx

from .address import is_encrypted
from .wire import GuardTransport, Limits

CONNECT_S: Final = 5.0
"""How long connecting may take, name resolution included, in seconds."""


class Clients:
    """What one event loop sends requests with.

    Args:
        url: Base URL of the server.
        address: The server, for messages.
        transport: What sends, instead of the network; never closed here.
        api_key: Sent as a bearer token; None sends none.
        limits: The most bytes accepted.
    """

    def __init__(
        self,
        url: str,
        *,
        address: str,
        transport: httpx.AsyncBaseTransport | None = None,
        api_key: str | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.settings: dict[str, Any] = {
            "transport": GuardTransport(
                transport or _network(url),
                address=address,
                api_key=api_key,
                limits=limits,
                closes_inner=transport is None,
            ),
            "timeout": httpx.Timeout(None, connect=CONNECT_S),
            "follow_redirects": False,
            "trust_env": False,
        }
        """What every further client of this loop is made with."""
        self.http = httpx.AsyncClient(base_url=url, **self.settings)
        self.typed: Any = None
        """The client library's own client, once a chat has needed it."""

    async def aclose(self) -> None:
        """Close every connection."""
        if self.typed is not None:
            close: Callable[[], Awaitable[None]] = self.typed.close
            await close()
        await self.http.aclose()


def _network(url: str) -> httpx.AsyncHTTPTransport:
    # Reading the certificate bundle takes a tenth of a second that plain http has no use for. A
    # context without certificates trusts nobody.
    verify = True if is_encrypted(url) else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx.AsyncHTTPTransport(verify=verify, trust_env=False)
