"""Asking a model again when the server could not take the question this moment.

Invariant: only a question of which nothing has arrived is asked again, and only a few times; the
last error is the caller's.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from .engine import ChatChunk, ChatRequest, Engine
from .errors import ServerBusy, ServerUnreachable

BUSY_PAUSES_S: Final = (0.5, 1.0, 2.0)
"""Pauses before a server whose queue is full is asked again; each is varied by half of it, so that
several programs that were turned away together do not come back together."""
GONE_PAUSES_S: Final = (1.0,)
"""Likewise for one that does not answer: a moment ago it did, so it may be starting again."""


async def chat(engine: Engine, request: ChatRequest) -> AsyncGenerator[ChatChunk, None]:
    """The engine's stream, asked for again where that can help.

    Args:
        engine: Who to ask; it has just answered another question.
        request: What to ask.

    Raises:
        EngineError: Whatever the engine raises, once asking again cannot help.
    """
    pauses = {ServerBusy: iter(BUSY_PAUSES_S), ServerUnreachable: iter(GONE_PAUSES_S)}
    while True:
        has_begun = False
        try:
            async with aclosing(engine.chat(request)) as stream:
                async for chunk in stream:
                    has_begun = True
                    yield chunk
            return
        except (ServerBusy, ServerUnreachable) as error:
            pause = None if has_begun else next(pauses[type(error)], None)
            if pause is None:
                raise
        await asyncio.sleep(pause * random.uniform(0.5, 1.5))
