"""What the help shows: commands by topic, the keys of what has the focus, signs; and finding them.

Invariant: every key is the one in effect, and every command of the registry is found by a word of
its title, by its slash name and by its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen
from textual.widget import Widget

from .commands import Command
from .commands.command import TOPICS

EVERYWHERE: Final = (
    ("tab, shift+tab", "Go from part to part of the screen"),
    ("ctrl+p", "Find every command by name"),
    ("?", "Help, unless something is being typed"),
    ("click", "Everything that a key does can be clicked or is in the list of commands"),
)
OURS: Final = __name__.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that can be done.

    Args:
        key: Its keys as shown; empty for none.
        title: A few words.
        about: One sentence more; may be empty.
        slash: How it is typed as a command; empty when it cannot be.
    """

    key: str
    title: str
    about: str = ""
    slash: str = ""

    def fits(self, typed: str) -> bool:
        """Whether it has all the words typed."""
        text = f"{self.key} {self.title} {self.about} {self.slash}".lower()
        return all(word in text for word in typed.lower().split())

    def has_key(self, typed: str) -> bool:
        """Whether exactly that key is typed."""
        wanted = typed.strip().lower().replace("^", "ctrl+")
        return bool(wanted) and wanted in self.key.lower().split(", ")


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What has the focus.

    Args:
        name: What it is.
        lines: Its own keys.
    """

    name: str
    lines: tuple[Line, ...] = ()


def sections(
    commands: Iterable[Command], place: Place | None = None, typed: str = ""
) -> tuple[Section, ...]:
    """The help, or as much of it as fits what is typed.

    Args:
        commands: The registry with the keys in effect.
        place: What has the focus.
        typed: Words, or one key; nothing shows everything.
    """
    whole = tuple(_whole(tuple(commands), place))
    by_key = _kept(whole, lambda line: line.has_key(typed))
    return by_key or _kept(whole, lambda line: line.fits(typed))


def _whole(commands: tuple[Command, ...], place: Place | None) -> Iterator[Section]:
    if place is not None and place.lines:
        yield Section(f"Here: {place.name}", place.lines)
    for topic in TOPICS:
        yield Section(topic, tuple(map(_line, (c for c in commands if c.topic == topic))))
    yield Section("Everywhere", tuple(Line(key, title) for key, title in EVERYWHERE))


def _kept(whole: tuple[Section, ...], keep: Callable[[Line], bool]) -> tuple[Section, ...]:
    kept = [Section(s.heading, tuple(filter(keep, s.lines))) for s in whole]
    return tuple(section for section in kept if section.lines)


def _line(command: Command) -> Line:
    return Line(
        keys_shown(command.key),
        command.title,
        command.help,
        command.usage if command.slash else "",
    )


def keys_shown(keys: str) -> str:
    """Keys as a person reads them: "f2, ctrl+k"."""
    shown = [key if key == "enter" else format_key(key) for key in keys.split(",") if key]
    return ", ".join(shown)


def place_of(focused: Widget | None) -> Place | None:
    """What has the focus, with its own keys and those of what it sits in."""
    if focused is None:
        return None
    around = [n for n in focused.ancestors_with_self if not isinstance(n, (Screen, App))]
    around = [node for node in around if type(node).__module__.startswith(f"{OURS}.")]
    lines: dict[str, Line] = {}
    for node in around:
        for line in _own_keys(node):
            lines.setdefault(line.key, line)
    return Place(_name(around), tuple(lines.values()))


def _name(around: list[DOMNode]) -> str:
    for node in around:
        for name in (getattr(node, "HELP_NAME", ""), getattr(node, "border_title", "")):
            if name:
                return str(name)
    return "this part of the screen"


def _own_keys(node: DOMNode) -> Iterator[Line]:
    """What the classes of this program say; a text area alone has fifty keys for moving."""
    for kind in type(node).__mro__:
        if kind.__module__.startswith(f"{OURS}."):
            for binding in kind.__dict__.get("BINDINGS", ()):
                if isinstance(binding, Binding) and binding.description:
                    yield Line(keys_shown(binding.key), binding.description)
            for key, title in kind.__dict__.get("HELP_KEYS", ()):
                yield Line(key, title)
