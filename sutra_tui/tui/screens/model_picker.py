"""Choosing a model for one role: type to filter, enter to choose."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ...core.clean import clean_line
from ...core.protocol import ModelInfo
from ...wording import size
from ..workbench import Workbench

ROLES = {
    "a": ("Model A", "writes the draft and the demonstrations"),
    "b": ("Model B", "writes the final answer"),
}
MAX_NAME = 36
CLOUD_WARNING = "cloud: your query would leave this machine"


class ModelPicker(ModalScreen["str | None"]):
    """Lists the models that can answer; ends with the chosen name, or None.

    Args:
        bench: For the models and what is loaded.
        role: `a` or `b`.
        chosen: The model that has the role now.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Back", show=True),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    def __init__(self, bench: Workbench, role: str, chosen: str) -> None:
        super().__init__()
        self._bench = bench
        self._role = role
        self._chosen = chosen
        self._shown: list[ModelInfo] = []
        self._cloud_asked = ""
        self._name_width = 0

    def compose(self) -> ComposeResult:
        title, what = ROLES[self._role]
        with Vertical(classes="dialog"):
            yield Static(Content.assemble((title, "bold $accent"), f"  {what}"), classes="head")
            yield Input(placeholder="type to filter", id="filter")
            yield OptionList(id="models", markup=False)
            yield Static("", classes="foot")

    def on_mount(self) -> None:
        self._list("")
        self._say("enter choose · escape back")

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted, "#filter")
    def _submitted(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        model = self._shown[event.option_index]
        if model.remote and self._cloud_asked != model.name:
            self._cloud_asked = model.name
            self._say(
                f"{clean_line(model.name, 40)} runs elsewhere: what you type would leave this "
                "machine. Press enter again to agree."
            )
            return
        self.dismiss(model.name)

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def on_key(self, event: events.Key) -> None:
        self._cloud_asked = self._cloud_asked if event.key == "enter" else ""

    def _list(self, typed: str) -> None:
        words = typed.lower().split()
        self._shown = [
            model
            for model in sorted(self._bench.choosable, key=lambda model: model.remote)
            if all(word in model.name.lower() for word in words)
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        self._name_width = max((len(clean_line(m.name, MAX_NAME)) for m in self._shown), default=0)
        # Options have no ids: two rows of a broken server may carry the same name.
        options.add_options(Option(self._row(model)) for model in self._shown)
        names = [model.name for model in self._shown]
        if names:
            options.highlighted = names.index(self._chosen) if self._chosen in names else 0
        self.query_one(".foot", Static).update(
            Content("" if names else "No model matches. Delete what you typed to see them all.")
        )

    def _row(self, model: ModelInfo) -> Content:
        name = clean_line(model.name, MAX_NAME)
        parts: list[str | tuple[str, str]] = [
            ("● " if model.name == self._chosen else "  ", "$accent"),
            (f"{name:<{self._name_width}}  ", "bold"),
        ]
        if model.remote:
            return Content.assemble(*parts, (CLOUD_WARNING, "$text-warning"))
        facts = (
            f"{clean_line(model.parameter_size, 7):>5} {clean_line(model.quantization, 8):<8} "
            f"{size(model.size):>7}"
        )
        parts.append((facts, "$text-muted"))
        if model.thinks:
            parts.append(("  thinks", "$text-muted"))
        if self._bench.is_loaded(model.name):
            parts.append(("  ● loaded", "$text-success"))
        return Content.assemble(*parts)

    def _say(self, text: str) -> None:
        self.query_one(".foot", Static).update(Content(text))
