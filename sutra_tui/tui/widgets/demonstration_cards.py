"""The demonstrations one below the other, each of which can be folded, and one is selected.

Invariant: the selected card is one that can be seen; outside text is shown by `StreamView` alone.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive

from ...core.clean import clean_line
from .chip import Chip
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
        & > Chip { background: $primary 25%; }
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
