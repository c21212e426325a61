"""One `sutra cache` command at work; see `StoreJob`."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..store.cache import DemonstrationCache
from .store_job import StoreJob, opened_store
from .streams import Output, Voice

NAME: Final = "cache"
OpenCache = Callable[["Path | None"], DemonstrationCache]
"""Opens the cache in a file, or an empty one in memory."""


class Job(StoreJob[DemonstrationCache]):
    """What a command has to do with."""

    __slots__ = ()

    @property
    def cache(self) -> DemonstrationCache:
        """What is in the file, open."""
        return self.store


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
        StoreError: See `opened_store`.
    """
    with opened_store(
        NAME, args.cache, path, open_cache, lambda cache: not len(cache), creates=creates
    ) as cache:
        yield Job(args, path, cache, NAME, output, voice, time.time())
