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
    demo: bool = False,
    environ: Mapping[str, str] | None = None,
    stall_timeout_s: float = 120.0,
    first_token_timeout_s: float = 600.0,
) -> Engine:
    """Choose and open an engine. Nothing is sent yet.

    Args:
        host: Server address; None asks `OLLAMA_HOST`, and without that it is this machine.
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
    from .ollama import OllamaEngine

    environ = os.environ if environ is None else environ
    if host is None:
        url = parse_host(host_from_environment(environ) or "", field=HOST_VARIABLE)
    else:
        url = parse_host(host)
    return OllamaEngine(
        url,
        stall_timeout_s=stall_timeout_s,
        first_token_timeout_s=first_token_timeout_s,
        api_key=environ.get("OLLAMA_API_KEY"),
    )
