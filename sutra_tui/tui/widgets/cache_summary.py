"""The inspector's top line: how much the cache holds, what it was good for, and where it lives."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...core.clean import clean_line
from ..cache_view import CacheView
from ..cache_words import MUTED, header


class CacheSummary(Widget):
    """Shows the totals of a `CacheView` on one line; what does not fit is left out."""

    DEFAULT_CSS = """
    CacheSummary { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    view: reactive[CacheView] = reactive(CacheView())

    def render(self) -> Content:
        width = self.content_size.width
        stats = self.view.overview.stats if self.view.overview else None
        name = Content.styled("C A C H E" if width >= 70 else "CACHE", "bold $accent")
        room = width - name.cell_length - 3
        left = Content.assemble(name, "   ", header(stats, room))
        if stats is None:
            return left
        place = str(stats.path) if stats.persistent else "in memory only"
        gap = width - left.cell_length
        right = Content.styled(clean_line(place, 200), MUTED)
        if right.cell_length + 3 > gap:
            right = Content.styled("" if stats.persistent else "in memory", MUTED)
        if right.cell_length + 2 > gap:
            return left
        return Content.assemble(left, " " * (gap - right.cell_length), right)
