"""What the terminal is told besides the picture: its title, and that a long run has ended.

Invariant: every word of it is one of ours; no query, model name or error ever gets into it. Pure,
but for the run that an `Announcer` has seen last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from ..settings.value import NotifyName
from .run_view import RunView, StageView

NAME: Final = "sutra"
BELL: Final = "\x07"
_ENDS: Final = {
    "complete": ("done", "the answer is there"),
    "cached": ("done", "the answer is there"),
    "skipped": ("done", "the answer is there"),
    "incomplete": ("done", "the answer is there, but not whole"),
    "stopped": ("stopped", "the run was stopped"),
    "failed": ("failed", "the run has failed"),
}
"""By how a run ended: its word in the title, and what a notification says."""


def notification(words: str) -> str:
    """OSC 9: asks the terminal to notify its user
    (https://iterm2.com/documentation-escape-codes.html, "Post a notification").

    Args:
        words: Fixed words of ours.
    """
    return f"\x1b]9;{NAME}: {words}\x07"


def doing(run: RunView) -> str:
    """What a run is at, in a few words for the title; empty when there is none."""
    if not run.running:
        return _end_of(run)[0] if run.query else ""
    if run.b.state == "active":
        return _phase("B", run.b)
    if run.a.state != "active":
        return "starting"
    if run.demonstrations == "active":
        return f"writing {min(run.found + 1, run.wanted)}/{run.wanted}"
    return _phase("A", run.a)


def _phase(name: str, stage: StageView) -> str:
    return f"{name} {stage.phase or 'writing'}"


def _end_of(run: RunView) -> tuple[str, str]:
    if run.error is not None:
        return _ENDS["failed"]
    return _ENDS[run.result.status] if run.result else _ENDS["stopped"]


@runtime_checkable
class TellsTerminal(Protocol):
    """A driver that has a terminal which can be told."""

    def show_title(self, title: str) -> None:
        """Give the window a title; an empty one gives it back the one it had."""

    def tell(self, sequence: str) -> None:
        """Write a bell or a notification."""


@dataclass(slots=True)
class Announcer:
    """Watches the run on the screen.

    Args:
        run_id: The run that was seen going on last; empty when its end was announced.
        began: When it was seen first, in seconds of the app's clock.
    """

    run_id: str = ""
    began: float = 0.0
    _over: str = ""

    def title(self, run: RunView) -> str:
        """The title for what the screen shows; the end of a run from the history is not news."""
        seen = run.run_id in (self.run_id, self._over)
        words = doing(run) if run.run_id and seen else ""
        return f"{NAME} · {words}" if words else NAME

    def see(
        self, run: RunView, now: float, *, notify: NotifyName, after_s: float, looking: bool
    ) -> str:
        """Take notice of the run as it is now.

        Args:
            run: As it is shown.
            now: Seconds of the app's clock.
            notify: How to say that a run has ended.
            after_s: Runs that took less are not worth it, in seconds.
            looking: The user has the app before them.

        Returns:
            What the terminal is to be told now; empty for nothing.
        """
        if run.running:
            if run.run_id != self.run_id:
                self.run_id, self.began = run.run_id, now
            return ""
        if not self.run_id or run.run_id != self.run_id:
            return ""
        self._over, self.run_id = self.run_id, ""
        if looking or notify == "off" or now - self.began < after_s:
            return ""
        return BELL if notify == "bell" else notification(_end_of(run)[1])
