"""What the command lines of `sutra cache` and `sutra history` share.

Invariant: building them touches nothing but argparse; a store is opened by whoever runs a command.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Protocol

from ..core.clean import clean_line
from ..settings import Number
from .command_parser import Parser, add_command, nearest, number


class AddCommand(Protocol):
    """Adds a command to a store's."""

    def __call__(self, name: str, summary: str, usage: str = "[options]") -> Parser: ...


def add_store(parser: Parser, store: str) -> AddCommand:
    """Let a parser have a store's commands.

    Args:
        parser: Of the store, such as `sutra cache`.
        store: What people call it; an option of its name names another file.

    Returns:
        What adds one of them.
    """
    parser.set_defaults(clean=None, demo=False, demo_pace=None)
    _add_common(parser, store, file=None, json=False)
    commands = parser.add_commands("action")
    commands.required = True

    def command(name: str, summary: str, usage: str = "[options]") -> Parser:
        added = add_command(commands, name, summary, usage=usage)
        added.words_remedy = f"See `{added.prog} --help`."
        # What was said before the command must not be unsaid by the command's defaults.
        _add_common(added, store, file=argparse.SUPPRESS, json=argparse.SUPPRESS)
        return added

    return command


def _add_common(parser: Parser, store: str, *, file: str | None, json: str | bool) -> None:
    parser.add_argument("--json", action="store_true", default=json, help="write one JSON document")
    parser.add_argument(
        f"--{store}", metavar="PATH", default=file, help=f"another {store} file than your own"
    )


def add_limit(parser: Parser, what: str, default: int) -> None:
    """Add the option that says how many to list at most.

    Args:
        parser: Of a command that lists.
        what: Many of what is listed.
        default: How many unless told otherwise.
    """
    parser.add_argument(
        "--limit",
        type=number(Number(1, 1_000_000, whole=True)),
        default=default,
        metavar="N",
        help=f"{what} to list at most; default {default}",
    )


def refuse_unknown_action(parser: Parser, arguments: Sequence[str], what: str) -> None:
    """Leave with the code for usage errors unless the first word is one of a command's commands.

    Args:
        parser: Of the command, such as `sutra cache`.
        arguments: What follows it.
        what: What its commands are about.

    Raises:
        SystemExit: It is none, or there is none.
    """
    known = tuple(parser.commands())
    first = arguments[0] if arguments else ""
    if first.startswith("-") or first in known:
        return
    if not first:
        parser.refuse(f"Say what to do with {what}.", f"Commands are {', '.join(known)}.")
    command = parser.prog.partition(" ")[2]
    close = nearest(first, known)
    parser.refuse(
        f'There is no command "{command} {clean_line(first, 60)}".',
        f"Did you mean `{parser.prog} {close}`?" if close else f"Commands are {', '.join(known)}.",
    )
