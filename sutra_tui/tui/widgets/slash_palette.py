"""The palette above the query box: commands and their arguments while a slash command is typed.

Invariant: it never has the focus; the query box is typed in while it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...core.clean import clean_line

if TYPE_CHECKING:
    from ..slash_menu import Menu, Row

LABEL_WIDTH: Final = 26
MOST_SHOWN: Final = 14
"""Rows that are seen at once."""
KEYS: Final = "enter run · tab complete · ↑↓ choose · esc close"
FILE_KEYS: Final = "↑↓ choose · tab attach · esc close"
MUTED: Final = "$foreground-muted"
NARROW: Final = 70
"""Cells below which keys are left out."""


class SlashPalette(Vertical):
    """Shows a `Menu`; absent while there is none."""

    class Picked(Message):
        """A row was clicked.

        Args:
            row: The row.
        """

        def __init__(self, row: Row) -> None:
            self.row = row
            super().__init__()

    DEFAULT_CSS = """
    SlashPalette {
        display: none; overlay: screen; offset-y: -100%; width: 100%; height: auto;
        background: $panel; border: round $accent; padding: 0 1;
        border-subtitle-color: $text-muted;
        &.-open { display: block; }
        & > .said { height: auto; max-height: 3; color: $text-muted; display: none; }
        & > .said.-filled { display: block; }
        & > OptionList {
            height: auto; border: none; padding: 0; background: $panel; scrollbar-size-vertical: 1;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > OptionList > .option-list--option-highlighted {
            background: $primary 25%; color: $foreground; text-style: bold;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.menu: Menu | None = None
        """What is shown."""

    def compose(self) -> ComposeResult:
        yield Static(classes="said")
        rows = OptionList(markup=False)
        rows.can_focus = False
        yield rows

    def show(self, menu: Menu | None, room: int) -> None:
        """Show a menu, or go away.

        Args:
            menu: What to show.
            room: Rows of the screen above the query box.
        """
        before, self.menu = self.menu, menu
        self.set_class(menu is not None, "-open")
        if menu is None:
            return
        self.border_subtitle = Content(_keys(menu))
        said = self.query_one(".said", Static)
        said.update(Content(menu.said))
        said.set_class(bool(menu.said), "-filled")
        rows = self.query_one(OptionList)
        # Its frame and the sentence stay in sight, whatever the screen has room for.
        rows.styles.max_height = max(1, min(MOST_SHOWN, room - 2 - 2 * bool(menu.said)))
        held = rows.highlighted if before and before.text == menu.text else menu.meant
        rows.clear_options()
        rows.display = bool(menu.rows)
        # The frame, its padding and the scroll bar.
        width = self.screen.size.width - 5
        labels = max((len(row.label) for row in menu.rows), default=0)
        rows.add_options(
            Option(_shown(row, width, min(labels, LABEL_WIDTH if width > NARROW else 20)))
            for row in menu.rows
        )
        rows.highlighted = held if held is not None and held < len(menu.rows) else menu.meant

    @property
    def is_open(self) -> bool:
        return self.menu is not None

    @property
    def row(self) -> Row | None:
        """The row that is marked."""
        place = self.query_one(OptionList).highlighted
        return self.menu.rows[place] if self.menu and place is not None else None

    def move(self, step: int) -> None:
        """Mark the next row, or the one before, going round."""
        rows = self.query_one(OptionList)
        if step > 0:
            rows.action_cursor_down()
        else:
            rows.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.menu is not None:
            self.post_message(self.Picked(self.menu.rows[event.option_index]))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()


def _keys(menu: Menu) -> str:
    if menu.names_files:
        return FILE_KEYS
    if menu.rows:
        return KEYS
    return "enter send" if menu.text.startswith("//") else "esc close"


def _shown(row: Row, width: int, labels: int) -> Content:
    """A row: label with the letters that fit marked, what it is or why not, key."""
    label = Content(clean_line(row.label, width)).stylize("" if row.reason else "bold")
    for place in row.marks:
        label = label.stylize("underline", place, place + 1)
    gap = " " * max(1, labels + 2 - label.cell_length)
    sign = ("● ", "$text-accent") if row.chosen else ("  ", "")
    key = row.key if width > NARROW else ""
    if row.reason:
        about = Content.assemble((f"not now: {row.reason}", MUTED))
        label = label.stylize(MUTED)
    else:
        about = Content(clean_line(row.about, width))
    line = Content.assemble(sign, label, gap, about)
    if not key:
        return line
    room = width - len(key) - 1
    line = line.truncate(room, ellipsis=True, pad=True) if line.cell_length > room else line
    return Content.assemble(line, " " * (room - line.cell_length + 1), (key, MUTED))
