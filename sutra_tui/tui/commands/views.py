"""The registry as keys, as a footer and as reasons.

Invariant: nothing here knows a command by name; it all comes from the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from textual.binding import ActiveBinding, Binding

from ..workbench import Workbench
from .command import Command
from .table import COMMANDS

NO_KEY: Final = "no-key"
"""Stands for the key of a command that has none, so that the settings can give it one."""
_PLACES = {command.id: place for place, command in enumerate(COMMANDS)}
_BY_ACTION = {
    **{command.takes.action: command for command in COMMANDS if command.takes},
    **{command.action.partition("(")[0]: command for command in reversed(COMMANDS)},
}
_BY_ACTION.pop("begin_slash", None)


def bindings(commands: Iterable[Command] = COMMANDS) -> list[Binding]:
    """The registry as key bindings; the footer shows those that have a word for it."""
    return [
        Binding(
            command.key or NO_KEY,
            command.action,
            command.footer or command.title,
            show=bool(command.footer),
            priority=command.priority,
            id=command.id,
            tooltip=command.help,
        )
        for command in commands
    ]


def footer_order(
    active: Mapping[str, ActiveBinding], width: int, *, blocked: bool
) -> dict[str, ActiveBinding]:
    """Active bindings in the order of the registry; those the footer has no room for hidden.

    Args:
        active: By key, as the screen collected them.
        width: The screen's, in cells.
        blocked: There is nothing to run with, so only what concerns the app is shown.
    """

    def shown(command: Command) -> bool:
        return command.footer_from <= width and (not blocked or command.id.startswith("app."))

    def fitting(binding: ActiveBinding) -> ActiveBinding:
        place = _PLACES.get(binding.binding.id or "")
        if place is None or shown(COMMANDS[place]):
            return binding
        return binding._replace(binding=replace(binding.binding, show=False))

    ordered = sorted(active.items(), key=lambda item: _PLACES.get(item[1].binding.id or "", -1))
    return {key: fitting(binding) for key, binding in ordered}


def applicable(bench: Workbench) -> frozenset[str]:
    """Ids of the commands that apply right now."""
    return frozenset(command.id for command in COMMANDS if command.reason(bench) is None)


def reason_against(action: str, bench: Workbench) -> str | None:
    """Why an action does not apply right now; None when it does, or is not in the registry."""
    command = _BY_ACTION.get(action)
    return command.reason(bench) if command else None
