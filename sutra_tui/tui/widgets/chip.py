"""A small thing on a line that can be pressed: by mouse, or by enter when it has the focus."""

from __future__ import annotations

from textual import events
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class Chip(Widget, can_focus=True):
    """Text that says `Pressed` when pressed; whoever it sits in decides what that means.

    Args:
        tooltip: What pressing it does.
        id: Widget id.
    """

    class Pressed(Message):
        """The chip was pressed."""

        def __init__(self, chip: Chip) -> None:
            self.chip = chip
            super().__init__()

        @property
        def control(self) -> Chip:
            """The chip, for selectors of handlers."""
            return self.chip

    DEFAULT_CSS = """
    Chip {
        width: auto; height: 1; padding: 0 1; color: $foreground; background: transparent;
        &:hover { background: $panel-lighten-1; }
        &:focus { background: $primary 25%; text-style: bold; }
    }
    """
    BINDINGS = [Binding("enter,space", "press", "Choose", show=False)]

    content: reactive[Content] = reactive(Content(""), layout=True)

    def __init__(self, tooltip: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hint = tooltip

    @property
    def HELP_NAME(self) -> str:
        """What the help calls it."""
        return self._hint

    def on_mount(self) -> None:
        self.tooltip = Content(self._hint)

    def render(self) -> Content:
        return self.content

    def action_press(self) -> None:
        self.post_message(self.Pressed(self))

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Pressed(self))
