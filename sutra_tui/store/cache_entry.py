"""What the cache knows: one entry, its demonstrations, and the totals.

Invariant: these values are snapshots. Nothing done to them changes the cache; they are handed back
to it (`restore`) to be written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from .cache_key import KeyParts

Source = Literal["model", "hand", "import"]
"""Who an entry or a demonstration comes from."""
SOURCES: Final[tuple[Source, ...]] = ("model", "hand", "import")
EntryState = Literal["live", "expired", "stale-clock", "foreign"]
"""Only `live` entries are hits. `stale-clock`: written at a time that has not come yet, so its age
cannot be told. `foreign`: from a file that does not say which Model A wrote it; see `adopt`."""

CLOCK_TOLERANCE: Final = 60.0
"""Seconds by which clocks of an honest machine may disagree with what they said before."""


@dataclass(frozen=True, slots=True)
class CachedDemonstration:
    """One worked example as the cache keeps it.

    Args:
        id: Names it for as long as it exists; 0 before it is kept.
        text: The raw text, cleaned by nobody.
        pinned: Kept when a fresh run replaces the entry.
        banned: Never given to Model B; belongs to the text, wherever it occurs.
        edited: Changed by hand since its source wrote it.
        source: Who wrote it.
    """

    id: int
    text: str
    pinned: bool = False
    banned: bool = False
    edited: bool = False
    source: Source = "model"

    @property
    def by_hand(self) -> bool:
        """Whether the user's own work would be lost with it."""
        return self.pinned or self.edited or self.source == "hand"


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One query's demonstrations and everything known about them.

    Args:
        id: Row number; 0 before it is kept.
        key: Where it is found.
        query: What the user typed; empty in foreign entries.
        model_a: Who wrote the demonstrations.
        digest: Which build of Model A.
        template_hash: With which prompt template.
        count: Demonstrations wanted.
        order: What Model A was to write first.
        options: Sampling options.
        demonstrations: In the order Model B gets them.
        draft: Model A's own answer.
        created_at: Seconds since the epoch.
        expires_at: Seconds since the epoch; None is never.
        hits: How often it was served.
        last_hit_at: Seconds since the epoch; None is never.
        tokens: What it cost Model A, so what each hit saves.
        seconds: The same in time.
        pinned: Never expires, is never evicted, is not replaced by a fresh run.
        edited: Changed by hand.
        source: Where it comes from.
        foreign: Lacks Model A; see `EntryState`.
    """

    id: int
    key: str
    query: str = ""
    model_a: str = ""
    digest: str = ""
    template_hash: str = ""
    count: int = 3
    order: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    demonstrations: tuple[CachedDemonstration, ...] = ()
    draft: str = ""
    created_at: float = 0.0
    expires_at: float | None = None
    hits: int = 0
    last_hit_at: float | None = None
    tokens: int = 0
    seconds: float = 0.0
    pinned: bool = False
    edited: bool = False
    source: Source = "model"
    foreign: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The demonstrations that may be used."""
        return tuple(d.text for d in self.demonstrations if not d.banned)

    @property
    def parts(self) -> KeyParts:
        """What its key is made of, for an entry that was kept with all of it."""
        return KeyParts(
            self.query,
            self.model_a,
            self.digest,
            self.template_hash,
            self.count,
            self.order,
            self.options,
        )

    def state(self, now: float) -> EntryState:
        """Whether it would be served at `now`, in seconds since the epoch.

        Only what expires can be out of date, so a wrong clock never touches pinned entries and
        those without an expiry. Nothing is remembered: when the clock is right again, so is
        the state.
        """
        if self.foreign:
            return "foreign"
        if self.pinned or self.expires_at is None:
            return "live"
        if self.created_at > now + CLOCK_TOLERANCE:
            return "stale-clock"
        return "expired" if self.expires_at <= now else "live"

    def age(self, now: float) -> float:
        """Seconds since it was written; never negative."""
        return max(0.0, now - self.created_at)


@dataclass(frozen=True, slots=True)
class CacheStats:
    """Totals over the life of the cache.

    Args:
        entries: Kept now, expired ones included.
        bytes: What they take, search index included, estimated.
        max_bytes: Above this, the least recently used are evicted.
        hits: Queries served.
        misses: Queries not served.
        tokens_saved: Tokens that Model A did not have to write.
        seconds_saved: Time that Model A did not take.
        banned: Texts never to be used again.
        persistent: Whether changes reach the disk.
        path: The file; None for a cache in memory.
    """

    entries: int
    bytes: int
    max_bytes: int
    hits: int
    misses: int
    tokens_saved: int
    seconds_saved: float
    banned: int
    persistent: bool
    path: Path | None

    @property
    def hit_rate(self) -> float:
        """Hits among all queries asked, 0 to 1; 0 before the first."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entry whose query resembles another one; never served without the user's word.

    Args:
        entry: The entry, in whatever state.
        similarity: Dice coefficient of the character trigrams of both queries, 0 to 1.
    """

    entry: CacheEntry
    similarity: float


@dataclass(frozen=True, slots=True)
class UnsavedEdit:
    """Text that was being written when it was last noted.

    Args:
        key: Of the entry.
        demonstration: Which one; 0 for one that is being added.
        text: As it stood.
        noted_at: Seconds since the epoch.
    """

    key: str
    demonstration: int
    text: str
    noted_at: float


@dataclass(frozen=True, slots=True)
class Removed:
    """Entries taken out together; `restore` brings them back until the cache is closed.

    Args:
        batch: Names them.
        entries: How many.
    """

    batch: int
    entries: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Args:
        added: Entries that were new.
        replaced: Entries that replaced one with the same key.
        kept: Entries left out because the one we have holds the user's own work.
        foreign: How many of the added and replaced lack Model A and need `adopt`.
        evicted: Entries, these or older ones, that went because the cache was full.
    """

    added: int
    replaced: int
    kept: int
    foreign: int
    evicted: int
