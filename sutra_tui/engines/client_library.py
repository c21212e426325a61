"""Bringing the client library in, whatever the environment says.

Invariant: the environment is as it was when control returns, and only `engines` imports `ollama`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from .address import HOST_VARIABLE

_importing: Final = threading.Lock()


def import_client() -> Any:
    """The `ollama` package.

    Importing it makes a client of its own from the environment, which fails for addresses and
    proxies that it cannot read. We use neither, so they are set aside for a second try.

    Raises:
        ImportError: It is not installed.
    """
    with _importing:
        try:
            import ollama
        except (ImportError, ValueError):
            with _without_environment():
                import ollama
    return ollama


@contextmanager
def _without_environment() -> Iterator[None]:
    """Take the variables away that the client and httpx read while they are imported."""
    aside = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if name.upper() == HOST_VARIABLE or name.upper().endswith("_PROXY")
    }
    try:
        yield
    finally:
        os.environ.update(aside)
