"""Editing one text in a box over the screen, or from there in the user's own editor.

Invariant: what was typed always comes back: kept, or set aside when the box is left without that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from ...core.clean import clean
from ..outside_editor import EditorFailed, edit_away
from ..widgets.demonstration_editor import EDIT_LIMIT, DemonstrationEditor


@dataclass(frozen=True, slots=True)
class Edited:
    """How editing ended.

    Args:
        text: What stood in the box.
        kept: The user keeps it; else it was only set aside.
    """

    text: str
    kept: bool


def fine(text: str) -> str:
    """The check that has nothing against any text."""
    return ""


class TextDialog(ModalScreen["Edited | None"]):
    """Ends with what was typed, or with None when nothing was.

    Args:
        title: What is edited.
        text: What it begins with.
        about: What will come of it, one sentence.
        check: What is wrong with a text, in words; empty when it can be kept.
        begun: What was typed earlier and set aside; None for nothing.
    """

    CSS_PATH = "text_dialog.tcss"
    BINDINGS = [Binding("ctrl+o", "outside", "Your editor", show=True, priority=True)]
    AUTO_FOCUS = "DemonstrationEditor"

    def __init__(
        self,
        title: str,
        text: str,
        about: str,
        check: Callable[[str], str] = fine,
        begun: str | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._about = about
        self._check = check
        self._begun = begun

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self._title, "bold $accent"), classes="head")
            yield DemonstrationEditor(self._text, "", 0)
            yield Static(Content(clean(self._about)), classes="foot")
            with Horizontal():
                yield Button(Content("Keep ctrl+s"), id="keep", compact=True)
                yield Button(Content("Editor ctrl+o"), id="outside", compact=True)
                yield Button(Content("Leave esc"), id="leave", compact=True)

    def on_mount(self) -> None:
        self._box.border_subtitle = Content("")
        if self._begun is not None:
            self._box.text = clean(self._begun)

    @property
    def _box(self) -> DemonstrationEditor:
        return self.query_one(DemonstrationEditor)

    @on(DemonstrationEditor.SaveWanted)
    def _keep(self) -> None:
        # What was not changed stays as it is, also where the box shows it cleaned.
        text = self._box.text if self._box.changed else self._text
        if problem := self._check(text):
            self._say(problem)
        else:
            self.dismiss(Edited(text, kept=True))

    @on(DemonstrationEditor.LeaveWanted)
    def _leave(self) -> None:
        self.dismiss(Edited(self._box.text, kept=False) if self._box.changed else None)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        match event.button.id:
            case "keep":
                self._keep()
            case "outside":
                self.action_outside()
            case _:
                self._leave()

    def action_outside(self) -> None:
        """What comes back from the editor stands in the box, still to be kept."""
        try:
            text = edit_away(self.app, self._box.text)
        except EditorFailed as error:
            self._say(f"{error.message} Edit it here.")
            return
        if len(text) > EDIT_LIMIT:
            self._say("It has become too long for this box, so nothing was changed.")
            return
        self._box.text = clean(text)
        self._box.focus()

    def _say(self, problem: str) -> None:
        self.query_one(".foot", Static).update(Content.styled(clean(problem), "$text-warning"))
