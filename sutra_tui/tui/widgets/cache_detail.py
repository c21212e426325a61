"""The demonstrations of the entry under the cursor, each in a card.

Invariant: cards are used again for the next entry, so moving through the table mounts next to
nothing; and a box that is being typed in is never taken away by news of the same entry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from operator import methodcaller
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from ..cache_view import Detail
from .cached_card import CachedCard

MAX_CARDS: Final = 40
"""Cards shown at most: an honest entry has a few, a hostile file may have a million."""


class CacheDetail(VerticalScroll, can_focus=False):
    """Cards for one `Detail`."""

    DEFAULT_CSS = """
    CacheDetail {
        scrollbar-size-vertical: 1;
        & > .more { color: $text-muted; height: auto; padding: 0 1; }
    }
    """

    class Shown(Message):
        """Other texts are on the cards; the one with the focus may be another one now."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._more = Static("", classes="more")
        self._cards: list[CachedCard] = []
        self._shown: Detail | None = None
        self._turn = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield self._more

    @property
    def shown(self) -> Detail | None:
        """The entry the cards show."""
        return self._shown

    @property
    def editing(self) -> CachedCard | None:
        """The card whose text is being edited."""
        return next((card for card in self._cards if card.editor is not None), None)

    @property
    def first(self) -> CachedCard | None:
        """The first card."""
        return self._cards[0] if self._cards else None

    async def show(self, detail: Detail | None) -> None:
        """Show an entry, or none."""
        async with self._turn:
            await self._show(detail)
        self.post_message(self.Shown())

    def card(self, name: int) -> CachedCard | None:
        """The card of a demonstration."""
        return next((card for card in self._cards if card.name_in_cache == name), None)

    async def edit(self, key: str, name: int, text: str) -> None:
        """Open the box for a demonstration; for one that has no card, a new one at the end.

        Args:
            key: Of the entry; if another one is shown by now, nothing happens.
            name: The demonstration's id; 0 for one to add.
            text: What the box begins with.
        """
        async with self._turn:
            if self._shown is None or self._shown.entry.key != key:
                return
            await self._end_edit()
            card = self.card(name)
            if card is None:
                card = await self._add_card()
                await card.show(len(self._cards), None, None)
            await card.edit(text, key)
            card.scroll_visible(animate=False)

    async def end_edit(self) -> None:
        """Close the box."""
        async with self._turn:
            await self._end_edit()

    async def _end_edit(self) -> None:
        if (card := self.editing) is not None:
            await card.end_edit()

    async def _show(self, detail: Detail | None) -> None:
        same = bool(detail and self._shown and detail.entry.key == self._shown.entry.key)
        self._shown = detail
        if not same:
            await self._end_edit()
            self.scroll_home(animate=False)
        if self.editing is not None:
            return
        shows = _shows(detail) if detail else []
        held = next((card.name_in_cache for card in self._cards if card.has_focus), None)
        while len(self._cards) > len(shows):
            await self._cards.pop().remove()
        while len(self._cards) < len(shows):
            await self._add_card()
        for card, show in zip(self._cards, shows, strict=True):
            await show(card)
        more = Content(_more(detail))
        if more != self._more.content:
            self._more.update(more)
        again = self.card(held) if held and same else None
        if again is not None:
            again.focus()

    async def _add_card(self) -> CachedCard:
        card = CachedCard()
        self._cards.append(card)
        await self.mount(card, before=self._more)
        return card


def _shows(detail: Detail) -> list[Callable[[CachedCard], Awaitable[None]]]:
    """What each card is to show."""
    entry, shows = detail.entry, list[Callable[[CachedCard], Awaitable[None]]]()
    for number, demonstration in enumerate(entry.demonstrations[:MAX_CARDS], 1):
        unsaved = detail.unsaved.get(demonstration.id)
        shows.append(methodcaller("show", number, demonstration, unsaved))
    there = {demonstration.id for demonstration in entry.demonstrations}
    lost = [(name, text) for name, text in detail.unsaved.items() if name not in there]
    for number, (name, text) in enumerate(lost[:MAX_CARDS], len(shows) + 1):
        shows.append(methodcaller("show_lost", number, name, text))
    if entry.draft:
        shows.append(methodcaller("show_draft", entry.draft))
    return shows


def _more(detail: Detail | None) -> str:
    hidden = len(detail.entry.demonstrations) - MAX_CARDS if detail else 0
    return f"{hidden:,} more demonstrations are not shown." if hidden > 0 else ""
