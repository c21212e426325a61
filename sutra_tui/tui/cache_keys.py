"""The inspector's registry as key bindings, as a footer and as entries of the palette.

Invariant: nothing here knows a command by name; it all comes from the registry.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.binding import ActiveBinding, Binding
from textual.keys import format_key

from .cache_columns import COLUMNS
from .cache_commands import CACHE_COMMANDS
from .cache_view import CacheView

_BY_ACTION = {command.action: command for command in CACHE_COMMANDS}
_PLACES = {command.id: place for place, command in enumerate(CACHE_COMMANDS)}


def cache_bindings() -> list[Binding]:
    """The registry as key bindings, and the digits that sort."""
    digits = [
        Binding(str(place + 1), f"sort({place})", f"Sort by {column.name}", show=False)
        for place, column in enumerate(COLUMNS)
    ]
    return digits + [
        Binding(
            command.key,
            command.action,
            command.footer or command.title,
            show=bool(command.footer),
            id=command.id,
            tooltip=command.help,
        )
        for command in CACHE_COMMANDS
    ]


def reason_against(action: str, parameters: tuple[object, ...], view: CacheView) -> str | None:
    """Why an action does not apply right now; None when it does, or is not in the registry."""
    whole = f"{action}({', '.join(map(repr, parameters))})" if parameters else action
    command = _BY_ACTION.get(whole)
    return command.reason(view) if command else None


def applicable(view: CacheView) -> frozenset[str]:
    """Ids of the commands that apply right now."""
    return frozenset(command.id for command in CACHE_COMMANDS if command.reason(view) is None)


def footer_order(
    active: Mapping[str, ActiveBinding], view: CacheView, width: int, *, typing: bool
) -> dict[str, ActiveBinding]:
    """Active bindings in the order of the registry; hidden are those that do not apply or fit.

    Args:
        active: By key, as the screen collected them.
        view: What applies.
        width: The footer's, in cells.
        typing: A text box has the focus, so that letters are letters.
    """
    shown = _fitting(view, width) if not typing else frozenset({"cache.back"})

    def fitting(binding: ActiveBinding) -> ActiveBinding:
        name = binding.binding.id or ""
        if name not in _PLACES or name in shown:
            return binding
        return binding._replace(binding=replace(binding.binding, show=False))

    ordered = sorted(active.items(), key=lambda item: _PLACES.get(item[1].binding.id or "", -1))
    return {key: fitting(binding) for key, binding in ordered}


def _fitting(view: CacheView, width: int) -> frozenset[str]:
    """Ids of the commands that apply and that the footer has room for, low ranks first."""
    possible = applicable(view)
    wanted = [c for c in CACHE_COMMANDS if c.footer and c.id in possible]
    shown = set()
    for command in sorted(wanted, key=lambda command: command.rank):
        # As the footer does it: a blank on either side of the key and one behind the word.
        width -= len(format_key(command.key.partition(",")[0])) + len(command.footer) + 3
        if width < 0:
            break
        shown.add(command.id)
    return frozenset(shown)
