"""Reading ahead: nothing lost, nothing reordered, nothing left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

import pytest

from sutra_tui.engines.read_ahead import ReadAhead


class Source:
    """A stream whose pieces come in bursts, one burst each time it is let go on."""

    def __init__(self, *bursts: list[int], error: Exception | None = None) -> None:
        self.bursts = list(bursts)
        self.error = error
        self.gate = asyncio.Semaphore(0)
        self.given = 0
        self.closed = False

    async def pieces(self) -> AsyncGenerator[int, None]:
        try:
            for burst in self.bursts:
                await self.gate.acquire()
                for piece in burst:
                    self.given += 1
                    yield piece
            await self.gate.acquire()
            if self.error is not None:
                raise self.error
        finally:
            self.closed = True


async def turns(count: int = 10) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_burst_is_taken_in_one_go_and_single_pieces_singly() -> None:
    source = Source([1], [2, 3, 4], [5])
    async with ReadAhead(source.pieces()) as ahead:
        taken = []
        for _ in range(3):
            source.gate.release()
            taken.append(await ahead.take(5))
        source.gate.release()
        assert taken == [[1], [2, 3, 4], [5]]
        assert await ahead.take(5) == []
        assert await ahead.take(5) == [], "the end stays the end"


async def test_what_came_while_nobody_asked_is_there_at_once() -> None:
    source = Source([1, 2], [3])
    source.gate.release()
    source.gate.release()
    async with ReadAhead(source.pieces()) as ahead:
        await turns()
        assert await ahead.take(0) == [1, 2, 3]


async def test_an_error_comes_after_all_that_came_before_it() -> None:
    source = Source([1, 2], error=ValueError("broken"))
    source.gate.release()
    source.gate.release()
    async with ReadAhead(source.pieces()) as ahead:
        await turns()
        assert await ahead.take(5) == [1, 2]
        with pytest.raises(ValueError, match="broken"):
            await ahead.take(5)


async def test_silence_is_a_timeout_and_the_next_piece_still_comes() -> None:
    source = Source([1])
    async with ReadAhead(source.pieces()) as ahead:
        with pytest.raises(TimeoutError):
            await ahead.take(0.01)
        source.gate.release()
        assert await ahead.take(5) == [1]


async def test_a_reader_that_rests_holds_the_stream_up() -> None:
    source = Source(list(range(100)))
    source.gate.release()
    async with ReadAhead(source.pieces(), limit=10) as ahead:
        await turns(50)
        assert source.given == 10
        taken: list[int] = []
        while len(taken) < 100:
            taken += await ahead.take(5)
        assert taken == list(range(100))


async def test_leaving_closes_the_stream_before_it_returns() -> None:
    source = Source([1], [2])
    async with ReadAhead(source.pieces()) as ahead:
        source.gate.release()
        await ahead.take(5)
    assert source.closed


async def test_a_cancelled_reader_closes_the_stream() -> None:
    source = Source([1])

    async def read() -> None:
        async with ReadAhead(source.pieces()) as ahead:
            await ahead.take(60)

    task = asyncio.create_task(read())
    await turns()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed


async def test_the_end_is_waited_for_but_not_for_long() -> None:
    source = Source([1])
    async with ReadAhead(source.pieces()) as ahead:
        source.gate.release()
        assert await ahead.take(5) == [1]
        await ahead.end(0.01)
        assert not source.closed
        source.gate.release()
        await ahead.end(5)
        assert source.closed
