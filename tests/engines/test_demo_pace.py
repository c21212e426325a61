from __future__ import annotations

import asyncio

import pytest

from sutra_tui.core.errors import InvalidRequest
from sutra_tui.engines.demo_pace import PACES, Pace

from .demo_support import FakeTime


@pytest.mark.parametrize(("name", "waited"), [("realistic", 2.0), ("brisk", 0.5)])
async def test_a_wait_is_as_long_as_the_pace_says(name: str, waited: float) -> None:
    time = FakeTime()
    pace = time.pace(name)
    started = pace.clock()
    await pace.wait(started, 2.0)
    assert time.slept == [waited]
    assert pace.nanoseconds_since(started) == waited * 1e9


async def test_instant_never_sleeps_but_lets_others_run() -> None:
    time = FakeTime()
    ran: list[str] = []

    async def other() -> None:
        ran.append("other")

    task = asyncio.ensure_future(other())
    await time.pace("instant").wait(time.clock(), 3600.0)
    assert ran == ["other"]
    await task
    assert time.slept == []
    assert time.now == 100.0


async def test_a_late_wait_catches_up_instead_of_adding_up() -> None:
    time = FakeTime()
    pace = time.pace("realistic")
    time.now += 1.5
    await pace.wait(100.0, 1.0)
    await pace.wait(100.0, 2.0)
    assert time.slept == [0.5]


def test_a_duration_is_never_zero_because_zero_means_not_said() -> None:
    time = FakeTime()
    assert time.pace().nanoseconds_since(time.clock()) == 1


def test_an_unknown_pace_is_refused_with_the_names_of_the_known() -> None:
    with pytest.raises(InvalidRequest) as caught:
        Pace.named("{leisurely}")
    assert "'{leisurely}'" in caught.value.message
    assert all(name in caught.value.remedy for name in PACES)


async def test_the_default_pace_is_brisk() -> None:
    time = FakeTime()
    await Pace(sleep=time.sleep, clock=time.clock).wait(time.clock(), 4.0)
    assert time.slept == [1.0]
