"""What the settings wish of the app: keys for commands and a theme, as far as it can be granted.

Invariant: pure. Two commands of one screen never end up on one key, none loses its key without a
word, and on a screen with a text box no command takes a key that types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from ..settings import Problem, Reading
from ..settings.fields import KEYS_TABLE, Field, key_field
from ..settings.reading import nearest, unknown


class Keyed(Protocol):
    """What every registry's commands have."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def help(self) -> str: ...

    @property
    def key(self) -> str: ...


C = TypeVar("C", bound=Any)
MOVING: Final = ("up", "down", "pageup", "pagedown", "home", "end", "tab", "shift+tab")
TYPING: Final = frozenset({*MOVING, "space", "enter", "backspace", "delete", "left", "right"})
"""Keys besides the characters that a text box needs."""


class Scope(NamedTuple):
    """Commands that share a screen, and so its keys.

    Args:
        commands: The screen's registry.
        taken: Keys of the screen that are no command's, and what each does.
        typed_in: Its text box has the focus, so keys that type are not free.
    """

    commands: Sequence[Keyed]
    taken: Mapping[str, str]
    typed_in: bool = False


@cache
def scopes() -> tuple[Scope, ...]:
    """The screens whose keys can be changed."""
    from . import cache_columns, model_columns
    from .cache_commands import CACHE_COMMANDS
    from .commands import COMMANDS
    from .history_commands import HISTORY_COMMANDS
    from .model_commands import MODEL_COMMANDS
    from .xray_commands import XRAY_COMMANDS

    everywhere = {"ctrl+p": "the list of all commands"}
    rows = dict.fromkeys((*MOVING, "k", "j", "g", "G"), "moving")

    def digits(count: int) -> dict[str, str]:
        return {str((place + 1) % 10): "sorting" for place in range(count)}

    return (
        Scope(COMMANDS, {**everywhere, "ctrl+j": "new line in the query"}, typed_in=True),
        Scope(CACHE_COMMANDS.all, {**everywhere, **rows, **digits(len(cache_columns.COLUMNS))}),
        Scope(HISTORY_COMMANDS.all, {**everywhere, **rows}),
        Scope(XRAY_COMMANDS.all, {**everywhere, **rows}),
        Scope(MODEL_COMMANDS.all, {**everywhere, **rows, **digits(len(model_columns.COLUMNS))}),
    )


def key_fields() -> tuple[Field, ...]:
    """Every command's keys as settings."""
    return tuple(
        key_field(command.id, f"{command.title}. {command.help}", command.key)
        for scope in scopes()
        for command in scope.commands
    )


def granted(wishes: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Sort out which wishes can be granted together.

    Args:
        wishes: Keys by command id, separated by commas, as the settings have them.

    Returns:
        The keys of the commands that get their wish, and for each of the others why not.
    """
    refused: dict[str, str] = {}
    if not wishes:  # the usual start, which need not know every screen's commands
        return {}, refused
    known = {command.id: scope for scope in scopes() for command in scope.commands}
    for name, keys in wishes.items():
        if name not in known:
            refused[name] = _unknown(name, known)
        elif reason := _not_free(keys, known[name]):
            refused[name] = reason
    left = {name: keys for name, keys in wishes.items() if name not in refused}
    while clash := _clash(left):
        name, reason = clash
        refused[name] = reason
        del left[name]
    return left, refused


def with_keys(commands: Iterable[C], keys: Mapping[str, str]) -> tuple[C, ...]:
    """A registry with the keys that are in effect.

    Args:
        commands: The registry.
        keys: Of the commands that have others than their own, by id.
    """
    return tuple(
        replace(command, key=keys[command.id]) if command.id in keys else command
        for command in commands
    )


def settle(reading: Reading) -> Reading:
    """A settings file as the app takes it: wishes that cannot be granted become problems."""
    keys, reasons = granted(reading.settings.keys)
    refused = {f"{KEYS_TABLE}.{name}": f"{why} Its own key stays." for name, why in reasons.items()}
    theme = reading.settings.theme
    if reason := theme_problem(theme):
        refused["theme"], theme = reason, ""
    if not refused:
        return reading
    found = [Problem(why, reading.lines.get(name), name) for name, why in refused.items()]
    return replace(
        reading,
        settings=replace(reading.settings, keys=keys, theme=theme),
        problems=tuple(sorted((*reading.problems, *found), key=lambda problem: problem.line or 0)),
        lines={name: line for name, line in reading.lines.items() if name not in refused},
    )


def theme_names() -> list[str]:
    """The themes there are, the app's own first."""
    from textual.theme import BUILTIN_THEMES

    from .theme import THEMES

    return [theme.name for theme in THEMES] + sorted(BUILTIN_THEMES)


def theme_problem(name: str) -> str | None:
    """What is wrong with a theme's name; None when there is such a theme, or none is named."""
    if not name or name in (names := theme_names()):
        return None
    return unknown(name, names, "theme")


def _unknown(name: str, known: Mapping[str, object]) -> str:
    from ..core.clean import clean_line

    close = nearest(name, list(known))
    hint = f"did you mean {close}?" if close else "the help (f1) lists them."
    return f"there is no command {clean_line(name, 60)}; {hint}"


def _not_free(keys: str, scope: Scope) -> str | None:
    for key in keys.split(","):
        if scope.typed_in and (len(key) == 1 or key in TYPING or _types(key)):
            return f"{key} is needed for typing there; use f1 to f12, ctrl or alt."
        if key in scope.taken:
            return f"{key} is taken there: {scope.taken[key]}."
    return None


def _types(key: str) -> bool:
    from ..settings.key_names import PUNCTUATION

    return key in PUNCTUATION.values()


def _clash(wishes: Mapping[str, str]) -> tuple[str, str] | None:
    """The last wish that puts two commands of one screen on one key, and what is wrong with it."""
    order = list(wishes)
    for scope in scopes():
        holders: dict[str, list[Keyed]] = {}
        for command in with_keys(scope.commands, wishes):
            for key in filter(None, command.key.split(",")):
                holders.setdefault(key, []).append(command)
        for key, commands in holders.items():
            wished = [command for command in commands if command.id in wishes]
            if len(commands) > 1 and wished:
                last = max(wished, key=lambda command: order.index(command.id))
                other = next(command for command in commands if command is not last)
                return last.id, f'{key} is the key of "{other.title}" ({other.id}) already.'
    return None
