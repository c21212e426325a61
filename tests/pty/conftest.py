"""What the tests in a terminal share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.ollama_server import OllamaServer

collect_ignore_glob = [] if os.name == "posix" else ["test_*.py"]
"""Pseudo-terminals, sessions and signals are POSIX's."""


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running
