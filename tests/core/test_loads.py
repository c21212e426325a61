"""No avoidable load over a day of runs, on a machine that cannot hold all its models at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sutra_tui.core.plan import KEEP_LOADED_S
from tests.bench.loads import (
    LLAMA,
    MISTRAL,
    QWEN,
    Ask,
    day,
    least_loads,
    ours,
    unloading_every_time,
)


async def test_a_day_of_thirty_runs_has_no_avoidable_load() -> None:
    asks = day()
    assert len(asks) == 30
    mine = await ours(asks)
    assert mine.complete == 30
    assert mine.loads == least_loads(mine.calls, [one.pause_s for one in asks])


def test_unloading_after_every_call_loads_a_model_for_every_call() -> None:
    asks = day()
    theirs = unloading_every_time(asks)
    assert theirs.complete == 30
    assert theirs.loads == 46, "30 answers, and 16 drafts that its cache did not know"


@pytest.mark.parametrize(
    ("calls", "pauses", "least"),
    [
        ([(LLAMA, MISTRAL)], [0], 2),
        ([(LLAMA, MISTRAL), (LLAMA, MISTRAL)], [0, 0], 4),
        ([(QWEN, LLAMA), (QWEN, LLAMA)], [0, 0], 2),
        ([(QWEN, LLAMA), (QWEN, LLAMA)], [KEEP_LOADED_S + 1, 0], 4),
        ([(QWEN, LLAMA), (LLAMA, MISTRAL), (QWEN, LLAMA)], [0, 0, 0], 5),
        ([(MISTRAL, MISTRAL), (MISTRAL,)], [0, 0], 1),
    ],
)
def test_the_least_is_what_a_person_would_count(
    calls: list[tuple[str, ...]], pauses: list[float], least: int
) -> None:
    assert least_loads(calls, pauses) == least


async def test_a_pause_in_which_a_server_would_forget_costs_nothing() -> None:
    asks = [Ask(QWEN, LLAMA, "one", pause_s=1700), Ask(QWEN, LLAMA, "two", pause_s=1700)]
    assert (await ours([*asks, replace(asks[0], query="three")])).loads == 2


async def test_the_model_that_the_cache_stands_in_for_does_not_run_out_meanwhile() -> None:
    ask = Ask(QWEN, LLAMA, "one", pause_s=1700)
    counted = await ours([ask, ask, replace(ask, query="another")])
    assert counted.calls[1] == (LLAMA,)
    assert counted.loads == 2
