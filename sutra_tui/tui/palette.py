"""The command palette: the registry, each command with its key, or why it does not apply."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from functools import partial

from textual.app import SystemCommand

from .commands import Command
from .workbench import Workbench

Runner = Callable[[Command, "str | None"], Awaitable[None]]


def entries(commands: Iterable[Command], bench: Workbench, run: Runner) -> Iterator[SystemCommand]:
    """Every command as the palette shows it.

    Args:
        commands: The registry with the keys in effect.
        bench: What decides whether a command applies.
        run: Called with the chosen command, and the reason against it if there is one.
    """
    for command in commands:
        reason = command.reason(bench)
        title = f"{command.title} ({command.key})" if command.key else command.title
        yield SystemCommand(
            f"{title} · not now" if reason else title,
            reason or command.help,
            partial(run, command, reason),
        )
