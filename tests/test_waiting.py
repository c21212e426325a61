"""Waiting for asynchronous work from plain code: nothing is lost, hidden or waited for in vain."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any

import pytest

from sutra_tui.waiting import wait_for


def plainly(work: Callable[[], Any]) -> Any:
    return wait_for(work)


def in_a_loop(work: Callable[[], Any]) -> Any:
    async def cell() -> Any:
        return wait_for(work)

    return asyncio.run(cell())


ways = pytest.mark.parametrize("way", [plainly, in_a_loop])


@ways
def test_the_result_of_the_work_is_the_result(way: Callable[..., Any]) -> None:
    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    assert way(work) == "done"


@ways
@pytest.mark.parametrize(
    "error", [KeyError("mine"), asyncio.TimeoutError(), futures.TimeoutError(), SystemExit(3)]
)
def test_an_error_of_the_work_is_the_callers(way: Callable[..., Any], error: BaseException) -> None:
    async def work() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        way(work)
    assert caught.value is error


@ways
def test_work_that_was_cancelled_from_within_says_so(way: Callable[..., Any]) -> None:
    async def work() -> None:
        raise asyncio.CancelledError

    with pytest.raises((asyncio.CancelledError, futures.CancelledError)):
        way(work)


@ways
def test_what_the_work_left_running_is_ended_with_it(way: Callable[..., Any]) -> None:
    ended: list[str] = []

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("ended")

    async def work() -> Any:
        left = asyncio.create_task(for_ever())
        await asyncio.sleep(0)
        return left

    assert way(work).cancelled()
    assert ended == ["ended"]


def test_no_thread_stays_behind() -> None:
    async def work() -> int:
        return await asyncio.to_thread(lambda: 7)

    before = set(threading.enumerate())
    assert in_a_loop(work) == 7
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=5)
    assert set(threading.enumerate()) <= before


def test_an_interrupt_while_the_thread_starts_leaves_nothing_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began: list[str] = []
    start = threading.Thread.start

    async def work() -> None:
        began.append("began")
        try:
            await asyncio.Event().wait()
        finally:
            began.append("ended")

    def start_and_be_interrupted(thread: threading.Thread) -> None:
        start(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start_and_be_interrupted)
    with pytest.raises(KeyboardInterrupt):
        wait_for(work)
    assert began in ([], ["began", "ended"])


def test_an_interrupt_before_the_thread_starts_waits_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def be_interrupted(thread: threading.Thread) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", be_interrupted)
    with pytest.raises(KeyboardInterrupt):
        wait_for(lambda: asyncio.sleep(0))


STUBBORN = """
import asyncio, sys
from contextlib import closing
from sutra_tui.waiting import wait_for

async def work():
    print("working", flush=True)
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            print("asked to end", flush=True)

async def cell():
    wait_for(work)

with closing(asyncio.new_event_loop()) as loop:
    loop.run_until_complete(cell())
"""


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_a_second_ctrl_c_leaves_work_behind_that_does_not_end() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "working\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "asked to end\n"
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == -signal.SIGINT, complaints
