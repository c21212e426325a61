"""What a text in the query box means: a query, or a slash command with what stands behind it.

Invariant: pure and total, and no query is lost: `read(as_typed(query), ...)` is that query, and a
text that does not begin with a slash is a query as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ..settings.reading import nearest
from .commands.command import Command


class Query(NamedTuple):
    """To be asked, verbatim."""

    text: str


class Call(NamedTuple):
    """A command.

    Args:
        command: Which.
        argument: What stands behind its name; empty for nothing.
    """

    command: Command
    argument: str = ""


class Unknown(NamedTuple):
    """A slash with something behind it that is no command's name.

    Args:
        name: What it is, without the slash.
        near: The name that was probably meant; empty when none is close.
    """

    name: str
    near: str = ""


Meaning = Query | Call | Unknown


def is_command(text: str) -> bool:
    """Whether a text is meant as a command: it begins with one slash. Two begin a query."""
    return text.startswith("/") and not text.startswith("//")


def query_of(text: str) -> str:
    """The query that a text stands for, if it is none of the commands: `//x` is the query `/x`."""
    return text[1:] if text.startswith("//") else text


def as_typed(query: str) -> str:
    """How a query is typed: one that begins with a slash gets another before it."""
    return f"/{query}" if query.startswith("/") else query


def split(text: str) -> tuple[str, str | None]:
    """A command's name, without the slash, and what stands behind it: None before the first gap."""
    parts = text[1:].split(maxsplit=1)
    name = parts[0] if parts and not text[1:2].isspace() else ""
    behind = text[1 + len(name) :]
    return name, behind.lstrip() if behind else None


def read(text: str, commands: Sequence[Command]) -> Meaning:
    """What a text means.

    Args:
        text: As it stands in the box.
        commands: The registry.
    """
    if not is_command(text):
        return Query(query_of(text))
    name, argument = split(text)
    command = named(name, commands)
    if command is None:
        return Unknown(name, nearest(name.lower(), names(commands)) or "")
    return Call(command, (argument or "").strip())


def named(name: str, commands: Iterable[Command]) -> Command | None:
    """The command with a slash name or an alias, in whatever case."""
    name = name.lower()
    return next((c for c in commands if name and name in (c.slash, *c.aliases)), None)


def names(commands: Iterable[Command]) -> list[str]:
    """All slash names and aliases."""
    return [name for c in commands for name in (c.slash, *c.aliases) if name]
