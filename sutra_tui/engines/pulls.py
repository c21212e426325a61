"""Pulling: the client's stream of status lines, made whole or made an error.

Invariant: a pull that ends without an error has said "success"; leaving it closes the connection,
which is what stops the server's download.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..core.errors import StreamInterrupted
from . import faults
from .read_ahead import ReadAhead
from .replies import pull_line

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ..core.pulling import PullLine

SILENCE_S: Final = 600.0
"""Longest silence of a pull, in seconds: nothing is said while a downloaded file is verified, and
that takes as long as reading it from the disk."""


async def lines(
    stream: AsyncGenerator[Any, None], address: str, model: str
) -> AsyncGenerator[PullLine, None]:
    """The typed lines of a pull.

    Args:
        stream: The client's; closed when control returns.
        address: The server, for messages.
        model: What is pulled, likewise.

    Raises:
        StreamStalled: Silence for longer than `SILENCE_S`.
        StreamInterrupted: The connection broke, or the stream ended before "success".
        EngineError: What the server said went wrong.
    """

    said = ""
    try:
        with faults.translated(address, model):
            async with ReadAhead(stream) as ahead:
                while parts := await _take(ahead, address):
                    for part in parts:
                        line = pull_line(part.model_dump())
                        said = line.status
                        yield line
    except StreamInterrupted as error:
        raise faults.pull_interrupted(address) from error
    if said != "success":
        raise faults.pull_interrupted(address)


async def _take(ahead: ReadAhead[Any], address: str) -> list[Any]:
    try:
        return await ahead.take(SILENCE_S)
    except TimeoutError:
        raise faults.stalled(address, SILENCE_S) from None
