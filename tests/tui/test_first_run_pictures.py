"""One picture per state before a first answer. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sutra_tui import paths
from sutra_tui.core.errors import ServerUnreachable
from sutra_tui.installation import Installation, System
from sutra_tui.server_process import ServerProcess, Start
from sutra_tui.tui.screens.server_start import ServerStart

from .test_first_run import said
from .workshop import Workshop, connected, still, until

WIDE, MEDIUM, NARROW = (120, 40), (80, 24), (60, 20)
PROGRAM = Path("/usr/local/bin/ollama")
Step = Callable[[Pilot[None]], Awaitable[object]]


class Standing(ServerProcess):
    """Starts nothing: comes to the end it is told to, or waits for ever."""

    def __init__(self, found: Installation, start: Start | None = None) -> None:
        super().__init__(
            paths.server_log(), {}, lambda engine: "127.0.0.1:11434", find=lambda environ: found
        )
        self._result = start

    async def start(self, engine: Any) -> Start:
        import asyncio

        if self._result is None:
            await asyncio.Event().wait()
        assert self._result is not None
        return self._result


@pytest.fixture(autouse=True)
def a_home_of_constant_length(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ".local" / "state"))


@pytest.fixture
def picture(workshop: Workshop, snap_compare: Any) -> Callable[..., None]:
    async def nothing(pilot: Pilot[None]) -> None:
        await pilot.pause()

    def take(
        process: ServerProcess, size: tuple[int, int], step: Step = nothing, *, empty: bool = False
    ) -> None:
        async def before(pilot: Pilot[None]) -> None:
            await connected(pilot)
            await step(pilot)
            await still(pilot)

        if empty:
            for model in workshop.server.models:
                workshop.server.remove_model(model.name)
        else:
            workshop.server.stop()
        app = workshop.app(server_process=process)
        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
@pytest.mark.parametrize("service", [False, True], ids=["plain", "service"])
def test_installed_not_running(picture: Any, size: tuple[int, int], service: bool) -> None:
    picture(Standing(Installation("linux", PROGRAM, service)), size)


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("system", ["linux", "windows"])
def test_not_installed(picture: Any, size: tuple[int, int], system: System) -> None:
    picture(Standing(Installation(system)), size)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_running_but_empty(picture: Any, size: tuple[int, int]) -> None:
    picture(Standing(Installation("linux", PROGRAM)), size, empty=True)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_starting(picture: Any, workshop: Workshop, size: tuple[int, int]) -> None:
    async def start(pilot: Pilot[None]) -> None:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, ServerStart))
        workshop.clock.now += 3.2
        await until(pilot, lambda: "3.2 s" in said(pilot))

    picture(Standing(Installation("linux", PROGRAM)), size, start)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_ended_at_once(picture: Any, size: tuple[int, int]) -> None:
    words = (
        'time=2026-10-06T09:30:12.123Z level=INFO source=routes.go:1331 msg="server config"',
        "Error: listen tcp 127.0.0.1:11434: bind: address already in use",
    )

    async def start(pilot: Pilot[None]) -> None:
        await pilot.press("s")
        await until(pilot, lambda: "another program" in said(pilot))

    picture(Standing(Installation("linux", PROGRAM), Start("ended", 1, words)), size, start)


def test_the_error_that_leads_here_is_the_engines_own() -> None:
    assert ServerUnreachable.kind == "unreachable"
