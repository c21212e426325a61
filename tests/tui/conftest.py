"""The screen tests' workshop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ollama_server import LLAMA_3B, MISTRAL_7B, NOMIC_EMBED, QWEN_4B_THINKING, OllamaServer

from .workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    models = [MISTRAL_7B, LLAMA_3B, QWEN_4B_THINKING, NOMIC_EMBED]
    with OllamaServer(models) as server:
        workshop = Workshop(server, tmp_path / "state" / "state.json")
        workshop.script()
        yield workshop
