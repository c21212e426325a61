"""Pairs to pull when nothing suitable is there."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...core.suggestions import SuggestedPair
from ...pull_wording import disk_words
from ...wording import size
from ..model_view import ModelsView
from ..pull_words import pair_words

NOTHING_SUITABLE: Final = "Nothing that can play a role is pulled. Pairs for this machine:"
NOTHING_FITS: Final = (
    "No pair of the list fits into this machine's memory. Press p to pull a model by its name."
)


class SuggestionList(Vertical):
    """Absent while something suitable is pulled or on its way."""

    class Chosen(Message):
        """The user wants a pair pulled."""

        def __init__(self, pair: SuggestedPair) -> None:
            self.pair = pair
            super().__init__()

    DEFAULT_CSS = """
    SuggestionList {
        height: auto; max-height: 60%; padding: 1 2; display: none;
        &.-shown { display: block; }
        & > .head { height: auto; text-style: bold; }
        & > .foot { height: auto; color: $text-muted; margin-top: 1; }
    }
    """

    view: reactive[ModelsView] = reactive(ModelsView(), init=False)

    def __init__(self) -> None:
        super().__init__()
        self._pairs: tuple[SuggestedPair, ...] = ()
        self._rows: list[Content] = []

    def compose(self) -> ComposeResult:
        yield Static(Content(NOTHING_SUITABLE), classes="head")
        yield OptionList(markup=False)
        yield Static("", classes="foot")

    def watch_view(self, view: ModelsView) -> None:
        shown = view.is_unsuitable and not view.server.is_demo
        self.set_class(shown, "-shown")
        if not shown:
            return
        self._pairs = view.suggestions
        rows = [
            Content.assemble((title, "bold"), f"\n  {words}")
            for title, words in (pair_words(pair, view) for pair in self._pairs)
        ]
        options = self.query_one(OptionList)
        if rows != self._rows:
            self._rows, at = rows, options.highlighted
            options.clear_options()
            options.add_options(Option(row) for row in rows)
            options.highlighted = min(at or 0, len(rows) - 1) if rows else None
        options.display = bool(rows)
        memory = view.server.memory
        seen = (
            f"Worked out for {size(memory.total)} of memory and a context of {view.num_ctx:,}."
            if memory
            else "Worked out for a laptop with 8 GB: the server's memory cannot be seen from here."
        )
        words = f"Enter pulls a pair. {seen} {disk_words(view.server.disk)}"
        self.query_one(".head", Static).update(Content(NOTHING_SUITABLE if rows else NOTHING_FITS))
        self.query_one(".foot", Static).update(Content(words))

    @property
    def is_shown(self) -> bool:
        return self.has_class("-shown")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._pairs[event.option_index]))
