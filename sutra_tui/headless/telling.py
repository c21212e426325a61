"""How a run is told on standard error: one line rewritten, a line for each step, or hardly at all.

Invariant: warnings are told in every manner but `quiet`; that replies are scripted and that
something failed is told always.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final, Literal

from ..core.errors import SutraError
from ..core.events import Event, Notice, Planned
from ..core.protocol import HandoffResult
from ..plan_words import plan_line
from .status import Status, summary
from .streams import Voice, say_error

Manner = Literal["rewriting", "plain", "warnings", "quiet"]
"""`rewriting` is for terminals; `warnings` is for standard error in a file."""

REDRAW_S: Final = 0.1
"""The status line changes at most ten times a second: more cannot be read."""
DEMO_LABEL: Final = "DEMO: every reply is scripted. No model is at work."


def choose_manner(voice: Voice, *, quiet: bool, plain: bool, terminal: str) -> Manner:
    """How to tell, from what was asked for and what standard error is.

    Args:
        voice: Standard error.
        quiet: Errors only.
        plain: A line for each step.
        terminal: What `TERM` says.
    """
    if quiet:
        return "quiet"
    if plain:
        return "plain"
    if not voice.is_terminal:
        return "warnings"
    return "plain" if terminal == "dumb" else "rewriting"


class Teller:
    """Tells one run.

    Args:
        voice: Where to.
        manner: How.
        wanted: Demonstrations wanted.
        shares_terminal: Standard output is a terminal too, so a status line and an answer must
            not be there at the same time.
        debug: Tracebacks follow errors.
        plan: Tell the memory plan also where only warnings are told.
        clock: Seconds from any fixed point.
    """

    def __init__(
        self,
        voice: Voice,
        manner: Manner,
        *,
        wanted: int,
        shares_terminal: bool,
        debug: bool = False,
        plan: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._voice = voice
        self._manner = manner
        self._shares_terminal = shares_terminal
        self._debug = debug
        self._tells_plan = plan or manner in ("rewriting", "plain")
        self._clock = clock
        self._started = clock()
        self._drawn = float("-inf")
        self._silent = False
        self._later: list[str] = []
        self._status = Status(wanted)

    def label_demo(self) -> None:
        """Say that nothing that follows is a model's work."""
        self._voice.say(DEMO_LABEL)

    def say(self, text: str) -> None:
        """Say a sentence that is worth a line of its own."""
        if self._manner != "quiet":
            self._voice.say(text)

    def take(self, event: Event) -> None:
        """Tell what an event means."""
        step = self._status.apply(event, self._now())
        if isinstance(event, Planned):
            step = f"Plan: {plan_line(event.plan)}." if self._tells_plan else None
        elif isinstance(event, Notice):
            step = event.text
        elif self._manner != "plain":
            step = None
        if step is not None and self._silent:
            self._later.append(step)
        elif step is not None:
            self.say(step)
        self.tick()

    def tick(self) -> None:
        """Bring the status line up to date, if there is one and it is time."""
        if self._manner != "rewriting" or self._silent or self._status.stage is None:
            return
        now = self._now()
        if now - self._drawn >= REDRAW_S:
            self._drawn = now
            self._voice.show(self._status.line(now, columns() - 1))

    def make_way(self) -> None:
        """Standard output is about to be written to: leave a shared terminal to it."""
        if self._shares_terminal and not self._silent:
            self._voice.erase()
            self._silent = True

    def end(self, result: HandoffResult) -> None:
        """Tell how it ended."""
        self._catch_up()
        if self._manner in ("rewriting", "plain"):
            self._voice.say(summary(result))
        if self._manner == "quiet" and result.status == "incomplete":
            for text in result.notices:
                self._voice.say(f"sutra: {text}")

    def fail(self, error: SutraError) -> None:
        """Tell why it failed."""
        self._catch_up()
        say_error(self._voice, error, error if self._debug else None)

    def _catch_up(self) -> None:
        """Say what had to wait for the answer's end."""
        self._voice.erase()
        for text in self._later:
            self.say(text)
        self._later.clear()

    def _now(self) -> float:
        return self._clock() - self._started


def columns() -> int:
    """Cells of the terminal behind standard error; 80 when that is none."""
    try:
        return os.get_terminal_size(2).columns or 80
    except (OSError, ValueError):
        return 80
