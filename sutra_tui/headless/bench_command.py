"""`sutra bench`: the chain beside Model B alone over a set of queries, as a table or as JSON.

Invariant: each row is written as soon as its run has ended, and what was measured by then is summed
up however the command ends.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import asdict
from time import monotonic
from typing import Final

from ..bench.comparison import METHODS, Average, BenchQuery, Measured, averages, compare
from ..core import pipeline
from ..core.attachments import read_attachment
from ..core.clean import clean_line
from ..core.engine import Engine
from ..core.errors import InvalidRequest, SutraError, UnexpectedFailure
from ..core.events import Event
from ..core.options import Method
from ..core.request import RunRequest
from ..store.history import History
from ..store.recording import recorded
from . import exits
from .asking import build_request, read_query, with_models
from .faces import to_json
from .running import Wiring
from .stopping import Stopped, stoppable
from .streams import Output, Voice, cells
from .table import GAP, shorten
from .telling import DEMO_LABEL, REDRAW_S

HEADINGS: Final = ("QUERY", "METHOD", "SECONDS", "LOADING", "READ", "WRITTEN", "STATUS")
WIDTHS: Final = (44, 7, 9, 8, 7, 7, 8)
"""Cells of each column, which must be known before the first run; on a terminal that is narrower
the queries get less. The last takes what it needs."""
LAST: Final = len(WIDTHS) - 1
LEAST: Final = 12
"""Cells of the queries at least."""
NUMBERS: Final = (2, 3, 4, 5)
"""Columns aligned to the right."""
MODEST: Final = (
    "Times and the server's counts, on this machine, now. They do not say which answer is better:"
    " read them side by side."
)


class HeadlessBench:
    """A set of queries from the command line to the exit code.

    Args:
        args: The parsed command line of `sutra bench`.
        given: Settings, engine, history.
        queries: Those to ask unless the user has others.
        output: Standard output.
        voice: Standard error.
    """

    def __init__(
        self,
        args: argparse.Namespace,
        given: Wiring,
        queries: Sequence[BenchQuery],
        output: Output,
        voice: Voice,
    ) -> None:
        self._args = args
        self._given = given
        self._known = queries
        self._output = output
        self._voice = voice
        self._rows: list[Measured] = []
        self._history: History | None = None
        self._pair = ("", "")
        self._now = ""
        self._began = 0.0
        others = sum(WIDTHS[1:]) + len(GAP) * (len(WIDTHS) - 1)
        room = shutil.get_terminal_size().columns - others if output.is_terminal else WIDTHS[0]
        self._widths = (max(LEAST, min(room, WIDTHS[0])), *WIDTHS[1:])

    def execute(self) -> int:
        """Run all of them and write what they cost.

        Returns:
            The exit code: 1 when a run has no whole answer.

        Raises:
            SutraError: Nothing could be measured at all, or the result cannot be written.
        """
        queries = self._queries()
        request = build_request(
            argparse.Namespace(**{**vars(self._args), "query": queries[0].text, "fresh": False}),
            self._given.settings,
            self._voice.say,
        )
        if self._given.demo:
            self._voice.say(DEMO_LABEL)
        code = exits.OK
        try:
            asyncio.run(self._run(queries, request))
        except Stopped as stopped:
            code = stopped.exit_code
        finally:
            self._voice.erase()
            if self._history is not None:
                self._history.close()
                self._voice.say_all(self._history.warnings)
        self._sum_up()
        return code or (exits.OK if all(row.counts for row in self._rows) else exits.FAILED)

    def _queries(self) -> list[BenchQuery]:
        """What to ask.

        Raises:
            InvalidRequest: The user's own file cannot be used.
        """
        named = self._args.queries
        if named is None:
            return [
                query
                for query in self._known
                if query.kind == "coding" or not self._args.coding_only
            ]
        text = read_query("-") if named == "-" else read_attachment(named).text
        lines = dict.fromkeys(line.strip() for line in text.splitlines())
        found = [BenchQuery(read_query(line)) for line in lines if line and line[0] != "#"]
        if not found:
            raise InvalidRequest(
                "There is no query in that file.", "Write one query a line; # begins a remark."
            )
        return found

    async def _run(self, queries: Sequence[BenchQuery], request: RunRequest) -> None:
        engine = self._given.open_engine()
        try:
            await stoppable(self._measure(queries, request, engine))
        finally:
            with suppress(SutraError):
                await engine.close()

    async def _measure(
        self, queries: Sequence[BenchQuery], request: RunRequest, engine: Engine
    ) -> None:
        """Run them all; when not even the first query can be asked, the others cannot either."""
        request = await with_models(request, engine, self._given.remembered, self._voice.say)
        self._pair = (request.model_a, request.model_b)
        if self._given.open_history is not None:
            self._history = self._given.open_history()

        def run(asked: RunRequest) -> AsyncGenerator[Event, None]:
            chain = pipeline.run(asked, engine, None, measured=self._given.measured)
            return chain if self._history is None else recorded(chain, self._history.record())

        def begins(query: BenchQuery, method: Method) -> None:
            about = f"{len(self._rows) + 1} of {len(queries) * len(METHODS)}: {method}"
            self._now, self._began = f"{about} · {clean_line(query.text)}", monotonic()

        clock = asyncio.ensure_future(self._keep_telling())
        try:
            async with aclosing(compare(queries, request, run, begins)) as measured:
                async for row in measured:
                    self._take(row)
                    if len(self._rows) == len(METHODS) and all(row.error for row in self._rows):
                        raise row.error or UnexpectedFailure("Nothing could be measured.")
        finally:
            clock.cancel()

    async def _keep_telling(self) -> None:
        """Say which run goes on and for how long; to a terminal only."""
        while self._voice.is_terminal:
            if self._now:
                since = f"  {monotonic() - self._began:,.0f} s"
                room = shutil.get_terminal_size().columns - len(since) - 1
                self._voice.show(shorten(self._now, room) + since)
            await asyncio.sleep(REDRAW_S)

    def _take(self, row: Measured) -> None:
        self._voice.erase()
        if not self._args.json:
            if not self._rows:
                self._write(HEADINGS)
            self._write(_cells(row))
        if row.error is not None:
            self._voice.say(f"{row.method}: {row.error.message} {row.error.remedy}")
        self._rows.append(row)

    def _sum_up(self) -> None:
        summary = averages(self._rows)
        if self._args.json:
            document = {
                "demo": self._given.demo,
                "model_a": self._pair[0],
                "model_b": self._pair[1],
                "runs": [row.to_dict() for row in self._rows],
                "averages": [asdict(average) for average in summary],
            }
            self._output.write_trusted(to_json(document, self._output, indent=2) + "\n")
            return
        for average in summary:
            self._write(_average_cells(average))
        left_out = len({row.query for row in self._rows}) - (summary[0].queries if summary else 0)
        if left_out:
            what = "1 query is" if left_out == 1 else f"{left_out} queries are"
            self._voice.say(f"{what} not in the averages: without a whole answer by both methods.")
        if summary:
            self._voice.say(MODEST)

    def _write(self, texts: Sequence[str]) -> None:
        """One line of the table."""
        line = ""
        for place, (text, width) in enumerate(zip(texts, self._widths, strict=True)):
            text = text if place == LAST else shorten(text, width)
            blank = " " * max(0, width - cells(text))
            line += (blank + text if place in NUMBERS else text + blank) + GAP
        self._output.write(line.rstrip() + "\n")


def _cells(row: Measured) -> tuple[str, ...]:
    counts = row.result.token_counts
    return (
        clean_line(row.query.text, 200),
        row.method,
        _seconds(row.result.latency_ms),
        _seconds(row.loading_ms),
        f"{counts.get('prompt_tokens', 0):,}",
        f"{counts.get('completion_tokens', 0):,}",
        row.status,
    )


def _average_cells(average: Average) -> tuple[str, ...]:
    queries = "1 query" if average.queries == 1 else f"{average.queries} queries"
    return (
        f"AVERAGE of {queries}",
        average.method,
        _seconds(average.latency_ms),
        _seconds(average.loading_ms),
        f"{average.prompt_tokens:,.0f}",
        f"{average.completion_tokens:,.0f}",
        "",
    )


def _seconds(ms: float | None) -> str:
    return "-" if ms is None else f"{ms / 1000:,.1f} s"
