"""Completing the path of a file while it is typed.

Invariant: it only lists folders, never opens a file, and is over soon whatever the folder holds. A
name that could not be typed is not offered.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from ...core.clean import clean_line
from ...wording import file_size
from .argument import Offer

MOST_ENTRIES: Final = 5_000
"""Entries of a folder that are looked at, and of all folders below the current one."""
NOT_ENTERED: Final = frozenset(
    {"node_modules", "__pycache__", "venv", "env", "target", "build", "dist", "vendor"}
)
"""Folders that tools fill; what is in them is attached by its path."""


def path_offers(typed: str) -> Sequence[Offer]:
    """What is in the folder of a half-typed path, folders first. It may wait for a disk.

    Args:
        typed: As it stands in the box; `~` is the home directory.
    """
    folder, slash, name = typed.rpartition("/")
    written = folder + slash
    offers: list[Offer] = []
    try:
        with os.scandir(Path(written).expanduser()) as entries:
            for entry in islice(entries, MOST_ENTRIES):
                if entry.name.startswith(".") and not name.startswith("."):
                    continue
                if entry.name == clean_line(entry.name, len(entry.name) + 1):
                    offers.append(_offer(entry, written))
    except (OSError, RuntimeError, ValueError):
        return []
    return sorted(offers, key=lambda offer: (not offer.more, offer.text.lower()))


def file_offers(typed: str) -> Sequence[Offer]:
    """What could be attached: the folder of a half-typed path, and files below the current folder.

    Hidden files and folders are left out until a dot is typed, folders of tools altogether. It may
    wait for a disk.

    Args:
        typed: As `path_offers`.
    """
    here = list(path_offers(typed))
    if not typed or typed.startswith(("/", "~", ".")):
        return here
    known = {offer.text for offer in here}
    return [*here, *(offer for offer in _below() if offer.text not in known)]


def _below() -> Iterator[Offer]:
    """Files of folders below the current one, the nearest first."""
    waiting, left = deque([""]), MOST_ENTRIES
    while waiting and left > 0:
        written = waiting.popleft()
        try:
            with os.scandir(written or ".") as entries:
                found = sorted(islice(entries, left), key=lambda entry: entry.name.lower())
        except OSError:
            continue
        left -= len(found)
        for entry in found:
            if entry.name.startswith(".") or entry.name in NOT_ENTERED:
                continue
            if entry.name != clean_line(entry.name, len(entry.name) + 1):
                continue
            offer = _offer(entry, written)
            # A link to a folder could lead in a circle.
            if offer.more and not entry.is_symlink():
                waiting.append(offer.text)
            elif not offer.more:
                yield offer


def _offer(entry: os.DirEntry[str], written: str) -> Offer:
    text = f"{written}{entry.name}"
    try:
        if entry.is_dir():
            return Offer(f"{text}/", "folder", more=True)
        return Offer(text, file_size(entry.stat().st_size))
    except OSError:
        return Offer(text)
