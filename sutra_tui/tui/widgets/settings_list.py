"""The settings as a list under headings.

Invariant: it shows rows that it is given and names the one under the cursor; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from ...settings.effective import Effective
from ..settings_view import row_words


class SettingsList(OptionList):
    """One option a setting; its id is the setting's full name."""

    BINDINGS = [Binding("enter,space", "select", "Change", show=True)]
    DEFAULT_CSS = """
    SettingsList {
        border: none; background: $surface; padding: 0; text-wrap: nowrap;
        text-overflow: ellipsis;
        & > .option-list--option-highlighted { background: $primary 15%; color: $foreground; }
        &:focus > .option-list--option-highlighted { background: $primary 25%; text-style: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__(id="settings", markup=False)
        self._rows: tuple[Effective, ...] = ()
        self._wrong: frozenset[str] = frozenset()

    @property
    def current(self) -> str | None:
        """Full name of the setting under the cursor."""
        option = self.highlighted_option
        return option.id if option else None

    def show(self, rows: Sequence[Effective], wrong: frozenset[str]) -> None:
        """Show these settings; the cursor stays on its own, if it is still there.

        Args:
            rows: What to list, those of one group together.
            wrong: Full names of those with something wrong in the file.
        """
        before, scroll = self.current, self.scroll_offset.y
        self._rows, self._wrong = tuple(rows), wrong
        self.clear_options()
        group = None
        for row in rows:
            if row.field.group != group:
                group = row.field.group
                self.add_option(Option(Content.styled(group, "bold $accent"), disabled=True))
            self.add_option(Option(self._line(row), id=row.field.name))
        names = [row.field.name for row in rows]
        if names:
            name = before if before in names else names[0]
            self.highlighted = self.get_option_index(name or "")
        if before in names:
            self.scroll_to(y=scroll, animate=False)

    def _line(self, row: Effective) -> Content:
        width = (self.size.width or self.app.size.width) - 4
        return row_words(row, width, wrong=row.field.name in self._wrong)

    def on_resize(self) -> None:
        for row in self._rows:
            self.replace_option_prompt(row.field.name, self._line(row))
        # The panel below grows and shrinks with what it tells.
        self.call_after_refresh(self.scroll_to_highlight)

    async def _on_click(self, event: events.Click) -> None:
        """The first click only goes there: reading about a setting must not change it."""
        clicked = event.style.meta.get("option")
        if clicked is not None and clicked != self.highlighted:
            event.prevent_default()
            if not self.get_option_at_index(clicked).disabled:
                self.highlighted = clicked
