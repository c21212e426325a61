"""A command at work on a store of ours: what was asked, the open store, where results go.

Invariant: a change is reported only when it is on the disk, and looking creates no file. What a
store has to say about its file is said before anything else.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from ..core.errors import StoreError
from ..store.file_store import FileStore
from .faces import to_json
from .streams import Output, Voice

S = TypeVar("S", bound=FileStore)
OpenStore = Callable[["Path | None"], S]
"""Opens the store in a file, or an empty one in memory."""


@dataclass(frozen=True, slots=True)
class StoreJob(Generic[S]):
    """What a command has to do with.

    Args:
        args: The parsed command line.
        path: The store's file, whether or not it exists.
        store: What is in it, open; when there is no file, an empty store in memory.
        name: What people call it; `--name` names another file.
        output: Standard output.
        voice: Standard error.
        now: When the command began, in seconds since the epoch.
    """

    args: argparse.Namespace
    path: Path
    store: S
    name: str
    output: Output
    voice: Voice
    now: float

    def write_json(self, document: dict[str, Any]) -> None:
        """Write one JSON document that says which file it is about."""
        document = {"path": str(self.path), **document}
        self.output.write_trusted(to_json(document, self.output, indent=2) + "\n")

    def report(self, sentence: str, document: dict[str, Any]) -> None:
        """Say what was done; for those who asked for JSON, write it too.

        Args:
            sentence: For a person.
            document: The same for a program.

        Raises:
            StoreError: It was done in memory only.
        """
        self.require_disk()
        if self.args.json:
            self.write_json(document)
        self.voice.say(sentence)

    def require_disk(self) -> None:
        """Make sure that changes are not lost at the end of this command.

        Raises:
            StoreError: The file cannot be written.
        """
        if self.store.path is not None and not self.store.persistent:
            raise StoreError(
                f"The {self.name} file was left as it is, since it cannot be changed.",
                f"Look at {self.path}, or name another file with --{self.name}.",
            )


@contextmanager
def opened_store(
    name: str,
    named: str | None,
    path: Path,
    open_store: OpenStore[S],
    is_empty: Callable[[S], bool],
    *,
    creates: bool,
) -> Iterator[S]:
    """The open store, which is closed at the end.

    Args:
        name: What people call it.
        named: The file that was named on the command line; None is the user's own.
        path: The file.
        open_store: Opens it.
        is_empty: Whether nothing is in it.
        creates: Whether the file is made when there is none.

    Raises:
        StoreError: There is a file, but nothing could be read from it; or the one that was asked
            for does not exist.
    """
    exists = os.path.lexists(path)
    if not exists and not creates and named is not None:
        raise StoreError(f"There is no {name} file {path}.", f"Check the name after --{name}.")
    with open_store(path if exists or creates else None) as store:
        if store.path is not None and not store.persistent and is_empty(store):
            raise StoreError(
                f"Nothing could be read from the {name} file.",
                f"Look at {path}, or name another file with --{name}.",
            )
        yield store


def write_path(path: Path, output: Output, *, as_json: bool) -> None:
    """Write where a store's file is."""
    if as_json:
        document = {"path": str(path), "exists": path.is_file()}
        output.write_trusted(to_json(document, output, indent=2) + "\n")
    else:
        output.write(f"{path}\n")
