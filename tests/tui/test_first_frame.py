"""The garbage collector around the first frame."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from sutra_tui.tui import first_frame


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)
    gc.enable()


def test_nothing_is_collected_until_the_first_frame_is_there() -> None:
    first_frame.is_awaited()
    assert not gc.isenabled()
    first_frame.is_there()
    assert gc.isenabled()
    assert gc.get_freeze_count()
    assert gc.get_threshold() == first_frame.THRESHOLDS


def test_an_app_that_was_not_awaited_leaves_the_collector_alone() -> None:
    before = gc.get_threshold()
    first_frame.is_there()
    assert gc.get_threshold() == before
    assert not gc.get_freeze_count()
