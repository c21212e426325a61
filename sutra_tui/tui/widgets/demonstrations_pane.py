"""The middle panel: one card per demonstration, growing while Model A writes it.

Invariant: it shows cards and says what the reader wants with the selected one; what comes of that
is the screen's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from ...core.clean import clean_line
from ..edits import Card
from .chip import Chip
from .frame import Frame
from .stream_view import StreamView

Deed = Literal["edit", "outside", "leave_out", "remove", "undo"]


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
        self._mark = ""
        self._line = Chip("Fold or unfold this demonstration")
        self._view = StreamView()
        # The list of cards has the focus, so that keys know which demonstration is meant.
        self._line.can_focus = self._view.can_focus = False

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

    def complete(self, text: str, mark: str = "") -> None:
        """Show the whole text.

        Args:
            text: As Model A wrote it, or as it was edited.
            mark: A word beside its number; empty for none.
        """
        if self._view.text.strip() != text:
            self._view.set_text(text)
        self._mark = mark
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
        line += f"  {self._mark}" if self._mark else ""
        if folded:
            line += f"  {clean_line(self._heading, 80)}"
        self._line.content = Content(line)


class Cards(VerticalScroll):
    """The cards, following what is being written until the reader scrolls away from the end.

    Textual's own anchor would hold a few short cards at the bottom of an empty pane. One card is
    selected, and it is always one that can be seen.
    """

    DEFAULT_CSS = """
    Cards:focus > DemonstrationCard.-selected {
        & > Chip { background: $primary 30%; }
        & > StreamView { border-left: outer $accent; padding-left: 1; }
    }
    """
    BINDINGS = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("space", "fold", "Fold or unfold", show=False),
    ]

    selected: reactive[int] = reactive(0)

    def __init__(self) -> None:
        super().__init__()
        self._following = True

    @property
    def cards(self) -> list[DemonstrationCard]:
        return list(self.query_children(DemonstrationCard))

    def mark_selected(self) -> None:
        """Show which card is selected; the last one when there are fewer now."""
        cards = self.cards
        self.selected = max(0, min(self.selected, len(cards) - 1))
        for place, card in enumerate(cards):
            card.set_class(place == self.selected, "-selected")

    def watch_selected(self) -> None:
        self.mark_selected()

    def on_focus(self) -> None:
        self._stay_in_view()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Before the click: a chip in the card keeps that to itself."""
        for place, card in enumerate(self.cards):
            if event.widget is not None and card in event.widget.ancestors_with_self:
                self.selected = place

    def action_move(self, step: int) -> None:
        """The next card, once the end of this one can be seen."""
        cards = self.cards
        if not cards:
            return
        region = cards[self.selected].virtual_region
        below, above = region.bottom - self._bottom, self.scroll_offset.y - region.y
        place = self.selected + step
        if (below if step > 0 else above) > 0 or not 0 <= place < len(cards):
            self.scroll_relative(y=step, animate=False)
        else:
            self.selected = place
            self.scroll_to_widget(cards[place], animate=False)

    def action_fold(self) -> None:
        if cards := self.cards:
            cards[self.selected].fold()

    @property
    def _bottom(self) -> int:
        return self.scroll_offset.y + self.size.height

    def _stay_in_view(self) -> None:
        seen = [
            place
            for place, card in enumerate(self.cards)
            if card.virtual_region.y < self._bottom
            and card.virtual_region.bottom > self.scroll_offset.y
        ]
        if seen and self.selected not in seen:
            self.selected = seen[0] if self.selected < seen[0] else seen[-1]

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._following = new_value >= self.max_scroll_y - 1
        if self.has_focus:
            self._stay_in_view()

    def watch_virtual_size(self) -> None:
        if self._following:
            self.scroll_end(animate=False, immediate=True)


class DemonstrationsPane(Frame):
    """Cards in a frame, and below them what the parser salvaged or dropped."""

    class Wanted(Message):
        """The reader wants something done with the selected demonstration.

        Args:
            deed: What.
            index: Which one, from 0.
        """

        def __init__(self, deed: Deed, index: int) -> None:
            self.deed = deed
            self.index = index
            super().__init__()

    DEFAULT_CSS = """
    DemonstrationsPane {
        & > Cards { display: none; scrollbar-size-vertical: 1; }
        & > .problems { color: $text-warning; height: auto; max-height: 5; display: none; }
        &.-filled > Cards { display: block; }
        &.-problems > .problems { display: block; }
    }
    """
    BINDINGS = [
        Binding("e,enter", "want('edit')", "Edit", show=True),
        Binding("E", "want('outside')", "Edit in your own editor", show=False),
        Binding("x", "want('leave_out')", "Without it", show=True),
        Binding("d,delete", "want('remove')", "Remove", show=True),
        Binding("u", "want('undo')", "Undo", show=True),
        Binding("f", "fold_all", "Fold all", show=True),
    ]

    HELP_KEYS = (("up, down", "Select a demonstration"), ("pgup, pgdn", "Scroll"))

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

    def show_cards(self, cards: Sequence[Card]) -> None:
        """Show demonstrations as they were edited."""
        for index, card in enumerate(cards):
            self._card(index).complete(card.text, "edited" if card.edited else "")
        self.drop(len(cards))
        self.set_class(bool(cards), "-filled")
        self.call_after_refresh(self.query_one(Cards).mark_selected)

    @property
    def selected(self) -> int:
        """Place of the selected demonstration, from 0."""
        return self.query_one(Cards).selected

    def action_want(self, deed: Deed) -> None:
        self.post_message(self.Wanted(deed, self.selected))

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
            card.set_class(len(self._cards) == scroll.selected + 1, "-selected")
            scroll.mount(card)
            self.add_class("-filled")
        return self._cards[index]
