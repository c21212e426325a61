"""`sutra pull NAME`: get a model, and say how far it is.

Invariant: everything said goes to standard error; on a terminal one line is rewritten, elsewhere
each step is a line of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing, suppress
from typing import Final

from ..core.clean import clean_line
from ..core.engine import Engine
from ..core.errors import SutraError
from ..core.model_details import Disk
from ..core.pulling import PullProgress, advance
from ..core.suggestions import suggested
from ..pull_wording import disk_words, progress_words, shortage
from ..wording import size
from .stopping import stoppable
from .streams import Voice, fit
from .telling import columns

SHOW_S: Final = 0.25
"""Least time between two rewritten lines."""
STEP: Final = 0.1
"""Share of the whole after which a line is written where none can be rewritten."""


def pull_command(
    open_engine: Callable[[], Engine],
    name: str,
    voice: Voice,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Pull a model.

    Args:
        open_engine: Opens the door to the models.
        name: The model.
        voice: Where progress goes.
        clock: Seconds by any steady clock.

    Raises:
        SutraError: The pull failed.
        Stopped: A signal came.
    """
    asyncio.run(_pull(open_engine(), name, PullTeller(name, voice, clock), voice))


async def _pull(engine: Engine, name: str, teller: PullTeller, voice: Voice) -> None:
    async def pull() -> None:
        disk = await engine.disk()
        known = suggested(name)
        if known is not None:
            voice.say(f"About {size(known.size)} to download. {disk_words(disk)}")
        async with aclosing(engine.pull(name)) as lines:
            progress = PullProgress()
            async for line in lines:
                progress = advance(progress, line, teller.clock())
                teller.tell(progress, disk)

    try:
        await stoppable(pull())
    finally:
        voice.erase()
        with suppress(SutraError):
            await engine.close()
    voice.say(f"{teller.name} is pulled.")


class PullTeller:
    """Says how far a pull is, not too often.

    Args:
        name: The model.
        voice: Standard error.
        clock: Seconds by any steady clock.
    """

    def __init__(self, name: str, voice: Voice, clock: Callable[[], float]) -> None:
        self.name = clean_line(name, 60)
        self.clock = clock
        self._voice = voice
        self._shown_at = float("-inf")
        self._said: tuple[str, int] = ("", -1)
        self._warned = False

    def tell(self, progress: PullProgress, disk: Disk | None) -> None:
        """Say what is new.

        Args:
            progress: What is known by now.
            disk: Where it goes; None when that cannot be seen.
        """
        if not self._warned and (warning := shortage(progress, disk)):
            self._warned = True
            self._voice.say(warning)
        if progress.phase == "done":
            return
        now = self.clock()
        if self._voice.is_terminal:
            if now - self._shown_at >= SHOW_S:
                self._shown_at = now
                room = columns() - 1
                words = progress_words(progress, now, room - len(self.name) - 2)
                self._voice.show(fit(f"{self.name}: {words}", room))
            return
        step = (progress.phase, int((progress.fraction or 0.0) / STEP))
        if step != self._said:
            self._said = step
            self._voice.say(f"{self.name}: {progress_words(progress, now)}")
