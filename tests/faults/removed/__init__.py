"""Every defence that can be taken away; importing a file of this folder enters those in it."""

from __future__ import annotations

from . import chain, network, state, terminal, text

__all__ = ["chain", "network", "state", "terminal", "text"]
