"""Taking defences away one by one: each time a test must notice.

`python -m tests.faults without [NAME ...]` runs one test for each defence of `removed.py` in a
process without it. A start-up file reaches every Python process the test starts, so the app in a
terminal is without it too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .removed import DEFENCES, VARIABLE, Defence

_ROOT = Path(__file__).parents[2]
_TESTS_FAILED = 1
"""What pytest exits with when tests ran and some failed."""
_PATIENCE_S = 180
_START_UP = "from tests.faults.removed import apply_from_environment\napply_from_environment()\n"


def noticed(name: str, defence: Defence, folder: Path) -> tuple[str, str]:
    """What became of the test: `noticed` and its first complaint, or why that is not proved."""
    paths = [str(folder), str(_ROOT), os.environ.get("PYTHONPATH", "")]
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-x"]
    try:
        done = subprocess.run(
            [*command, defence.test],
            env={**os.environ, VARIABLE: name, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        return "NOT ENDED", ""
    if done.returncode == _TESTS_FAILED:
        complaints = [line[1:].strip() for line in done.stdout.splitlines() if line[:2] == "E "]
        return "noticed", next(iter(complaints), "")[:90]
    if done.returncode == 0:
        return "MISSED", "the test passed all the same"
    return "NOT RUN", f"{done.stdout[-300:]}{done.stderr[-300:]}"


def main(names: list[str]) -> int:
    """Print what became of each defence's test; 0 when every one noticed."""
    unknown = [name for name in names if name not in DEFENCES]
    if unknown:
        print(f"There is no defence {unknown[0]}. Defences are {', '.join(DEFENCES)}.")
        return 2
    wanted = {name: DEFENCES[name] for name in names or DEFENCES}
    missed = 0
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(_START_UP)
        for name, defence in wanted.items():
            told, why = noticed(name, defence, Path(folder))
            missed += told != "noticed"
            test = defence.test.removeprefix("tests/")
            print(
                f"{defence.row:<4}{told:<10}{defence.what} ({name})\n{'':14}{test}\n{'':14}{why}",
                flush=True,
            )
    print(f"\n{len(wanted) - missed} of {len(wanted)} defences are missed when they are gone.")
    return 1 if missed else 0
