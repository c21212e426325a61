"""The command line of `sutra cache`: its commands and their options.

Invariant: building it touches nothing but argparse; the cache is opened by whoever runs a command.
"""

from __future__ import annotations

from typing import Final

from ..settings import Number
from .command_parser import Parser, add_safety, number
from .store_arguments import AddCommand, add_limit, add_store

SORTS: Final = (
    "created", "used", "expires", "hits", "last_hit", "tokens", "seconds", "size", "model", "query",
)  # fmt: skip
"""What a listing can be sorted by, as the cache has it; `used` is written or served last."""
LIMIT: Final = 50
"""Entries listed unless told otherwise."""
_KEY: Final = "the entry's key, or its beginning: at least 4 characters"


def add_cache(parser: Parser) -> None:
    """Add the commands of `sutra cache` to its parser."""
    command = add_store(parser, "cache")
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


def _add_page(parser: Parser) -> None:
    add_limit(parser, "entries", LIMIT)
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


def _add_transfer(command: AddCommand) -> None:
    export = command("export", "write the entries to a file", "[options] FILE")
    export.add_argument("file", metavar="FILE", help="a new file; - is standard output")
    export.add_argument("--search", default="", metavar="TEXT", help="only entries that say this")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    take_in = command("import", "take in the entries of a file", "[options] FILE")
    take_in.add_argument("file", metavar="FILE", help="what `sutra cache export` has written")


def _add_changes(command: AddCommand) -> None:
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
