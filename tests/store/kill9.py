"""Two writers killed at random moments, again and again: `python -m tests.store.kill9 200`.

Each writer says which entry, or which run, it has kept only after the call returned. Whatever it
said must be in the file when both are dead.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sutra_tui.store.cache import DemonstrationCache
from sutra_tui.store.history import History

ENTRIES = """
import sys
from sutra_tui.store.cache import DemonstrationCache
path, name = sys.argv[1:]
cache = DemonstrationCache(path=path)
number = 0
while True:
    key = f"{name}-{number}"
    cache.set(key, [f"text of {key} " * 20, "x"], query=f"question {key}", draft="d" * 3000)
    cache.get(key)
    if number % 3 == 0:
        cache.edit(key, cache.entry(key).demonstrations[1].id, f"edited {key}")
    if number % 7 == 6:
        cache.delete(f"{name}-{number - 1}")
    assert cache.persistent and not cache.warnings, cache.warnings
    print(number, flush=True)
    number += 1
"""


RUNS = """
import sys
from sutra_tui.store.history import History
from tests.store.history_support import made
path, name = sys.argv[1:]
history = History(path)
number = 0
while True:
    run_id = f"{name}-{number}"
    history.save(made(run_id, answer=f"half of {run_id}", over=False))
    history.save(made(run_id, answer=f"answer of {run_id} " * 20))
    if number % 3 == 0:
        history.star(run_id, True)
    if number % 7 == 6:
        history.delete([f"{name}-{number - 1}"])
    assert history.persistent and not history.warnings, history.warnings
    print(number, flush=True)
    number += 1
"""


def _round(path: Path, names: tuple[str, str], chance: random.Random, code: str) -> dict[str, int]:
    """Run two writers, kill both, and return the last number each acknowledged."""
    writers = {
        name: subprocess.Popen(
            [sys.executable, "-c", code, str(path), name], stdout=subprocess.PIPE, text=True
        )
        for name in names
    }
    last = dict.fromkeys(names, -1)
    wanted = chance.randrange(1, 12)
    try:
        for name, writer in writers.items():
            assert writer.stdout is not None
            while last[name] < wanted:
                last[name] = int(writer.stdout.readline())
        # Not waiting for anything: this is the random moment.
        time.sleep(chance.random() * 0.01)
    finally:
        for writer in writers.values():
            writer.kill()
    for name, writer in writers.items():
        assert writer.stdout is not None
        complete = [line for line in writer.stdout.read().split("\n")[:-1] if line]
        last[name] = int(complete[-1]) if complete else last[name]
        writer.wait()
        writer.stdout.close()
    return last


def _check_entries(path: Path, acknowledged: dict[str, int]) -> None:
    with DemonstrationCache(path=path, max_bytes=2**40) as cache:
        assert cache.persistent and cache.warnings == []
        for name, last in acknowledged.items():
            for number in range(last + 1):
                key = f"{name}-{number}"
                entry = cache.entry(key)
                if number % 7 == 5 and (number < last or entry is None):
                    assert entry is None or number == last, f"{key} was deleted"
                    continue
                assert entry is not None, f"{key} is lost"
                second = f"edited {key}" if number % 3 == 0 else "x"
                assert entry.texts == (f"text of {key} " * 20, second)
        count, total = cache._read(
            lambda c: c.execute("SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM entry").fetchone()
        )
        assert (len(cache), cache.stats().bytes) == (count, total)
        assert cache.count("question") == count


def _check_runs(path: Path, acknowledged: dict[str, int]) -> None:
    with History(path) as history:
        assert history.persistent and history.warnings == []
        for name, last in acknowledged.items():
            for number in range(last + 1):
                run_id = f"{name}-{number}"
                run = history.run(run_id)
                if number % 7 == 5 and (number < last or run is None):
                    assert run is None or number == last, f"{run_id} was deleted"
                    continue
                assert run is not None, f"{run_id} is lost"
                assert run.result.answer == f"answer of {run_id} " * 20 and run.over
                assert run.starred == (number % 3 == 0) and len(run.result.stages) == 3
        stages, runs = history._read(
            lambda c: c.execute(
                "SELECT (SELECT COUNT(*) FROM stage), (SELECT COUNT(*) FROM run)"
            ).fetchone()
        )
        assert stages == 3 * runs and history.count() == runs


@dataclass(frozen=True, slots=True)
class Writer:
    """A program that writes until it is killed, and what must hold afterwards.

    Args:
        code: The program; says the number of what it has written.
        check: Looks for everything that was acknowledged.
        tidy: Makes one more change.
    """

    code: str
    check: Callable[[Path, dict[str, int]], None]
    tidy: Callable[[Path], None]


def _tidy_cache(path: Path) -> None:
    with DemonstrationCache(path=path) as cache:
        cache.set("the next change tidies up", ["x"])


def _tidy_history(path: Path) -> None:
    with History(path) as history:
        history.rename(history.runs(limit=1)[0].run_id, "the next change tidies up")


ENTRY_WRITER = Writer(ENTRIES, _check_entries, _tidy_cache)
RUN_WRITER = Writer(RUNS, _check_runs, _tidy_history)
WRITERS = {"cache": ENTRY_WRITER, "history": RUN_WRITER}


def kill_rounds(rounds: int, seed: int = 0, writer: Writer = ENTRY_WRITER) -> int:
    """Kill two writers `rounds` times on one file; returns how many writes were acknowledged.

    Raises:
        AssertionError: Something acknowledged is lost, or the file is damaged.
    """
    chance = random.Random(seed)
    acknowledged: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "store.db")
        for number in range(rounds):
            fresh = _round(path, (f"a{number}", f"b{number}"), chance, writer.code)
            raw = sqlite3.connect(path)
            assert raw.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            raw.close()
            writer.check(path, fresh)
            acknowledged |= fresh
        writer.check(path, acknowledged)
        writer.tidy(path)
        assert [p.name for p in path.parent.iterdir()] == [path.name]
    return sum(last + 1 for last in acknowledged.values())


if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for kind in sys.argv[2:] or WRITERS:
        acknowledged_writes = kill_rounds(times, writer=WRITERS[kind])
        print(f"{kind}: {times} rounds, {acknowledged_writes} acknowledged writes, none lost")
