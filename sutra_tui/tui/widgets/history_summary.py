"""The history's top line: how many runs there are, which are listed, and where they are kept."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ..cache_words import MUTED
from ..history_view import HistoryView
from ..history_words import header


class HistorySummary(Widget):
    """Shows the head of a `HistoryView` on one line; what does not fit is left out."""

    DEFAULT_CSS = """
    HistorySummary { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    view: reactive[HistoryView] = reactive(HistoryView())

    def render(self) -> Content:
        width = self.content_size.width
        name = Content.styled("H I S T O R Y" if width >= 70 else "HISTORY", "bold $accent")
        demo = (
            Content.styled(" DEMO ", "bold reverse $warning") if self.view.is_demo else Content("")
        )
        room = width - name.cell_length - demo.cell_length - 6
        left = Content.assemble(name, "  ", demo, "  ", header(self.view, room))
        overview = self.view.overview
        if overview is None:
            return left
        gap = width - left.cell_length
        for place in (overview.place or "in memory only", "" if overview.place else "in memory"):
            right = Content.styled(place, MUTED)
            if right.cell_length + 3 <= gap:
                return Content.assemble(left, " " * (gap - right.cell_length), right)
        return left
