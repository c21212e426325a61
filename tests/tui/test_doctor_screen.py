"""The doctor's screen: findings as they come, the self-test, the report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from sutra_tui.core.engine import Engine
from sutra_tui.doctor.finding import Finding, Report
from sutra_tui.doctor.models import Wanted
from sutra_tui.tui.doctor_view import DoctorView, rows
from sutra_tui.tui.screens.doctor import DoctorScreen
from sutra_tui.tui.screens.main import MainScreen
from tests.doctor.support import circumstances
from tests.ollama_server import Reply

from .workshop import REPLY_A, A, B, Workshop, ask, connected, main_screen, until


@asynccontextmanager
async def doctor(
    workshop: Workshop, tmp_path: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[Pilot[None]]:
    def about(engine: Engine) -> Any:
        return circumstances(engine, tmp_path, wanted=Wanted(A, B))

    app = workshop.app(circumstances=about)
    async with app.run_test(size=size, notifications=True, tooltips=True) as pilot:
        screen = await connected(pilot)
        await screen.run_action("open_doctor")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen))
        await until(pilot, lambda: examined(pilot))
        yield pilot


def screen_of(pilot: Pilot[None]) -> DoctorScreen:
    screen = pilot.app.screen
    assert isinstance(screen, DoctorScreen)
    return screen


def examined(pilot: Pilot[None]) -> bool:
    return screen_of(pilot).view.doing == "nothing"


def text(pilot: Pilot[None], part: str = "#findings") -> str:
    return str(screen_of(pilot).query_one(part, Static).render())


async def test_the_findings_are_those_of_the_command(workshop: Workshop, tmp_path: Path) -> None:
    async with doctor(workshop, tmp_path) as pilot:
        topics = [topic for topic, _ in screen_of(pilot).view.report.by_topic()]
        assert topics == ["Program", "Terminal", "Files", "Machine", "Ollama", "Models"]
        assert "answers at localhost:11434" in text(pilot)
        assert "120 columns and 40 rows" in text(pilot)
        assert "warning" in text(pilot, "#status")


async def test_findings_stream_in_while_the_server_is_silent(
    workshop: Workshop, tmp_path: Path
) -> None:
    async with doctor(workshop, tmp_path) as pilot:
        hold = workshop.server.hold("headers", path="/api/version")
        await pilot.press("r")
        await until(pilot, lambda: hold.parked)
        await until(pilot, lambda: "Machine" in text(pilot))
        assert screen_of(pilot).view.doing == "looking"
        assert "answers at" not in text(pilot)
        await pilot.press("t")
        await until(pilot, lambda: "still looking" in text(pilot, "NoticeBar"))
        workshop.server.release()
        await until(pilot, lambda: examined(pilot))
        assert "answers at" in text(pilot)


async def test_looking_again_sees_what_has_changed(workshop: Workshop, tmp_path: Path) -> None:
    async with doctor(workshop, tmp_path) as pilot:
        workshop.server.stop()
        await pilot.press("r")
        await until(pilot, lambda: "Nobody answers" in text(pilot))
        assert screen_of(pilot).view.report.verdict == "failed"


async def test_the_self_test_is_asked_for_says_where_it_is_and_can_be_ended(
    workshop: Workshop, tmp_path: Path
) -> None:
    workshop.server.script(A, Reply(REPLY_A))
    async with doctor(workshop, tmp_path) as pilot:
        assert workshop.server.chats() == [] and workshop.server.loads == []
        hold = workshop.server.hold("load", model=A)
        await pilot.press("t")
        await until(pilot, lambda: hold.parked)
        workshop.clock.now += 4
        await until(pilot, lambda: f"Testing {A}: loading it, 4.0 s" in text(pilot, "#status"))
        await pilot.press("t")
        await until(pilot, lambda: "going on" in text(pilot, "NoticeBar"))
        await pilot.press("escape")
        await until(pilot, lambda: examined(pilot))
        assert isinstance(pilot.app.screen, DoctorScreen)
        await workshop.server.until(lambda: ("abort", A) in workshop.server.loads)
        workshop.server.release()
        await pilot.press("t")
        await until(pilot, lambda: examined(pilot) and "Self-test" in text(pilot))
        assert f"{A}: a demonstration that can be used" in text(pilot)
        assert f"{B}: no demonstration that can be used" in " ".join(text(pilot).split())


async def test_N26_no_self_test_while_a_run_is_going_on(workshop: Workshop, tmp_path: Path) -> None:
    hold = workshop.server.hold("headers", model=A)
    async with doctor(workshop, tmp_path) as pilot:
        await pilot.press("escape")
        await ask(pilot)
        await until(pilot, lambda: hold.parked)
        await main_screen(pilot).run_action("open_doctor")
        await until(pilot, lambda: isinstance(pilot.app.screen, DoctorScreen) and examined(pilot))
        await pilot.press("t")
        await until(pilot, lambda: "Stop the run first." in text(pilot, "NoticeBar"))
        assert len(workshop.server.chats()) == 1


async def test_a_fault_of_the_doctors_own_is_told(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(about: Any) -> Any:
        raise ZeroDivisionError("secret text")
        yield

    async with doctor(workshop, tmp_path) as pilot:
        monkeypatch.setattr("sutra_tui.tui.screens.doctor.examine", broken)
        await pilot.press("r")
        await until(pilot, lambda: "ZeroDivisionError" in text(pilot, "NoticeBar"))
        assert examined(pilot) and "secret" not in text(pilot, "NoticeBar")


async def test_X18_the_report_is_copied_as_text(workshop: Workshop, tmp_path: Path) -> None:
    async with doctor(workshop, tmp_path) as pilot:
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.clipboard)
        assert pilot.app.clipboard == screen_of(pilot).view.report.as_text()
        assert "Nothing of yours" in text(pilot, "NoticeBar")


async def test_escape_goes_back(workshop: Workshop, tmp_path: Path) -> None:
    async with doctor(workshop, tmp_path) as pilot:
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def test_leaving_while_it_looks_hangs_up(workshop: Workshop, tmp_path: Path) -> None:
    async with doctor(workshop, tmp_path) as pilot:
        hold = workshop.server.hold("headers", path="/api/version")
        await pilot.press("r")
        await until(pilot, lambda: hold.parked)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        await workshop.server.until(lambda: workshop.server.calls("/api/version")[-1].disconnected)


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (60, 20), (200, 60)])
async def test_X8_no_size_is_too_odd(
    workshop: Workshop, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with doctor(workshop, tmp_path, size) as pilot:
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert pilot.app.is_running


# -- lines -----------------------------------------------------------------------------------------

LONG = Finding("a.b", "Ollama", "warning", "word " * 30 + "end.", "do " * 40 + "it.")


@pytest.mark.parametrize("width", [24, 50, 69, 70, 116])
def test_no_line_is_wider_than_the_screen_and_no_word_is_lost(width: int) -> None:
    content = rows(Report((LONG,)), width)
    lines = content.plain.split("\n")
    assert max(map(len, lines)) <= max(width, 33)
    assert content.plain.split().count("word") == 30 and content.plain.split().count("do") == 40


def test_X12_every_verdict_is_a_word_too() -> None:
    assert "warning" in rows(Report((LONG,)), 50).plain
    assert "warning" in rows(Report((LONG,)), 100).plain


def test_T2_T5_hostile_text_in_a_finding_is_only_text() -> None:
    evil = Finding("a.b", "Ollama", "ok", "[red]x[/red] [@click=app.quit]q[/] [/]")
    assert "[@click=app.quit]" in rows(Report((evil,)), 100).plain


def test_the_status_says_what_is_going_on() -> None:
    view = DoctorView()
    assert view.status(0).plain == "Looking…"
    assert "20 s at most" in view.at("a:1b", "trying", 10.0).status(14.0).plain
    assert "4.0 s" in view.at("a:1b", "trying", 10.0).status(14.0).plain
