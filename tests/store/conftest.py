"""What every test of the store is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

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
