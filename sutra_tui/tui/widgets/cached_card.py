"""One demonstration in the cache inspector: its marks, its text, and the box it is edited in.

Invariant: a text is shown through `StreamView` and edited through `DemonstrationEditor`, and both
clean it; the card keeps nothing that the cache does not.
"""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from ...store.cache_entry import CachedDemonstration
from ..cache_words import MUTED, demonstration_flags
from .demonstration_editor import DemonstrationEditor
from .stream_view import StreamView

AT_ONCE: Final = 4_000
"""Longest text painted in one go, in characters."""
DRAFT: Final = -1
"""Name of the card that shows Model A's own answer, which is no demonstration."""


class CachedCard(Vertical, can_focus=True):
    """Has the focus as a whole, so that keys know which demonstration is meant."""

    DEFAULT_CSS = """
    CachedCard {
        height: auto; margin-bottom: 1; border-left: blank;
        & > Static { height: 1; color: $text-primary; }
        & > StreamView { height: auto; overflow: hidden; padding-left: 2; }
        &:focus, &:focus-within { border-left: outer $accent; }
        &.-banned > StreamView { text-opacity: 50%; }
        &.-editing > StreamView { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.name_in_cache = 0
        """The demonstration's id; 0 for one being added, `DRAFT` for Model A's draft."""
        self._heading = Static("")
        self._view = StreamView()
        self._view.can_focus = False
        self._words = Content("")

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._view

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
        await self._set(Content.assemble(*parts), text)

    async def show_lost(self, number: int, name: int, unsaved: str) -> None:
        """Show text that was typed for a demonstration that is not there (any more)."""
        words = "  ✎ not saved: e goes on, r discards it"
        self.name_in_cache = name
        self.remove_class("-banned")
        await self._set(Content.assemble((f"{number}", "bold"), (words, "$text-warning")), unsaved)

    async def show_draft(self, text: str) -> None:
        """Show Model A's own answer."""
        self.name_in_cache = DRAFT
        self.remove_class("-banned")
        await self._set(Content.styled("Model A's draft, not passed on", MUTED), text)

    async def _set(self, heading: Content, text: str) -> None:
        if heading != self._words:
            self._words = heading
            self._heading.update(heading)
        if self._view.text != text:
            self._view.set_text(text, follow=False)
            if len(text) < AT_ONCE:
                # Not with the view's next beat: an empty card would flash up before it.
                await self._view.finish()

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
