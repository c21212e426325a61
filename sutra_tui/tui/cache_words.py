"""What the cache inspector says: the header, the cells of the table, the words of a detail.

Invariant: pure text out; outside text has passed `clean_line` on its way here.
"""

from __future__ import annotations

from typing import Final

from ..store.cache_entry import CachedDemonstration, CacheEntry, CacheStats, Source
from ..wording import age, seconds, size
from . import cache_columns as columns
from .cache_view import CacheView, Row

NOTHING: Final = "–"
MUTED: Final = "$foreground 75%"
"""Style of what is less important; `$text-muted` would be plain white inside a text."""
EMPTY_CACHE: Final = (
    "The cache is empty.\n\n"
    "What Model A writes is kept here, for an hour unless it is pinned. When the same query is "
    "asked again with the same Model A, template, number of demonstrations and options, it is "
    "taken from here and Model A need not write it again.\n\n"
    "Go back and ask something, import a file with i, or write demonstrations for the query in "
    "the box yourself with n."
)
NO_MATCH: Final = "No entry contains all of these words.\n\nEscape shows all entries again."
LOOKING: Final = "Reading the cache."
_SOURCES: Final[dict[Source, tuple[str, ...]]] = {
    "model": (),
    "hand": ("by hand",),
    "import": ("imported",),
}


def header(stats: CacheStats | None, width: int) -> str:
    """The cache as a whole on one line.

    Args:
        stats: Its totals; None before they are known.
        width: Cells there are.
    """
    if stats is None:
        return ""
    entries = "1 entry" if stats.entries == 1 else f"{stats.entries:,} entries"
    asked = stats.hits + stats.misses
    of_limit = f"{size(stats.bytes)} of {size(stats.max_bytes)}"
    rate = f"hit rate {stats.hit_rate:.0%}"
    saved = f"{seconds(stats.seconds_saved)} saved"
    full = [entries, of_limit]
    if asked:
        full += [f"{rate} ({stats.hits:,} of {asked:,})", saved]
    if stats.banned:
        full.append(f"{stats.banned:,} banned")
    shorter = ([entries, of_limit, rate, saved], [entries, rate, saved])
    for parts in (
        full,
        *(shorter if asked else ()),
        [entries, f"{stats.hit_rate:.0%} hits", saved],
    ):
        line = " · ".join(parts)
        if len(line) <= width:
            return line
    return entries


def cell(view: CacheView, row: Row, column: int, width: int) -> str:
    """What a row says in a column."""
    entry = row.entry
    match column:
        case columns.QUERY:
            return entry.query or "(query not known)"
        case columns.MODEL:
            return entry.model_a or NOTHING
        case columns.DEMONSTRATIONS:
            return str(row.held) if row.usable == row.held else f"{row.usable} of {row.held}"
        case columns.AGE:
            return brief(entry.age(view.now))
        case columns.EXPIRES:
            return expires(entry, view.now)
        case columns.HITS:
            return f"{entry.hits:,}" if entry.hits else NOTHING
        case columns.SAVED:
            return span(entry.hits * entry.seconds) if entry.hits else NOTHING
    words = flags(view, row)
    if width >= columns.FLAGS_IN_WORDS:
        return ", ".join(words)
    return " ".join(word[0].upper() for word in words)


def flags(view: CacheView, row: Row) -> list[str]:
    """What is special about an entry, the most urgent first. First letters are all different."""
    entry = row.entry
    return [
        *(["not adopted"] if entry.foreign else []),
        *(["unsaved"] if view.is_unsaved(entry.key) else []),
        *(["pinned"] if entry.pinned else []),
        *(["edited"] if entry.edited and entry.source != "hand" else []),
        *(_SOURCES[entry.source] if not entry.foreign else ()),
    ]


def demonstration_flags(demonstration: CachedDemonstration) -> list[str]:
    """The same for one demonstration."""
    return [
        *(["banned"] if demonstration.banned else []),
        *(["pinned"] if demonstration.pinned else []),
        *(["edited"] if demonstration.edited else []),
        *_SOURCES[demonstration.source],
    ]


def brief(value: float) -> str:
    """A time span that fits a narrow column: "40 s", "5 min", "3 h", "12 d"."""
    if value < 60:
        return f"{max(0.0, value):.0f} s"
    return age(value) if value < 86_400 else f"{value // 86_400:,.0f} d"


def span(value: float) -> str:
    """A time saved, in a narrow column: "8.2 s", "12 min"."""
    return seconds(value) if value < 60 else brief(value)


def expires(entry: CacheEntry, now: float) -> str:
    """When it expires, in a few cells."""
    state = entry.state(now)
    if state == "live":
        left = None if entry.pinned or entry.expires_at is None else entry.expires_at - now
        return "never" if left is None else f"in {brief(left)}"
    return {"expired": "expired", "stale-clock": "clock?", "foreign": NOTHING}[state]


def history(entry: CacheEntry, now: float) -> str:
    """When it was written, how long it lasts, what it cost and what it saved."""
    written = entry.age(now)
    lines = [f"written {'just now' if written < 60 else age(written) + ' ago'}"]
    state = entry.state(now)
    if state == "live":
        when = expires(entry, now)
        lines[0] += f", expires {when}" if when != "never" else ", never expires"
    elif state == "expired":
        lines[0] += ", expired"
    if entry.tokens or entry.seconds:
        lines.append(f"cost Model A {entry.tokens:,} tokens and {seconds(entry.seconds)}")
    if entry.hits:
        ago = now - (entry.last_hit_at or now)
        last = "just now" if ago < 60 else f"{age(ago)} ago"
        times = "once" if entry.hits == 1 else f"{entry.hits:,} times"
        lines.append(f"served {times}, last {last}; saved {seconds(entry.hits * entry.seconds)}")
    else:
        lines.append("not served yet")
    return "\n".join(lines)
