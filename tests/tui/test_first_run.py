"""The three states before a first answer: not running, not installed, nothing pulled."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Static

from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.installation import Installation
from sutra_tui.server_process import Chance, ServerProcess, Start
from sutra_tui.store.remembered import load_remembered
from sutra_tui.tui.first_run import DEMO, HOST, RETRY, ended_words, hurdle, waiting_words
from sutra_tui.tui.screens.server_start import ServerStart
from sutra_tui.tui.widgets.server_card import ServerCard
from sutra_tui.tui.workbench import Server, Workbench
from tests.fake_ollama import FakeOllama

from .workshop import Workshop, connected, main_screen, until

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes in /proc"
)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeOllama]:
    made = FakeOllama.make(tmp_path / "bin")
    yield made
    made.end()


def process_of(fake: FakeOllama, tmp_path: Path, **changes: Any) -> ServerProcess:
    fields: dict[str, Any] = {
        "log": tmp_path / "ollama-serve.log",
        "environ": fake.environ,
        "listens_at": lambda engine: None if engine.is_demo else fake.host,
        "find": fake.installation,
        **changes,
    }
    return ServerProcess(**fields)


@asynccontextmanager
async def first_run(
    workshop: Workshop, fake: FakeOllama, process: ServerProcess, **changes: Any
) -> AsyncIterator[Pilot[None]]:
    engine = OllamaEngine(fake.host, address="localhost:11434")
    app = workshop.app(engine, server_process=process, **changes)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        await connected(pilot)
        yield pilot


def said(pilot: Pilot[None]) -> str:
    """Everything on the card, or on the dialog over it."""
    screen = pilot.app.screen
    where = screen if isinstance(screen, ServerStart) else screen.query_one(ServerCard)
    return "\n".join(str(part.render()) for part in where.query(Static) if part.display)


# -- installed, not running ------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["key", "mouse", "enter", "palette"])
async def test_one_key_starts_it_and_the_panes_appear(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path, by: str
) -> None:
    process = process_of(fake, tmp_path)
    async with first_run(workshop, fake, process) as pilot:
        assert "installed, but it is not running" in said(pilot)
        if by == "key":
            await pilot.press("s")
        elif by == "mouse":
            await pilot.click("#start_server")
        elif by == "enter":
            await pilot.press("enter")
        else:
            await main_screen(pilot).run_action("start_server")
        screen = main_screen(pilot)
        await until(pilot, lambda: screen.bench.ready)
        assert not screen.has_class("-blocked")
        assert len(fake.running) == 1
    process.stop()
    assert fake.running == []


async def test_while_it_starts_the_time_the_log_and_the_way_out_are_said(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    fake.behave("slow")
    process = process_of(fake, tmp_path)
    async with first_run(workshop, fake, process) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: fake.pids)
        workshop.clock.now += 3.2
        await until(pilot, lambda: "Starting Ollama, 3.2 s" in said(pilot))
        assert str(tmp_path / "ollama-serve.log") in said(pilot)
        assert "escape give up" in said(pilot)
        fake.answer_now()
        await until(pilot, lambda: main_screen(pilot).bench.ready)
    process.stop()


async def test_escape_gives_up_and_stops_it(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    fake.behave("slow")
    process = process_of(fake, tmp_path)
    async with first_run(workshop, fake, process) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: fake.pids)
        await pilot.press("escape")
        await until(pilot, lambda: not fake.running)
        assert "not running" in said(pilot)


async def test_one_that_ends_shows_its_last_words_and_can_be_tried_again(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    fake.behave("fails")
    process = process_of(fake, tmp_path)
    async with first_run(workshop, fake, process) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: "exit code 3" in said(pilot))
        assert "no room for" in said(pilot) and "\x1b" not in said(pilot)
        fake.behave("serves")
        await pilot.press("s")
        await until(pilot, lambda: main_screen(pilot).bench.ready)
        assert len(fake.pids) == 2
    process.stop()


async def test_leaving_the_app_while_it_starts_leaves_nothing_behind(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    fake.behave("slow")
    process = process_of(fake, tmp_path, stops_at_exit=False)
    async with first_run(workshop, fake, process) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: fake.pids)
    fake.wait_until(lambda: not fake.running)


async def test_what_becomes_of_it_at_the_end_is_said_chosen_and_remembered(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    process = process_of(fake, tmp_path)
    async with first_run(workshop, fake, process) as pilot:
        assert "When sutra ends, the server started here is stopped too" in said(pilot)
        await pilot.press("k")
        await until(pilot, lambda: "the server started here goes on running" in said(pilot))
        assert not process.stops_at_exit
        assert load_remembered(workshop.state_file).leave_server
        await pilot.press("k")
        await until(pilot, lambda: "is stopped too" in said(pilot))
    assert process.stops_at_exit
    assert not load_remembered(workshop.state_file).leave_server


async def test_a_system_service_is_pointed_out(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    found = Installation("linux", fake.program, has_service=True)
    process = process_of(fake, tmp_path, find=lambda environ: found)
    async with first_run(workshop, fake, process) as pilot:
        assert "sudo systemctl start ollama" in said(pilot)
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.clipboard == "sudo systemctl start ollama")


# -- not installed ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "line"),
    [
        ("linux", "curl -fsSL https://ollama.com/install.sh | sh"),
        ("macos", "curl -fsSL https://ollama.com/install.sh | sh"),
        ("windows", "irm https://ollama.com/install.ps1 | iex"),
    ],
)
async def test_the_official_line_is_shown_and_copied_and_never_run(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path, system: Any, line: str
) -> None:
    process = process_of(fake, tmp_path, find=lambda environ: Installation(system))
    async with first_run(workshop, fake, process) as pilot:
        assert "not installed" in said(pilot) and line in said(pilot)
        assert not pilot.app.screen.query("#start_server")
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.clipboard == line)
        await pilot.press("s")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ServerStart)
    assert fake.pids == []


async def test_once_it_is_installed_retry_offers_to_start_it(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    found: list[Installation] = [Installation("linux")]
    process = process_of(fake, tmp_path, find=lambda environ: found[-1])
    async with first_run(workshop, fake, process) as pilot:
        found.append(fake.installation())
        await pilot.press("r")
        await until(pilot, lambda: pilot.app.screen.query("#start_server"))
        await until(pilot, lambda: pilot.app.screen.query("#start_server:focus"))
        assert "not running" in said(pilot)


# -- all of them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["stopped", "missing", "empty"])
async def test_demo_and_another_host_are_one_key_away(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path, state: str
) -> None:
    found = fake.installation() if state == "stopped" else Installation("linux")
    process = process_of(fake, tmp_path, find=lambda environ: found)
    changes: dict[str, Any] = {}
    if state == "empty":
        for model in workshop.server.models:
            workshop.server.remove_model(model.name)
        fake.port = workshop.server.port
    async with first_run(workshop, fake, process, **changes) as pilot:
        screen = main_screen(pilot)
        buttons = {
            str(button.label) for button in screen.query("ServerCard Button").results(Button)
        }
        assert {"Retry (r)", "Another host (h)", "Play the demo (d)"} <= buttons
        await pilot.press("h")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await pilot.press("d")
        await until(pilot, lambda: screen.bench.ready and screen.bench.server.is_demo)


async def test_a_server_on_another_machine_is_not_offered_to_be_started(
    workshop: Workshop, fake: FakeOllama, tmp_path: Path
) -> None:
    process = process_of(fake, tmp_path, listens_at=lambda engine: None)
    async with first_run(workshop, fake, process) as pilot:
        assert "No model server at" in said(pilot)
        assert not pilot.app.screen.query("#start_server")
        await pilot.press("s")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, ServerStart)


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (Start("ended", 3), "with exit code 3"),
        (Start("ended", -9), "by signal 9"),
        (
            Start("ended", 1, ("Error: listen tcp 127.0.0.1:1: bind: address already in use",)),
            "another program has its port",
        ),
        (Start("not startable", problem="It could not be started: permission denied."), "denied"),
    ],
)
def test_what_went_wrong_comes_with_a_way_on(start: Start, words: str) -> None:
    happened, remedy = ended_words(start)
    assert words in happened
    assert remedy


def test_with_a_models_screen_the_app_pulls_a_pair_itself() -> None:
    bench = Workbench(Server("localhost:11434", "up"))
    assert hurdle(bench, manages=True).offers[0].action == "screen.open_models"
    assert hurdle(bench, manages=True).lines == ()
    assert hurdle(bench).lines == ("ollama pull llama3.2:3b", "ollama pull qwen2.5:3b")


@pytest.mark.parametrize("manages", [False, True])
@pytest.mark.parametrize("kind", ["stopped", "missing", "empty", "elsewhere"])
def test_every_state_offers_demo_host_and_retry_once_and_no_key_twice(
    kind: str, manages: bool
) -> None:
    program = Path("/usr/bin/ollama") if kind == "stopped" else None
    chance = Chance(Installation("linux", program), Path("/tmp/log"))
    server = Server("localhost:11434", "up" if kind == "empty" else "down")
    if kind in ("stopped", "missing"):
        server = replace(server, chance=chance)
    found = hurdle(Workbench(server), manages=manages)
    assert found.kind == kind and found.head and found.body
    assert {RETRY, DEMO, HOST} <= set(found.offers)
    assert len({offer.key for offer in found.offers}) == len(found.offers)


def test_a_long_start_is_explained() -> None:
    assert waiting_words(2.0) == "Starting Ollama, 2.0 s"
    assert "first start" in waiting_words(12.0)
