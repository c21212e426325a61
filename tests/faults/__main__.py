"""The fault list, proved: `python -m tests.faults [ROW ...]`.

`python -m tests.faults without [NAME ...]` takes defences away one by one, to see tests fail;
`python -m tests.faults thorough` tries ten thousand examples where otherwise a few hundred must do.
"""

from __future__ import annotations

import argparse
import os
import sys

import pytest

from tests import thorough

from .naming import defined, rows_of, wanted_rows
from .rows import ROWS
from .selecting import ROWS_VARIABLE
from .table import Recorder, lines, summary, verdict
from .without import main as without


def _pytest(rows: tuple[str, ...], jobs: str, quick: bool) -> Recorder:
    """Run the tests of these rows in this process, or in `jobs` beside it."""
    os.environ[ROWS_VARIABLE] = " ".join(rows)
    files = sorted({str(path) for path, name in defined() if set(rows) & set(rows_of(name))})
    recorder = Recorder()
    arguments = ["-q", "--no-header", "-p", "tests.faults.selecting", "-n", jobs, *files]
    if files:
        pytest.main([*(["-m", "not slow"] if quick else []), *arguments], plugins=[recorder])
    return recorder


def main(arguments: list[str]) -> int:
    """Print the table; 0 when every row passes or says why it cannot be tested."""
    if arguments[:1] == ["without"]:
        return without(arguments[1:])
    if arguments[:1] == ["thorough"]:
        return thorough.main(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("row", nargs="*", help="T1, or T for all of that letter; all of none")
    parser.add_argument("-n", "--jobs", default="0", help="processes, as pytest-xdist counts them")
    parser.add_argument("--quick", action="store_true", help="leave out the slow tests")
    options = parser.parse_args(arguments)
    try:
        wanted = wanted_rows(options.row)
    except KeyError as error:
        parser.error(f"there is no row {error.args[0]}")
    recorder = _pytest(wanted, options.jobs, options.quick)
    verdicts: dict[str, str] = {}
    tested = {id for _, name in defined() for id in rows_of(name)}
    print()
    for row in ROWS:
        if row.id in wanted:
            tests = recorder.of(row)
            verdicts[row.id] = verdict(row, tests, quick=options.quick and row.id in tested)
            print("\n".join(lines(row, verdicts[row.id], tests)))
    print(f"\n{summary(verdicts, recorder)}")
    return 0 if set(verdicts.values()) <= {"pass", "reason", "slow"} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
