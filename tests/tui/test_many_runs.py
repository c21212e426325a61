"""A long sitting: after many runs there is no more of anything than after a few."""

from __future__ import annotations

import asyncio
import gc

import pytest
from textual.pilot import Pilot

from sutra_tui.tui.screens.main import MainScreen

from .workshop import B, Workshop, connected, settled


async def runs(pilot: Pilot[None], screen: MainScreen, count: int) -> tuple[int, int, int]:
    """Run a query again and again, then count widgets, tasks and workers."""
    for _ in range(count):
        screen.start("What is 4+4?", fresh=True)
        while screen.bench.run.running:  # noqa: ASYNC110 - quicker than waiting for an idle app
            await asyncio.sleep(0.001)
        assert screen.bench.run.error is None
    await settled(pilot)
    gc.collect()
    return len(screen.query("*")), len(asyncio.all_tasks()), len(pilot.app.workers)


@pytest.mark.slow
async def test_X13_after_many_runs_there_is_nothing_left_of_them(workshop: Workshop) -> None:
    workshop.server.script(B, "Eight.")
    async with workshop.app().run_test(size=(60, 20)) as pilot:
        screen = await connected(pilot)
        widgets, tasks, workers = await runs(pilot, screen, 3)
        after = await runs(pilot, screen, 40)
        assert after[0] == widgets
        assert after[1] <= tasks + 2 and after[2] <= workers + 1
