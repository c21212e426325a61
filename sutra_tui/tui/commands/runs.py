"""Commands about runs: stop one, start one, start one again."""

from __future__ import annotations

from . import reasons
from .argument import Known, Offer
from .command import Command, Takes
from .texts import FreeText


def _last_query(known: Known) -> tuple[Offer, ...]:
    last = known.bench.last_query
    return (Offer(last, "the last query"),) if last and "\n" not in last else ()


STOP = Command(
    "run.stop",
    "Stop the run",
    "Stops the model at once; everything written so far is kept.",
    "stop",
    "Runs",
    key="escape",
    slash="stop",
    footer="Stop",
    reason=reasons.running,
)

RUNS = (
    Command(
        "run.again",
        "Run the query again",
        "Only the stages that are stale, or a last one that failed; else all of the query.",
        "run_again",
        "Runs",
        key="ctrl+r",
        slash="rerun",
        footer="Rerun",
        footer_from=60,
        reason=reasons.rerunnable,
        priority=True,
    ),
    Command(
        "run.fresh",
        "Run again without the cache",
        "Model A writes new demonstrations, which replace the cached ones.",
        "run_fresh",
        "Runs",
        key="f5",
        slash="fresh",
        reason=reasons.rerunnable,
        priority=True,
    ),
    Command(
        "run.quick",
        "Ask Model B alone",
        "Sends one query raw, without demonstrations. The method stays what it is.",
        "begin_slash('quick')",
        "Runs",
        slash="quick",
        takes=Takes(FreeText("QUERY", _last_query), "quick", required=True),
        reason=reasons.askable,
    ),
    Command(
        "run.new",
        "Start fresh",
        "Empties the panes and the query box. The last query can still be run again.",
        "new",
        "Runs",
        slash="new",
        reason=reasons.idle,
    ),
    Command(
        "history.open",
        "History",
        "Every run with its stages: find, open, run again, compare, star, delete.",
        "open_history",
        "Runs",
        key="ctrl+l",
        slash="history",
        footer="History",
        footer_from=146,
        priority=True,
    ),
)
