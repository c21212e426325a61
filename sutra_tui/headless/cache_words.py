"""A cache entry in words: the cells of a list, the facts of one entry, its fields as JSON.

Invariant: pure; every cell and fact is one line that is safe to show. Texts stay as they are: it is
`Output` that decides about them.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from ..core.clean import clean_line
from ..store.cache_entry import CachedDemonstration, CacheEntry, EntryState
from ..store.cache_key import canonical_json
from ..wording import age, seconds
from .cache_keys import shown_key
from .streams import cells
from .table import GAP, shorten

KEY_CELLS: Final = 8
"""Enough to tell tens of thousands of entries apart nearly always."""
QUERY_CELLS: Final = (12, 60)
"""The narrowest and widest column of queries; narrower tells nothing apart."""
MODEL_CELLS: Final = 80
"""The widest column of models; a terminal gives them a sixth of its columns."""
HEADINGS: Final = (
    "KEY", "QUERY", "MODEL A", "DEMONSTRATIONS", "AGE", "EXPIRES", "HITS", "SAVED", "FLAGS",
)  # fmt: skip
_LONG_HEADING: Final = 3
_AT_EASE: Final = 24
"""Cells for the queries below which the longest heading is cut."""
_FOREVER_S: Final = 1e11
"""Seconds beyond which an age is a mistake or a trick."""

_FATES: Final[dict[EntryState, str]] = {
    "live": "a hit, for the same query, Model A, template, count, order and options",
    "expired": "a miss: it has expired",
    "stale-clock": "a miss: it was written at a time that is yet to come; check the clock",
    "foreign": "a miss: its file did not say which Model A wrote it",
}
_SOURCES: Final = {"model": "Model A", "hand": "you", "import": "an imported file"}


def entry_rows(
    entries: Sequence[CacheEntry], now: float, columns: int | None
) -> list[tuple[str, ...]]:
    """Headings and a row for each entry.

    Args:
        entries: At least one.
        now: Seconds since the epoch.
        columns: Columns of the terminal; None when it is not written to one.
    """
    widest_model = MODEL_CELLS if columns is None else max(12, columns // 6)
    rows = [HEADINGS, *(_cells(entry, now, widest_model) for entry in entries)]
    room = _room(rows, columns)
    if room < _AT_EASE:
        rows[0] = tuple(
            "DEM." if index == _LONG_HEADING else heading for index, heading in enumerate(HEADINGS)
        )
        room = _room(rows, columns)
    return [(key, shorten(query, room), *rest) for key, query, *rest in rows]


def _room(rows: Sequence[Sequence[str]], columns: int | None) -> int:
    """Columns that are left for the queries."""
    narrowest, widest = QUERY_CELLS
    if columns is None:
        return widest
    others = [max(map(cells, column)) for i, column in enumerate(zip(*rows, strict=True)) if i != 1]
    return min(widest, max(narrowest, columns - sum(others) - len(GAP) * len(others)))


def _cells(entry: CacheEntry, now: float, widest_model: int) -> tuple[str, ...]:
    usable, kept = len(entry.texts), len(entry.demonstrations)
    return (
        shown_key(entry.key)[:KEY_CELLS],
        clean_line(entry.query, QUERY_CELLS[1]) or "-",
        shorten(clean_line(entry.model_a), widest_model) or "-",
        str(kept) if usable == kept else f"{usable} of {kept}",
        age(min(entry.age(now), _FOREVER_S)),
        _expiry(entry, now),
        f"{entry.hits:,}",
        seconds(saved_seconds(entry)) if saved_seconds(entry) else "-",
        ",".join(flags(entry, now)) or "-",
    )


def flags(entry: CacheEntry, now: float) -> tuple[str, ...]:
    """What sets an entry apart: who made it, what was done to it, why it is not served now."""
    state = entry.state(now)
    found = {
        "pinned": entry.pinned,
        "edited": entry.edited,
        "hand": entry.source == "hand",
        "import": entry.source == "import",
        "banned": any(d.banned for d in entry.demonstrations),
        "expired": state == "expired",
        "foreign": state == "foreign",
        "clock": state == "stale-clock",
    }
    return tuple(flag for flag, holds in found.items() if holds)


def saved_seconds(entry: CacheEntry) -> float:
    """What its hits have saved together."""
    return entry.hits * entry.seconds


def fate(entry: CacheEntry, now: float) -> str:
    """What becomes of a query that it fits, and why."""
    state = entry.state(now)
    if state == "live" and not entry.texts:
        return "a miss: it has no demonstration that is not banned"
    return _FATES[state]


def facts(entry: CacheEntry, now: float) -> list[tuple[str, str]]:
    """Everything about an entry but its texts, as labels and lines."""
    hits = f"{entry.hits:,}"
    if entry.last_hit_at is not None:
        hits += f", the last {_ago(now - entry.last_hit_at)}"
    found = [
        ("Key", shown_key(entry.key)),
        ("Model A", clean_line(entry.model_a)),
        ("Digest", clean_line(entry.digest, 80)),
        ("Template", clean_line(entry.template_hash, 80)),
        ("Count", str(entry.count)),
        ("Order", clean_line(entry.order, 80)),
        ("Options", clean_line(canonical_json(entry.options), 1000) if entry.options else ""),
        ("Written", f"{_moment(entry.created_at)} by {_SOURCES.get(entry.source, '-')}"),
        ("Expires", _expiry(entry, now)),
        ("Hits", hits),
        ("Cost", f"{entry.tokens:,} tokens, {seconds(entry.seconds)}"),
        ("Saved", f"{entry.hits * entry.tokens:,} tokens, {seconds(saved_seconds(entry))}"),
        ("Flags", ", ".join(flags(entry, now))),
        ("Now", fate(entry, now)),
    ]
    return [(label, fact) for label, fact in found if fact]


def title(number: int, demonstration: CachedDemonstration) -> str:
    """What stands above a demonstration."""
    marks = {
        "pinned": demonstration.pinned,
        "edited": demonstration.edited,
        "hand": demonstration.source == "hand",
        "import": demonstration.source == "import",
        "banned": demonstration.banned,
    }
    marked = ", ".join(mark for mark, holds in marks.items() if holds)
    return f"Demonstration {number}{f' ({marked})' if marked else ''}"


def as_document(entry: CacheEntry, now: float) -> dict[str, Any]:
    """An entry as JSON-ready fields; times are seconds since the epoch."""
    document = asdict(entry)
    del document["id"]
    for number, demonstration in enumerate(document["demonstrations"], 1):
        demonstration["number"] = number
    return {
        **document,
        "tokens_saved": entry.hits * entry.tokens,
        "seconds_saved": saved_seconds(entry),
        "state": entry.state(now),
        "flags": flags(entry, now),
    }


def entries_in_words(number: int) -> str:
    """ "1 entry", "1,234 entries"."""
    return "1 entry" if number == 1 else f"{number:,} entries"


def _expiry(entry: CacheEntry, now: float) -> str:
    if entry.pinned or entry.expires_at is None:
        return "never"
    if entry.state(now) == "stale-clock":
        return "-"
    left = min(entry.expires_at - now, _FOREVER_S)
    if left <= 0:
        return _ago(-left)
    return age(left) if left >= 60 else f"{left:.0f} s"


def _ago(value: float) -> str:
    value = min(value, _FOREVER_S)
    return "just now" if value < 60 else f"{age(value)} ago"


def _moment(at: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M", time.localtime(at))
    except (OverflowError, OSError, ValueError):
        return "at an unknown time"
