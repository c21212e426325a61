"""Asking for the address of another server."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from ...core.clean import clean_line


class HostPrompt(ModalScreen["str | None"]):
    """Ends with what was typed, or None.

    Args:
        address: The server in use, offered for editing.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = [Binding("escape", "dismiss(None)", "Back", show=True)]

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = clean_line(address, 200)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled("Use another server", "bold $accent"), classes="head")
            yield Input(placeholder="localhost:11434 or http://192.168.1.20:11434", id="host")
            yield Static(
                Content(
                    f"In use: {self._address}\n"
                    "Over plain http to another machine, queries travel unencrypted.\n"
                    "enter connect · escape back"
                ),
                classes="foot",
            )

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        if event.value.strip():
            self.dismiss(event.value.strip())
