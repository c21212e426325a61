"""What every test of the store is given."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.store import connection as connections
from sutra_tui.store.cache import DemonstrationCache


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a cache file may be made."""
    return tmp_path / "cache.db"


@pytest.fixture(params=["memory", "file"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    path = tmp_path / "cache.db" if request.param == "file" else None
    with DemonstrationCache(path=path) as opened:
        yield opened
        assert opened.warnings == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory whose parents anyone may pass, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        yield directory
        directory.chmod(0o755)
