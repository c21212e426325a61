"""One `sutra cache` command at work: what was asked, the open cache, where results go.

Invariant: a change is reported only when it is on the disk, and looking creates no file. What a
cache has to say about its file is said before anything else.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import StoreError
from ..store.cache import DemonstrationCache
from .faces import to_json
from .streams import Output, Voice

OpenCache = Callable[[Path | None], DemonstrationCache]
"""Opens the cache in a file, or an empty one in memory."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a command has to do with.

    Args:
        args: The parsed command line of `sutra cache`.
        path: The cache file, whether or not it exists.
        cache: What is in it, open; when there is no file, an empty cache in memory.
        output: Standard output.
        voice: Standard error.
        now: When the command began, in seconds since the epoch.
    """

    args: argparse.Namespace
    path: Path
    cache: DemonstrationCache
    output: Output
    voice: Voice
    now: float

    def write_json(self, document: dict[str, Any]) -> None:
        """Write one JSON document that says which cache it is about."""
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
        if self.cache.path is not None and not self.cache.persistent:
            raise StoreError(
                "The cache file was left as it is, since it cannot be changed.",
                f"Look at {self.path}, or name another file with --cache.",
            )


@contextmanager
def opened(
    args: argparse.Namespace,
    path: Path,
    open_cache: OpenCache,
    output: Output,
    voice: Voice,
    *,
    creates: bool,
) -> Iterator[Job]:
    """The job with its cache open, which is closed at the end.

    Args:
        args: The parsed command line of `sutra cache`.
        path: The cache file.
        open_cache: Opens it.
        output: Standard output.
        voice: Standard error.
        creates: Whether the file is made when there is none.

    Raises:
        StoreError: There is a file, but nothing could be read from it; or the one that was asked
            for does not exist.
    """
    exists = os.path.lexists(path)
    if not exists and not creates and args.cache is not None:
        raise StoreError(f"There is no cache file {path}.", "Check the name after --cache.")
    with open_cache(path if exists or creates else None) as cache:
        if cache.path is not None and not cache.persistent and not len(cache):
            raise StoreError(
                "Nothing could be read from the cache file.",
                f"Look at {path}, or name another file with --cache.",
            )
        yield Job(args, path, cache, output, voice, time.time())
