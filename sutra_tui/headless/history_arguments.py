"""The command line of `sutra history`: its commands and their options.

Invariant: building it touches nothing but argparse; the history is opened by whoever runs a
command.
"""

from __future__ import annotations

from typing import Final

from .command_parser import Parser, add_safety
from .store_arguments import add_limit, add_store

LIMIT: Final = 50
"""Runs listed unless told otherwise."""
FORMS: Final = ("markdown", "json", "jsonl")
_RUN: Final = "the run's id, or its beginning: at least 4 characters; `last` is the newest"


def add_history(parser: Parser) -> None:
    """Add the commands of `sutra history` to its parser."""
    command = add_store(parser, "history")
    _add_page(command("list", "list the runs, newest first"))
    show = command("show", "show one run whole", "[options] RUN")
    show.add_argument("run", metavar="RUN", help=_RUN)
    show.add_argument(
        "--stages", action="store_true", help="also what was sent to each model, and its raw text"
    )
    show.add_argument(
        "--xray",
        action="store_true",
        help="each stage part by part: from where it came, its share of num_ctx, what was taken",
    )
    add_safety(show)
    search = command("search", "list the runs that say all of some words", "[options] TEXT...")
    search.add_argument("text", nargs="+", metavar="TEXT", help="words of queries, answers, ...")
    _add_page(search)
    _add_transfer(command("export", "write runs to a file", "[options] FILE"))
    take_in = command("import", "take in runs, or logs of the original", "[options] [FILE...]")
    take_in.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="what export has written, or a folder of logs; default ~/.sutra/logs",
    )
    delete = command("delete", "remove runs", "[options] RUN...")
    delete.add_argument("runs", nargs="+", metavar="RUN", help=_RUN)
    command("path", "print where the history file is")


def _add_page(parser: Parser) -> None:
    add_limit(parser, "runs", LIMIT)
    parser.add_argument("--before", metavar="RUN", help="only runs older than this one")
    _add_filter(parser)


def _add_filter(parser: Parser) -> None:
    parser.add_argument("--method", metavar="NAME", default="", help="only runs of this method")
    parser.add_argument(
        "--model", metavar="NAME", default="", help="only runs with this model, or part of a name"
    )
    parser.add_argument("--failed", action="store_true", help="only runs without a whole answer")
    parser.add_argument("--starred", action="store_true", help="only runs that you starred")


def _add_transfer(export: Parser) -> None:
    export.add_argument("file", metavar="FILE", help="a new file; - is standard output")
    export.add_argument(
        "--form", choices=FORMS, help="default by the file's name: .md, .json or .jsonl"
    )
    export.add_argument(
        "--run", action="append", default=[], metavar="RUN", help="only this run; may be repeated"
    )
    export.add_argument("--search", default="", metavar="TEXT", help="only runs that say this")
    export.add_argument("--force", action="store_true", help="replace a file that is there")
    _add_filter(export)
