"""Title and notifications, byte for byte as a terminal gets them."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping

import pytest

from sutra_tui import paths
from sutra_tui.tui.terminal import GIVE_TITLE_BACK, SAVE_TITLE
from tests.ollama_server import OllamaServer

from .app import READY, B, ask, quit_app, sutra
from .evil import TITLE, titles
from .terminal import Terminal
from .test_terminal import LENDING

pytestmark = pytest.mark.slow
BLUR, FOCUS = "\x1b[O", "\x1b[I"
NOTIFICATION = "\x1b]9;sutra: the answer is there\x07"


SAYS_AWAY = """
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.widgets.notice_bar import NoticeBar
SutraApp.on_app_blur = lambda self: self.main.query_one(NoticeBar).show_quiet("nobody looks")
"""


def settings(text: str) -> None:
    path = paths.config_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def bells(terminal: Terminal) -> int:
    """Bells that end no sequence."""
    return len(re.findall("\x07", re.sub(r"\x1b][^\x07]*\x07", "", terminal.written)))


def run_while_away(terminal: Terminal, server: OllamaServer, *, away: bool = True) -> None:
    server.hold("headers", model=B)
    ask(terminal)
    terminal.wait_for(lambda: server.parked)
    if away:
        terminal.type(BLUR)
        terminal.wait_for("nobody looks")
    server.release()
    terminal.wait_for("● B")
    terminal.wait_for(lambda: titles(terminal.written)[-1:] in ([], ["sutra · done"]))


def test_the_title_follows_the_run_and_is_given_back(server: OllamaServer) -> None:
    with sutra(server) as terminal:
        ask(terminal)
        terminal.wait_for(lambda: titles(terminal.written)[-1] == "sutra · done")
        quit_app(terminal)
        written = terminal.written
        found = titles(written)
        assert found[0] == "sutra" and any(title.startswith("sutra · A") for title in found)
        assert "sutra · writing 1/3" in found and "sutra · B writing" in found
        assert all(TITLE.fullmatch(title) for title in found)
        assert written.count(SAVE_TITLE) == written.count(GIVE_TITLE_BACK) == 1
        assert written.index(SAVE_TITLE) < written.index("\x1b]2;sutra\x07")
        assert written.rindex(GIVE_TITLE_BACK) > written.rindex("\x1b]2;")


def test_the_title_is_the_editors_while_it_has_the_terminal(server: OllamaServer) -> None:
    with sutra(server, before=LENDING) as terminal:
        terminal.wait_for(READY)
        terminal.press("f1")
        terminal.wait_for("the editor is here")
        assert terminal.written.rindex(GIVE_TITLE_BACK) < terminal.written.index("the editor is")
        terminal.type("words\n")
        terminal.wait_for(lambda: terminal.written.count(SAVE_TITLE) == 2)
        terminal.wait_for(READY)
        quit_app(terminal)
        assert terminal.written.count(GIVE_TITLE_BACK) == 2


HANGING = """
import time
from sutra_tui.tui.screens.main import MainScreen
MainScreen.action_help = lambda self: time.sleep(600)
"""


def test_the_title_is_given_back_by_force_too(server: OllamaServer) -> None:
    with sutra(server, before=HANGING) as terminal:
        terminal.wait_for(READY)
        terminal.press("f1")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait() == 143
        assert terminal.written.rindex(GIVE_TITLE_BACK) > terminal.written.rindex("\x1b]2;")


@pytest.mark.parametrize(
    ("text", "env"),
    [
        ("title = false\n", {}),
        ('notify = "bell"\nnotify_after = 0\n', {"TERM": "linux"}),
        ('notify = "terminal"\nnotify_after = 0\n', {"TERM": None}),
    ],
    ids=["switched off", "linux", "no TERM"],
)
def test_a_terminal_that_is_not_to_be_told_is_told_nothing(
    text: str, env: Mapping[str, str | None], server: OllamaServer
) -> None:
    settings(text)
    with sutra(server, before=SAYS_AWAY, env=env) as terminal:
        run_while_away(terminal, server)
        quit_app(terminal)
        assert titles(terminal.written) == [] and bells(terminal) == 0
        assert SAVE_TITLE not in terminal.written and GIVE_TITLE_BACK not in terminal.written
        assert "\x1b]9;" not in terminal.written


def test_a_terminal_that_cannot_draw_gets_no_sequence_at_all(server: OllamaServer) -> None:
    settings('notify = "bell"\nnotify_after = 0\n')
    with sutra(server, env={"TERM": "dumb"}) as terminal:
        assert terminal.wait() == 2
        assert terminal.written and terminal.kinds <= {"C0 0a", "C0 0d"}


@pytest.mark.parametrize(
    ("text", "away", "notifications", "rings"),
    [
        ('notify = "terminal"\nnotify_after = 0\n', True, 1, 0),
        ('notify = "bell"\nnotify_after = 0\n', True, 0, 1),
        ('notify = "terminal"\nnotify_after = 0\n', False, 0, 0),
        ('notify = "bell"\nnotify_after = 600\n', True, 0, 0),
        ("", True, 0, 0),
    ],
    ids=["OSC 9", "bell", "looking", "too short", "off"],
)
def test_the_end_of_a_long_run_is_told_to_who_is_away(
    text: str, away: bool, notifications: int, rings: int, server: OllamaServer
) -> None:
    settings(text)
    with sutra(server, before=SAYS_AWAY) as terminal:
        run_while_away(terminal, server, away=away)
        terminal.type(FOCUS)
        quit_app(terminal)
        assert terminal.written.count(NOTIFICATION) == notifications
        assert terminal.written.count("\x1b]9;") == notifications
        assert bells(terminal) == rings
