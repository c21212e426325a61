"""What a person does to an entry: pure functions from one snapshot to the next.

Invariant: no text of the user's own disappears unless an action named after its disappearance asks
for it; in particular a fresh run (`merge`) never replaces what was pinned, edited or added by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..core.errors import InvalidRequest
from .cache_entry import CachedDemonstration, CacheEntry, Source
from .cache_key import text_hash


def pin(entry: CacheEntry, demonstration: int | None, pinned: bool) -> CacheEntry:
    """Pin or unpin the entry, or one of its demonstrations."""
    if demonstration is None:
        return replace(entry, pinned=pinned)
    changed = replace(_find(entry, demonstration), pinned=pinned)
    return _with(entry, changed)


def edit(entry: CacheEntry, demonstration: int, text: str) -> CacheEntry:
    """Give a demonstration another text."""
    changed = replace(_find(entry, demonstration), text=_checked(text), edited=True)
    return replace(_with(entry, changed), edited=True)


def add(entry: CacheEntry, text: str, source: Source) -> CacheEntry:
    """Put a demonstration at the end."""
    added = CachedDemonstration(0, _checked(text), source=source)
    return replace(entry, demonstrations=(*entry.demonstrations, added), edited=True)


def drop(entry: CacheEntry, demonstration: int) -> CacheEntry:
    """Take a demonstration out."""
    _find(entry, demonstration)
    rest = tuple(d for d in entry.demonstrations if d.id != demonstration)
    return replace(entry, demonstrations=rest, edited=True)


def reorder(entry: CacheEntry, order: Sequence[int]) -> CacheEntry:
    """Put the demonstrations in the order of the given ids; ids left out follow as they were."""
    if len(set(order)) != len(order):
        raise InvalidRequest("The new order names a demonstration twice.", "Name each once.")
    first = tuple(_find(entry, name) for name in order)
    rest = tuple(d for d in entry.demonstrations if d.id not in order)
    return replace(entry, demonstrations=first + rest, edited=True)


def merge(old: CacheEntry, fresh: CacheEntry) -> CacheEntry:
    """A fresh run's entry, with what the user made of the old one kept.

    Kept demonstrations come first; fresh ones fill up to the number wanted, twins left out. A
    pinned entry stays as it is.
    """
    if old.pinned:
        return old
    kept = tuple(d for d in old.demonstrations if d.by_hand)
    fresh = replace(fresh, id=old.id, hits=old.hits, last_hit_at=old.last_hit_at)
    if not kept:
        return fresh
    known = {text_hash(d.text) for d in kept}
    new = [d for d in fresh.demonstrations if text_hash(d.text) not in known]
    usable = sum(not d.banned for d in kept)
    wanted = max(fresh.count, len(fresh.demonstrations)) - usable
    together = kept + tuple(new[: max(0, wanted)])
    return replace(fresh, demonstrations=together, edited=old.edited)


def holds_own_work(entry: CacheEntry) -> bool:
    """Whether the user's own work would be lost with the entry."""
    return (
        entry.pinned
        or entry.edited
        or entry.source == "hand"
        or any(d.by_hand for d in entry.demonstrations)
    )


def _find(entry: CacheEntry, demonstration: int) -> CachedDemonstration:
    for candidate in entry.demonstrations:
        if candidate.id == demonstration:
            return candidate
    raise InvalidRequest(
        "The entry has no such demonstration (any more).", "Look at the entry again."
    )


def _with(entry: CacheEntry, changed: CachedDemonstration) -> CacheEntry:
    changed_in_place = tuple(changed if d.id == changed.id else d for d in entry.demonstrations)
    return replace(entry, demonstrations=changed_in_place)


def _checked(text: str) -> str:
    if not text.strip():
        raise InvalidRequest("A demonstration cannot be empty.", "Write something, or remove it.")
    return text
