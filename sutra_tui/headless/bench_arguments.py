"""The command line of `sutra bench`.

Invariant: building it touches nothing but argparse. What it does not offer is as in `sutra run`.
"""

from __future__ import annotations

from ..core.options import ORDERS
from ..settings import RULES
from .arguments import add_generation, add_models_of_the_run, add_server
from .command_parser import Parser, number


def add_bench(parser: Parser) -> None:
    """Add the options of `sutra bench` to its parser."""
    parser.set_defaults(
        query="", method="handoff", file=[], allow_secrets=False, no_cache=True, clean=None
    )
    queries = parser.add_mutually_exclusive_group()
    queries.add_argument("--coding-only", action="store_true", help="only queries that want code")
    queries.add_argument(
        "--queries", metavar="FILE", help="queries of your own, one a line; - reads standard input"
    )
    add_models_of_the_run(parser)
    parser.add_argument(
        "--allow-cloud", action="store_true", help="let the queries leave this machine"
    )
    add_server(parser)
    chain = parser.add_argument_group("the chain")
    chain.add_argument("--order", choices=ORDERS, help="what Model A writes first")
    chain.add_argument(
        "--count", type=number(RULES["count"]), metavar="N", help="demonstrations, 1 to 10"
    )
    chain.add_argument("--system", metavar="TEXT", help="standing instructions for both models")
    chain.add_argument("--prompt-a", metavar="PATH", help="a template for Model A, with {query}")
    chain.add_argument(
        "--prompt-b", metavar="PATH", help="a template for Model B, with {query} {demonstrations}"
    )
    chain.add_argument(
        "--no-history", action="store_true", help="do not keep the runs in the history"
    )
    add_generation(parser.add_argument_group("generation (both models)"))
    parser.add_argument("--json", action="store_true", help="write one JSON document at the end")
