"""`sutra cache`: from the command line to the function that does it.

Invariant: results go to standard output and nothing else does; a failure is a `SutraError`.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

from . import cache_carrying as carrying
from . import cache_changing as changing
from . import cache_looking as looking
from .cache_job import Job, OpenCache, opened
from .store_job import write_path
from .streams import Output, Voice

ACTIONS: Final[dict[str, Callable[[Job], None]]] = {
    "list": looking.list_entries,
    "show": looking.show,
    "search": looking.search,
    "export": carrying.export,
    "import": carrying.take_in,
    "delete": changing.delete,
    "pin": changing.pin,
    "unpin": changing.unpin,
    "ban": changing.ban,
    "unban": changing.unban,
    "purge": changing.purge,
    "clear": changing.clear,
    "stats": looking.stats,
}


def cache_command(
    args: argparse.Namespace, path: Path, open_cache: OpenCache, output: Output, voice: Voice
) -> None:
    """Do what was asked with the demonstration cache.

    Args:
        args: The parsed command line of `sutra cache`.
        path: The cache file.
        open_cache: Opens it; not called when only its path is asked for.
        output: Where results go.
        voice: Where remarks go.

    Raises:
        SutraError: It could not be done, or the result cannot be written.
    """
    path = path.absolute()
    if args.action == "path":
        write_path(path, output, as_json=args.json)
        return
    creates = args.action == "import"
    with opened(args, path, open_cache, output, voice, creates=creates) as job:
        ACTIONS[args.action](job)
