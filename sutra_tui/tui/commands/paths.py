"""Completing the path of a file while it is typed.

Invariant: it only lists folders, never opens a file, and is over soon whatever the folder holds. A
name that could not be typed is not offered.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from ...core.clean import clean_line
from ...wording import size
from .argument import Offer

MOST_ENTRIES: Final = 5_000
"""Entries of a folder that are looked at."""


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


def _offer(entry: os.DirEntry[str], written: str) -> Offer:
    text = f"{written}{entry.name}"
    try:
        if entry.is_dir():
            return Offer(f"{text}/", "folder", more=True)
        return Offer(text, size(entry.stat().st_size))
    except OSError:
        return Offer(text)
