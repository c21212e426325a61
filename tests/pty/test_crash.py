"""Faults of the app, and what is kept of them and of everything else: nothing anybody said."""

from __future__ import annotations

import re
import stat
from pathlib import Path
from textwrap import dedent

import pytest

from sutra_tui import paths
from sutra_tui.store.history import History
from tests.ollama_server import OllamaServer, Reply

from .app import READY, B, ask, crash_files, log_text, quit_app, read, sutra

pytestmark = pytest.mark.slow


# -- faults of the app itself ---------------------------------------------------------------------

SECRET = "terces-drow"
"""What the user typed; the faulty code has it the other way round, which is on no screen."""
TURNED = SECRET[::-1]

FAULTS = {
    "in an action": """
        def action_help(self):
            said = self.query_one("#query").text[::-1]
            raise ValueError("LITERAL " + said)
    """,
    "in a worker": """
        def action_help(self):
            said = self.query_one("#query").text[::-1]
            async def faulty():
                words = said
                raise ValueError("LITERAL " + words)
            self.run_worker(faulty())
    """,
    "in a timer": """
        def action_help(self):
            def faulty():
                words = self.query_one("#query").text[::-1]
                raise ValueError("LITERAL " + words)
            self.set_timer(0.001, faulty)
    """,
    "while drawing": """
        def action_help(self):
            words = self.query_one("#query").text[::-1]
            def faulty(*args):
                raise ValueError("LITERAL " + words)
            line = self.query_one("ThreadLine")
            line.render_line = line.render_lines = faulty
            line.refresh()
    """,
    "with a cause": """
        def action_help(self):
            words = self.query_one("#query").text[::-1]
            try:
                {}["LITERAL " + words]
            except KeyError as error:
                raise ValueError(words) from error
    """,
    "in the thread that reads keys": """
        import textual._xterm_parser
        def action_help(self):
            words = self.query_one("#query").text[::-1]
            def faulty(self, data):
                raise ValueError("LITERAL " + words)
            textual._xterm_parser.XTermParser.feed = faulty
            self.app.bell()
    """,
    "and then it hangs": """
        import asyncio
        from sutra_tui.tui.app import SutraApp
        async def on_unmount(self):
            await asyncio.Event().wait()
        SutraApp.on_unmount = on_unmount
        def action_help(self):
            words = self.query_one("#query").text[::-1]
            raise ValueError("LITERAL " + words)
    """,
}
INSTALL = """
from sutra_tui.tui.screens.main import MainScreen
MainScreen.action_help = action_help
"""


def faulty_module(folder: Path, code: str) -> str:
    """Put faulty code into a file of its own, and give what imports it."""
    (folder / "faulty.py").write_text(dedent(code) + INSTALL)
    return f"import sys; sys.path.insert(0, {str(folder)!r}); import faulty"


@pytest.mark.parametrize("code", FAULTS.values(), ids=FAULTS.keys())
def test_X5_X6_Z6_a_fault_ends_the_app_in_two_lines_and_a_report(
    code: str, server: OllamaServer, tmp_path: Path
) -> None:
    with sutra(server, before=faulty_module(tmp_path, code), size=(200, 40)) as terminal:
        terminal.wait_for(READY)
        terminal.type(SECRET)
        terminal.wait_for(SECRET)
        terminal.press("f1")
        if "XTermParser" in code:
            terminal.wait_for(lambda: "C0 07" in terminal.kinds)
            terminal.type("x")
        assert terminal.wait() == 1

        (report,) = crash_files()
        said = [line for line in terminal.screen.lines if line]
        assert "The app stopped because of a fault in it (" in said[0]
        assert "".join(said[1:]).startswith(f"Please report it with {report}")
        assert len(said) == 2 or len(str(report)) > 120
        assert not terminal.screen.alternate and terminal.screen.modes["25"]
        assert terminal.settings == terminal.settings_before

        written = read(report)
        assert stat.S_IMODE(report.stat().st_mode) == 0o600
        assert re.search(r"faulty\.py:\d+ (action_help|faulty)$", written, re.MULTILINE)
        assert "builtins.ValueError" in written
        for text in (written, log_text(), terminal.written):
            assert TURNED not in text and "LITERAL" not in text and "Traceback" not in text
        assert SECRET not in written + log_text()
        assert "crashed kind=" in log_text()


