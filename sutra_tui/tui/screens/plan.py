"""The memory plan with its arithmetic, and one key for each thing that can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widgets import Static

from ...core.plan import RunPlan
from ...core.remedies import Kind, Remedy
from ...plan_words import SIGNS, WORDS
from ..plan_text import RESET_KEY, plan_text, remedy_text, reset_text
from ..planning import PlanView
from ..widgets.chip import Chip
from ..widgets.plan_line import STYLES

KEYS: dict[str, Kind] = {"c": "context", "s": "one model", "u": "unload", "p": "other pair"}

KEYS_WORDS = "esc back · ↑ ↓ scroll · tab enter choose"


class PlanScreen(ModalScreen[bool]):
    """Shows a `PlanView`; ends with whether another pair shall be chosen.

    Args:
        view: The plan as it is now; whoever opened the screen replaces it when that changes.
        apply: Does what a remedy says; None takes the smaller context back.
    """

    CSS_PATH = "plan.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+g,q", "dismiss(False)", "Back", show=True),
        *(Binding(key, f"remedy('{kind}')", kind, show=False) for key, kind in KEYS.items()),
        Binding(RESET_KEY, "reset", "reset", show=False),
        Binding("down", "scroll(1)", "Down", show=False),
        Binding("up", "scroll(-1)", "Up", show=False),
        Binding("pagedown", "scroll(10)", "Down", show=False),
        Binding("pageup", "scroll(-10)", "Up", show=False),
    ]

    VERTICAL_BREAKPOINTS = [(0, "-short"), (36, "-tall")]

    view: reactive[PlanView] = reactive(PlanView(RunPlan()), init=False)

    def __init__(self, view: PlanView, apply: Callable[[Remedy | None], None]) -> None:
        super().__init__()
        self.set_reactive(PlanScreen.view, view)
        self._apply = apply

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(classes="head")
            with VerticalScroll():
                yield Static(id="sum")
            with Vertical(id="remedies"):
                for kind in KEYS.values():
                    yield Chip("Do this", id=kind.replace(" ", "-"))
                yield Chip("Take the smaller context back", id="reset")
            yield Static("", classes="foot")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).can_focus = True
        self.query_one(VerticalScroll).focus()
        self.watch_view(self.view)
        self._say(KEYS_WORDS)

    def on_resize(self) -> None:
        self.watch_view(self.view)

    def watch_view(self, view: PlanView) -> None:
        if not self.is_mounted:
            return
        plan = view.plan
        sign = f"{SIGNS[plan.verdict]} {WORDS[plan.verdict]}"
        head = Content.assemble(
            ("Memory plan", "bold $accent"), "   ", (sign, STYLES[plan.verdict])
        )
        self.query_one(".head", Static).update(head)
        self.query_one("#sum", Static).update(plan_text(plan))
        keys = {kind: key for key, kind in KEYS.items()}
        for remedy in view.remedies:
            chip = self.query_one(f"#{remedy.kind.replace(' ', '-')}", Chip)
            chip.content = remedy_text(remedy, keys[remedy.kind], view)
        reset = self.query_one("#reset", Chip)
        reset.display = view.num_ctx is not None
        reset.content = reset_text(view.num_ctx or 0)

    @on(Chip.Pressed)
    def _pressed(self, event: Chip.Pressed) -> None:
        event.stop()
        if event.chip.id == "reset":
            self.action_reset()
        else:
            self.action_remedy((event.chip.id or "").replace("-", " "))

    def action_remedy(self, kind: str) -> None:
        """Do what can be done, or say why not."""
        remedy = next((found for found in self.view.remedies if found.kind == kind), None)
        if remedy is None:
            return
        if self.view.running:
            self._say("Stop the run first.")
        elif remedy.reason:
            self._say(remedy.reason)
        elif remedy.kind == "other pair":
            self.dismiss(True)
        else:
            self._say(KEYS_WORDS)
            self._apply(remedy)

    def action_reset(self) -> None:
        if self.view.running:
            self._say("Stop the run first.")
        elif self.view.num_ctx is None:
            self._say("The context is the settings' already.")
        else:
            self._say(KEYS_WORDS)
            self._apply(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def _say(self, text: str) -> None:
        self.query_one(".foot", Static).update(Content(text))
