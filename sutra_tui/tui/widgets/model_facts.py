"""Above and below the table of models: what there is in all, and the sum for the one chosen."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from ...core.clean import clean, clean_line
from ...wording import size
from ..model_rows import ModelRow, fit_sentence, loaded_words, name, speed_words
from ..model_view import ModelsView

NO_SPEED: Final = "no data yet"


class ModelsSummary(Widget):
    """Shows on one line what there is in all; what does not fit is left out."""

    DEFAULT_CSS = """
    ModelsSummary { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    view: reactive[ModelsView] = reactive(ModelsView())

    def render(self) -> Content:
        width = self.content_size.width
        title = Content.styled("M O D E L S" if width >= 70 else "MODELS", "bold $accent")
        line = title
        for part in summary(self.view):
            longer = Content.assemble(line, "   " if line is title else " · ", part)
            if longer.cell_length > width:
                break
            line = longer
        return line


class ModelFacts(Vertical):
    """Says of the model under the cursor what the table has no room for; absent without one."""

    DEFAULT_CSS = """
    ModelFacts {
        height: auto; padding: 0 2; border-top: solid $border-blurred;
        &.-none { display: none; }
        & > .what { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .why { height: auto; max-height: 3; color: $foreground 75%; }
    }
    """

    view: reactive[ModelsView] = reactive(ModelsView(), init=False)

    def compose(self) -> ComposeResult:
        yield Static("", classes="what")
        yield Static("", classes="why")

    def watch_view(self, view: ModelsView) -> None:
        row = view.current
        self.set_class(row is None, "-none")
        if row is not None:
            self.query_one(".what", Static).update(facts(row, view.now))
            self.query_one(".why", Static).update(Content(clean(fit_sentence(row))))


def summary(view: ModelsView) -> list[str]:
    """What there is in all, the most important first."""
    server = view.server
    if server.status != "up":
        return ["looking at the server"] if server.status == "looking" else ["no server answers"]
    count = len(server.models)
    parts = ["1 model" if count == 1 else f"{count:,} models"]
    if view.role:
        parts.insert(0, f"Model {view.role.upper()}'s server {clean_line(view.address, 40)}")
    if server.memory is not None:
        seen = "simulated memory" if server.memory.simulated else "memory"
        parts.append(f"{size(server.memory.available)} of {size(server.memory.total)} {seen} free")
    else:
        parts.append("the server's memory cannot be seen")
    if view.size:
        parts.append(f"{size(view.size)} on disk")
    if server.disk is not None:
        parts.append(f"{size(server.disk.free)} of disk free")
    return parts


def facts(row: ModelRow, now: float) -> Content:
    """One model in a line, the most important first.

    Args:
        row: The model.
        now: Seconds since the epoch.
    """
    what = [*row.can]
    if row.loaded or row.busy:
        loaded = loaded_words(row, now)
        what.append(loaded if row.busy else f"loaded: {loaded}")
    if row.kind == "text":
        known = f"{speed_words(row.speed)} tok/s measured here" if row.speed else NO_SPEED
        what.append(f"speed: {known}")
    return Content.assemble((name(row), "bold"), (" · ".join(["", *what]), "$foreground 75%"))
