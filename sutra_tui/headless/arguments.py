"""The command line of `sutra`: its commands, their options and their help.

Invariant: building and reading it touches nothing but argparse; what a value may be is said once,
in `settings`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Final, NoReturn

from .. import __version__
from ..core.clean import clean_line
from ..core.options import METHODS, ORDERS, GenerationOptions
from ..settings import OPTION_RULES, RULES
from .command_parser import Help, Parser, add_command, add_safety, nearest, number
from .help_text import (
    ABOUT,
    BENCH_ABOUT,
    BENCH_EXAMPLES,
    CACHE_ABOUT,
    CACHE_EXAMPLES,
    CONFIG_ABOUT,
    CONFIG_EXAMPLES,
    DOCTOR_ABOUT,
    DOCTOR_EXAMPLES,
    EXAMPLES,
    HISTORY_ABOUT,
    HISTORY_EXAMPLES,
    PULL_ABOUT,
    RUN_ABOUT,
    RUN_EXAMPLES,
)

COMMANDS: Final = (
    "tui", "run", "bench", "models", "pull", "cache", "history", "config", "doctor",
)  # fmt: skip
NESTED: Final = {"cache": "the cache", "history": "the history", "config": "the settings"}
"""Commands that have commands, and what those are about."""
PACES: Final = ("realistic", "brisk", "instant")

GENERATION: Final = {
    "temperature": ("T", "how freely the models write; lower is more literal"),
    "seed": ("N", "makes sampling repeatable"),
    "num_ctx": ("TOKENS", "context window, prompt and reply together"),
    "num_predict": ("TOKENS", "most tokens a model may write"),
    "keep_alive": ("SECONDS", "how long a model stays in memory; -1 for ever"),
}


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Understand a command line; without a command it is the app's.

    Raises:
        SystemExit: Help was asked for and written (0), or the usage is wrong (2).
    """
    parser = build_parser()
    first = arguments[0] if arguments else ""
    if first and not first.startswith("-") and first not in COMMANDS:
        parser.refuse(f'There is no command "{clean_line(first, 60)}".', _instead(first))
    if first in NESTED:
        from .store_arguments import refuse_unknown_action

        refuse_unknown_action(parser.commands()[first], arguments[1:], NESTED[first])
    own = first in COMMANDS or first in ("-h", "--help", "-V", "--version")
    args, unknown = parser.parse_known_args(arguments if own else ["tui", *arguments])
    if unknown:
        _refuse_unknown(parser, args, unknown)
    args.demo = args.demo or args.demo_pace is not None
    return args


def _refuse_unknown(parser: Parser, args: argparse.Namespace, unknown: list[str]) -> NoReturn:
    command = parser.commands()[args.command]
    if args.command in NESTED:
        command = command.commands()[args.action]
    command.refuse_unknown(unknown)


def _instead(word: str) -> str:
    if close := nearest(word, COMMANDS):
        return f"Did you mean `sutra {close}`?"
    return f'Commands are {", ".join(COMMANDS)}. To ask something: sutra run "QUESTION".'


def build_parser() -> Parser:
    """The whole command line."""
    parser = Parser(
        "sutra",
        usage="sutra [COMMAND] [options]",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=Help,
        allow_abbrev=False,
    )
    parser.add_argument(
        "-V",
        "--version",
        action="version",
        version=f"sutra {__version__}",
        help="print the version and do nothing else",
    )
    commands = parser.add_commands("command")
    nested = "COMMAND [options]"
    for command in (
        ("tui", "open the app (the default)", "", "", "", _add_tui),
        ("run", "answer one query", RUN_ABOUT, RUN_EXAMPLES, "[options] QUERY", _add_run),
        (
            "bench",
            "compare the chain with Model B alone",
            BENCH_ABOUT,
            BENCH_EXAMPLES,
            "",
            _add_bench,
        ),
        ("models", "list what the server has", "", "", "", _add_models),
        ("pull", "get a model onto the server", PULL_ABOUT, "", "[options] NAME", _add_pull),
        (
            "cache",
            "look at and change what is kept",
            CACHE_ABOUT,
            CACHE_EXAMPLES,
            nested,
            _add_cache,
        ),
        (
            "history",
            "look at earlier runs, carry and delete them",
            HISTORY_ABOUT,
            HISTORY_EXAMPLES,
            nested,
            _add_history,
        ),
        (
            "doctor",
            "say what is wrong and how to put it right",
            DOCTOR_ABOUT,
            DOCTOR_EXAMPLES,
            "",
            _add_doctor,
        ),
        (
            "config",
            "see the settings and what is wrong with them",
            CONFIG_ABOUT,
            CONFIG_EXAMPLES,
            nested,
            _add_config,
        ),
    ):
        add_command(commands, *command)
    return parser


def _add_cache(parser: Parser) -> None:
    from .cache_arguments import add_cache

    add_cache(parser)


