"""Editing demonstrations, in place or in the user's own editor, and adding new ones.

Invariant: what is typed is kept at once, and is forgotten only when it was saved or when the user
says so; keeping and saving never overtake each other.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from textual import on, work

from ...store.cache_entry import CacheEntry
from ...store.cache_key import KeyParts
from ..cache_view import Detail
from ..outside_editor import EditorFailed, edit_away
from ..widgets.cache_detail import CacheDetail
from ..widgets.demonstration_editor import EDIT_LIMIT, DemonstrationEditor
from .cache_browser import CacheBrowser

ADDED = 0
"""Name of a demonstration that is being added."""


class CacheEditing(CacheBrowser):
    """See `CacheInspector`, which is the screen to use."""

    _typed: tuple[str, int, str] | None = None
    """What was typed and is not kept yet: entry, demonstration, text."""
    _box: DemonstrationEditor | None = None
    """The box that is open."""

    @property
    def _parts(self) -> KeyParts | None:
        """What would be asked now, if that is known exactly."""
        asked = self.view.asked
        return asked.parts if asked.exact else None

    def _to_edit(self) -> tuple[Detail, int, str] | None:
        """The entry at hand, the demonstration meant, and its text, unsaved text first."""
        detail = self.view.at_hand
        if detail is None:
            return None
        names = [d.id for d in detail.entry.demonstrations] + list(detail.unsaved)
        chosen = self.view.chosen if self.view.chosen in names else None
        name = names[0] if chosen is None and names else chosen
        if name is None:
            return None
        demonstration = detail.demonstration(name)
        saved = demonstration.text if demonstration else ""
        return detail, name, detail.unsaved.get(name, saved)

    # In place

    async def action_edit(self) -> None:
        if (found := self._to_edit()) is not None:
            detail, name, text = found
            await self._open(detail.entry.key, name, text)

    async def action_add(self) -> None:
        if (detail := self.view.at_hand) is not None:
            await self._open(detail.entry.key, ADDED, detail.unsaved.get(ADDED, ""))

    async def action_new(self) -> None:
        """Write demonstrations for what would be asked now, in an entry that may not exist yet."""
        if (parts := self._parts) is None:
            return
        detail = await self.off_loop(partial(self._reader.detail_for, _entry_of(parts)))
        if detail is not None:
            await self.panes.detail.show(detail)
            self.view = replace(self.view, detail=detail)
            await self._open(detail.entry.key, ADDED, detail.unsaved.get(ADDED, ""))

    async def _open(self, key: str, name: int, text: str) -> None:
        if len(text) > EDIT_LIMIT:
            self.say("This text is too long to edit in place. E opens it in your own editor.")
            return
        self.panes.bring("demonstrations")
        await self.panes.detail.edit(key, name, text)
        card = self.panes.detail.editing
        self._box = card.editor if card else None

    @on(CacheDetail.Shown)
    def _forget_closed_box(self) -> None:
        """Another entry is shown: its box is gone, and all it said is on its way to be kept."""
        if self.panes.detail.editing is None:
            self._box = None

    @on(DemonstrationEditor.Typed)
    def _note(self, event: DemonstrationEditor.Typed) -> None:
        waiting = self._typed is not None
        self._typed = (event.key, event.demonstration, event.text)
        if not waiting:
            self._keep_typed()

    @work(group="deed", exit_on_error=False)
    async def _keep_typed(self) -> None:
        """Keep what was typed last; what was typed before it is not worth a write of its own."""
        async with self._turn:
            while (typed := self._typed) is not None:
                await self.off_loop(partial(self._cache.note_edit, *typed))
                self.view = self.view.with_unsaved(typed[0], typed[1])
                if self._typed is typed:
                    self._typed = None

    @on(DemonstrationEditor.SaveWanted)
    def _save_wanted(self, event: DemonstrationEditor.SaveWanted) -> None:
        self._save(event.key, event.demonstration, event.text)

    @work(group="deed", exit_on_error=False)
    async def _save(self, key: str, name: int, text: str) -> None:
        async with self._turn:
            self._typed = None
            parts = self._parts if key == self.view.asked.key else None
            said = await self.off_loop(partial(self._changes.save, key, name, text, parts))
            if said is None:
                return  # the box stays open, with everything in it
            self.say(said)
            await self._close()
        self.view = replace(self.view, sought=key)
        self.read_again()

    @on(DemonstrationEditor.LeaveWanted)
    def _leave_wanted(self, event: DemonstrationEditor.LeaveWanted) -> None:
        self._leave(event.key, event.demonstration, event.text)

    @work(group="deed", exit_on_error=False)
    async def _leave(self, key: str, name: int, text: str) -> None:
        async with self._turn:
            self._typed = None
            said = await self.off_loop(partial(self._changes.leave, key, name, text))
            await self._close()
        if said:
            self.say(said)
        self.read_again()

    async def _close(self) -> None:
        self._box = None
        await self.panes.detail.end_edit()

    async def on_unmount(self) -> None:
        """The app closes while a box is open: its last characters may not have been told yet."""
        box = self._box
        if box is not None and box.changed:
            last = partial(self._cache.note_edit, box.key, box.demonstration, box.text)
            await self.off_loop(last)

    def action_discard(self) -> None:
        if (found := self._to_edit()) is not None:
            detail, name, _ = found
            name = name if name in detail.unsaved else next(iter(detail.unsaved))
            self.do(partial(self._changes.discard, detail.entry.key, name, detail.unsaved[name]))

    # In the user's own editor

    def action_edit_outside(self) -> None:
        if (found := self._to_edit()) is None:
            return
        detail, name, text = found
        try:
            edited = edit_away(self.app, text)
        except EditorFailed as error:
            self.show_error(error)
        else:
            self._save_edited(detail.entry.key, name, edited)

    @work(group="deed", exit_on_error=False)
    async def _save_edited(self, key: str, name: int, text: str) -> None:
        # Kept before it is saved: an empty text or a busy disk must not cost what was written.
        async with self._turn:
            await self.off_loop(partial(self._cache.note_edit, key, name, text))
        self._save(key, name, text)


def _entry_of(parts: KeyParts) -> CacheEntry:
    return CacheEntry(
        id=0,
        key=parts.key,
        query=parts.query,
        model_a=parts.model_a,
        digest=parts.digest,
        template_hash=parts.template_hash,
        count=parts.count,
        order=parts.order,
        options=dict(parts.options),
        source="hand",
    )
