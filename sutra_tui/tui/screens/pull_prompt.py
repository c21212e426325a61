"""Asking which model to pull, and saying first what it needs."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ...core.clean import clean, clean_line
from ...core.model_names import same_model
from ...core.suggestions import SuggestedModel, suggested_models
from ...wording import size
from ..model_view import ModelsView
from ..pull_words import outlook
from ..widgets.search_line import CleanInput

NAME_LIMIT = 512


class PullPrompt(ModalScreen["str | None"]):
    """Ends with the name of a model to pull, or with None.

    Args:
        view: What is there already, and how much room.
        typed: A name to begin with.
    """

    CSS_PATH = "model_dialogs.tcss"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Back", show=True),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    def __init__(self, view: ModelsView, typed: str = "") -> None:
        super().__init__()
        self._view = view
        self._typed_before = clean_line(typed, NAME_LIMIT)
        self._shown: list[SuggestedModel] = []
        self._agreed = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled("Pull a model", "bold $accent"), classes="head")
            yield CleanInput(
                self._typed_before,
                placeholder="name:tag, for example llama3.2:3b",
                max_length=NAME_LIMIT,
                select_on_focus=False,
            )
            yield OptionList(markup=False)
            yield Static("", classes="outlook")
            yield Static(Content("enter pull · down choose · escape back"), classes="foot")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._list(self._typed_before)
        self._say(self._typed_before)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._list(event.value)
        self._say(event.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            return
        if outlook(name, self._view).needs_yes and self._agreed != name:
            self._agreed = name
            self.query_one(".foot", Static).update(
                Content("Press enter again to pull it all the same · escape back")
            )
            return
        self.dismiss(name)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self._take(event.option_index)

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if not self._shown:
            return
        at = options.highlighted
        place = (-1 if at is None else at) + step
        self._take(max(0, min(place, len(self._shown) - 1)))

    def on_key(self, event: events.Key) -> None:
        self._agreed = self._agreed if event.key == "enter" else ""

    def _take(self, place: int) -> None:
        """Put a suggestion into the box; the list stays as it is."""
        self.query_one(OptionList).highlighted = place
        box = self.query_one(Input)
        with self.prevent(Input.Changed):
            box.value = self._shown[place].name
        box.cursor_position = len(box.value)
        self._say(box.value)

    def _list(self, typed: str) -> None:
        """Suggestions that are not pulled and contain what was typed."""
        words = typed.casefold().split()
        there = [model.name for model in self._view.server.models]
        self._shown = [
            model
            for model in suggested_models()
            if all(word in model.name for word in words)
            and not any(same_model(model.name, name) for name in there)
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(
            Option(
                Content.assemble(
                    (f"{model.name:<20}", "bold"),
                    (f"{model.parameters:>6}  {size(model.size):>7}", "$text-muted"),
                )
            )
            for model in self._shown
        )
        options.display = bool(self._shown)

    def _say(self, name: str) -> None:
        lines = outlook(name, self._view).lines
        self.query_one(".outlook", Static).update(Content(clean("\n".join(lines))))
