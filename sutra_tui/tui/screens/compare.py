"""Two runs side by side, and what differs between their texts, word by word.

Invariant: what differs is told by more than colour: gone is struck through, new is underlined.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from ...core.word_diff import Kind, Piece
from ...store.history import HistoryRun
from ..cache_words import MUTED
from ..comparison import Part, compare, run_line
from ..widgets.key_footer import KeyFooter
from ..widgets.notice_bar import NoticeBar

STYLES: Final[dict[Kind, str]] = {
    "same": "",
    "left": "$text-error on $error-tint strike",
    "right": "$text-success on $success-tint underline",
}


class PartView(Vertical):
    """One part: its title and verdict, and its texts side by side or in one column."""

    DEFAULT_CSS = """
    PartView {
        height: auto; margin-bottom: 1;
        & > .title { color: $text-primary; height: auto; }
        & > Horizontal { height: auto; }
        & Static { height: auto; }
        & .side { width: 1fr; padding: 0 1; background: $surface; }
        & .right { margin-left: 1; }
        & > .both { padding: 0 1; background: $surface; display: none; }
        &.-same > Horizontal { display: none; }
        &.-same > .both { display: block; color: $text-muted; max-height: 4; }
    }
    """

    def __init__(self, part: Part) -> None:
        super().__init__(classes="-same" if part.is_same else "")
        self._part = part

    def compose(self) -> ComposeResult:
        part = self._part
        yield Static(
            Content.assemble((part.title, "bold"), (f"  {part.verdict}", MUTED)), classes="title"
        )
        if not part.is_same:
            with Horizontal():
                yield Static(marked(part.diff.left), classes="side")
                yield Static(marked(part.diff.right), classes="side right")
        yield Static(marked(part.diff.pieces), classes="both")


class CompareScreen(Screen[None]):
    """See the module.

    Args:
        left: The older run.
        right: The newer one.
        now: Seconds since the epoch.
    """

    CSS_PATH = "compare.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (80, "-wide")]
    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "Back", show=True),
        Binding("w", "switch_layout", "One column or two", show=True),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
    ]
    AUTO_FOCUS = "#parts"

    def __init__(self, left: HistoryRun, right: HistoryRun, now: float) -> None:
        super().__init__()
        self._runs = (left, right)
        self._now = now

    def compose(self) -> ComposeResult:
        yield Static(Content.styled("C O M P A R E", "bold $accent"), classes="head")
        with Horizontal(classes="runs"):
            for name, run in zip(("older", "newer"), self._runs, strict=True):
                line = Content.assemble((f"{name}  ", "bold"), run_line(run, self._now))
                yield Static(line, classes="run")
        with VerticalScroll(id="parts"):
            yield Static(Content("Comparing."), classes="wait")
        yield NoticeBar()
        yield KeyFooter()

    def on_mount(self) -> None:
        self._compare()

    @work(exclusive=True, exit_on_error=False)
    async def _compare(self) -> None:
        parts = await asyncio.to_thread(compare, *self._runs)
        area = self.query_one("#parts")
        await area.remove_children()
        await area.mount(*(PartView(part) for part in parts))

    def action_switch_layout(self) -> None:
        if self.has_class("-narrow"):
            words = "There is room for one column only; two need 80 cells."
            self.query_one(NoticeBar).show_quiet(words)
        else:
            self.toggle_class("-one-column")

    def action_scroll(self, lines: int) -> None:
        self.query_one("#parts").scroll_relative(y=lines, animate=False)


def marked(pieces: Iterable[Piece]) -> Content:
    """A text with what differs marked."""
    return Content.assemble(*((piece.text, STYLES[piece.kind]) for piece in pieces))
