"""Why things cannot be done in the cache inspector right now: one function per condition.

Invariant: each returns None when its condition, its docstring, holds, and else a sentence to show.
"""

from __future__ import annotations

from collections.abc import Callable

from .cache_view import CacheView

Reason = Callable[[CacheView], "str | None"]

_NO_ENTRY = "There is no entry to do that to."
_BEING_READ = "The entry is still being read. Press again."
_NO_DEMONSTRATION = "Choose a demonstration first: tab goes there."


def always(_: CacheView) -> str | None:
    """It always applies."""
    return None


def entry(view: CacheView) -> str | None:
    """There is an entry under the cursor."""
    return None if view.current else _NO_ENTRY


def demonstration(view: CacheView) -> str | None:
    """A demonstration has the focus."""
    return None if view.demonstration else _NO_DEMONSTRATION


def editable(view: CacheView) -> str | None:
    """There is something to edit."""
    if view.at_hand is None:
        return _BEING_READ if view.current else _NO_ENTRY
    if view.at_hand.entry.demonstrations or view.at_hand.unsaved:
        return None
    return "The entry has no demonstration to edit. Add one with a."


def usable(view: CacheView) -> str | None:
    """There are demonstrations to use, and a query to use them for."""
    if view.at_hand is None:
        return _BEING_READ if view.current else _NO_ENTRY
    if not view.at_hand.entry.texts:
        return "The entry has no demonstration that may be used."
    return None if view.query.strip() else "The query box is empty. Type a query there first."


def unsaved(view: CacheView) -> str | None:
    """Text was typed here and not saved."""
    detail = view.at_hand
    if detail is None or not detail.unsaved:
        return "No text is unsaved here."
    if view.chosen is None or view.chosen in detail.unsaved:
        return None
    return "Choose the demonstration with the unsaved text first."


def extendable(view: CacheView) -> str | None:
    """There is an entry with a time to live."""
    if view.current is None:
        return _NO_ENTRY
    return "Adopt it first, with o." if view.current.entry.foreign else None


def askable(view: CacheView) -> str | None:
    """A run could be started now, and what it would ask for is known."""
    if view.asked.parts is not None and view.asked.exact:
        return None
    return view.asked.why_not or "It is not known what would be asked now."


def adoptable(view: CacheView) -> str | None:
    """The entry does not say what it belongs to, and that could be said now."""
    if view.current is None:
        return _NO_ENTRY
    if not view.current.entry.foreign:
        return "Only entries of files that do not name Model A need to be adopted."
    return askable(view)


def undoable(view: CacheView) -> str | None:
    """Something was done."""
    return None if view.undoable else "There is nothing to undo."


def listed(view: CacheView) -> str | None:
    """There is something to find or to put in order."""
    if view.total or view.listing.search:
        return None
    return "The cache is empty."


def filled(view: CacheView) -> str | None:
    """The cache is not empty."""
    return None if view.overview and view.overview.stats.entries else "The cache is empty."
