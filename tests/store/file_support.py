"""What goes wrong with a store's file, whichever store it is: damage, locks, and no privileges."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def _flip(at: int) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        overwrite(path, at, bytes([path.read_bytes()[at] ^ 0xFF]))

    return damage


def _every_page_after_the_first(value: int) -> Callable[[Path], None]:
    return lambda path: overwrite(path, 4096, bytes([value]) * (path.stat().st_size - 4096))


DAMAGE: dict[str, Callable[[Path], Any]] = {
    "text": lambda path: path.write_text("this is no database " * 500),
    "short-text": lambda path: path.write_text("hello world"),
    "half-a-header": lambda path: path.write_bytes(path.read_bytes()[:50]),
    "only-a-header": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "one-page-left": lambda path: os.truncate(path, 4096),
    "truncated": lambda path: os.truncate(path, path.stat().st_size // 2 + 100),
    "flipped-magic": _flip(3),
    "flipped-page-size": _flip(16),
    "flipped-format": _flip(21),
    "flipped-schema-page": _flip(100),
    "flipped-cell-count": _flip(104),
    "pages-of-ff": _every_page_after_the_first(0xFF),
    "pages-of-zero": _every_page_after_the_first(0),
    "random-header": lambda path: overwrite(path, 0, bytes(range(100))),
}


@contextlib.contextmanager
def held(path: Path, how: str = "IMMEDIATE") -> Iterator[None]:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute(f"BEGIN {how}")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def as_nobody(work: Callable[[], Any]) -> Any:
    """Run `work` in a child without root's privileges and return what it returned, via JSON."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            os.write(writer, json.dumps(work()).encode())
        except BaseException as error:
            os.write(writer, json.dumps(repr(error)).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        answer = file.read()
    os.waitpid(child, 0)
    return json.loads(answer)


def give_to_nobody(path: Path) -> None:
    if os.getuid() == 0:
        os.chown(path, 65534, 65534)
