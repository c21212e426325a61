"""argparse as `sutra` speaks: plain refusals, readable help, numbers with limits.

Invariant: nothing leaves here as a traceback or as unsafe text; what is refused ends in two lines
on standard error and the code for usage errors.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from ..core.clean import clean_line
from ..settings import Number
from .exits import USAGE
from .streams import Voice


class Help(argparse.RawDescriptionHelpFormatter):
    """Help with room for the longest option beside its text."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30)


class Parser(argparse.ArgumentParser):
    """argparse with messages that say what to do, and nothing unsafe in them."""

    words_remedy = "Put the whole query in quotes."
    """What to do about words that nobody asked for."""
    fill: Callable[[Parser], None] | None = None
    """Adds the parser's options when they are first needed: most commands are not the one asked."""

    def filled(self) -> Parser:
        """The parser, with its options."""
        fill, self.fill = self.fill, None
        if fill is not None:
            fill(self)
        return self

    def parse_known_args(  # type: ignore[override]
        self, args: Any = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """As argparse's own, which is also how it lets a command read its part of the line."""
        return super(Parser, self.filled()).parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong in two lines and leave with the code for usage errors."""
        self.refuse(message, f"See `{self.prog} --help`.")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write help; argparse's own would swallow that it could not be written."""
        if message and file is not None:
            file.write(message)

    def refuse(self, message: str, remedy: str) -> NoReturn:
        """Leave with the code for usage errors after saying what is wrong and what to do."""
        voice = Voice()
        voice.say(f"sutra: {message}")
        voice.say(remedy)
        raise SystemExit(USAGE)

    def refuse_unknown(self, given: Sequence[str]) -> NoReturn:
        """Refuse what no option or operand of this parser has taken."""
        first = given[0]
        if not first.startswith("-"):
            self.refuse(f"There is one word too many: {' '.join(given)}.", self.words_remedy)
        hint = nearest(first.partition("=")[0], self.all_options())
        remedy = f"Did you mean {hint}?" if hint else f"See `{self.prog} --help`."
        self.refuse(f"There is no option {first}.", remedy)

    def all_options(self) -> list[str]:
        """Every option of this parser and of its commands."""
        found = list(self.filled()._option_string_actions)
        for command in self.commands().values():
            found.extend(command.all_options())
        return found

    def commands(self) -> dict[str, Parser]:
        """The commands of this parser by name."""
        for action in self.filled()._actions:
            if isinstance(action, argparse._SubParsersAction):
                return dict(action.choices)
        return {}

    def add_commands(self, dest: str) -> argparse._SubParsersAction[Parser]:
        """Let this parser have commands; the one chosen is called `dest` afterwards."""
        return self.add_subparsers(dest=dest, metavar="COMMAND", title="commands", prog=self.prog)


def add_command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    summary: str,
    about: str = "",
    epilog: str = "",
    usage: str = "",
    fill: Callable[[Parser], None] | None = None,
) -> Parser:
    """Add one command and its help.

    Args:
        commands: From `Parser.add_commands`.
        name: What is typed.
        summary: What it does, for the list of commands.
        about: The same in full; without it the summary must do.
        epilog: Examples and exit codes.
        usage: What follows the command's name in its usage line.
        fill: Adds its options; called when the command is the one asked.
    """
    command = commands.add_parser(
        name,
        help=summary,
        description=about or f"{summary[0].upper()}{summary[1:]}.",
        epilog=epilog,
        formatter_class=Help,
        allow_abbrev=False,
    )
    command.usage = f"{command.prog} {usage or '[options]'}"
    command.fill = fill
    return command


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word a mistyped one probably stands for, or None."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, 1)), None)


def number(rule: object) -> Callable[[str], float]:
    """What turns an option's text into a number that its rule accepts."""
    assert isinstance(rule, Number)

    def read(text: str) -> float:
        try:
            value = int(text) if rule.whole else float(text)
        except ValueError:
            value = float("nan")
        if not rule.accepts(value):
            raise argparse.ArgumentTypeError(
                f"{clean_line(text, 40)!r} cannot be used; it must be {rule.allowed}"
            )
        return value

    return read


def add_safety(parser: argparse._ActionsContainer) -> None:
    """Let the user choose whether outside text is made safe to show."""
    safety = parser.add_mutually_exclusive_group()
    safety.add_argument(
        "--clean",
        dest="clean",
        action="store_true",
        default=None,
        help="show control characters as pictures; the default on a terminal",
    )
    safety.add_argument(
        "--raw", dest="clean", action="store_false", help="byte for byte; the default elsewhere"
    )
