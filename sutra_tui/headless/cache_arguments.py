"""The command line of `sutra cache`: its commands and their options.

Invariant: building it touches nothing but argparse; the cache is opened by whoever runs a command.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final, Protocol

from ..core.clean import clean_line
from ..settings import Number
from .command_parser import Parser, add_command, add_safety, nearest, number

SORTS: Final = (
    "created", "used", "expires", "hits", "last_hit", "tokens", "seconds", "size", "model", "query",
)  # fmt: skip
"""What a listing can be sorted by, as the cache has it; `used` is written or served last."""
LIMIT: Final = 50
"""Entries listed unless told otherwise."""
_KEY: Final = "the entry's key, or its beginning: at least 4 characters"


class _Command(Protocol):
    """Adds a command to `sutra cache`."""

    def __call__(self, name: str, summary: str, usage: str = "[options]") -> Parser: ...


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


def add_cache(parser: Parser) -> None:
    """Add the commands of `sutra cache` to its parser."""
    parser.set_defaults(clean=None, demo=False, demo_pace=None)
    _add_common(parser, cache=None, json=False)
    commands = parser.add_commands("action")
    commands.required = True

    def command(name: str, summary: str, usage: str = "[options]") -> Parser:
        added = add_command(commands, name, summary, usage=usage)
        added.words_remedy = f"See `{added.prog} --help`."
        # What was said before the command must not be unsaid by the command's defaults.
        _add_common(added, cache=argparse.SUPPRESS, json=argparse.SUPPRESS)
        return added

    _add_page(command("list", "list the entries, newest first"))
    show = command("show", "show one entry whole", "[options] KEY")
    show.add_argument("key", metavar="KEY", help=_KEY)
    add_safety(show)
    search = command("search", "list the entries that say all of some words", "[options] TEXT...")
    search.add_argument("text", nargs="+", metavar="TEXT", help="words of queries, demonstrations")
    _add_page(search)
    _add_transfer(command)
    _add_changes(command)
    command("stats", "say what the cache holds and what it saved")
    command("path", "print where the cache file is")


def _add_common(parser: Parser, *, cache: str | None, json: str | bool) -> None:
    parser.add_argument("--json", action="store_true", default=json, help="write one JSON document")
    parser.add_argument(
        "--cache", metavar="PATH", default=cache, help="another cache file than your own"
    )


def _add_page(parser: Parser) -> None:
    parser.add_argument(
        "--limit",
        type=number(Number(1, 1_000_000, whole=True)),
        default=LIMIT,
        metavar="N",
        help=f"entries to list at most; default {LIMIT}",
    )
    parser.add_argument(
        "--offset",
        type=number(Number(0, 1_000_000_000, whole=True)),
        default=0,
        metavar="N",
        help="entries to skip first",
    )
    parser.add_argument(
        "--sort",
        choices=SORTS,
        default=SORTS[0],
        metavar="BY",
        help=f"{', '.join(SORTS)}; default {SORTS[0]}",
    )
    parser.add_argument("--reverse", action="store_true", help="the other way round")


def _add_transfer(command: _Command) -> None:
    export = command("export", "write the entries to a file", "[options] FILE")
    export.add_argument("file", metavar="FILE", help="a new file; - is standard output")
    export.add_argument("--search", default="", metavar="TEXT", help="only entries that say this")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    take_in = command("import", "take in the entries of a file", "[options] FILE")
    take_in.add_argument("file", metavar="FILE", help="what `sutra cache export` has written")


def _add_changes(command: _Command) -> None:
    for name, summary in (
        ("delete", "remove entries"),
        ("pin", "let entries never expire and never be replaced"),
        ("unpin", "let pinned entries go"),
    ):
        changed = command(name, summary, "[options] KEY...")
        changed.add_argument("keys", nargs="+", metavar="KEY", help=_KEY)
    for name, summary in (
        ("ban", "never use a demonstration again, whoever writes it"),
        ("unban", "allow a banned demonstration again"),
    ):
        banned = command(name, summary, "[options] KEY NUMBER")
        banned.add_argument("key", metavar="KEY", help=_KEY)
        banned.add_argument(
            "number",
            metavar="NUMBER",
            type=number(Number(1, 1_000_000, whole=True)),
            help="which of its demonstrations; `sutra cache show` numbers them",
        )
    command("purge", "remove what has expired and holds nothing of your own")
    clear = command("clear", "remove every entry, pinned ones too")
    clear.add_argument("-y", "--yes", action="store_true", help="do not ask")
