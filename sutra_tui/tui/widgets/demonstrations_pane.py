"""The middle panel: one card per demonstration, growing while Model A writes it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ...core.clean import clean_line
from .chip import Chip
from .frame import Frame
from .stream_view import StreamView


class DemonstrationCard(Vertical):
    """One demonstration: a line that folds it, and its text.

    Args:
        number: Its place, from 1.
    """

    DEFAULT_CSS = """
    DemonstrationCard {
        height: auto; margin-bottom: 1;
        & > Chip { width: 1fr; padding: 0; color: $text-primary; text-style: bold; }
        & > StreamView { height: auto; max-height: 200; overflow: hidden; padding-left: 2; }
        &.-folded { margin-bottom: 0; }
        &.-folded > StreamView { display: none; }
    }
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._heading = ""
        self._line = Chip("Fold or unfold this demonstration")
        self._view = StreamView()

    def compose(self) -> ComposeResult:
        yield self._line
        yield self._view

    def on_mount(self) -> None:
        self._show_line()

    @property
    def text(self) -> str:
        return self._view.text

    def append(self, text: str) -> None:
        self._view.append(text)

    def complete(self, text: str) -> None:
        if self._view.text.strip() != text:
            self._view.set_text(text)
        self._find_heading()

    def on_chip_pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        self.fold()

    def fold(self) -> None:
        """Show the line alone, or all of it again."""
        self.toggle_class("-folded")
        self._show_line()

    def _find_heading(self) -> None:
        first = next((line for line in self.text.splitlines() if line.strip()), "")
        self._heading = first.strip().strip("#*_` ").removeprefix("Task:").strip()
        self._show_line()

    def _show_line(self) -> None:
        folded = self.has_class("-folded")
        line = f"{'▸' if folded else '▾'} {self._number}"
        if folded:
            line += f"  {clean_line(self._heading, 80)}"
        self._line.content = Content(line)


class Cards(VerticalScroll):
    """The cards, following what is being written until the reader scrolls away from the end.

    Textual's own anchor would hold a few short cards at the bottom of an empty pane.
    """

    def __init__(self) -> None:
        super().__init__()
        self._following = True

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._following = new_value >= self.max_scroll_y - 1

    def watch_virtual_size(self) -> None:
        if self._following:
            self.scroll_end(animate=False, immediate=True)


class DemonstrationsPane(Frame):
    """Cards in a frame, and below them what the parser salvaged or dropped."""

    DEFAULT_CSS = """
    DemonstrationsPane {
        & > Cards { display: none; scrollbar-size-vertical: 1; }
        & > .problems { color: $text-warning; height: auto; max-height: 5; display: none; }
        &.-filled > Cards { display: block; }
        &.-problems > .problems { display: block; }
    }
    """
    BINDINGS = [Binding("f", "fold_all", "Fold all", show=True)]

    def __init__(self, title: str, *, id: str) -> None:
        super().__init__(title, id=id)
        self._cards: list[DemonstrationCard] = []

    def compose(self) -> ComposeResult:
        yield self._empty
        yield Cards()
        yield Static("", classes="problems")

    @property
    def text(self) -> str:
        """The raw demonstrations so far, an empty line between them."""
        return "\n\n".join(card.text for card in self._cards)

    def append(self, index: int, text: str) -> None:
        """More of the demonstration being written."""
        self._card(index).append(text)

    def complete(self, index: int, text: str) -> None:
        """A demonstration is whole."""
        self._card(index).complete(text)

    def drop(self, index: int) -> None:
        """What was being written there is not used."""
        for card in self._cards[index:]:
            card.remove()
        del self._cards[index:]

    def show_problems(self, problems: tuple[str, ...]) -> None:
        """What the parser salvaged or dropped."""
        self.query_one(".problems", Static).update(Content("\n".join(problems)))
        self.set_class(bool(problems), "-problems")

    def clear(self) -> None:
        self.drop(0)
        self.remove_class("-filled", "-problems")

    def action_fold_all(self) -> None:
        fold = any(not card.has_class("-folded") for card in self._cards)
        for card in self._cards:
            if card.has_class("-folded") != fold:
                card.fold()

    def _card(self, index: int) -> DemonstrationCard:
        scroll = self.query_one(Cards)
        while len(self._cards) <= index:
            card = DemonstrationCard(len(self._cards) + 1)
            self._cards.append(card)
            scroll.mount(card)
            self.add_class("-filled")
        return self._cards[index]
