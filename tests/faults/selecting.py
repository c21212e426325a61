"""A pytest plugin that leaves only the tests of the rows in `SUTRA_FAULT_ROWS`."""

from __future__ import annotations

import os

import pytest

from .naming import rows_of

ROWS_VARIABLE = "SUTRA_FAULT_ROWS"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what proves none of the rows."""
    wanted = set(os.environ.get(ROWS_VARIABLE, "").split())
    kept = [item for item in items if wanted & set(rows_of(item.nodeid))]
    kept_ids = {id(item) for item in kept}
    config.hook.pytest_deselected(items=[item for item in items if id(item) not in kept_ids])
    items[:] = kept
