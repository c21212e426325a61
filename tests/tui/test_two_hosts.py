"""The app on two scripted servers: what is shown of each, and who is asked what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from sutra_tui.core.protocol import Memory
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.engines.routed import RoutedEngine
from sutra_tui.settings import Settings
from sutra_tui.tui.screens.model_picker import ModelPicker
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.title_bar import TitleBar
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, NOMIC_EMBED, QWEN_4B_THINKING, OllamaServer

from .settings_support import go_to, open_settings, said, settings_app, type_value
from .workshop import ANSWER, MEMORY, A, B, Workshop, ask_and_wait, connected, main_screen, until

FAR = "192.168.1.20:11434"


class FarEngine(OllamaEngine):
    """Its server is said to be on another machine, reached over plain http."""

    machine = "192.168.1.20"
    exposed = True

    async def memory(self) -> Memory | None:
        return None


@pytest.fixture
def far_server(workshop: Workshop) -> Iterator[OllamaServer]:
    with OllamaServer([MISTRAL_7B, QWEN_4B_THINKING]) as server:
        server.script("*", ANSWER)
        yield server


def two_engines(workshop: Workshop, far: OllamaServer, **changes: Any) -> RoutedEngine:
    return RoutedEngine(workshop.engine(), FarEngine(far.url, address=FAR, **changes))


def pilot_of(workshop: Workshop, far: OllamaServer, **changes: Any) -> Any:
    app = workshop.app(two_engines(workshop, far), **changes)
    return app.run_test(size=(120, 40), notifications=True, tooltips=True)


def notice(pilot: Pilot[None]) -> str:
    return str(main_screen(pilot).query_one(NoticeBar).content)


def title(pilot: Pilot[None]) -> str:
    return str(main_screen(pilot).query_one(TitleBar).render())


async def test_each_picker_lists_its_own_server(
    workshop: Workshop, far_server: OllamaServer
) -> None:
    async with pilot_of(workshop, far_server) as pilot:
        screen = await connected(pilot)
        assert screen.bench.ready
        for key, count, only in (("f2", 3, A), ("f3", 2, QWEN_4B_THINKING.name)):
            await pilot.press(key)
            await until(pilot, lambda: isinstance(pilot.app.screen, ModelPicker))
            options = pilot.app.screen.query_one(OptionList)
            assert options.option_count == count
            rows = "".join(str(options.get_option_at_index(n).prompt) for n in range(count))
            assert only in rows and (A in rows) == (key == "f2")
            await pilot.press("escape")
            await pilot.pause()


async def test_a_run_goes_to_both_and_what_each_holds_is_shown(
    workshop: Workshop, far_server: OllamaServer
) -> None:
    async with pilot_of(workshop, far_server) as pilot:
        screen = await ask_and_wait(pilot)
        assert screen.bench.run.result is not None
        assert screen.bench.run.result.answer == ANSWER
        model_a, model_b = screen.bench.model_a, screen.bench.model_b
        assert {chat.model for chat in workshop.server.chats()} == {model_a}
        assert {chat.model for chat in far_server.chats()} == {model_b}
        await until(pilot, lambda: screen.bench.at("b").is_loaded(model_b))
        assert screen.bench.at("a").is_loaded(model_a)
        assert not screen.bench.at("a").is_loaded(model_b)
        assert screen.bench.memory == MEMORY and screen.bench.at("b").memory is None


async def test_Z5_the_way_to_the_other_machine_is_marked_and_said_once(
    workshop: Workshop, far_server: OllamaServer
) -> None:
    async with pilot_of(workshop, far_server) as pilot:
        await connected(pilot)
        words = f"Your query travels to {FAR} unencrypted."
        await until(pilot, lambda: words in notice(pilot))
        assert f"A localhost:11434  ● B {FAR} ! unencrypted" in title(pilot)
        await pilot.press("f9")
        await connected(pilot)
        main_screen(pilot).query_one(NoticeBar).hide()
        await pilot.press("f9")
        await connected(pilot)
        assert words not in notice(pilot), "once is enough"
        assert "! unencrypted" in title(pilot), "the mark stays"


async def test_models_are_swapped_only_where_both_are_there(
    workshop: Workshop, far_server: OllamaServer
) -> None:
    async with pilot_of(workshop, far_server, model_a=A, model_b=B) as pilot:
        screen = await connected(pilot)
        assert (screen.bench.model_a, screen.bench.model_b) == (A, B)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "neither has both" in notice(pilot) or screen.bench.model_a == B)
        assert (screen.bench.model_a, screen.bench.model_b) == (A, B)
        far_server.add_model(LLAMA_3B)
        await pilot.press("f9")
        await until(pilot, lambda: screen.bench.at("b").info(A))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: (screen.bench.model_a, screen.bench.model_b) == (B, A))


async def test_one_server_that_does_not_answer_is_named(
    workshop: Workshop, far_server: OllamaServer
) -> None:
    far_server.stop()
    async with pilot_of(workshop, far_server) as pilot:
        screen = await connected(pilot)
        assert (screen.bench.server.status, screen.bench.server.address) == ("down", FAR)
        assert FAR in title(pilot) and not screen.bench.ready


async def test_a_server_without_a_model_to_chat_with_is_the_one_shown(workshop: Workshop) -> None:
    with OllamaServer([NOMIC_EMBED]) as far, OllamaServer([MISTRAL_7B]):
        async with pilot_of(workshop, far) as pilot:
            screen = await connected(pilot)
            assert screen.bench.is_empty and screen.bench.server.address == FAR
            assert screen.has_class("-blocked")


async def test_a_host_set_on_the_settings_screen_is_used_at_once(
    workshop: Workshop, far_server: OllamaServer
) -> None:
    app = settings_app(workshop, "")

    def reconnect(host: str | None, demo: bool) -> RoutedEngine | OllamaEngine:
        wanted = app.settings.host_b
        return two_engines(workshop, far_server) if wanted else workshop.engine()

    app._reconnect = reconnect
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await open_settings(pilot)
        await go_to(pilot, screen, "host_b")
        await type_value(pilot, screen, "ftp://x")
        await pilot.press("enter")
        await pilot.pause()
        assert app.settings == Settings()
        box = screen.query_one("#value", Input)
        box.value = FAR
        await pilot.press("enter")
        await said(pilot, screen, f"Saved: host_b = {FAR}. It counts at once.")
        await until(pilot, lambda: main_screen(pilot).bench.beside is not None)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main_screen(pilot))
        run = await ask_and_wait(pilot)
        assert far_server.chats(run.bench.model_b)
