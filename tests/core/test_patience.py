"""Waiting with an end: nothing is left running, and a cancelled caller stays cancelled."""

import asyncio
import gc

import pytest

from sutra_tui.core.errors import StreamStalled
from sutra_tui.core.patience import settle, within


def late() -> StreamStalled:
    return StreamStalled("too late")


def stalled(seconds: float) -> StreamStalled:
    return StreamStalled(f"silent for {seconds:g} seconds")


async def test_work_in_time_gives_its_result() -> None:
    async def work() -> int:
        return 7

    assert await within(30, work(), late) == 7


async def test_work_in_time_gives_its_own_error() -> None:
    async def work() -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await within(30, work(), late)


async def test_X7_late_work_is_over_when_the_error_arrives() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.set()

    with pytest.raises(StreamStalled):
        await within(0.01, work(), late)
    assert ended.is_set()


async def test_cancelling_wins_against_work_that_ends_in_the_same_moment() -> None:
    ready = asyncio.Event()

    async def work() -> int:
        await ready.wait()
        return 7

    caller = asyncio.create_task(within(30, work(), late))
    await asyncio.sleep(0)  # the caller waits now
    await asyncio.sleep(0)  # and so does the work
    ready.set()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller


async def test_an_error_that_nobody_waits_for_any_more_is_not_reported_as_lost() -> None:
    lost: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise ValueError("while closing")

    caller = asyncio.create_task(within(30, work(), late))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert lost == []


async def test_work_that_is_settled_is_over() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("closed")

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await settle(task)
    assert ended == ["closed"]
    await settle(task)  # and again, when there is nothing left to do


@pytest.mark.parametrize("raises", [False, True])
async def test_settling_what_has_ended_by_itself_says_nothing(raises: bool) -> None:
    lost: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: lost.append(context))

    async def work() -> None:
        if raises:
            raise ValueError("nobody asks")

    task = asyncio.create_task(work())
    await asyncio.wait({task})
    await settle(task)
    del task
    gc.collect()
    assert lost == []


async def test_a_caller_cancelled_while_settling_stays_cancelled() -> None:
    closing, may_close = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            closing.set()
            await may_close.wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    caller = asyncio.create_task(settle(task))
    await closing.wait()
    for _ in range(3):
        caller.cancel()
        await asyncio.sleep(0)
    assert not caller.done(), "the work is still closing"
    may_close.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert task.cancelled()
