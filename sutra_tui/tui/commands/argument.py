"""What can stand behind a slash command: how it is read, and how it is completed.

Invariant: pure, except that the kinds marked `slow` look at the disk. What is read is a value that
its action can use; anything else is refused with a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ...settings.value import Settings
from ..workbench import Workbench


@dataclass(frozen=True, slots=True)
class Known:
    """What arguments are read and completed from.

    Args:
        bench: Models, choices, the run.
        settings: What counts where nothing was set for the session.
        addresses: Servers used before.
        theme: The theme in use.
    """

    bench: Workbench
    settings: Settings
    addresses: tuple[str, ...] = ()
    theme: str = ""


class Offer(NamedTuple):
    """One completion.

    Args:
        text: The whole argument once it is taken.
        about: A few words beside it.
        more: There is more to type behind it.
        chosen: It is what counts now.
    """

    text: str
    about: str = ""
    more: bool = False
    chosen: bool = False


class Argument(Protocol):
    """A kind of argument."""

    @property
    def word(self) -> str:
        """How the help writes it: "NAME", "on|off"."""

    @property
    def free(self) -> bool:
        """What is typed counts as it stands; otherwise the best completion is meant."""

    @property
    def slow(self) -> bool:
        """Completing it waits for a disk, so it is done in a thread."""

    def offers(self, typed: str, known: Known) -> Sequence[Offer]:
        """Completions; those that do not match what is typed are left out by the palette."""

    def read(self, text: str, known: Known) -> tuple[object, ...]:
        """The parameters of the action.

        Raises:
            SutraError: It cannot be used; the error's sentence says why.
        """
