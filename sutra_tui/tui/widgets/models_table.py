"""The table of models: a heading that sorts, and rows painted as they come into view.

Invariant: painting costs what is visible. The widgets hold no model of their own; they are given a
`ModelsView` and ask for the cursor to be moved.
"""

from __future__ import annotations

from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from ...core.clean import clean_line
from ...wording import size
from .. import model_columns as columns
from .. import model_rows as rows
from ..model_columns import COLUMNS, arrange
from ..model_rows import ModelRow
from ..model_view import ModelsView

SCROLLBAR: Final = 1
CURSOR: Final = "▸"
_FIT_STYLES: Final = {"fits": "good", "tight": "tight", "does not fit": "bad"}
EMPTY: Final = {
    "looking": "Looking at the server.",
    "up": "No model is pulled yet. Press p to pull one.",
    "down": "The server does not answer, so its models cannot be listed. Press f9 to try again.",
}
NO_MATCH: Final = "No model matches. Escape shows all of them again."


class ModelsHeading(Widget):
    """The columns' names; a click sorts by one."""

    class SortWanted(Message):
        """The user pressed a column's name."""

        def __init__(self, column: int) -> None:
            self.column = column
            super().__init__()

    DEFAULT_CSS = """
    ModelsHeading { height: 1; color: $text-muted; }
    """

    view: reactive[ModelsView] = reactive(ModelsView())

    def on_mount(self) -> None:
        self.tooltip = Content("Sort by this column; once more turns the order round")

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        start = 0
        for place in arrange(self.content_size.width - SCROLLBAR):
            column, sorted_by = COLUMNS[place.column], place.column == self.view.column
            arrow = ("▲" if self.view.ascending else "▼") if sorted_by else ""
            name = _fitted(column.name + arrow, place.width, right=column.right)
            parts += [" " * (place.start - start), (name, "bold $foreground" if sorted_by else "")]
            start = place.start + place.width
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        for place in arrange(self.content_size.width - SCROLLBAR):
            if place.start <= event.x <= place.start + place.width:
                self.post_message(self.SortWanted(place.column))


