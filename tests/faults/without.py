"""Taking defences away one by one: each time a test must fail.

`python -m tests.faults without [NAME ...]` first runs the tests of `removed/` with every defence
in place, then each in a process without its defence. A start-up file reaches every Python process
a test starts, so the app in a terminal is without it too. What a missing defence lets in can be
endless: every process has a limit of memory, and every test one of time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from . import removed  # noqa: F401 - enters the defences
from .defence import DEFENCES, VARIABLE, Defence
from .rows import ROWS

_ROOT = Path(__file__).parents[2]
_TESTS_FAILED = 1
"""What pytest exits with when tests ran and some failed."""
_PATIENCE_S = 120
_MEMORY = 3 * 1024**3
"""Bytes of address space that a process may have."""
_START_UP = f"""
import contextlib
with contextlib.suppress(ImportError):
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({_MEMORY}, {_MEMORY}))
import tests.faults.removed
from tests.faults.defence import apply_from_environment
apply_from_environment()
"""


def _run(tests: Iterable[str], folder: Path, name: str, seconds: float) -> tuple[int | None, str]:
    """Run tests in a process that starts with the file in `folder`: exit code and output."""
    paths = [str(folder), str(_ROOT), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-x"]
    try:
        done = subprocess.run(
            [*command, *tests],
            env={**os.environ, VARIABLE: name, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, f"{done.stdout}{done.stderr}"


def noticed(name: str, defence: Defence, folder: Path) -> tuple[str, str]:
    """Whether the test fails without the defence: `yes` and its first complaint, or why not."""
    code, said = _run([defence.test], folder, name, _PATIENCE_S)
    if code == _TESTS_FAILED:
        complaints = [line[1:].strip() for line in said.splitlines() if line[:2] == "E "]
        return "yes", next(filter(None, complaints), "several failures at once")[:90]
    if code is None:
        return "NOT ENDED", f"after {_PATIENCE_S} seconds"
    return ("NO", "it passes all the same") if code == 0 else ("NOT RUN", said[-500:])


def main(names: list[str]) -> int:
    """Print what became of each defence's test; 0 when every one fails."""
    unknown = [name for name in names if name not in DEFENCES]
    if unknown:
        print(f"There is no defence {unknown[0]}. Defences are {', '.join(DEFENCES)}.")
        return 2
    places = [row.id for row in ROWS]
    wanted = {name: DEFENCES[name] for name in names or DEFENCES}
    wanted = dict(sorted(wanted.items(), key=lambda item: places.index(item[1].row)))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(_START_UP)
        tests = sorted({defence.test for defence in wanted.values()})
        code, said = _run(tests, Path(folder), "", _PATIENCE_S * len(tests))
        if code != 0:
            print(f"With every defence in place the tests do not pass:\n{said[-2000:]}")
            return 1
        print(f"With every defence in place: {len(tests)} tests pass.\n", flush=True)
        missed = 0
        for name, defence in wanted.items():
            told, why = noticed(name, defence, Path(folder))
            missed += told != "yes"
            test = defence.test.removeprefix("tests/")
            print(
                f"{defence.row:<4}defence removed: {defence.what} ({name})\n"
                f"{'':4}test fails: {told}  {test}\n{'':10}{why}",
                flush=True,
            )
    rows = {defence.row for defence in wanted.values()}
    print(
        f"\n{len(wanted) - missed} of {len(wanted)} defences, for {len(rows)} rows: the test"
        " passes with the defence and fails without it."
    )
    return 1 if missed else 0
