"""Choosing a model for one role: type to filter, enter to choose."""

from __future__ import annotations

from contextlib import aclosing

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ...core.clean import clean_line
from ...core.engine import Engine
from ...core.protocol import ModelInfo, ModelShape
from ...wording import size
from .. import model_reader
from ..known_shapes import KnownShapes
from ..model_rows import CLOUD_WARNING, ModelRow, badge, fit_sentence, model_row, name
from ..widgets.search_line import CleanInput
from ..workbench import Workbench

ROLES = {
    "a": ("Model A", "writes the draft and the demonstrations"),
    "b": ("Model B", "writes the final answer"),
}
MAX_NAME = 36
ROOMY = 64
"""Screen width (cells) from which rows say the quantisation too."""
MOST_LISTED = 300
"""Rows laid out at once; a server with more is told apart by typing, not by scrolling."""
KEYS = "enter choose · escape back"
NO_MATCH = "No model matches. Delete what you typed to see them all."


class ModelPicker(ModalScreen["str | None"]):
    """Lists the models that can answer; ends with the chosen name, or None.

    Args:
        bench: For the models, what is loaded and the memory there is.
        role: `a` or `b`.
        chosen: The model that has the role now.
        engine: Asked for figures that are not known yet.
        shapes: Those that are.
        num_ctx: Context that memory is judged for, in tokens.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Back", show=True),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    def __init__(
        self,
        bench: Workbench,
        role: str,
        chosen: str,
        engine: Engine,
        shapes: KnownShapes,
        num_ctx: int,
    ) -> None:
        super().__init__()
        self._bench = bench
        self._role = role
        self._chosen = chosen
        self._engine = engine
        self._known = shapes
        self._num_ctx = num_ctx
        self._shown: list[ModelRow | None] = []
        self._cloud_asked = ""

    def compose(self) -> ComposeResult:
        title, what = ROLES[self._role]
        with Vertical(classes="dialog"):
            yield Static(Content.assemble((title, "bold $accent"), f"  {what}"), classes="head")
            yield CleanInput(placeholder="type to filter", id="filter")
            yield OptionList(id="models", markup=False)
            yield Static(Content(KEYS), classes="foot")

    def on_mount(self) -> None:
        self._list("")
        self._learn()

    @work(exclusive=True, exit_on_error=False)
    async def _learn(self) -> None:
        """Ask for the figures that the memory sum lacks, and show what they change."""
        models = [model for model in self._bench.choosable if not model.remote]
        async with aclosing(model_reader.shapes(self._engine, models, self._known)) as found:
            learnt = [told async for told in found]
        if learnt and self.is_mounted:
            self._list(self.query_one(Input).value)

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        self._list(event.value)

    @on(Input.Submitted, "#filter")
    def _submitted(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        row = self._shown[event.option_index] if event.option_index < len(self._shown) else None
        if row is not None and self._cloud_asked != row.info.name:
            self._say(f"{fit_sentence(row)}\n{KEYS}")

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        row = self._shown[event.option_index]
        if row is None:
            return
        if row.kind == "cloud" and self._cloud_asked != row.info.name:
            self._cloud_asked = row.info.name
            self._say(
                f"{name(row, 40)} runs elsewhere: what you type would leave this "
                "machine. Press enter again to agree."
            )
            return
        self.dismiss(row.info.name)

    def action_move(self, step: int) -> None:
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def on_key(self, event: events.Key) -> None:
        self._cloud_asked = self._cloud_asked if event.key == "enter" else ""

    def _list(self, typed: str) -> None:
        """The models that contain what was typed: those of this machine, then those elsewhere."""
        words = typed.lower().split()
        known = self._known.of(self._bench.choosable)
        matching = [
            model
            for model in self._bench.choosable
            if all(word in model.name.lower() for word in words)
        ]
        if len(matching) > MOST_LISTED:  # and the chosen one among them
            matching.sort(key=lambda model: model.name != self._chosen)
        rows = [self._row(model, known.get(model.name)) for model in matching[:MOST_LISTED]]
        here = [row for row in rows if row.kind != "cloud"]
        elsewhere = [row for row in rows if row.kind == "cloud"]
        self._shown = [*here, *([None, *elsewhere] if elsewhere else [])]
        options = self.query_one(OptionList)
        before = options.highlighted
        options.clear_options()
        width = max((len(name(row, MAX_NAME)) for row in rows), default=0)
        badges = max((len(badge(row)[0]) for row in here), default=0)
        # Options have no ids: two rows of a broken server may carry the same name.
        options.add_options(self._option(row, width, badges) for row in self._shown)
        if more := len(matching) - len(rows):
            text = f"… and {more:,} more; type a part of the name"
            options.add_option(Option(Content.styled(text, "$text-muted"), disabled=True))
        places = [place for place, row in enumerate(self._shown) if row is not None]
        chosen = [p for p in places if self._shown[p].info.name == self._chosen]  # type: ignore[union-attr]
        if places:
            keep = [before] if before in places and not typed and before is not None else []
            options.highlighted = (keep or chosen or places)[0]
        else:
            self._say(NO_MATCH)

    @property
    def _is_roomy(self) -> bool:
        """Whether everything fits into a row; where it does not, the fit goes before the rest."""
        return self.app.size.width >= ROOMY

    def _row(self, model: ModelInfo, shape: ModelShape | None) -> ModelRow:
        return model_row(
            model_reader.completed(model, shape),
            shape or ModelShape(),
            self._num_ctx,
            self._bench.loaded,
            self._bench.memory,
        )

    def _option(self, row: ModelRow | None, width: int, badges: int) -> Option:
        if row is None:
            return Option(Content.styled(f"── {CLOUD_WARNING}", "$text-warning"), disabled=True)
        info = row.info
        parts: list[str | tuple[str, str]] = [
            ("● " if info.name == self._chosen else "  ", "$accent"),
            (f"{name(row, MAX_NAME):<{width}}  ", "bold"),
        ]
        if row.kind == "cloud":
            return Option(Content.assemble(*parts, ("cloud", "$text-warning")))
        quantization = f"{clean_line(info.quantization, 8):<7}" if self._is_roomy else ""
        facts = f"{clean_line(info.parameter_size, 7):>5} {quantization}{size(info.size):>7}  "
        words, style = badge(row)
        parts += [(facts, "$text-muted"), (f"{words:<{badges}}", style)]
        if row.loaded is not None:
            parts.append((" loaded", "$text-success"))
        if "thinks" in row.can and self._is_roomy:
            parts.append((" thinks", "$text-muted"))
        return Option(Content.assemble(*parts))

    def _say(self, text: str) -> None:
        self.query_one(".foot", Static).update(Content(text))
