"""What can be done on one full screen, as one table. Keys, footer and palette are views of it.

Invariant: every action of such a screen is listed once, with its key, and says why it does not
apply when it does not; nothing here knows a command by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from textual.binding import ActiveBinding, Binding
from textual.keys import format_key

from .wishes import with_keys

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class ScreenCommand(Generic[V]):
    """One thing a screen can do.

    Args:
        id: Stable name; keys are remapped by it.
        title: A few words, for the palette.
        help: One sentence more.
        action: Textual action on the screen or the app.
        key: Keys that trigger it, separated by commas.
        footer: Its word in the footer; empty keeps it out.
        rank: Low ranks are in the footer first when it is narrow.
        reason: Why it does not apply to what the screen shows; None when it does.
    """

    id: str
    title: str
    help: str
    action: str
    key: str
    footer: str = ""
    rank: int = 0
    reason: Callable[[V], str | None] = lambda _: None

    @property
    def shown_key(self) -> str:
        """The first of its keys, as the footer prints it."""
        return format_key(self.key.partition(",")[0])


class ScreenCommands(Generic[V]):
    """The table of one screen.

    Args:
        commands: Everything it can do, in the footer's order.
        while_typing: Ids of those the footer shows while a text box has the focus.
    """

    def __init__(
        self, commands: Iterable[ScreenCommand[V]], while_typing: frozenset[str] = frozenset()
    ) -> None:
        self.all = tuple(commands)
        self._while_typing = while_typing
        self._places = {command.id: place for place, command in enumerate(self.all)}
        self._by_action = {command.action: command for command in self.all}

    def with_keys(self, keys: Mapping[str, str]) -> ScreenCommands[V]:
        """The table with the keys that are in effect.

        Args:
            keys: Of the commands that have others than their own, by id.
        """
        return ScreenCommands(with_keys(self.all, keys), self._while_typing)

    def bindings(self) -> list[Binding]:
        """The table as key bindings."""
        return [
            Binding(
                command.key,
                command.action,
                command.footer or command.title,
                show=bool(command.footer),
                id=command.id,
                tooltip=command.help,
            )
            for command in self.all
        ]

    def applicable(self, view: V) -> frozenset[str]:
        """Ids of the commands that apply right now."""
        return frozenset(command.id for command in self.all if command.reason(view) is None)

    def reason_against(self, action: str, parameters: tuple[object, ...], view: V) -> str | None:
        """Why an action does not apply right now; None when it does, or is not in the table."""
        whole = f"{action}({', '.join(map(repr, parameters))})" if parameters else action
        command = self._by_action.get(whole)
        return command.reason(view) if command else None

    def reason_for_key(self, key: str, character: str | None, view: V) -> str | None:
        """Why what a key stands for does not apply right now."""
        for command in self.all:
            names = command.key.split(",")
            if key in names or (character and character in names):
                return command.reason(view)
        return None

    def entries(self, view: V) -> Iterable[tuple[str, str, str]]:
        """What the palette lists: title with key, help or the reason against it, action."""
        for command in self.all:
            if command.action == "app.command_palette":
                continue
            reason = command.reason(view)
            title = f"{command.title} ({command.shown_key})"
            title = f"{title} · not now" if reason else title
            yield title, reason or command.help, command.action

    def footer(
        self, active: Mapping[str, ActiveBinding], view: V, width: int, *, typing: bool
    ) -> dict[str, ActiveBinding]:
        """Active bindings in the table's order; hidden are those that do not apply or fit.

        Args:
            active: By key, as the screen collected them.
            view: What applies.
            width: The footer's, in cells.
            typing: A text box has the focus, so that letters are letters.
        """
        shown = self._while_typing if typing else self._fitting(view, width)

        def fitting(binding: ActiveBinding) -> ActiveBinding:
            name = binding.binding.id or ""
            if name not in self._places or name in shown:
                return binding
            return binding._replace(binding=replace(binding.binding, show=False))

        places = self._places
        ordered = sorted(active.items(), key=lambda item: places.get(item[1].binding.id or "", -1))
        return {key: fitting(binding) for key, binding in ordered}

    def _fitting(self, view: V, width: int) -> frozenset[str]:
        possible = self.applicable(view)
        wanted = [c for c in self.all if c.footer and c.id in possible]
        shown = set()
        for command in sorted(wanted, key=lambda command: command.rank):
            # As the footer does it: a blank on either side of the key and one behind the word.
            width -= len(command.shown_key) + len(command.footer) + 3
            if width < 0:
                break
            shown.add(command.id)
        return frozenset(shown)