def _add_history(parser: Parser) -> None:
    from .history_arguments import add_history

    add_history(parser)


def _add_bench(parser: Parser) -> None:
    from .bench_arguments import add_bench

    add_bench(parser)


def _add_config(parser: Parser) -> None:
    from .config_arguments import add_config

    add_config(parser)


def _add_tui(parser: Parser) -> None:
    add_models_of_the_run(parser)
    add_server(parser)


def _add_models(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="write one JSON document")
    add_server(parser)


def _add_doctor(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="write one JSON document")
    parser.add_argument(
        "--self-test", action="store_true", help="try the chosen models, about 20 seconds each"
    )
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME",
        help="try this model instead; may be given again",
    )
    add_models_of_the_run(parser)
    add_server(parser)


def _add_pull(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="the model and its tag, such as llama3.2:3b")
    add_server(parser)


def _add_run(parser: Parser) -> None:
    parser.add_argument("query", metavar="QUERY", help="what to answer; - reads standard input")
    add_models_of_the_run(parser)
    parser.add_argument(
        "--allow-cloud", action="store_true", help="let the query leave this machine"
    )
    parser.add_argument(
        "--allow-secrets", action="store_true", help="attach files even if they look like secrets"
    )
    add_server(parser)
    _add_chain(parser.add_argument_group("the chain"))
    add_generation(parser.add_argument_group("generation (both models)"))
    _add_output(parser.add_argument_group("output"))


def add_models_of_the_run(parser: Parser) -> None:
    """The pair."""
    parser.add_argument("-a", "--model-a", metavar="NAME", help="the demonstration writer")
    parser.add_argument("-b", "--model-b", metavar="NAME", help="the final responder")


def add_server(parser: Parser) -> None:
    """Where the models are."""
    parser.add_argument("--host", metavar="ADDRESS", help="the server; default OLLAMA_HOST")
    for role in "ab":
        parser.add_argument(
            f"--host-{role}",
            metavar="ADDRESS",
            help=f"Model {role.upper()}'s server, if it is another one",
        )
    parser.add_argument(
        "--demo", action="store_true", help="scripted replies: no server, no model, no download"
    )
    parser.add_argument(
        "--demo-pace", choices=PACES, default=None, help="how fast the demo is; default brisk"
    )


def _add_chain(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--method", choices=METHODS, help="raw asks Model B alone")
    group.add_argument("--order", choices=ORDERS, help="what Model A writes first")
    group.add_argument(
        "--count", type=number(RULES["count"]), metavar="N", help="demonstrations, 1 to 10"
    )
    group.add_argument("--system", metavar="TEXT", help="standing instructions for both models")
    group.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="PATH",
        help="a text file to send with the query; may be given again",
    )
    group.add_argument(
        "--continue",
        action="store_true",
        dest="goes_on",
        help="go on with the conversation of the last whole answer in the history",
    )
    group.add_argument("--prompt-a", metavar="PATH", help="a template for Model A, with {query}")
    group.add_argument(
        "--prompt-b", metavar="PATH", help="a template for Model B, with {query} {demonstrations}"
    )
    cache = group.add_mutually_exclusive_group()
    cache.add_argument(
        "--fresh", action="store_true", help="let Model A write anew, and keep that in the cache"
    )
    cache.add_argument(
        "--no-cache", action="store_true", help="neither read nor write the demonstration cache"
    )
    group.add_argument(
        "--no-history", action="store_true", help="do not keep this run in the history"
    )


def add_generation(group: argparse._ArgumentGroup) -> None:
    """How the models write, for both and for each."""
    defaults = GenerationOptions()
    for name, (metavar, text) in GENERATION.items():
        default = getattr(defaults, name)
        shown = text if default is None else f"{text}; default {default}"
        option = f"--{name.replace('_', '-')}"
        read = number(OPTION_RULES[name])
        group.add_argument(option, type=read, metavar=metavar, help=shown)
        for role in "ab":
            group.add_argument(f"{option}-{role}", type=read, help=argparse.SUPPRESS)
    switch = argparse.BooleanOptionalAction
    group.add_argument("--think", action=switch, help="whether thinking models think; default no")
    for role in "ab":
        group.add_argument(f"--think-{role}", action=switch, help=argparse.SUPPRESS)


def _add_output(group: argparse._ArgumentGroup) -> None:
    form = group.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document at the end")
    form.add_argument("--events", action="store_true", help="a JSON object a line, as it happens")
    add_safety(group)
    group.add_argument(
        "--plan", action="store_true", help="say on standard error what is loaded and if it fits"
    )
    voice = group.add_mutually_exclusive_group()
    voice.add_argument("-q", "--quiet", action="store_true", help="errors only on standard error")
    voice.add_argument(
        "--plain", action="store_true", help="a line for each step, for screen readers and logs"
    )
