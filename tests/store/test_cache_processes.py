"""Several programs at one file, and programs that die."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sutra_tui.store.cache import DemonstrationCache

from .bench_cache import bench_cache
from .cache_support import keep
from .kill9 import kill_rounds

PROGRAM = """
import sys
from sutra_tui.store.cache import DemonstrationCache
path, name, mode = sys.argv[1:]
if mode == "write":
    cache = DemonstrationCache(path=path)
print("ready", flush=True)
sys.stdin.readline()
if mode == "open":
    cache = DemonstrationCache(path=path)
    cache.set(name, ["x"])
else:
    for n in range(300):
        cache.set(f"{name}-{n}", [f"text {name} {n}"])
        assert cache.get("shared")
        if n % 10 == 0:
            cache.add("shared", f"added by {name} {n}")
cache.close()
assert cache.persistent
print(cache.warnings, flush=True)
"""


def together(path: Path, mode: str, names: list[str]) -> None:
    """Run programs that all start at one moment, and expect no complaint from any."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path), name, mode],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    for program in running:
        assert program.stdout is not None and program.stdout.readline() == "ready\n"
    for program in running:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in running:
        output, errors = program.communicate(timeout=120)
        assert (output, errors, program.returncode) == ("[]\n", "", 0)


def test_S2_two_programs_lose_nothing_of_three_hundred_writes_each(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    with DemonstrationCache(path=path) as cache:
        cache.set("shared", ["first"])
    together(path, "write", ["a", "b"])
    with DemonstrationCache(path=path) as cache:
        assert len(cache) == 601
        for name in "ab":
            for n in range(300):
                assert cache.get(f"{name}-{n}") == [f"text {name} {n}"]
        shared = cache.entry("shared")
        assert shared is not None and shared.hits == 600
        wanted = {f"added by {name} {n}" for name in "ab" for n in range(0, 300, 10)}
        assert set(shared.texts) == wanted | {"first"} and len(shared.texts) == 61


def test_S4_first_runs_at_the_same_moment_all_start(tmp_path: Path) -> None:
    path = tmp_path / "new" / "cache.db"
    names = [f"program-{n}" for n in range(6)]
    together(path, "open", names)
    with DemonstrationCache(path=path) as cache:
        assert sorted(entry.key for entry in cache.entries()) == names
        assert [p.name for p in path.parent.iterdir()] == ["cache.db"]


def test_two_caches_of_one_program_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    first, second = DemonstrationCache(path=path), DemonstrationCache(path=path)
    key = keep(first)
    assert second.get(key) is not None and first.get(key) is not None
    second.close()
    keep(first, "later")
    first.close()
    with DemonstrationCache(path=path) as cache:
        entry = cache.entry(key)
        assert entry is not None and (entry.hits, entry.texts) == (2, ("later",))


@pytest.mark.slow
def test_S1_killed_writers_lose_nothing_they_acknowledged() -> None:
    assert kill_rounds(20) > 100


def test_the_measurement_runs() -> None:
    figures = bench_cache(50)
    assert figures["entries"] == 50 and figures["file_bytes"] > 0
    assert set(figures) >= {"open_ms", "get_p50_ms", "get_p99_ms", "original_open_ms"}
