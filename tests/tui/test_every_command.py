"""Every command of the registry, used by each of its keys and as it is typed, through the real app.

A command without a row in `EFFECTS` fails; so does one that does nothing to be seen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input

from sutra_tui.core.request import RunRequest
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.tui.app import SutraApp
from sutra_tui.tui.commands import COMMANDS, Command
from sutra_tui.tui.run_view import RunView
from sutra_tui.tui.screens.cache_inspector import CacheInspector
from sutra_tui.tui.screens.compare import CompareScreen
from sutra_tui.tui.screens.doctor import DoctorScreen
from sutra_tui.tui.screens.help import HelpScreen
from sutra_tui.tui.screens.history import HistoryScreen
from sutra_tui.tui.screens.host_prompt import HostPrompt
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.model_manager import ModelManager
from sutra_tui.tui.screens.model_picker import ModelPicker
from sutra_tui.tui.screens.plan import PlanScreen
from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.screens.pull_prompt import PullPrompt
from sutra_tui.tui.screens.settings import SettingsScreen
from sutra_tui.tui.screens.text_dialog import TextDialog
from sutra_tui.tui.screens.xray import XRayScreen
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import QueryBox
from tests.doctor.support import circumstances
from tests.fake_ollama import FakeOllama
from tests.ollama_server import QWEN_4B_THINKING

from .test_first_run import process_of
from .workshop import (
    ANSWER,
    DRAFT,
    QUERY,
    A,
    B,
    Workshop,
    ask,
    ask_and_wait,
    connected,
    until,
)

THINKER = QWEN_4B_THINKING.name
PROMPT = "Answer {query} and write {count} demonstrations."


@dataclass
class Stage:
    """What a row looks at."""

    workshop: Workshop
    pilot: Pilot[None]
    screen: MainScreen
    folder: Path
    fake: FakeOllama

    @property
    def app(self) -> SutraApp:
        return self.screen.app

    @property
    def bench(self) -> Any:
        return self.screen.bench

    @property
    def notice(self) -> str:
        return str(self.screen.query_one(NoticeBar).content)

    @property
    def frame(self) -> str:
        return str(self.screen.query_one(QueryBox).border_title)

    @property
    def panes(self) -> Panes:
        return self.screen.query_one(Panes)

    @property
    def request(self) -> RunRequest:
        """What a run started now would be."""
        return self.screen.request_for("x")

    def shows(self, kind: type[Any]) -> bool:
        return isinstance(self.app.screen, kind)

    def typed_into(self, kind: type[Any]) -> str:
        return self.app.screen.query_one(Input).value if self.shows(kind) else ""

    def looks_into(self) -> str:
        """The stage that the X-ray shows."""
        screen = self.app.screen
        look = screen.view.look if isinstance(screen, XRayScreen) else None
        return look.xray.stage.name if look else ""

    def chats(self, model: str) -> int:
        return len(self.workshop.server.chats(model))

    def kept(self) -> int:
        """Demonstrations of the first entry of the cache."""
        return sum(len(entry.texts) for entry in self.workshop.cache.entries(0, 1))

    def saved(self) -> str:
        path = self.folder / "answer.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""


Seen = Callable[[Stage], object]
Step = Callable[[Stage], Awaitable[object]]


@dataclass(frozen=True)
class Effect:
    """How to see that a command did something.

    Args:
        seen: Holds afterwards, and not before.
        given: What is typed behind its name, and what holds then.
        before: What is done first.
        after: What is done when it has begun something that asks.
    """

    seen: Seen | None
    given: tuple[str, Seen] | None = None
    before: Step | None = None
    after: Step | None = None


async def answered(stage: Stage) -> None:
    await ask_and_wait(stage.pilot)


async def running(stage: Stage) -> None:
    stage.workshop.server.hold("headers", model=A)
    await ask(stage.pilot)


async def attached(stage: Stage) -> None:
    stage.screen.action_attach_file(str(stage.folder / "prompt.txt"))
    await until(stage.pilot, lambda: stage.bench.files)


async def similar_offered(stage: Stage) -> None:
    await ask_and_wait(stage.pilot, "How do I sum a list of numbers?")
    stage.workshop.server.hold("headers", model=A)
    await ask(stage.pilot, "How do I sum a list of all numbers?")
    await until(stage.pilot, lambda: stage.bench.similar)


async def pressed_yes(stage: Stage) -> None:
    await until(stage.pilot, lambda: stage.shows(Confirm))
    await stage.pilot.press("y")


async def down(stage: Stage) -> None:
    """The server is gone, after a run, so that the query box is still there."""
    app, process = stage.app, process_of(stage.fake, stage.folder)
    app.server_process = process
    app.engine = OllamaEngine(stage.fake.host, address="localhost:11434")
    stage.screen.bench = replace(stage.bench, run=RunView(query=QUERY))
    stage.screen.connect()
    await until(stage.pilot, lambda: stage.bench.server.chance)


EFFECTS: dict[str, Effect] = {
    "run.stop": Effect(lambda s: not s.bench.run.running, before=running),
    "model.a": Effect(
        lambda s: s.shows(ModelPicker), (THINKER, lambda s: s.bench.model_a == THINKER)
    ),
    "model.b": Effect(
        lambda s: s.shows(ModelPicker), (THINKER.upper(), lambda s: s.bench.model_b == THINKER)
    ),
    "model.swap": Effect(lambda s: (s.bench.model_a, s.bench.model_b) == (B, A)),
    "models.open": Effect(lambda s: s.shows(ModelManager)),
    "models.pull": Effect(
        lambda s: s.shows(PullPrompt),
        ("qwen2.5:3b", lambda s: s.typed_into(PullPrompt) == "qwen2.5:3b"),
    ),
    "model.pair": Effect(lambda s: A in s.notice and B in s.notice),
    "method.switch": Effect(
        lambda s: s.bench.method == "raw", ("raw", lambda s: s.request.method == "raw")
    ),
    "order.switch": Effect(
        lambda s: s.bench.order == "demos-first",
        ("demos-first", lambda s: s.request.order == "demos-first"),
    ),
    "run.again": Effect(lambda s: s.chats(B) == 2, before=answered),
    "run.fresh": Effect(lambda s: s.chats(A) == 2, before=answered),
    "run.quick": Effect(
        None,
        ("Why?", lambda s: s.chats(B) and not s.chats(A) and s.bench.method == "handoff"),
    ),
    "run.new": Effect(lambda s: not s.panes.answer.text and not s.bench.run.query, before=answered),
    "run.edit": Effect(
        lambda s: s.screen.query_one(QueryBox).text == QUERY,
        ("2", lambda s: s.shows(TextDialog)),
        before=answered,
    ),
    "run.leave_out": Effect(
        lambda s: s.chats(B) == 2 and s.shows(CompareScreen),
        ("2", lambda s: s.chats(B) == 2 and s.shows(CompareScreen)),
        before=answered,
    ),
    "run.bench": Effect(
        lambda s: s.chats(B) == 2 and s.chats(A) == 1 and s.shows(CompareScreen), before=answered
    ),
    "run.follow": Effect(
        lambda s: s.bench.follow and "continues the last answer" in s.frame,
        ("on", lambda s: len(s.request.earlier) == 1),
        before=answered,
    ),
    "file.attach": Effect(
        None,
        ("{folder}/prompt.txt", lambda s: [file.text for file in s.request.files] == [PROMPT]),
    ),
    "file.unload": Effect(
        lambda s: not s.bench.files and "not go along" in s.notice,
        ("prompt.txt", lambda s: not s.request.files),
        before=attached,
    ),
    "cache.similar": Effect(lambda s: s.bench.run.given, before=similar_offered),
    "history.open": Effect(lambda s: s.shows(HistoryScreen)),
    "cache.open": Effect(lambda s: s.shows(CacheInspector)),
    "cache.keep_answer": Effect(lambda s: s.kept() == 4, before=answered),
    "cache.empty": Effect(
        lambda s: s.workshop.cache.stats().entries == 0 and "emoved" in s.notice,
        before=answered,
        after=pressed_yes,
    ),
    "xray.open": Effect(
        lambda s: s.looks_into() == "A", ("b", lambda s: s.looks_into() == "B"), before=answered
    ),
    "plan.open": Effect(lambda s: s.shows(PlanScreen)),
    "pane.zoom": Effect(lambda s: s.panes.has_class("-zoomed")),
    "copy.answer": Effect(
        lambda s: s.app.clipboard == ANSWER,
        ("draft", lambda s: s.app.clipboard == DRAFT),
        before=answered,
    ),
    "copy.code": Effect(lambda s: s.app.clipboard == "total = sum([1, 2, 3])", before=answered),
    "answer.save": Effect(
        None, ("{folder}/answer.md", lambda s: s.saved() == ANSWER), before=answered
    ),
    "run.export": Effect(
        lambda s: len(list(s.folder.glob("sutra-*.md"))) == 1,
        ("json {folder}/run.json", lambda s: (s.folder / "run.json").exists()),
        before=answered,
    ),
    "session.count": Effect(None, ("5", lambda s: s.request.count == 5)),
    "session.think": Effect(
        None, ("on", lambda s: s.request.options_a.think and s.request.options_b.think)
    ),
    "session.system": Effect(
        lambda s: "No standing instructions" in s.notice,
        ("Answer in French.", lambda s: s.request.system == "Answer in French."),
    ),
    "session.options": Effect(
        lambda s: "as in the settings" in s.notice,
        (
            "temperature=0.5 b.seed=7",
            lambda s: (
                s.request.options_a.temperature == 0.5
                and (s.request.options_a.seed, s.request.options_b.seed) == (None, 7)
            ),
        ),
    ),
    "session.template": Effect(
        None, ("a {folder}/prompt.txt", lambda s: s.request.templates.prompt_a == PROMPT)
    ),
    "server.retry": Effect(lambda s: s.bench.info("new:1b")),
    "server.start": Effect(lambda s: s.fake.pids, before=down),
    "server.host": Effect(
        lambda s: s.shows(HostPrompt), ("127.0.0.1:9", lambda s: s.bench.server.status == "down")
    ),
    "server.demo": Effect(lambda s: s.bench.server.is_demo and s.bench.ready),
    "doctor.open": Effect(lambda s: s.shows(DoctorScreen)),
    "settings.open": Effect(lambda s: s.shows(SettingsScreen)),
    "settings.keys": Effect(lambda s: s.typed_into(SettingsScreen) == "keys"),
    "app.theme": Effect(
        lambda s: s.shows(CommandPalette), ("nord", lambda s: s.app.theme == "nord")
    ),
    "app.help": Effect(lambda s: s.shows(HelpScreen)),
    "app.interrupt": Effect(lambda s: "again to quit" in s.notice),
    "app.quit": Effect(lambda s: s.app.return_code is not None or not s.app.is_running),
}


def ways() -> Iterator[Any]:
    """Every key of every command, and every form in which it can be typed."""
    for command in COMMANDS:
        required = command.takes is not None and command.takes.required
        texts = [f"/{command.slash}"] if command.slash and not required else []
        if command.takes is not None:
            behind = EFFECTS[command.id].given if command.id in EFFECTS else None
            texts.append(f"/{command.slash} {behind[0] if behind else 'no row'}")
        for way in (*filter(None, command.key.split(",")), *texts):
            yield pytest.param(command, way, id=f"{command.id} by {way}".replace("{folder}/", ""))


def test_every_command_has_a_row() -> None:
    assert {command.id for command in COMMANDS} == set(EFFECTS)
    for command in COMMANDS:
        assert (command.takes is not None) == (EFFECTS[command.id].given is not None), command.id


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeOllama]:
    made = FakeOllama.make(tmp_path / "bin")
    yield made
    made.end()


@pytest.mark.parametrize(("command", "way"), ways())
async def test_every_command_does_what_it_says(
    workshop: Workshop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fake: FakeOllama,
    command: Command,
    way: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prompt.txt").write_text(PROMPT, encoding="utf-8")
    effect = EFFECTS[command.id]
    typed = way.replace("{folder}", str(tmp_path))
    app = workshop.app(
        circumstances=lambda engine: circumstances(engine, tmp_path), model_a=A, model_b=B
    )
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        stage = Stage(workshop, pilot, await connected(pilot), tmp_path, fake)
        if effect.before is not None:
            await effect.before(stage)
        workshop.server.add_model(replace(workshop.server.models[0], name="new:1b"))
        box = stage.screen.query_one(QueryBox)
        seen = effect.given[1] if " " in way and effect.given else effect.seen
        assert seen is not None and not seen(stage), "what is to be seen was there before"
        if way.startswith("/"):
            box.put(typed)
            await pilot.press("enter")
        else:
            await pilot.press(way)
        if effect.after is not None:
            await effect.after(stage)
        await until(pilot, lambda: seen(stage), timeout=10)
        assert not box.text.startswith("/")
        workshop.server.release()
        if app.server_process is not None:
            app.server_process.stop()


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c.takes and c.takes.required], ids=lambda c: c.id
)
async def test_a_command_that_needs_more_waits_for_it(workshop: Workshop, command: Command) -> None:
    async with workshop.app().run_test(size=(120, 40), notifications=True) as pilot:
        screen = await ask_and_wait(pilot)
        box = screen.query_one(QueryBox)
        box.put(f"/{command.slash}")
        await pilot.press("enter")
        assert box.text == f"/{command.slash} "
        box.clear()
        entry = [
            c for c in pilot.app.get_system_commands(screen) if c.title.startswith(command.title)
        ]
        await entry[0].callback()  # type: ignore[func-returns-value, misc]
        assert box.text == f"/{command.slash} "


async def test_any_command_can_be_given_a_key(workshop: Workshop) -> None:
    async with workshop.app().run_test(size=(120, 40), notifications=True) as pilot:
        screen = await connected(pilot)
        pilot.app.use_keys({"model.pair": "f11", "model.swap": "alt+z"})  # type: ignore[attr-defined]
        await pilot.press("f11")
        assert A in str(screen.query_one(NoticeBar).content)
        before = screen.bench.model_a
        await pilot.press("alt+z")
        assert screen.bench.model_b == before