def test_X5_a_fault_before_the_first_frame_is_told_too(
    server: OllamaServer, tmp_path: Path
) -> None:
    broken = "from sutra_tui.tui.app import SutraApp; SutraApp.CSS = 'nonsense {'"
    with sutra(server, before=broken) as terminal:
        assert terminal.wait() == 1
        assert "The app stopped because of a fault in it" in terminal.screen.lines[0]
        assert len(crash_files()) == 1
        assert not terminal.screen.alternate
        assert terminal.settings == terminal.settings_before


def test_X5_X6_a_failure_nobody_waits_for_is_noted_and_nothing_else(
    server: OllamaServer, tmp_path: Path
) -> None:
    code = """
        import asyncio, gc
        def action_help(self):
            words = self.query_one("#query").text[::-1]
            async def faulty():
                raise ValueError("LITERAL " + words)
            task = asyncio.get_running_loop().create_task(faulty())
            task.add_done_callback(lambda done: self.call_later(gc.collect))
    """
    with sutra(server, before=faulty_module(tmp_path, code)) as terminal:
        terminal.wait_for(READY)
        terminal.type(SECRET)
        terminal.wait_for(SECRET)
        terminal.press("f1")
        terminal.wait_for(lambda: "lost failure kind=ValueError where=faulty.py:" in log_text())
        quit_app(terminal)
        for text in (log_text(), terminal.written):
            assert TURNED not in text and "LITERAL" not in text
        assert not crash_files()


def test_X5_X6_a_fault_in_the_list_of_commands_leaves_the_app_alone(
    server: OllamaServer, tmp_path: Path
) -> None:
    code = """
        from sutra_tui.tui.app import SutraApp
        def action_help(self):
            words = self.query_one("#query").text[::-1]
            def faulty(app, screen):
                app.bell()  # so that the test knows
                raise ValueError("LITERAL " + words)
            SutraApp.get_system_commands = faulty
            self.app.action_command_palette()
    """
    with sutra(server, before=faulty_module(tmp_path, code)) as terminal:
        terminal.wait_for(READY)
        terminal.type(SECRET)
        terminal.wait_for(SECRET)
        terminal.press("f1")
        terminal.wait_for(lambda: "C0 07" in terminal.kinds)
        terminal.wait_for("Search for commands")
        terminal.press("escape")
        terminal.wait_for(lambda: not terminal.shows("Search for commands"))
        terminal.type("!")
        terminal.wait_for(f"{SECRET}!")
        quit_app(terminal)
        for text in (log_text(), terminal.written):
            assert TURNED not in text and "LITERAL" not in text


# -- the log --------------------------------------------------------------------------------------


def test_Z6_what_was_asked_and_answered_is_in_the_databases_and_nowhere_else(
    server: OllamaServer, own_home: Path
) -> None:
    server.script(B, Reply("so far so drow-terces", error="and then drow-terces"))
    with sutra(server) as terminal:
        ask(terminal, f"What is {SECRET}?")
        terminal.wait_for("✗")
        quit_app(terminal)
    databases = {paths.cache_database(), paths.history_database()}
    holding = set()
    for path in own_home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if SECRET.encode() in data or b"drow-terces" in data:
                holding.add(path)
    assert holding == databases
    with History(paths.history_database()) as history:
        (run,) = history.runs()
    assert SECRET in run.query


def test_S9_Z6_the_log_knows_nothing_of_what_was_asked_and_answered(server: OllamaServer) -> None:
    with sutra(server) as terminal:
        ask(terminal, f"What is {SECRET}?")
        terminal.wait_for("● B")
        terminal.wait_for("scripted final answer")
        quit_app(terminal)
    log = paths.log_file()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert [line.split(" ")[2] for line in log_text().splitlines()] == ["started", "ended"]
    assert SECRET not in log_text() and "scripted" not in log_text()


NOISE = """
import os, sys
from sutra_tui.tui.screens.main import MainScreen
def action_help(self):
    os.write(1, b"NOISE one\\n")
    os.write(2, b"NOISE two\\n")
    os.system("echo NOISE three; echo NOISE four >&2")
    print("NOISE five", file=sys.__stdout__, flush=True)
    print("NOISE six")
MainScreen.action_help = action_help
"""


def test_X11_what_libraries_write_does_not_reach_the_screen(server: OllamaServer) -> None:
    with sutra(server, before=NOISE) as terminal:
        terminal.wait_for(READY)
        terminal.type("untouched")
        terminal.wait_for("untouched")
        terminal.press("f1")
        terminal.wait_for(lambda: log_text().count("NOISE") == 5)
        terminal.type("!")
        terminal.wait_for("untouched!")
        quit_app(terminal)
        assert b"NOISE" not in terminal.raw
