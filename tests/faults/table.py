"""The table of the fault list: what was run for each row, and how it ended."""

from __future__ import annotations

import textwrap
from collections import Counter
from dataclasses import dataclass, field

import pytest

from .naming import rows_of
from .row import Row

_WIDTH = 100


@dataclass(eq=False)
class Recorder:
    """A pytest plugin that notes how every test function ended."""

    cases: dict[str, Counter[str]] = field(default_factory=dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a case: its worst phase counts."""
        function = report.nodeid.split("[")[0]
        counted = self.cases.setdefault(function, Counter())
        if report.failed:
            counted["fail"] += 1
        elif report.skipped:
            counted["skip"] += 1
        elif report.when == "call":
            counted["pass"] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A file that cannot be read fails its rows by having no tests; say so here."""
        if report.failed:
            self.cases.setdefault(report.nodeid, Counter())["fail"] += 1

    def of(self, row: Row) -> dict[str, Counter[str]]:
        """The tests of a row."""
        return {test: count for test, count in self.cases.items() if row.id in rows_of(test)}


def verdict(row: Row, tests: dict[str, Counter[str]], *, quick: bool = False) -> str:
    """How a row ended.

    Args:
        row: The row.
        tests: Its tests.
        quick: It has tests, but the slow ones were left out.

    Returns:
        `pass`, `FAIL`, `reason` (no test can see it), `slow` (left out), or `NOTHING`, which is a
        failure too.
    """
    total = sum(tests.values(), Counter[str]())
    if total["fail"]:
        return "FAIL"
    if total["pass"]:
        return "pass"
    if quick:
        return "slow"
    return "reason" if row.beyond else "NOTHING"


def lines(row: Row, how: str, tests: dict[str, Counter[str]]) -> list[str]:
    """A row of the table, with its verdict and its tests."""
    told = [f"{row.id:<4}{how:<8}{row.fault}"]
    told += [f"{'':12}-> {row.holds}"]
    for test, count in sorted(tests.items()):
        figures = ", ".join(f"{count[how]} {how}" for how in ("pass", "fail", "skip") if count[how])
        told.append(f"{'':12}{test} ({figures})")
    if row.beyond:
        told.append(f"{'':12}not tested: {row.beyond}.")
    return [
        part
        for line in told
        for part in textwrap.wrap(
            line, _WIDTH, subsequent_indent=" " * 15, break_long_words=False, break_on_hyphens=False
        )
    ]


def summary(rows: dict[str, str], recorder: Recorder) -> str:
    """The last line."""
    verdicts = Counter(rows.values())
    cases = sum((c for t, c in recorder.cases.items() if rows_of(t)), Counter[str]())
    told = ", ".join(f"{number} {name}" for name, number in verdicts.most_common())
    return (
        f"{len(rows)} rows: {told}. {len(recorder.cases)} tests, "
        f"{sum(cases.values())} cases: {cases['pass']} passed, {cases['fail']} failed, "
        f"{cases['skip']} skipped."
    )
