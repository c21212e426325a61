"""Doors to model servers. Invariant: importing this brings neither a client library nor httpx."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.engine import Engine

__all__ = ["open_engine"]


def open_engine(
    host: str | None = None,
    *,
    host_a: str | None = None,
    host_b: str | None = None,
    demo: bool = False,
    environ: Mapping[str, str] | None = None,
    stall_timeout_s: float = 120.0,
    first_token_timeout_s: float = 600.0,
) -> Engine:
    """Choose and open an engine. Nothing is sent yet.

    Args:
        host: Server address; None asks `OLLAMA_HOST`, and without that it is this machine.
        host_a: Model A's server, where it is another one than `host`.
        host_b: Model B's server, likewise.
        demo: The embedded demo instead of a server.
        environ: Where `OLLAMA_HOST` and `OLLAMA_API_KEY` are looked up; None is the process's.
        stall_timeout_s: Longest silence between two pieces of a reply, in seconds.
        first_token_timeout_s: Longest wait for the first piece, loading included, in seconds.

    Raises:
        InvalidHost: The address cannot be understood.
    """
    if demo:
        from .demo import demo_engine

        return demo_engine()

    from .address import HOST_VARIABLE, host_from_environment, parse_host

    environ = os.environ if environ is None else environ

    def url_for(own: str | None, field: str) -> str:
        if own is not None:
            return parse_host(own, field=field)
        if host is not None:
            return parse_host(host)
        return parse_host(host_from_environment(environ) or "", field=HOST_VARIABLE)

    def opened(url: str) -> Engine:
        from .ollama import OllamaEngine

        return OllamaEngine(
            url,
            stall_timeout_s=stall_timeout_s,
            first_token_timeout_s=first_token_timeout_s,
            api_key=environ.get("OLLAMA_API_KEY"),
        )

    url_a, url_b = (
        url_for(host_a, "address of Model A's server"),
        url_for(host_b, "address of Model B's server"),
    )
    if url_a == url_b:
        return opened(url_a)
    from .routed import RoutedEngine

    return RoutedEngine(opened(url_a), opened(url_b))
