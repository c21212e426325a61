"""Textual's driver, drawing on a terminal of our own and read without its traps.

Invariant: the terminal is taken before anything is drawn and let go after everything is undone,
also when the app is suspended; what was pasted is never taken for keys; a terminal that is gone
ends the input thread quietly.
"""

from __future__ import annotations

import codecs
import os
import select
import signal
from collections.abc import Iterable
from types import FrameType
from typing import Any, Final, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.message import Message

from ..core.clean import clean
from .paste_gate import Pasted, PasteGate
from .terminal import GIVE_TITLE_BACK, SAVE_TITLE, Terminal
from .watch import Watch

LOOK_AGAIN_S: Final = 0.1
"""How often the reader looks whether the app has ended."""
HESITATION_S: Final = 0.02
"""How long half a marker may be on its way before it counts as a key."""


class TerminalDriver(LinuxDriver):
    """See the module.

    Args:
        terminal: Where to draw.
        watch: Is told when the app begins and leaves.
        app: As for every driver, like the rest.
        debug: As there.
        mouse: As there.
        size: As there; None is the terminal's own.
    """

    def __init__(
        self,
        terminal: Terminal,
        watch: Watch,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size or terminal.size())
        self._terminal = terminal
        self._watch = watch
        self._suspending = False
        self._title = ""
        # Textual would draw on standard error, which libraries write to and users send to files.
        self._file = cast(Any, terminal)

    def _get_terminal_size(self) -> tuple[int, int]:
        return self._terminal.size()

    def start_application_mode(self) -> None:
        """Take the terminal and begin to draw."""
        self._terminal.take()
        self._watch.begin(self._loop)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGWINCH, self._window_changed)
        self._name_window()

    def _window_changed(self, signum: int, frame: FrameType | None) -> None:
        # Textual's handler reads the size at once. One such handler can interrupt another, which
        # then reports its older size last, and the app stays at a size that is long gone.
        self._loop.call_soon_threadsafe(self._report_size)

    def _report_size(self) -> None:
        if not self._in_band_window_resize:
            size = Size(*self._terminal.size())
            self._app.post_message(events.Resize(size, size))

    def stop_application_mode(self) -> None:
        """Undo what was asked of the terminal."""
        self._unname_window()
        super().stop_application_mode()
        if not self._suspending:
            self._watch.leaving()

    # What the terminal is told besides

    def show_title(self, title: str) -> None:
        """Give the window a title; an empty one gives it back the one it had.

        Args:
            title: Fixed words of ours.
        """
        if title == self._title:
            return
        self._title = title
        if self._terminal.is_taken:
            self._name_window()

    def tell(self, sequence: str) -> None:
        """Write a bell or a notification."""
        if sequence and self._terminal.can_be_told and self._terminal.is_taken:
            self.write(sequence)
            self.flush()

    def _name_window(self) -> None:
        if not self._title:
            self._unname_window()
        elif self._terminal.can_be_told:
            if not self._terminal.is_named:
                self._terminal.is_named = True
                self.write(SAVE_TITLE)
            self.write(f"\x1b]2;{self._title}\x07")

    def _unname_window(self) -> None:
        if self._terminal.is_named:
            self._terminal.is_named = False
            self.write(GIVE_TITLE_BACK)

    def suspend_application_mode(self) -> None:
        """Lend the terminal to a shell or an editor."""
        self._suspending = True
        try:
            super().suspend_application_mode()
        finally:
            self._suspending = False

    def close(self) -> None:
        """Bring out the last of the drawing and let the terminal go."""
        super().close()
        self._terminal.let_go()

    def run_input_thread(self) -> None:
        """Read what is typed and pasted until the app ends or the terminal is gone."""
        try:
            self._read_input()
        except OSError:
            self._terminal.is_gone = True  # the watch has seen it too and ends the app
        except Exception as error:
            self._loop.call_soon_threadsafe(self._app._handle_exception, error)

    def _read_input(self) -> None:
        parser, gate = XTermParser(self._debug), PasteGate()
        # Textual's decoder is strict: one key of a terminal with another encoding ends the app.
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            patience = HESITATION_S if gate.hesitates else LOOK_AGAIN_S
            pieces: Iterable[str | Pasted] = ()
            if select.select([self.fileno], [], [], patience)[0]:
                data = os.read(self.fileno, 65536)
                if not data:  # the end of a terminal that is gone
                    return
                pieces = gate.feed(decode(data))
            elif gate.hesitates:
                pieces = (gate.give_up_waiting(),)
            for piece in pieces:
                if isinstance(piece, Pasted):
                    self.process_message(events.Paste(_presentable(piece.text)))
                else:
                    self._process_all(parser.feed(piece))
            self._process_all(parser.tick())

    def _process_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)


def _presentable(pasted: str) -> str:
    """Pasted text as any widget may show it; most terminals send the ends of lines as CR."""
    return clean(pasted.replace("\r\n", "\n").replace("\r", "\n"))
