"""What the main screen shows while nothing can be run: what is missing, and the way on.

Invariant: it says what `first_run.hurdle` says, and each thing it offers has a key and a button.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import ItemGrid, Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Button, Static

from ..commands import COMMANDS
from ..first_run import OFFERS, Hurdle, Offer, copy_text, hurdle
from ..workbench import Workbench

if TYPE_CHECKING:
    from ..app import SutraApp


_QUIET: Final = ("copy_lines", "switch_leaving")
"""Offers that are not worth a place in the footer; their buttons show their keys."""
COMMAND_IDS: Final = frozenset(command.id for command in COMMANDS)
LOW: Final = 26
"""Rows of a screen on which every one counts."""


class ServerCard(VerticalScroll):
    """Says what is missing and offers the way on, by key and by mouse.

    Args:
        bench: What to show first.
    """

    app: SutraApp

    DEFAULT_CSS = """
    ServerCard {
        align: center middle; height: 1fr; overflow-x: hidden;
        & > Vertical {
            width: 80; max-width: 100%; height: auto; padding: 1 3; border: round $border;
            background: $surface;
        }
        & Static { width: 1fr; height: auto; }
        & .head { text-style: bold; margin-bottom: 1; }
        & .lines { margin-top: 1; padding: 0 1; background: $background; color: $accent; }
        & .after { margin-top: 1; color: $text-muted; }
        & .-none { display: none; }
        & ItemGrid { height: auto; margin-top: 1; grid-rows: 1; grid-gutter: 0 1; }
        & Button { width: 1fr; background: $panel; color: $foreground; }
        & Button:focus { background: $primary 25%; text-style: bold; }
        &.-low > Vertical { padding: 0 2; }
        &.-low .lines { margin-top: 0; }
    }
    """
    BINDINGS = [
        Binding(offer.key, f"take('{offer.id}')", offer.label, show=offer.id not in _QUIET)
        for offer in OFFERS
    ]

    bench: reactive[Workbench] = reactive(Workbench())

    def __init__(self, bench: Workbench) -> None:
        super().__init__(can_focus=True)
        self.set_reactive(ServerCard.bench, bench)
        self.hurdle: Hurdle = hurdle(bench)
        """What is shown."""

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(classes="head")
            yield Static(classes="body")
            yield Static(classes="lines")
            yield Static(classes="after")
            yield ItemGrid(min_column_width=19)

    async def on_mount(self) -> None:
        await self._show()
        self.focus()

    async def watch_bench(self) -> None:
        if self.is_mounted and self.bench.server.status != "connecting":
            await self._show()

    async def _show(self) -> None:
        leaves, manages = self.app.remembered.leave_server, "models.open" in COMMAND_IDS
        shown = self.hurdle = hurdle(self.bench, leaves=leaves, manages=manages)
        for name, text in (
            ("head", shown.head),
            ("body", shown.body),
            ("lines", copy_text(shown.lines)),
            ("after", shown.after),
        ):
            part = self.query_one(f".{name}", Static)
            part.update(Content(text))
            part.set_class(not text, "-none")
        grid = self.query_one(ItemGrid)
        if [str(b.label) for b in grid.query(Button)] != [_label(o) for o in shown.offers]:
            had_focus = self.screen.focused in (None, *grid.children)
            await grid.remove_children()
            await grid.mount_all(map(_button, shown.offers))
            if had_focus and self.screen.has_class("-blocked"):
                self.focus()
        self.refresh_bindings()

    def focus(self, scroll_visible: bool = True) -> ServerCard:
        """Give the focus to the most likely offer."""
        for button in self.query(Button):
            button.focus(scroll_visible)
            break
        return self

    def on_resize(self) -> None:
        self.set_class(self.app.size.height < LOW, "-low")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what the card offers now; its keys are the card's alone."""
        return action != "take" or any(offer.id in parameters for offer in self.hurdle.offers)

    async def action_take(self, id: str) -> None:
        """Do what is offered."""
        for offer in self.hurdle.offers:
            if offer.id == id:
                await self.run_action(offer.action)

    def action_copy_lines(self) -> None:
        lines = self.hurdle.lines
        what = "lines" if len(lines) > 1 else "line"
        self.app.copy(what, copy_text(lines))

    async def action_switch_leaving(self) -> None:
        self.app.remember_leaving(not self.app.remembered.leave_server)
        await self._show()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.action_take(event.button.id or "")


def _button(offer: Offer) -> Button:
    return Button(Content(_label(offer)), id=offer.id, compact=True)


def _label(offer: Offer) -> str:
    return f"{offer.label} ({offer.key})"
