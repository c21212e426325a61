"""A server is being started: how long that takes, where its log is, and how to give up.

Invariant: leaving while it starts stops what was started; what went wrong stays until it was read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from ... import paths
from ...core.clean import clean_line
from ...core.engine import Engine
from ...core.errors import UnexpectedFailure
from ...server_process import Chance, ServerProcess, Start
from ..first_run import ended_words, waiting_words

TICK_S: Final = 0.25


class ServerStart(ModalScreen[bool]):
    """Ends with True when a server answers, with False when the user has seen that none does.

    Args:
        process: Starts it.
        engine: Asks whether it answers.
        chance: What will be started, and where its log goes.
        clock: Seconds from any fixed point.
    """

    CSS_PATH = "dialog.tcss"
    BINDINGS = [
        Binding("escape", "leave", "Give up", show=True),
        Binding("s", "again", "Start again", show=True),
    ]

    def __init__(
        self, process: ServerProcess, engine: Engine, chance: Chance, clock: Callable[[], float]
    ) -> None:
        super().__init__()
        self._process = process
        self._engine = engine
        self._chance = chance
        self._clock = clock
        self._began = clock()
        self.result: Start | None = None
        """What came of it; None while it is starting."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(classes="head")
            yield Static(classes="what")
            yield Static(classes="tail")
            yield Static(classes="foot")

    def on_mount(self) -> None:
        self.set_interval(TICK_S, self._tick)
        self._begin()

    def _begin(self) -> None:
        self.result, self._began = None, self._clock()
        self._show()
        self._start()

    @work(exclusive=True, group="start", exit_on_error=False)
    async def _start(self) -> None:
        try:
            start = await self._process.start(self._engine)
        except Exception as error:
            start = Start("not startable", problem=UnexpectedFailure.of(error).message)
        if start.answers:
            self.dismiss(True)
            return
        self.result = start
        self._show()

    def _tick(self) -> None:
        if self.result is None:
            self._show()

    def _show(self) -> None:
        log = f"Log: {clean_line(paths.shown(self._chance.log), 200)}"
        if self.result is None:
            head = Content.styled(waiting_words(self._clock() - self._began), "bold $accent")
            what = Content(f"{self._program} serve\n{log}")
            tail, foot = Content(""), "escape give up, which stops it"
        else:
            what_happened, remedy = ended_words(self.result)
            head = Content.styled(f"✗ {what_happened}", "bold $text-error")
            what = Content(f"{remedy}\n{log}")
            tail = Content("\n".join(("", *self.result.tail)))
            foot = "s start again · escape back"
        for name, content in (
            ("head", head),
            ("what", what),
            ("tail", tail),
            ("foot", Content(foot)),
        ):
            part = self.query_one(f".{name}", Static)
            part.update(content)
            part.display = bool(content.plain.strip())

    @property
    def _program(self) -> str:
        program = self._chance.installation.program
        return clean_line(paths.shown(program), 200) if program else "ollama"

    def action_leave(self) -> None:
        """Give up, or go back; the process that is waited for is stopped with the wait."""
        self.workers.cancel_group(self, "start")
        self.dismiss(False)

    def action_again(self) -> None:
        if self.result is not None:
            self._begin()
