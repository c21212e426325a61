"""The query on the screen, on one line, so that the panes below it are never without a question."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from ...core.clean import clean_line


class QueryLine(Widget):
    """Shows what was asked; absent before the first query."""

    DEFAULT_CSS = """
    QueryLine {
        height: 1; padding: 0 1; display: none; background: $background;
        &.-filled { display: block; }
    }
    """

    asked: reactive[str] = reactive("")

    def watch_asked(self, asked: str) -> None:
        self.set_class(bool(asked), "-filled")

    def render(self) -> Content:
        width = max(8, self.content_size.width - 2)
        return Content.assemble(("▌ ", "$accent"), (clean_line(self.asked, width), "bold"))
