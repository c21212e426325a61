"""The middle panel: one card per demonstration, growing while Model A writes it.

Invariant: it shows cards and says what the reader wants with the selected one; what comes of that
is the screen's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from .demonstration_cards import Cards, DemonstrationCard
from .frame import Frame

if TYPE_CHECKING:
    from ..edits import Card

Deed = Literal["edit", "outside", "leave_out", "remove", "undo"]


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
