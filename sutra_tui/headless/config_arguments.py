"""The command line of `sutra config`.

Invariant: building it touches nothing but argparse.
"""

from __future__ import annotations

import argparse

from .command_parser import Parser, add_command

ACTIONS = {
    "path": "print where the settings file is",
    "show": "print every setting, what counts, and where that comes from",
    "validate": "print what is wrong with the file; exits with 1 if anything is",
}


def add_config(parser: Parser) -> None:
    """Add the commands of `sutra config` to its parser."""
    parser.set_defaults(demo=False, demo_pace=None)
    parser.add_argument("--json", action="store_true", help="write one JSON document")
    commands = parser.add_commands("action")
    commands.required = True
    for name, summary in ACTIONS.items():
        added = add_command(commands, name, summary)
        added.words_remedy = f"See `{added.prog} --help`."
        # What was said before the command must not be unsaid by the command's defaults.
        added.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="write one JSON document",
        )
