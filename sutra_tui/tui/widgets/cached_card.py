"""One demonstration in the cache inspector: its marks, its text, and the box it is edited in.

Invariant: a text is shown through `StreamView` and edited through `DemonstrationEditor`, and both
clean it; the card keeps nothing that the cache does not.
"""

from __future__ import annotations

from typing import Final

from textual.content import Content

from ...store.cache_entry import CachedDemonstration
from ..cache_words import MUTED, demonstration_flags
from .demonstration_editor import DemonstrationEditor
from .text_card import TextCard

DRAFT: Final = -1
"""Name of the card that shows Model A's own answer, which is no demonstration."""


class CachedCard(TextCard):
    """One text of a cache entry."""

    DEFAULT_CSS = """
    CachedCard {
        &.-banned > StreamView { text-opacity: 50%; }
        &.-editing > StreamView { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.name_in_cache = 0
        """The demonstration's id; 0 for one being added, `DRAFT` for Model A's draft."""

    @property
    def editor(self) -> DemonstrationEditor | None:
        """The box, while the text is edited."""
        return next(iter(self.query(DemonstrationEditor)), None)

    async def show(
        self, number: int, demonstration: CachedDemonstration | None, unsaved: str | None
    ) -> None:
        """Show a demonstration.

        Args:
            number: Its place, from 1.
            demonstration: What the cache has; None when there is unsaved text only.
            unsaved: What was typed and not saved.
        """
        flags = demonstration_flags(demonstration) if demonstration else []
        parts: list[str | tuple[str, str]] = [(f"{number}", "bold")]
        if flags:
            parts.append((f"  {', '.join(flags)}", MUTED))
        if unsaved is not None:
            parts.append(("  ✎ unsaved text: e goes on, r discards it", "$text-warning"))
        self.name_in_cache = demonstration.id if demonstration else 0
        text = demonstration.text if demonstration else unsaved or ""
        self.set_class(bool(demonstration and demonstration.banned), "-banned")
        await self.put(Content.assemble(*parts), text)

    async def show_lost(self, number: int, name: int, unsaved: str) -> None:
        """Show text that was typed for a demonstration that is not there (any more)."""
        words = "  ✎ not saved: e goes on, r discards it"
        self.name_in_cache = name
        self.remove_class("-banned")
        await self.put(Content.assemble((f"{number}", "bold"), (words, "$text-warning")), unsaved)

    async def show_draft(self, text: str) -> None:
        """Show Model A's own answer."""
        self.name_in_cache = DRAFT
        self.remove_class("-banned")
        await self.put(Content.styled("Model A's draft, not passed on", MUTED), text)

    async def edit(self, text: str, key: str) -> None:
        """Put the box in the place of the text.

        Args:
            text: What it begins with.
            key: Of the entry.
        """
        if self.editor is None:
            self.add_class("-editing")
            await self.mount(DemonstrationEditor(text, key, self.name_in_cache))
        if self.editor is not None:
            self.editor.focus()

    async def end_edit(self) -> None:
        """Show the text again. The focus stays here if it was in the box."""
        editor = self.editor
        if editor is None:
            return
        had_focus = editor.has_focus
        await editor.remove()
        self.remove_class("-editing")
        if had_focus:
            self.focus()