class ModelRows(ScrollView, can_focus=True, inherit_bindings=False):
    """The rows."""

    class Moved(Message):
        """The cursor goes to another row.

        Args:
            place: Its place; or, if `relative`, how many rows from where the cursor is.
            relative: Counted from the cursor, so that keys pressed fast add up.
        """

        def __init__(self, place: int, *, relative: bool) -> None:
            self.place = place
            self.relative = relative
            super().__init__()

    class Opened(Message):
        """The row under the cursor was clicked once more."""

    DEFAULT_CSS = """
    ModelRows {
        height: 1fr; overflow-x: hidden; overflow-y: auto;
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > .model-rows--quiet { color: $text-muted; }
        & > .model-rows--good { color: $text-success; }
        & > .model-rows--tight { color: $text-warning; }
        & > .model-rows--bad { color: $text-error; }
        & > .model-rows--sign { color: $accent; text-style: bold; }
        & > .model-rows--cursor { background: $panel-lighten-1; }
        &:focus > .model-rows--cursor { background: $primary 25%; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "model-rows--quiet",
        "model-rows--good",
        "model-rows--tight",
        "model-rows--bad",
        "model-rows--sign",
        "model-rows--cursor",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", "Up", show=False),
        Binding("down,j", "step(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "step(-1000000)", "First", show=False),
        Binding("end,G", "step(1000000)", "Last", show=False),
    ]

    view: reactive[ModelsView] = reactive(ModelsView(), init=False)

    def watch_view(self, old: ModelsView, new: ModelsView) -> None:
        if len(old.rows) != len(new.rows):
            self.virtual_size = Size(1, len(new.rows))
        if (old.cursor, len(old.rows)) != (new.cursor, len(new.rows)):
            self.call_after_refresh(self._show_cursor)
        self.refresh()

    def on_resize(self) -> None:
        self.call_after_refresh(self._show_cursor)

    def _show_cursor(self) -> None:
        cursor, top, height = self.view.cursor, self.scroll_offset.y, self.size.height
        if cursor < top:
            self.scroll_to(y=cursor, animate=False)
        elif height and cursor >= top + height:
            self.scroll_to(y=cursor - height + 1, animate=False)

    def render_line(self, y: int) -> Strip:
        place = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        base: tuple[str, ...] = ()
        pieces: list[tuple[str, str]] = []
        if place < len(self.view.rows):
            row, at_cursor = self.view.rows[place], place == self.view.cursor
            base = ("model-rows--cursor",) if at_cursor else ()
            gutter = f"{CURSOR if at_cursor else ' '}{row.roles:<2} "
            pieces = [(gutter, "sign"), *_cells(row, width, self.view.now)]
        segments = [
            Segment(text, self._style(*base, *([f"model-rows--{style}"] if style else [])))
            for text, style in pieces
        ]
        return Strip(segments).adjust_cell_length(width, self._style(*base))

    def _style(self, *component_classes: str) -> RichStyle:
        return self.get_visual_style(*component_classes).rich_style

    def action_step(self, step: int) -> None:
        self.post_message(self.Moved(step, relative=True))

    def action_page(self, step: int) -> None:
        self.post_message(self.Moved(step * max(1, self.size.height - 1), relative=True))

    def on_click(self, event: events.Click) -> None:
        place = self.scroll_offset.y + event.y
        if place >= len(self.view.rows):
            return
        if place == self.view.cursor and event.chain > 1:
            self.post_message(self.Opened())
        self.post_message(self.Moved(place, relative=False))


class ModelsTable(Vertical):
    """Heading and rows, or words where there is nothing to list."""

    DEFAULT_CSS = """
    ModelsTable {
        height: 1fr; padding: 0 1;
        & > .empty { display: none; color: $text-muted; padding: 1 2; height: 1fr; max-width: 84; }
        &.-empty > .empty { display: block; }
        &.-empty > ModelRows, &.-empty > ModelsHeading { display: none; }
    }
    """

    view: reactive[ModelsView] = reactive(ModelsView())

    def compose(self) -> ComposeResult:
        yield ModelsHeading()
        yield ModelRows()
        yield Static(Content(EMPTY["looking"]), classes="empty")

    def watch_view(self, view: ModelsView) -> None:
        self.query_one(ModelsHeading).view = view
        self.query_one(ModelRows).view = view
        empty = not view.rows
        if empty:
            words = NO_MATCH if view.server.models else EMPTY[view.server.status]
            self.query_one(".empty", Static).update(Content(words))
        self.set_class(empty, "-empty")


def cell(row: ModelRow, column: int, now: float) -> str:
    """What a row says in a column.

    Args:
        row: The row.
        column: Place in `COLUMNS`.
        now: Seconds since the epoch.
    """
    info = row.info
    match column:
        case columns.NAME:
            return rows.name(row)
        case columns.FAMILY:
            return clean_line(info.family, 20) or rows.NOTHING
        case columns.PARAMETERS:
            return clean_line(info.parameter_size, 12) or rows.NOTHING
        case columns.QUANT:
            return clean_line(info.quantization, 12) or rows.NOTHING
        case columns.SIZE:
            return size(info.size) if info.size and row.kind != "cloud" else rows.NOTHING
        case columns.CONTEXT:
            return f"{info.context_length:,}" if info.context_length else rows.NOTHING
        case columns.CAN:
            return " ".join(row.can) or rows.NOTHING
        case columns.LOADED:
            return rows.loaded_words(row, now)
        case columns.SPEED:
            return rows.speed_words(row.speed)
    return rows.badge(row)[0]


def _cells(row: ModelRow, width: int, now: float) -> list[tuple[str, str]]:
    """A row's texts with their styles, each padded to its column."""
    pieces: list[tuple[str, str]] = []
    start = columns.GUTTER
    for place in arrange(width):
        right = COLUMNS[place.column].right
        text = _fitted(cell(row, place.column, now), place.width, right=right)
        style = "quiet"
        if place.column == columns.NAME and row.usable:
            style = ""
        elif place.column == columns.LOADED and (row.loaded or row.busy):
            style = "good"
        elif place.column == columns.FIT:
            style = _FIT_STYLES.get(row.fit.verdict, "quiet")
        pieces.append((" " * (place.start - start) + text, style))
        start = place.start + place.width
    return pieces


def _fitted(text: str, width: int, *, right: bool) -> str:
    """The text in exactly `width` cells."""
    content = Content(text).truncate(width, ellipsis=True)
    blank = " " * max(0, width - content.cell_length)
    return blank + content.plain if right else content.plain + blank
