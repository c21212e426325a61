"""The screen tests' workshop."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from sutra_tui.tui.screens import bench_screen
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, NOMIC_EMBED, QWEN_4B_THINKING, OllamaServer

from .workshop import Workshop

FOLDER = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting the app takes a second or two, so the quick loop does it for a handful of tests."""
    for item in items:
        if FOLDER in item.path.parents and not item.get_closest_marker("quick"):
            function = getattr(item, "function", None)
            fixtures = getattr(item, "fixturenames", ())
            if inspect.iscoroutinefunction(function) or "snap_compare" in fixtures:
                item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def no_glances(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a test would meet the clock's own look at the server, and others not."""
    monkeypatch.setattr(bench_screen, "GLANCE_S", 3600.0)


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    models = [MISTRAL_7B, LLAMA_3B, QWEN_4B_THINKING, NOMIC_EMBED]
    with OllamaServer(models) as server:
        workshop = Workshop(server, tmp_path / "state" / "state.json")
        workshop.script()
        yield workshop
