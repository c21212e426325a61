"""Reading a stream while its reader works, so that what comes in a burst is handed on in one go.

Invariant: nothing is lost, reordered or kept back: what has come is there for the next `take`, an
error after everything that came before it. Leaving the context closes the stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, Generic, TypeVar

from ..core.patience import settle

T = TypeVar("T")
MOST_AHEAD: Final = 1000
"""Pieces read ahead at most; a server that is faster than its reader waits, as without this."""


class ReadAhead(Generic[T]):
    """Takes a stream's pieces in, as fast as they come. Use it as a context manager.

    A burst of tokens costs every layer above one call instead of one for each; at a model's own
    pace each token is still handed on by itself, the moment it is there.

    Args:
        stream: Read in a task of its own, and closed there.
        limit: Pieces read ahead at most.
    """

    def __init__(self, stream: AsyncGenerator[T, None], limit: int = MOST_AHEAD) -> None:
        self._stream = stream
        self._limit = limit
        self._pieces: list[T] = []
        self._error: Exception | None = None
        self._arrival: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> ReadAhead[T]:
        self._task = asyncio.create_task(self._read(), name="read ahead")
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        await settle(self._task)

    async def take(self, seconds: float | None = None) -> list[T]:
        """Everything that has come since the last time, at least one piece; nothing at the end.

        Args:
            seconds: How long to wait for it; None waits as long as it takes.

        Raises:
            TimeoutError: Nothing came.
            Exception: Whatever the stream raised.
        """
        assert self._task is not None
        if not self._pieces and not self._task.done():
            self._arrival = asyncio.get_running_loop().create_future()
            await asyncio.wait(
                {self._arrival, self._task},
                timeout=seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            self._arrival = None
            if not self._pieces and not self._task.done():
                raise TimeoutError
        pieces, self._pieces = self._pieces, []
        self._room.set()
        if not pieces and self._error is not None:
            raise self._error
        return pieces

    async def end(self, seconds: float) -> None:
        """Wait until the stream is over, but not longer than this, and not for its errors."""
        assert self._task is not None
        await asyncio.wait({self._task}, timeout=seconds)

    async def _read(self) -> None:
        try:
            async with aclosing(self._stream) as stream:
                async for piece in stream:
                    self._pieces.append(piece)
                    if self._arrival is not None and not self._arrival.done():
                        self._arrival.set_result(None)
                    while len(self._pieces) >= self._limit:
                        self._room.clear()
                        await self._room.wait()
        except Exception as error:
            self._error = error
