"""What a command is: a row of the registry.

Invariant: values only; what a command does is its screen's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ..workbench import Workbench
from .argument import Argument

Reason = Callable[[Workbench], "str | None"]
Topic = Literal["Runs", "Models", "Method and prompts", "Demonstrations", "Answers", "App"]
TOPICS: tuple[Topic, ...] = (
    "Runs",
    "Models",
    "Method and prompts",
    "Demonstrations",
    "Answers",
    "App",
)
"""In the order of the help."""


def always(_: Workbench) -> str | None:
    """The reason of a command that always applies."""
    return None


class Takes(NamedTuple):
    """What may stand behind a slash command's name.

    Args:
        argument: The kind of text: reads it, and completes it.
        action: Name of the Textual action that gets what was read.
        given: What the action gets before that.
        required: The command is nothing without it.
    """

    argument: Argument
    action: str
    given: tuple[object, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One thing the app can do.

    Args:
        id: Stable name; keys are remapped by it.
        title: A few words, for the palette and the help.
        help: One sentence more.
        action: Textual action on the main screen or the app.
        topic: Its heading in the help.
        key: Keys that trigger it, separated by commas; empty when only the palette does.
        slash: Its name behind a slash; empty when it has none.
        aliases: Other names behind a slash.
        takes: What may stand behind its slash name.
        footer: Its word in the footer; empty keeps it out.
        footer_from: Narrowest screen (cells) whose footer has room for it.
        reason: Why it does not apply right now; None when it does.
        priority: The key works even while a text box has the focus and would take it.
    """

    id: str
    title: str
    help: str
    action: str
    topic: Topic = "App"
    key: str = ""
    slash: str = ""
    aliases: tuple[str, ...] = ()
    takes: Takes | None = None
    footer: str = ""
    footer_from: int = 0
    reason: Reason = always
    priority: bool = False

    @property
    def usage(self) -> str:
        """How it is typed: "/model-a NAME"."""
        if self.takes is None:
            return f"/{self.slash}"
        word = self.takes.argument.word
        return f"/{self.slash} {word if self.takes.required else f'[{word}]'}"
