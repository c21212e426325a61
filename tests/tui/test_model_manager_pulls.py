"""Pulling from the model manager: starting, watching, stopping, going on, and what can go wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from sutra_tui.core.model_details import Disk
from sutra_tui.engines.ollama import OllamaEngine
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.model_manager import ModelManager
from sutra_tui.tui.screens.prompts import Confirm
from sutra_tui.tui.screens.pull_prompt import PullPrompt
from sutra_tui.tui.widgets.chip import Chip
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.pull_panel import PullCard
from sutra_tui.tui.widgets.suggestion_list import SuggestionList
from tests.ollama_server import CATALOGUE, LLAMA_3B, NOMIC_EMBED, FakeModel

from .manager_support import at_rest, is_open, manager, names, notice, opened, pilot_of
from .workshop import MEMORY, Workshop, connected, main_screen, until

NEW = "deepseek-r1:1.5b"
BIG = "qwen2.5:3b"


async def pull(pilot: Pilot[None], name: str) -> None:
    """Type a name into the prompt and press enter."""
    await pilot.press("p")
    await until(pilot, lambda: isinstance(pilot.app.screen, PullPrompt))
    await pilot.press(*name, "enter")
    await until(pilot, lambda: isinstance(pilot.app.screen, ModelManager))


def card(pilot: Pilot[None], name: str) -> PullCard:
    return next(c for c in manager(pilot).query(PullCard) if c.pull.model == name)


def said(pilot: Pilot[None], name: str) -> str:
    """Everything a pull's card says."""
    return "\n".join(str(part.content) for part in card(pilot, name).query(Static) if part.display)


async def under_way(pilot: Pilot[None], name: str, words: str = " of ") -> None:
    """Wait until a card shows that bytes have come."""
    screen = manager(pilot)
    await until(pilot, lambda: any(c.pull.model == name for c in screen.query(PullCard)))
    await until(pilot, lambda: words in said(pilot, name))


async def test_a_pull_shows_a_bar_per_layer_and_ends_with_the_model_in_the_list(
    workshop: Workshop,
) -> None:
    workshop.server.hold(4, path="/api/pull")
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pull(pilot, NEW)
        await under_way(pilot, NEW)
        assert "40%" in said(pilot, NEW)
        assert "━" in said(pilot, NEW)
        workshop.server.release()
        await until(pilot, lambda: NEW in names(screen))
        await until(pilot, lambda: "pulled, 1.1 GB" in said(pilot, NEW))
        await until(pilot, lambda: main_screen(pilot).bench.info(NEW))
        await pilot.press("c")
        await until(pilot, lambda: not screen.query(PullCard))


async def test_stop_and_go_on_by_keys(workshop: Workshop) -> None:
    workshop.server.hold(4, path="/api/pull")
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pull(pilot, NEW)
        await under_way(pilot, NEW)
        await pilot.press("x")
        await until(pilot, lambda: "stopped" in said(pilot, NEW))
        assert workshop.server.calls("/api/pull")[0].disconnected
        assert "kept by the server" in notice(pilot)
        workshop.server.release()
        await pilot.press("r")
        await until(pilot, lambda: NEW in names(screen))
        done = pilot.app.pulls.find(pilot.app.engine, NEW)
        assert done.progress.before > 0


async def test_stop_go_on_and_clear_by_mouse(workshop: Workshop) -> None:
    workshop.server.hold(4, path="/api/pull")
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pull(pilot, NEW)
        await under_way(pilot, NEW)
        await pilot.click("PullCard .-stop")
        await until(pilot, lambda: "stopped" in said(pilot, NEW))
        workshop.server.release()
        await until(pilot, lambda: card(pilot, NEW).query_one(".-resume").region.width)
        await pilot.click("PullCard .-resume")
        await until(pilot, lambda: "pulled" in said(pilot, NEW))
        await until(pilot, lambda: card(pilot, NEW).query_one(".-forget").region.width)
        await pilot.click("PullCard .-forget")
        await until(pilot, lambda: not screen.query(PullCard))


