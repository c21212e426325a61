"""What the cache inspector does to the cache, and how each deed is undone.

Invariant: a deed and its undoing are one step on the stack, pushed before the deed returns. Undoing
never runs over what happened since: an entry that is not as the deed left it stays as it is. Every
method may wait for a disk: call them in threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..core.clean import clean
from ..core.errors import InvalidRequest
from ..store.cache import DemonstrationCache
from ..store.cache_entry import CacheEntry, Removed
from ..store.cache_key import KeyParts
from .undo import Undo, UndoStack


class CacheChanges:
    """The deeds. Each returns a sentence for the user.

    They raise `InvalidRequest` when the entry or the demonstration is not there (any more) and
    `StoreError` when the cache cannot be written.

    Args:
        cache: The cache.
        undo: Where each deed leaves its way back.
    """

    def __init__(self, cache: DemonstrationCache, undo: UndoStack) -> None:
        self._cache = cache
        self._undo = undo

    def pin(self, key: str, demonstration: int | None) -> str:
        """Pin an entry or a demonstration, or let go of it if it is pinned."""
        old = self._entry(key)
        held = old.pinned
        if demonstration is not None:
            held = any(d.pinned for d in old.demonstrations if d.id == demonstration)
        self._cache.pin(key, not held, demonstration=demonstration)
        what = "entry" if demonstration is None else "demonstration"
        deed = f"{'let go of' if held else 'pinned'} the {what}"
        self._undo.push(Undo(deed, lambda: self._cache.pin(key, held, demonstration=demonstration)))
        if held:
            return f"The {what} is not pinned any more."
        if demonstration is None:
            return "Pinned: it never expires, and a fresh run does not replace it."
        return "Pinned: a fresh run keeps this demonstration."

    def ban(self, text: str) -> str:
        """Ban a text, or allow it again if it is banned."""
        banned = self._cache.is_banned(text)
        self._cache.ban(text, not banned)
        deed = "allowed a demonstration again" if banned else "banned a demonstration"
        self._undo.push(Undo(deed, lambda: self._cache.ban(text, banned)))
        if banned:
            return "This demonstration may be used again."
        return "Banned: it is never given to Model B again, whoever writes it."

    def save(self, key: str, demonstration: int, text: str, parts: KeyParts | None) -> str:
        """Save what was typed.

        Args:
            key: Of the entry.
            demonstration: Which one; one that is not there (any more) is added.
            text: As it was typed.
            parts: What the key is made of; an entry that does not exist is then made.
        """
        entry = self._cache.entry(key)
        there = entry.demonstrations if entry else ()
        saved = next((d.text for d in there if d.id == demonstration), None)
        if saved is not None and text in (saved, clean(saved)):
            self._cache.forget_edit(key, demonstration)
            return "Nothing was changed."
        if saved is not None:
            self._change(
                key, "edited a demonstration", lambda: self._cache.edit(key, demonstration, text)
            )
            return "Saved."
        if entry is None and parts is not None:
            self._cache.add(key, text, parts=parts)
            self._undo.push(Undo("made an entry by hand", lambda: self._cache.delete(key)))
            said = "A new entry holds it. It does not expire."
        else:
            self._change(key, "added a demonstration", lambda: self._cache.add(key, text))
            said = "Added."
        self._cache.forget_edit(key, demonstration)
        return said

    def keep_answer(self, parts: KeyParts, answer: str) -> str:
        """Make a demonstration of a final answer, beside those kept for its query.

        Args:
            parts: What the key of the run that gave it is made of.
            answer: The answer, raw.
        """
        text = f"Task: {parts.query.strip()}\n\nSolution:\n\n{answer.strip()}"
        before = self._cache.entry(parts.key)
        if before and any(d.text == text for d in before.demonstrations):
            return "This answer is a demonstration already. f7 shows it."
        after = self._cache.add(parts.key, text, parts=parts)

        def back() -> None:
            self._same(after)
            if before is None:
                self._cache.delete(after.key)
            else:
                self._cache.restore(before)

        self._undo.push(Undo("made a demonstration of an answer", back))
        return "The answer is a demonstration for this query now. f7 shows it and can undo it."

    def leave(self, key: str, demonstration: int, text: str) -> str:
        """Leave what was typed unsaved, but kept; what is the saved text anyway is forgotten."""
        entry = self._cache.entry(key)
        there = entry.demonstrations if entry else ()
        saved = next((d.text for d in there if d.id == demonstration), "")
        if text in (saved, clean(saved)):
            self._cache.forget_edit(key, demonstration)
            return ""
        self._cache.note_edit(key, demonstration, text)
        return "Not saved, but kept: e goes on, r discards it."

    def discard(self, key: str, demonstration: int, text: str) -> str:
        """Forget what was typed and not saved."""
        self._cache.forget_edit(key, demonstration)
        back = partial(self._cache.note_edit, key, demonstration, text)
        self._undo.push(Undo("discarded unsaved text", back))
        return "The unsaved text was discarded."

    def move(self, key: str, demonstration: int, step: int) -> str:
        """Move a demonstration up (-1) or down (1)."""
        names = [d.id for d in self._entry(key).demonstrations]
        if demonstration not in names:
            raise InvalidRequest("The demonstration is not there any more.", "Look again.")
        place = names.index(demonstration)
        target = place + step
        if not 0 <= target < len(names):
            return "It is the first already." if step < 0 else "It is the last already."
        names[place], names[target] = names[target], names[place]
        self._change(key, "moved a demonstration", lambda: self._cache.reorder(key, names))
        return f"Now number {target + 1}."

    def drop(self, key: str, demonstration: int) -> str:
        """Take one demonstration out."""
        self._change(key, "took out a demonstration", lambda: self._cache.drop(key, demonstration))
        return "The demonstration was taken out."

    def delete(self, key: str) -> str:
        """Remove an entry."""
        old = self._cache.delete(key)
        if old is None:
            raise InvalidRequest("The entry is not there any more.", "Look at the list again.")

        def back() -> None:
            if self._cache.entry(key) is not None:
                raise InvalidRequest(
                    "There is a newer entry in its place, so the old one stays away."
                )
            self._cache.restore(old)

        self._undo.push(Undo("deleted an entry", back))
        return "Deleted."

    def extend(self, key: str, ttl: float | None, now: float) -> str:
        """Let an entry live for `ttl` seconds from `now`; None is for ever."""
        old = self._entry(key)
        until = None if ttl is None else now + ttl
        fresh = replace(old, expires_at=until)
        self._change(key, "extended an entry", lambda: self._restored(fresh))
        return "It does not expire any more." if until is None else "Its time was set anew."

    def adopt(self, key: str, parts: KeyParts) -> str:
        """Make a foreign entry answer what would be asked now."""
        old = self._entry(key)
        taken = self._cache.entry(parts.key)
        adopted = self._cache.adopt(key, parts)

        def back() -> None:
            self._same(adopted)
            self._cache.delete(adopted.key)
            for entry in (old, taken):
                if entry is not None:
                    self._cache.restore(entry)

        self._undo.push(Undo("adopted an entry", back))
        return "Adopted: it belongs to the query in the box and to its Model A now."

    def purge(self) -> str:
        """Remove expired entries, except the user's own work."""
        return self._removed(self._cache.purge(), "purged", "There is nothing expired to remove.")

    def clear(self) -> str:
        """Remove every entry."""
        return self._removed(self._cache.clear(), "cleared", "The cache was empty already.")

    def export(self, path: Path, search: str) -> str:
        """Write the entries that contain certain words to a new file."""
        number = self._cache.export(path, search=search)
        return f"Wrote {_entries(number)} to {path}."

    def take_in(self, path: Path) -> str:
        """Add the entries of a file."""
        report = self._cache.import_(path)
        said = [f"{report.added:,} added", f"{report.replaced:,} replaced"]
        if report.kept:
            said.append(f"{report.kept:,} left out for your own work")
        if report.foreign:
            said.append(f"{report.foreign:,} to be adopted (o) before they are used")
        if report.evicted:
            said.append(f"{report.evicted:,} evicted because the cache was full")
        return f"Imported: {', '.join(said)}."

    def _removed(self, removed: Removed, deed: str, nothing: str) -> str:
        if not removed.entries:
            return nothing
        number = _entries(removed.entries)
        self._undo.push(Undo(f"{deed} {number}", lambda: self._cache.restore(removed)))
        return f"Removed {number}."

    def _change(self, key: str, deed: str, work: Callable[[], CacheEntry]) -> None:
        old = self._entry(key)
        done = work()

        def back() -> None:
            now = self._same(done)
            self._cache.restore(replace(old, hits=now.hits, last_hit_at=now.last_hit_at))

        self._undo.push(Undo(deed, back))

    def _same(self, done: CacheEntry) -> CacheEntry:
        """The entry now, if nothing but hits changed since a deed was done."""
        now = self._entry(done.key)
        if _but_hits_and_bans(now) != _but_hits_and_bans(done):
            raise InvalidRequest(
                "The entry has changed since, so that was not undone.", "Change it by hand."
            )
        return now

    def _restored(self, entry: CacheEntry) -> CacheEntry:
        self._cache.restore(entry)
        return self._entry(entry.key)

    def _entry(self, key: str) -> CacheEntry:
        entry = self._cache.entry(key)
        if entry is None:
            raise InvalidRequest("The entry is not there any more.", "Look at the list again.")
        return entry


def _but_hits_and_bans(entry: CacheEntry) -> CacheEntry:
    """What only a deed changes: hits come by themselves, and bans belong to texts."""
    unbanned = tuple(replace(d, banned=False) for d in entry.demonstrations)
    return replace(entry, hits=0, last_hit_at=None, demonstrations=unbanned)


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"
