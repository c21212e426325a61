"""The pulls below the table: one card each, with a bar per layer.

Invariant: cards are kept per model name and told what to show; they know no engine and no task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from ...core.clean import clean, clean_line
from ...core.model_details import Disk
from ..pull_words import headline, layer_line, warning
from ..pulls import Pull
from .chip import Chip

MOST_LAYERS: Final = 6
CHIP_ROOM: Final = 10
"""Cells of the chip beside a pull that runs."""
SIGNS: Final = {
    "running": ("↓", "$accent"),
    "done": ("✓", "$text-success"),
    "stopped": ("■", "$text-warning"),
    "failed": ("✗", "$text-error"),
}


class PullCard(Vertical):
    """One pull."""

    class Wanted(Message):
        """A chip of the card was pressed.

        Args:
            deed: "stop", "resume" or "forget".
            model: The pull's name.
        """

        def __init__(self, deed: str, model: str) -> None:
            self.deed = deed
            self.model = model
            super().__init__()

    DEFAULT_CSS = """
    PullCard {
        height: auto; border-left: blank;
        &:focus-within { border-left: outer $accent; }
        & > Horizontal { height: 1; }
        & > Horizontal > Static {
            width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > .layers, & > .error { height: auto; padding-left: 2; }
        & > .error { color: $text-error; }
    }
    """

    def __init__(self, pull: Pull) -> None:
        super().__init__()
        self.pull = pull
        self._told: tuple[float, Disk | None] = (0.0, None)
        self._shown: object = None

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static("", classes="head")
            for deed, words, hint in (
                ("stop", "stop (x)", "Stop this pull; what was downloaded is kept"),
                ("resume", "go on (r)", "Go on where it was stopped"),
                ("forget", "clear (c)", "Take it off the list"),
            ):
                chip = Chip(hint)
                chip.content = Content(words)
                chip.add_class(f"-{deed}")
                yield chip
        yield Static("", classes="layers")
        yield Static("", classes="error")

    def show(self, pull: Pull, now: float, disk: Disk | None) -> None:
        """Show what is known by now.

        Args:
            pull: The pull.
            now: Seconds by the clock it was folded with.
            disk: Where it goes; None when that cannot be seen.
        """
        self.pull, self._told = pull, (now, disk)
        if self.is_mounted:
            self._show(now, disk)

    def on_mount(self) -> None:
        self._show(*self._told)

    def on_resize(self) -> None:
        self._show(*self._told)

    def _show(self, now: float, disk: Disk | None) -> None:
        pull = self.pull
        width = max(20, self.size.width - 4)
        sign, style = SIGNS[pull.state]
        name = Content.assemble((f"{sign} ", style), (clean_line(pull.model, 48), "bold"), "  ")
        head = name + headline(pull, now, width - name.cell_length - CHIP_ROOM)
        error = f"{pull.error.message}\n{pull.error.remedy}".rstrip() if pull.error else ""
        layers = Content("\n").join(_layers(pull, width))
        shown = (head, layers, error, warning(pull, disk), width)
        if shown == self._shown:
            return
        self._shown = shown
        self.query_one(".head", Static).update(head)
        below = self.query_one(".layers", Static)
        below.update(layers)
        below.display = bool(layers.plain)
        trouble = self.query_one(".error", Static)
        trouble.update(Content(clean(error or warning(pull, disk))))
        trouble.display = bool(error or warning(pull, disk))
        for deed, applies in (
            ("stop", pull.running),
            ("resume", pull.can_resume),
            ("forget", not pull.running),
        ):
            self.query_one(f".-{deed}", Chip).display = applies

    def on_chip_pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        deed = next(d for d in ("stop", "resume", "forget") if event.chip.has_class(f"-{d}"))
        self.post_message(self.Wanted(deed, self.pull.model))


class PullPanel(VerticalScroll, can_focus=False):
    """All pulls; absent when there are none."""

    DEFAULT_CSS = """
    PullPanel {
        height: auto; max-height: 40%; padding: 0 1; display: none;
        border-top: solid $border-blurred; scrollbar-size-vertical: 1;
        &.-filled { display: block; }
    }
    """

    def show(self, pulls: Sequence[Pull], now: float, disk: Disk | None) -> None:
        """Show these pulls, those that run first; the arguments are those of `PullCard.show`."""
        cards = {card.pull.model: card for card in self.query(PullCard)}
        wanted = {pull.model for pull in pulls}
        for name, card in cards.items():
            if name not in wanted:
                card.remove()
        for pull in pulls:
            card = cards.get(pull.model) or PullCard(pull)
            card.show(pull, now, disk)
            if pull.model not in cards:
                self.mount(card)
        order = {pull.model: place for place, pull in enumerate(_ordered(pulls))}
        if [card.pull.model for card in self.query(PullCard)] != list(order):
            self.sort_children(key=lambda child: _place(child, order))
        self.set_class(bool(pulls), "-filled")


def _ordered(pulls: Sequence[Pull]) -> list[Pull]:
    """Those that run first, each group the oldest first."""
    return sorted(pulls, key=lambda pull: not pull.running)


def _place(child: Widget, order: Mapping[str, int]) -> int:
    return order.get(child.pull.model, len(order)) if isinstance(child, PullCard) else len(order)


def _layers(pull: Pull, width: int) -> list[Content]:
    """The layers of a pull that is not done, those under way first when there are many."""
    if pull.state == "done":
        return []
    layers = pull.progress.layers
    if len(layers) > MOST_LAYERS:
        layers = tuple(sorted(layers, key=lambda layer: layer.done))[:MOST_LAYERS]
    lines = []
    for layer in layers:
        name, filled, empty, figures = layer_line(layer, width)
        style = "$text-success" if layer.done else "$accent"
        lines.append(
            Content.assemble(
                (name, "$foreground 60%"), (filled, style), (empty, "$border-blurred"), figures
            )
        )
    return lines
