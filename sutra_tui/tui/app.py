"""The Textual app: themes, the palette, and what all screens share.

Invariant: it is handed everything it needs (engine, cache, settings) and decides nothing about the
chain. Nothing slow happens before the first frame.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import constants, events, on
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.filter import NoColor

from ..core.errors import SutraError
from ..settings import Reading, Settings
from ..store.remembered import Remembered, save_remembered
from ..wording import exposure
from . import palette
from .announcing import Announcer, TellsTerminal
from .clicked_hints import key_clicked
from .commands import COMMANDS
from .copying_app import CopyingApp
from .known_shapes import KnownShapes
from .run_view import RunView
from .screens.main import MainScreen
from .server_probe import server_of
from .settings_desk import SettingsDesk
from .stores import Stores
from .theme import DEFAULT_THEME, PLAIN_THEME, THEMES, tints
from .widgets.notice_bar import NoticeBar
from .widgets.stream_view import StreamView
from .wishes import with_keys
from .workbench import Workbench

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen

    from ..core.engine import Engine
    from ..core.measurement import MeasuredStore
    from ..doctor.examination import Circumstances
    from ..server_process import ServerProcess
    from ..store.cache import DemonstrationCache
    from ..store.history import History
    from .clipboard import Clipboard
    from .pulls import Pull, Pulls

Reconnect = Callable[["str | None", bool], "Engine"]


class SutraApp(CopyingApp, inherit_bindings=False):
    """`sutra tui`.

    Args:
        engine: The model server to start with.
        open_cache: Opens the demonstration cache, the demo's own if told so; called when it is
            first needed.
        open_history: Opens the history of runs likewise; None keeps one in memory.
        settings: The user's settings.
        remembered: What the app knows from last time.
        model_a: Model asked for on the command line.
        model_b: Likewise.
        reconnect: Gives an engine for another address, or for the demo.
        server_process: Starts an Ollama server on this machine; None starts none.
        circumstances: What the doctor looks at, for an engine.
        state_file: Where to remember; None remembers nothing.
        open_measured: Opens where measurements of this machine are kept; called when they are
            first needed. None measures nothing.
        examples: Gives queries that are offered for a first try.
        warnings: What was wrong with the settings; shown once.
        reading: The settings file as it was read; None is one that says nothing.
        overrides: What goes before that file, by setting: source and value.
        copier: Takes what is copied; None knows no way but the terminal.
        clock: Seconds from any fixed point, for everything the screen measures.
        wall_clock: Seconds since the epoch.
    """

    TITLE = "sutra"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS = [  # Textual's own, but with an id: the key for quitting can be changed everywhere
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]
    # The main screen's own would be read after the others, with them.
    CSS_PATH = ["screens/main.tcss", "plain.tcss"]

    def __init__(
        self,
        engine: Engine,
        open_cache: Callable[[bool], DemonstrationCache],
        settings: Settings,
        remembered: Remembered,
        model_a: str | None = None,
        model_b: str | None = None,
        *,
        reconnect: Reconnect,
        open_history: Callable[[bool], History] | None = None,
        server_process: ServerProcess | None = None,
        circumstances: Callable[[Engine], Circumstances] | None = None,
        state_file: Path | None = None,
        open_measured: Callable[[], MeasuredStore] | None = None,
        examples: Callable[[], tuple[str, ...]] = tuple,
        warnings: tuple[str, ...] = (),
        reading: Reading | None = None,
        overrides: Mapping[str, tuple[str, Any]] | None = None,
        copier: Clipboard | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self.engine = engine
        self.settings = settings
        self.remembered = remembered
        self.examples = examples
        self.warnings = warnings
        self._open_measured = open_measured
        self.clock = clock
        self.wall_clock = wall_clock
        self.server_process = server_process
        self.circumstances = circumstances
        self.asked_pair = (model_a or "", model_b or "")
        self.shapes = KnownShapes()
        self.caches: Stores[DemonstrationCache] = Stores(open_cache)
        self.histories: Stores[History] = Stores(open_history or _in_memory)
        self._announcer = Announcer()
        self.move_or_not()
        self.copier = copier or self.copier
        self._reconnect = reconnect
        self._state_file = state_file
        self._told: set[str] = set()
        self.desk = SettingsDesk(reading or Reading(Path(), settings), overrides or {})
        self.use_keys(self.desk.keys)
        for theme in THEMES:
            self.register_theme(theme)
        wished = self._chosen("theme", self.remembered.theme)
        # Before anything watches it: a change of theme reads all style sheets again.
        self.set_reactive(App.theme, wished if wished in self.available_themes else self.own_theme)
        self.stylesheet.set_variables(self.get_css_variables())
        if self.no_color:
            self._filters = [NoColor()]  # Textual's own for this makes greys, which are colours
        else:
            self._refresh_truecolor_filter(self.ansi_theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables of styles that are not Textual's own."""
        return tints(self.current_theme)

    def get_default_screen(self) -> MainScreen:
        """The first screen on the stack, so that no empty one is laid out before it."""
        bench = Workbench(
            server=server_of(self.engine),
            method=self._chosen("method", self.remembered.method),
            order=self._chosen("order", self.remembered.order),
            count=self.settings.count,
        )
        return MainScreen(bench, self.clock)

    def _chosen(self, name: str, last: Any) -> Any:
        """What the settings file says; where it says nothing, what was chosen last."""
        said = getattr(self.settings, name)
        return said if self.desk.says(name) else last or said

    @cached_property
    def pulls(self) -> Pulls:
        """The pulls under way."""
        from .pulls import Pulls

        return Pulls(self.clock, self._pull_ended)

    @cached_property
    def measured(self) -> MeasuredStore | None:
        """Where measurements of this machine are kept."""
        return self._open_measured() if self._open_measured else None

    def move_or_not(self) -> None:
        """Let the setting for motion count: nothing glides, and text cursors do not blink."""
        reduced = self.settings.reduced_motion
        self.animation_level = "none" if reduced else constants.TEXTUAL_ANIMATIONS
        for screen in self.screen_stack if self._running else ():
            for box in screen.query("Input, TextArea"):
                box.cursor_blink = not reduced  # type: ignore[attr-defined]

    @on(events.DescendantFocus)
    def _text_box_focused(self, event: events.DescendantFocus) -> None:
        if self.settings.reduced_motion and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    @property
    def own_theme(self) -> str:
        """The theme while none is chosen: shades need more than 16 colours."""
        return PLAIN_THEME if self.console.color_system == "standard" else DEFAULT_THEME

    @property
    def fault(self) -> Exception | None:
        """What ended the app, if it was a fault of this program."""
        return self._exception

    def panic(self, *renderables: RenderableType) -> None:
        """End the app because of a fault; `launch` tells of it, without anybody's text."""
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        # Textual would print the values of variables, and with them what was asked.
        self.panic()

    @property
    def preferred_pair(self) -> tuple[str, str]:
        """The pair asked for on the command line, else the one used last."""
        last = self.remembered.pair_for(self.engine.address) or ("", "")
        return (self.asked_pair[0] or last[0], self.asked_pair[1] or last[1])

    @property
    def num_ctx(self) -> int:
        """The larger context of the two roles, in tokens: what memory is judged for."""
        return max(self.settings.options_a.num_ctx, self.settings.options_b.num_ctx)

    def announce(self, run: RunView) -> None:
        """Let the terminal's title say how far the run is, and tell the end of a long one."""
        settings = self.settings
        told = self._announcer.see(
            run,
            self.clock(),
            notify=settings.notify,
            after_s=settings.notify_after,
            looking=self.app_focus,
        )
        driver = self._driver
        if isinstance(driver, TellsTerminal):  # others are the tests', or Windows'
            driver.show_title(self._announcer.title(run) if settings.title else "")
            driver.tell(told)

    def remember(self, bench: Workbench) -> None:
        """Keep the choices for next time; the demo's are not worth it."""
        if self.engine.is_demo:
            return
        self.remembered = replace(
            self.remembered.with_pair(self.engine.address, bench.model_a, bench.model_b),
            method=bench.method,
            order=bench.order,
            theme=self.theme,
        )
        self._save()

    def remember_zoom(self, pane: str) -> None:
        """Keep which pane is shown alone; empty for all of them."""
        self.remembered = replace(self.remembered, zoomed=pane)
        self._save()

    def remember_leaving(self, leave: bool) -> None:
        """Keep whether a server that was started here goes on running after the app."""
        self.remembered = replace(self.remembered, leave_server=leave)
        if self.server_process is not None:
            self.server_process.stops_at_exit = not leave
        self._save()

    def _save(self) -> None:
        if self._state_file is not None:
            save_remembered(self._state_file, self.remembered)

    @property
    def main(self) -> MainScreen:
        """The main screen, whatever lies over it."""
        return next(screen for screen in self.screen_stack if isinstance(screen, MainScreen))

    @property
    def is_running_a_query(self) -> bool:
        return self.main.bench.run.running

    def use_keys(self, keys: Mapping[str, str]) -> None:
        """Let commands have these keys instead of their own, by id."""
        self.commands = with_keys(COMMANDS, keys)
        self.keys = dict(keys)
        self.set_keymap(self.keys)

    def key_of(self, command: str) -> str:
        """The first key of a command in effect, for a sentence; its id is in the registry."""
        keys = next(known.key for known in self.commands if known.id == command)
        return keys.partition(",")[0]

    def choose(self, **choices: Any) -> None:
        """Change what the main screen's workbench holds."""
        self.main.bench = replace(self.main.bench, **choices)
        self.remember(self.main.bench)

    def news_of(self, engine: Engine) -> list[str]:
        """What should be known of an engine and was not said yet."""
        news = {exposure(engine) or ""} - {"", *self._told}
        self._told |= news
        return [*news]

    def _pull_ended(self, pull: Pull) -> None:
        self.main.pull_ended(pull)

    def use_server(self, *, host: str | None = None, demo: bool = False) -> None:
        """Go over to another server, to those of the settings, or to the demo."""
        screen = self.main
        try:
            engine = self._reconnect(host, demo)
        except SutraError as error:
            screen.query_one(NoticeBar).show_error(error)
            return
        self.run_worker(self._leave(self.engine), exit_on_error=False)
        self.engine, self.asked_pair = engine, ("", "")
        screen.bench = replace(
            screen.bench, server=server_of(engine), models=(), model_a="", model_b="", beside=None
        )
        screen.connect()

    @on(events.Click)
    def _hint_clicked(self, event: events.Click) -> None:
        widget = event.widget
        # What a click has opened, it must not close.
        if widget is None or not widget.is_attached or widget.screen is not self.screen:
            return
        x, y = event.screen_x - widget.region.x, event.screen_y - widget.region.y
        if key := key_clicked(self.screen, widget, x, y):
            self.simulate_key(key)

    @on(StreamView.LinkRequested)
    def _link_requested(self, event: StreamView.LinkRequested) -> None:
        from .web_link import ask_and_open

        ask_and_open(self, event.href)

    async def _leave(self, engine: Engine) -> None:
        await self.pulls.close()
        await engine.close()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette's entries."""
        if isinstance(screen, MainScreen):
            yield from palette.entries(self.commands, screen.bench, screen.run_command)
            return
        yield SystemCommand("Change the theme", "Light, dark and others.", self.search_themes)

    async def on_unmount(self) -> None:
        await self._leave(self.engine)
        await self.caches.close()
        await self.histories.close()


def _in_memory(demo: bool) -> History:
    from ..store.history import History

    return History()
