"""A tall widget that paints text row by row, made to sit in a scrolling container.

Invariant: painting costs what is visible, never what is there. A subclass keeps its rows for one
width and says how many there are; everything about styles, selection and copying is here.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import NamedTuple

from rich.segment import Segment
from textual.content import Content
from textual.geometry import Region, Size
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

MIN_WIDTH = 8
"""Narrower than this (cells) text is cut at the edge instead of wrapped."""
KEPT_STRIPS = 150
"""Painted rows kept for the next frame: more than a screen full."""


class Row(NamedTuple):
    """One row as it is painted.

    Args:
        content: The text, no wider than the view.
        glue: What joins it to the row above when both are copied: a newline between lines, a
            space or nothing where a line was only wrapped.
        fill: Component class whose background fills the row to its end; empty for none.
        margin: Characters at the beginning that are not copied.
    """

    content: Content
    glue: str = "\n"
    fill: str = ""
    margin: int = 0


class RowView(Widget):
    """Base of the views that show a lot of text with one widget."""

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    RowView {
        width: 1fr;
        height: auto;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.row_width = 0
        """Cells per row the rows are made for; 0 until the view was laid out once."""
        self._strips: dict[int, Strip] = {}
        self._look: tuple[object, ...] = ()

    @abstractmethod
    def row_count(self) -> int:
        """How many rows there are at `row_width`."""

    @abstractmethod
    def row(self, y: int) -> Row:
        """Row `y`, from 0 to `row_count() - 1`."""

    @abstractmethod
    def clear(self) -> None:
        """Back to no rows."""

    @abstractmethod
    def wrap_again(self) -> None:
        """Make all rows anew, because `row_width` changed."""

    def rows_changed(self, first: int, before: int) -> None:
        """Repaint.

        Args:
            first: The first row that is not what it was.
            before: How many rows there were; if there still are as many, nothing moves.
        """
        count = self.row_count()
        for y in range(first, max(count, before)):
            self._strips.pop(y, None)
        if not self.is_attached:
            return
        if count != before:
            self.refresh(layout=True)
        elif first < count:
            self.refresh(Region(0, first, self.size.width, count - first))

    def plain_rows(self) -> list[str]:
        """All rows as text, as painted."""
        return [self.row(y).content.plain.rstrip() for y in range(self.row_count())]

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as there is room."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The number of rows at `width` cells."""
        if max(width, MIN_WIDTH) != self.row_width:
            self.row_width = max(width, MIN_WIDTH)
            self._strips.clear()
            self.wrap_again()
        return self.row_count()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint the rows in view; those painted before are kept.

        Textual's own cache forgets every row when the view grows, which here is all the time. It
        also draws borders and padding, so those belong to the container and not to this widget.

        A frame can still hold a view that was taken away since it was laid out: nothing is painted.
        """
        if not self.is_attached:
            return [Strip.blank(crop.width)] * crop.height
        width, background, filters = (
            self.size.width,
            self.background_colors[1],
            self.get_line_filters(),
        )
        look = (width, self.visual_style, self.app.theme, background, *filters)
        if look != self._look or len(self._strips) > KEPT_STRIPS:
            self._look = look
            self._strips.clear()
        strips = []
        for y in crop.line_range:
            strip = self._strips.get(y)
            if strip is None:
                strip = self.render_line(y)
                for line_filter in filters:
                    strip = strip.apply_filter(line_filter, background)
                self._strips[y] = strip
            strips.append(strip.crop(*crop.column_span) if crop.width != width else strip)
        return strips

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        width = self.size.width
        base = self.visual_style
        if not 0 <= y < self.row_count():
            return Strip.blank(width, base.rich_style)
        row = self.row(y)
        if row.fill:
            base += self.get_visual_style(row.fill, partial=True)
        content = self._with_selection(row.content, y)
        segments = [
            Segment(text, (base + style).rich_style)
            for text, style in content.render(base, end="", parse_style=self._resolve)
        ]
        strip = Strip(segments).adjust_cell_length(width, base.rich_style)
        return strip.apply_offsets(0, y)

    def _with_selection(self, content: Content, y: int) -> Content:
        selection = self.text_selection
        if selection is None or (span := selection.get_span(y)) is None:
            return content
        start, end = span
        style = Style.from_styles(self.screen.get_component_styles("screen--selection"))
        return content.stylize(style, start, None if end == -1 else end)

    def _resolve(self, style: str | Style) -> Style:
        """A span's style: a component class of this widget (`.name`), or a style with variables."""
        if isinstance(style, Style):
            return style
        if style.startswith("."):
            return self.get_visual_style(style[1:], partial=True)
        return Style.parse(style)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, lines that were only wrapped in one piece again."""
        count = self.row_count()
        first = selection.start.y if selection.start is not None else 0
        last = min(selection.end.y if selection.end is not None else count - 1, count - 1)
        pieces: list[str] = []
        for y in range(max(first, 0), last + 1):
            span = selection.get_span(y)
            if span is None:
                continue
            start, end = span
            row = self.row(y)
            if pieces:
                pieces.append(row.glue)
            text = row.content.plain
            pieces.append(text[max(start, row.margin) : len(text) if end == -1 else end])
        return ("".join(pieces), "\n") if pieces else None

    def selection_updated(self, selection: Selection | None) -> None:
        """Repaint with the new selection."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Colours may have changed."""
        super().notify_style_update()
        self._strips.clear()