async def test_keys_mean_the_pull_that_has_the_focus(workshop: Workshop) -> None:
    workshop.server.hold(4, path="/api/pull")
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pull(pilot, NEW)
        await pull(pilot, BIG)
        await under_way(pilot, NEW)
        await under_way(pilot, BIG)
        card(pilot, BIG).query_one(".-stop", Chip).focus()
        await until(pilot, lambda: screen.view.pull_chosen == BIG)
        await pilot.press("x")
        await until(pilot, lambda: "stopped" in said(pilot, BIG))
        assert "stopped" not in said(pilot, NEW)


async def test_pulls_go_on_when_the_screen_is_closed_and_are_there_when_it_is_opened_again(
    workshop: Workshop,
) -> None:
    workshop.server.hold(4, path="/api/pull")
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pull(pilot, NEW)
        await pull(pilot, BIG)
        await until(pilot, lambda: workshop.server.parked == 2)
        await pilot.press("escape")
        await until(pilot, lambda: not is_open(pilot))
        await pilot.press("ctrl+o")
        await until(pilot, lambda: is_open(pilot))
        await at_rest(pilot)
        await under_way(pilot, NEW)
        await under_way(pilot, BIG)
        await pilot.press("escape")
        await until(pilot, lambda: not is_open(pilot))
        workshop.server.release()
        main = main_screen(pilot)
        await until(pilot, lambda: main.bench.info(NEW) and main.bench.info(BIG))
        assert "is pulled." in str(main.query_one(NoticeBar).content)


async def test_a_pull_that_fails_while_the_screen_is_closed_is_told_on_the_main_screen(
    workshop: Workshop,
) -> None:
    workshop.server.hold(4, path="/api/pull")
    workshop.server.fault("rst_mid", path="/api/pull", after=5)
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pull(pilot, NEW)
        await until(pilot, lambda: workshop.server.parked)
        await pilot.press("escape")
        await until(pilot, lambda: not is_open(pilot))
        workshop.server.release()
        bar = main_screen(pilot).query_one(NoticeBar)
        await until(pilot, lambda: "goes on from there" in str(bar.content))


async def test_the_first_card_leads_here_when_nothing_is_pulled(workshop: Workshop) -> None:
    only(workshop)
    async with pilot_of(workshop) as pilot:
        await connected(pilot)
        await pilot.press("m")
        await until(pilot, lambda: is_open(pilot))
        screen = await at_rest(pilot)
        assert screen.query_one(SuggestionList).is_shown


async def test_leaving_the_app_stops_the_pulls(workshop: Workshop) -> None:
    workshop.server.hold(4, path="/api/pull")
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pull(pilot, NEW)
        await until(pilot, lambda: workshop.server.parked)
    await workshop.server.until(lambda: workshop.server.calls("/api/pull")[0].disconnected)


async def test_going_over_to_another_server_stops_the_pulls(workshop: Workshop) -> None:
    workshop.server.hold(4, path="/api/pull")
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pull(pilot, NEW)
        await until(pilot, lambda: workshop.server.parked)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        pilot.app.use_server(demo=True)
        await until(pilot, lambda: workshop.server.calls("/api/pull")[0].disconnected)
        await until(pilot, lambda: not pilot.app.pulls.all)


@pytest.mark.parametrize(
    ("model", "trouble", "words"),
    [
        ("nobody:1b", {}, "There is no model called nobody:1b"),
        ("future:1b", {}, "needs a newer version of Ollama"),
        (NEW, {"offline": True}, "could not reach the place"),
        (NEW, {"space": 10**6}, "disk is full"),
    ],
)
async def test_what_stops_a_pull_is_said_with_the_servers_words_and_a_way_on(
    workshop: Workshop, model: str, trouble: dict[str, int], words: str
) -> None:
    workshop.server.pulls.registry.append(replace(LLAMA_3B, name="future:1b", requires="9.9.0"))
    for name, value in trouble.items():
        setattr(workshop.server.pulls, name, value)
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pull(pilot, model)
        await under_way(pilot, model, words)
        assert "The server said" in said(pilot, model)
        assert "failed" in said(pilot, model)


async def test_a_connection_that_breaks_is_resumed(workshop: Workshop) -> None:
    workshop.server.fault("rst_mid", path="/api/pull", after=4, times=1)
    async with pilot_of(workshop) as pilot:
        screen = await opened(pilot)
        await pull(pilot, NEW)
        await under_way(pilot, NEW, "failed")
        await pilot.press("r")
        await until(pilot, lambda: NEW in names(screen))
        assert pilot.app.pulls.find(pilot.app.engine, NEW).progress.before > 0


