"""Full disks, read-only disks, and paths that are no files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.store.cache import DemonstrationCache, KeyParts

from .cache_support import fill, keep
from .file_support import as_nobody, give_to_nobody


def allow_pages(cache: DemonstrationCache, more: int) -> None:
    connection = cache._database.connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count={pages + more}")


def test_S6_on_a_full_disk_the_run_goes_on_with_everything_that_was_there(path: Path) -> None:
    keys = fill(path, 5)
    told: list[str] = []
    cache = DemonstrationCache(path=path, on_warning=told.append)
    allow_pages(cache, 0)
    new = [keep(cache, "z" * 3_000, parts=KeyParts(f"new {n}")) for n in range(5)]
    assert all(cache.get(key) for key in keys + new)
    assert not cache.persistent and cache.path == path
    assert len(told) == 1 and "disk is full" in told[0] and told == cache.warnings
    cache.restore(cache.clear())
    assert all(cache.get(key) for key in keys + new)
    cache.close()
    with DemonstrationCache(path=path) as after:
        assert all(after.get(key) for key in keys), "nothing that was on the disk is harmed"


def test_S6_a_limit_on_file_size_is_a_full_disk_too(path: Path) -> None:
    fill(path, 5)
    code = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from sutra_tui.store.cache import DemonstrationCache
cache = DemonstrationCache(path={str(path)!r})
size = {path.stat().st_size}
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
for n in range(50):
    cache.set(str(n), ["x" * 2000])
assert all(cache.get(str(n)) for n in range(50)), "lost"
assert not cache.persistent and len(cache.warnings) == 1, cache.warnings
cache.close()
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    with DemonstrationCache(path=path) as after:
        assert len(after) >= 5 and after.warnings == []


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "not a regular file"),
        (lambda path: os.mkfifo(path), "not a regular file"),
        (lambda path: path.symlink_to(path.with_name("other.db")), "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
    ],
    ids=["directory", "pipe", "link", "device"],
)
def test_S8_what_is_not_a_file_is_refused_without_waiting(
    path: Path, make: Callable[[Path], None], words: str
) -> None:
    make(path)
    cache = DemonstrationCache(path=path)
    assert cache.get(keep(cache)) is not None
    assert not cache.persistent and len(cache.warnings) == 1 and words in cache.warnings[0]
    assert [p.name for p in path.parent.iterdir()] == ["cache.db"]


@pytest.mark.parametrize("name", ["nul\0.db", "x" * 300, "cache.db/below"])
def test_S8_a_path_that_cannot_be_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "cache.db").touch()
    cache = DemonstrationCache(path=tmp_path / name)
    assert cache.get(keep(cache)) is not None
    assert not cache.persistent and len(cache.warnings) == 1


def test_S7_in_a_directory_that_cannot_be_written_entries_are_served(open_directory: Path) -> None:
    path = open_directory / "cache.db"
    (key, *_) = fill(path, 3)
    give_to_nobody(path)
    open_directory.chmod(0o555)

    def work() -> Any:
        cache = DemonstrationCache(path=path)
        before = cache.get(key) is not None
        new = keep(cache)
        after = cache.get(new) is not None and cache.get(key) is not None
        return [before, after, cache.persistent, len(cache.warnings)]

    assert as_nobody(work) == [True, True, False, 1]


def test_S7_a_file_that_may_only_be_read_is_read(open_directory: Path) -> None:
    path = open_directory / "cache.db"
    (key, *_) = fill(path, 3)
    give_to_nobody(path)
    path.chmod(0o400)
    if os.getuid() == 0:
        open_directory.chmod(0o555)

    def work() -> Any:
        cache = DemonstrationCache(path=path)
        new = keep(cache)
        return [cache.get(key) is not None, cache.get(new) is not None, cache.persistent]

    assert as_nobody(work) == [True, True, False]


def test_S7_where_no_file_can_be_made_memory_does(open_directory: Path) -> None:
    open_directory.chmod(0o555)

    def work() -> Any:
        cache = DemonstrationCache(path=open_directory / "deep" / "cache.db")
        return [cache.get(keep(cache)) is not None, cache.persistent, cache.warnings]

    served, persistent, warnings = as_nobody(work)
    assert served and not persistent and len(warnings) == 1 and "Permission denied" in warnings[0]
