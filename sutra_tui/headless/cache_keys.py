"""From what a person types to the one entry that it names.

Invariant: a beginning that fits several entries names none of them. What a list shows of a key can
be typed, also when the key itself holds characters that cannot be shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from ..core.clean import clean_line
from ..core.errors import InvalidRequest, StoreError
from ..store.cache import CacheEntry, DemonstrationCache
from ..store.cache_file import MAX_KEY

SHORTEST: Final = 4
"""Characters of a key that name an entry at least; fewer are a slip."""
CANDIDATES: Final = 5
"""Entries named when a beginning fits several."""
_PAGE: Final = 1_000


class UnknownKey(StoreError):
    """No entry, or more than one, has the key that was typed."""

    kind: ClassVar[str] = "unknown_key"


def find_entry(cache: DemonstrationCache, typed: str) -> CacheEntry:
    """The entry with this key, or the only one whose key begins with it.

    Raises:
        InvalidRequest: Too little was typed to look for.
        UnknownKey: No entry fits, or several do.
    """
    if typed and (entry := cache.entry(typed)):
        return entry
    if len(typed) < SHORTEST:
        raise InvalidRequest(
            f"{_quoted(typed)} is too little of a key.", f"Type at least {SHORTEST} characters."
        )
    found: list[CacheEntry] = []
    for entry in _beginning_with(cache, typed):
        found.append(entry)
        if len(found) > CANDIDATES:
            break
    if not found:
        raise UnknownKey(
            f"No entry of the cache has a key that begins with {_quoted(typed)}.",
            "See the keys with `sutra cache list`.",
        )
    if len(found) > 1:
        raise _ambiguous(typed, found)
    return found[0]


def shown_key(key: str) -> str:
    """The key as one line that is safe to show; most keys are just that."""
    return key if key.isalnum() and key.isascii() else clean_line(key, MAX_KEY)


def _beginning_with(cache: DemonstrationCache, typed: str) -> Iterator[CacheEntry]:
    keys = cache.keys_beginning(typed, CANDIDATES + 1)
    if keys or (typed.isalnum() and typed.isascii()):
        yield from filter(None, map(cache.entry, keys))
        return
    # A key of a foreign file may be shown other than it is, so what is shown is looked for.
    offset = 0
    while page := cache.entries(offset, _PAGE, "created"):
        for entry in page:
            if entry.key.startswith(typed) or shown_key(entry.key).startswith(typed):
                yield entry
        offset += _PAGE


def _ambiguous(typed: str, found: list[CacheEntry]) -> UnknownKey:
    number = len(found) if len(found) <= CANDIDATES else f"more than {CANDIDATES}"
    keys = [shown_key(entry.key) for entry in found]
    first, last = min(keys), max(keys)
    alike = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), 64)
    named = [
        f"{key[: max(8, alike + 4)]} ({clean_line(entry.query, 40) or 'no query'})"
        for key, entry in list(zip(keys, found, strict=True))[:CANDIDATES]
    ]
    return UnknownKey(
        f"The keys of {number} entries begin with {_quoted(typed)}.",
        f"Type more of the one you mean: {', '.join(named)}.",
    )


def _quoted(typed: str) -> str:
    return f'"{clean_line(typed, 80)}"'
