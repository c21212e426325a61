"""`sutra cache delete`, `clear`, `purge`, `pin`, `unpin`, `ban` and `unban`: changing what is kept.

Invariant: everything that is named is found before anything is changed, and what concerns all
entries is asked for twice.
"""

from __future__ import annotations

import sys

from ..core.errors import InvalidRequest, SutraError
from ..store.cache import CacheEntry
from .cache_job import Job
from .cache_keys import find_entry, shown_key
from .cache_looking import EMPTY
from .cache_words import entries_in_words
from .streams import is_terminal


class Declined(SutraError):
    """The person said no."""

    kind = "declined"


def delete(job: Job) -> None:
    """Remove the named entries.

    Raises:
        UnknownKey: One of them is not there; nothing was removed then.
    """
    entries = _named(job)
    gone = [entry.key for entry in entries if job.cache.delete(entry.key)]
    job.report(f"Removed {entries_in_words(len(gone))}.", {"deleted": gone})


def clear(job: Job) -> None:
    """Remove every entry, when that was asked for twice.

    Raises:
        InvalidRequest: There is nobody to ask.
        Declined: The person said no.
    """
    number = len(job.cache)
    if number:
        job.require_disk()
        if not job.args.yes:
            _ask(job, number)
        number = job.cache.clear().entries
    kept = "Bans and totals stay."
    sentence = f"Removed {entries_in_words(number)}. {kept}" if number else EMPTY
    job.report(sentence, {"cleared": number})


def _ask(job: Job, number: int) -> None:
    if sys.stdin is None or not is_terminal(sys.stdin) or not job.voice.is_terminal:
        raise InvalidRequest(
            f"Nothing was removed: there is nobody to ask about {entries_in_words(number)}.",
            "Add --yes to remove them all.",
        )
    job.voice.say(
        f"This removes {entries_in_words(number)} from {job.path}, pinned ones too. Go on? [y/N]"
    )
    if _answer() not in ("y", "yes"):
        raise Declined("Nothing was removed.")


def _answer() -> str:
    try:
        return sys.stdin.readline().strip().lower()
    except (OSError, ValueError):
        return ""


def purge(job: Job) -> None:
    """Remove what has expired, except the user's own work."""
    number = job.cache.purge().entries
    sentence = f"Removed {entries_in_words(number)} that had expired."
    job.report(sentence if number else "No entry has expired.", {"purged": number})


def pin(job: Job) -> None:
    """Pin the named entries. Raises as `delete`."""
    _pin(job, True)


def unpin(job: Job) -> None:
    """Let the named entries go. Raises as `delete`."""
    _pin(job, False)


def _pin(job: Job, pinned: bool) -> None:
    changed = [job.cache.pin(entry.key, pinned) for entry in _named(job)]
    verb = "Pinned" if pinned else "Unpinned"
    keys = [entry.key for entry in changed]
    job.report(f"{verb} {entries_in_words(len(keys))}.", {verb.lower(): keys})


def ban(job: Job) -> None:
    """Never use one demonstration again.

    Raises:
        InvalidRequest: The entry has no such demonstration.
        UnknownKey: No entry fits, or several do.
    """
    _ban(job, True)


def unban(job: Job) -> None:
    """Allow one demonstration again. Raises as `ban`."""
    _ban(job, False)


def _ban(job: Job, banned: bool) -> None:
    entry, number = find_entry(job.cache, job.args.key), job.args.number
    held = len(entry.demonstrations)
    if number > held:
        raise InvalidRequest(
            f"That entry has no demonstration {number:,}; it has {held}.",
            f"See them with `sutra cache show {shown_key(entry.key)[:8]}`.",
        )
    job.require_disk()
    job.cache.ban(entry.demonstrations[number - 1].text, banned)
    done = "is never used again, whoever writes it" if banned else "may be used again"
    job.report(
        f"Demonstration {number} {done}.", {"key": entry.key, "number": number, "banned": banned}
    )


def _named(job: Job) -> list[CacheEntry]:
    """The entries that were named, each once."""
    found = {entry.key: entry for entry in (find_entry(job.cache, key) for key in job.args.keys)}
    job.require_disk()
    return list(found.values())
