"""One picture per state of the doctor's screen. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from sutra_tui.core.engine import Engine
from sutra_tui.doctor.finding import Finding
from sutra_tui.doctor.models import Wanted
from sutra_tui.tui.doctor_view import DoctorView
from sutra_tui.tui.screens.doctor import DoctorScreen
from tests.doctor.support import circumstances

from .test_doctor_screen import examined, screen_of, text
from .workshop import A, B, Workshop, connected, still, until

WIDE, MEDIUM, NARROW = (120, 40), (80, 24), (60, 20)
Step = Callable[[Pilot[None]], Awaitable[object]]
STEADY = {
    "program.version": "sutra 1.2.3.",
    "program.python": "Python 3.12.1 (CPython).",
    "program.packages": "textual 8.2.8, rich 15.0.0, ollama 0.6.3, httpx 0.28.1, psutil 7.2.2.",
    "files.journal": "The cache is kept with a rollback journal: SQLite is older than 3.51.3.",
    "machine.system": "Linux 6.18 on x86_64.",
    "machine.disk": "83.3 GB of disk free for your account.",
}
"""What differs from machine to machine."""


def steady(finding: Finding) -> Finding:
    return replace(finding, text=STEADY.get(finding.id, finding.text))


@pytest.fixture
def picture(
    workshop: Workshop, snap_compare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    added = DoctorView.with_finding
    monkeypatch.setattr(
        DoctorView, "with_finding", lambda view, finding: added(view, steady(finding))
    )

    def about(engine: Engine) -> Any:
        return circumstances(engine, tmp_path, wanted=Wanted(A, B))

    def take(size: tuple[int, int], step: Step | None = None) -> None:
        async def before(pilot: Pilot[None]) -> None:
            screen = await connected(pilot)
            await screen.run_action("open_doctor")
            await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
            await until(pilot, lambda: examined(pilot))
            if step is not None:
                await step(pilot)
            await still(pilot)

        app = workshop.app(circumstances=about)
        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
def test_examined(picture: Any, size: tuple[int, int]) -> None:
    picture(size)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_without_a_server(picture: Any, workshop: Workshop, size: tuple[int, int]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        workshop.server.stop()
        await pilot.press("r")
        await until(pilot, lambda: screen_of(pilot).view.report.count("failed"))
        await until(pilot, lambda: examined(pilot))
        await pilot.press("end")

    picture(size, step)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_testing(picture: Any, workshop: Workshop, size: tuple[int, int]) -> None:
    hold = workshop.server.hold("load", model=A)

    async def step(pilot: Pilot[None]) -> None:
        await pilot.press("t")
        await until(pilot, lambda: hold.parked)
        workshop.clock.now += 4.2
        await until(pilot, lambda: "4.2 s" in text(pilot, "#status"))

    picture(size, step)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_tested(picture: Any, size: tuple[int, int]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await pilot.press("t")
        await until(pilot, lambda: screen_of(pilot).view.tested and examined(pilot))
        await pilot.press("end")

    picture(size, step)
