"""Two writers killed at random moments, again and again: `python -m tests.store.kill9 200`.

Each writer says which entry it has kept only after `set` or `edit` returned. Whatever it said
must be in the file when both are dead.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sutra_tui.store.cache import DemonstrationCache

WRITER = """
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


def _round(path: Path, names: tuple[str, str], chance: random.Random) -> dict[str, int]:
    """Run two writers, kill both, and return the last number each acknowledged."""
    writers = {
        name: subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name], stdout=subprocess.PIPE, text=True
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


def _check(path: Path, acknowledged: dict[str, int]) -> None:
    raw = sqlite3.connect(path)
    assert raw.execute("PRAGMA quick_check").fetchone()[0] == "ok"
    raw.close()
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


def kill_rounds(rounds: int, seed: int = 0) -> int:
    """Kill two writers `rounds` times on one file; returns how many writes were acknowledged.

    Raises:
        AssertionError: Something acknowledged is lost, or the file is damaged.
    """
    chance = random.Random(seed)
    acknowledged: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "cache.db")
        for number in range(rounds):
            fresh = _round(path, (f"a{number}", f"b{number}"), chance)
            _check(path, fresh)
            acknowledged |= fresh
        _check(path, acknowledged)
        with DemonstrationCache(path=path) as cache:
            cache.set("the next change tidies up", ["x"])
        assert [p.name for p in path.parent.iterdir()] == ["cache.db"]
    return sum(last + 1 for last in acknowledged.values())


if __name__ == "__main__":
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    print(f"{times} rounds, {kill_rounds(times)} acknowledged writes, none lost")
