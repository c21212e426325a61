"""Two small questions: for a line of text, and whether something is really meant."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from ...core.clean import clean, clean_line
from ..widgets.search_line import CleanInput


class LinePrompt(ModalScreen["str | None"]):
    """Asks for a line of text; ends with it, or with None.

    Args:
        title: What it is for.
        value: What is offered for editing.
        help: What can be typed, and what will happen.
        allows_empty: Nothing is an answer, too.
    """

    CSS_PATH = "prompts.tcss"
    BINDINGS = [Binding("escape", "dismiss(None)", "Back", show=True)]

    def __init__(self, title: str, value: str, help: str, *, allows_empty: bool = False) -> None:
        super().__init__()
        self._title = title
        self._allows_empty = allows_empty
        self._value = clean_line(value, 400)
        self._help = help

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self._title, "bold $accent"), classes="head")
            yield CleanInput(self._value, select_on_focus=False)
            yield Static(Content(f"{clean(self._help)}\nenter go on · escape back"), classes="foot")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip() or self._allows_empty:
            self.dismiss(event.value.strip())


class Confirm(ModalScreen[bool]):
    """Asks whether something is meant; ends with the answer. "No" has the focus.

    Args:
        title: The question.
        help: What would happen.
        yes: What the button that does it says.
    """

    CSS_PATH = "prompts.tcss"
    BINDINGS = [
        Binding("escape,n", "dismiss(False)", "No", show=True),
        Binding("y", "dismiss(True)", "Yes", show=True),
        Binding("left,right", "app.focus_next", "Other", show=False),
    ]

    def __init__(self, title: str, help: str, yes: str) -> None:
        super().__init__()
        self._title = title
        self._help = help
        self._yes = yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self._title, "bold $accent"), classes="head")
            yield Static(Content(clean(self._help)))
            with Horizontal():
                yield Button(Content("No (n)"), id="no", compact=True)
                yield Button(Content(f"{self._yes} (y)"), id="yes", compact=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
