"""A neighbour in the cache: offered, never served by itself.

Invariant: similarity decides only whether a line is shown. Two queries that differ by one "not" are
as alike as two can be, so whether the demonstrations fit is the reader's word alone.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..core.errors import SutraError

if TYPE_CHECKING:
    from ..core.demonstration_store import DemonstrationStore

WORTH_OFFERING: Final = 0.5
"""Least similarity (trigram Dice, 0 to 1) of a query that is offered."""


@dataclass(frozen=True, slots=True)
class Similar:
    """An earlier query whose demonstrations could be used.

    Args:
        query: The earlier query.
        similarity: 0 to 1.
        demonstrations: What Model A wrote for it.
    """

    query: str
    similarity: float
    demonstrations: tuple[str, ...]


async def find_similar(cache: DemonstrationStore, query: str) -> Similar | None:
    """The nearest earlier query that is worth offering; looked for in a thread."""
    try:
        neighbours = await asyncio.to_thread(cache.suggest, query)
    except SutraError:
        return None
    for neighbour in neighbours:
        entry = neighbour.entry
        if neighbour.similarity < WORTH_OFFERING:
            break
        if entry.texts and entry.query != query:
            return Similar(entry.query, neighbour.similarity, entry.texts)
    return None