async def test_the_prompt_says_what_a_pull_needs_before_it_starts(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, PullPrompt))
        outlook = lambda: str(pilot.app.screen.query_one(".outlook", Static).content)  # noqa: E731
        await pilot.press(*"nobody")
        await until(pilot, lambda: "will be known when" in outlook())
        await pilot.press("ctrl+u", "down", "down", "up")
        await until(pilot, lambda: "About 815 MB to download" in outlook())
        assert pilot.app.screen.query_one(Input).value == "gemma3:1b"
        assert "35.2 GB free at /var/lib/models" in outlook()
        await pilot.click(OptionList, offset=(4, 1))
        await until(pilot, lambda: pilot.app.screen.query_one(Input).value == "llama3.2:1b")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelManager))
        assert workshop.server.calls("/api/pull") == []


async def test_a_disk_without_room_needs_a_second_enter(workshop: Workshop) -> None:
    small = OllamaEngine(
        workshop.server.url, memory=lambda: MEMORY, disk=lambda: Disk(10**6, 10**9, "/small")
    )
    workshop.server.hold(3, path="/api/pull")
    async with pilot_of(workshop, engine=small) as pilot:
        await opened(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, PullPrompt))
        await pilot.press(*BIG, "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PullPrompt)
        assert workshop.server.calls("/api/pull") == []
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelManager))
        await under_way(pilot, BIG, "are still to come, and 1 MB are free at /small")


async def test_a_name_typed_after_the_first_enter_is_asked_for_anew(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(pilot.app.screen, PullPrompt))
        await pilot.press(*"gpt-oss:120b-cloud", "enter", "backspace", "d", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, PullPrompt)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ModelManager))


def only(workshop: Workshop, *models: FakeModel) -> None:
    for model in workshop.server.models:
        workshop.server.remove_model(model.name)
    for model in models:
        workshop.server.add_model(model)


async def test_with_nothing_suitable_a_suggested_pair_is_pulled_by_enter(
    workshop: Workshop,
) -> None:
    only(workshop, NOMIC_EMBED)
    twin = replace(CATALOGUE[1], name="qwen3:4b-instruct")
    one = replace(CATALOGUE[1], name="llama3.2:1b")
    workshop.server.pulls.registry += [twin, one]
    async with pilot_of(workshop) as pilot:
        await connected(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: is_open(pilot))
        screen = await at_rest(pilot)
        suggestions = screen.query_one(SuggestionList)
        assert suggestions.is_shown
        await until(pilot, lambda: isinstance(screen.focused, OptionList))
        await pilot.press("down", "enter")
        await until(pilot, lambda: {"llama3.2:3b", "qwen2.5:3b"} <= set(names(screen)))
        await until(pilot, lambda: not suggestions.is_shown)
        await until(pilot, lambda: main_screen(pilot).bench.ready)


async def test_a_suggested_pair_is_pulled_by_mouse_and_asks_when_the_disk_is_too_small(
    workshop: Workshop,
) -> None:
    only(workshop)
    small = OllamaEngine(
        workshop.server.url, memory=lambda: MEMORY, disk=lambda: Disk(10**6, 10**9, "/small")
    )
    async with pilot_of(workshop, engine=small) as pilot:
        await connected(pilot)
        await pilot.press("ctrl+o")
        await until(pilot, lambda: is_open(pilot))
        screen = await at_rest(pilot)
        await until(pilot, lambda: screen.query_one("SuggestionList OptionList").region.height)
        await pilot.click("SuggestionList OptionList", offset=(4, 2))
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("escape")
        await pilot.pause()
        assert workshop.server.calls("/api/pull") == []


async def test_T2_T5_hostile_words_of_a_pull_stay_text(workshop: Workshop) -> None:
    evil = "[/][@click=app.quit]\x1b]52;c;eA==\x07"
    workshop.server.fault("error_mid", path="/api/pull", error=evil)
    async with pilot_of(workshop) as pilot:
        await opened(pilot)
        await pull(pilot, NEW)
        await under_way(pilot, NEW, "failed")
        assert "\x1b" not in pilot.app.export_screenshot()
        assert "[/][@click=app.quit]␛]52" in said(pilot, NEW)
