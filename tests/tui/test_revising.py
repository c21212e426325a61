"""Editing what is on the screen and running the stale part of it again, as a person does it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static
from textual.widgets._footer import FooterKey

from sutra_tui.store.history import History
from sutra_tui.tui.screens.compare import CompareScreen, PartView
from sutra_tui.tui.screens.help import HelpScreen
from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.screens.text_dialog import TextDialog
from sutra_tui.tui.widgets.demonstration_cards import Cards
from sutra_tui.tui.widgets.demonstration_editor import DemonstrationEditor
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.thread_line import ThreadLine
from tests.ollama_server import QWEN_4B_THINKING, Reply
from tests.store.history_support import made

from .workshop import (
    ANSWER,
    DEMONSTRATIONS,
    DRAFT,
    QUERY,
    A,
    B,
    Workshop,
    ask,
    ask_and_wait,
    connected,
    settled,
    until,
)

WIDE = (120, 40)
THINKER = QWEN_4B_THINKING.name


def pilot_of(workshop: Workshop, size: tuple[int, int] = WIDE, **changes: Any) -> Any:
    app = workshop.app(model_a=A, model_b=B, **changes)
    return app.run_test(size=size, notifications=True, tooltips=True)


def notice(screen: MainScreen) -> str:
    return str(screen.query_one(NoticeBar).content)


def thread(screen: MainScreen) -> str:
    return str(screen.query_one(ThreadLine).render())


def frames(screen: MainScreen) -> list[str]:
    """The lower edges of the three panes."""
    panes = screen.query_one(Panes)
    return [str(pane.status) for pane in (panes.draft, panes.demonstrations, panes.answer)]


def sent_to_b(workshop: Workshop) -> str:
    """The last prompt that Model B got."""
    return workshop.server.chats(B)[-1].prompt


async def on_demonstration(pilot: Pilot[None], number: int) -> MainScreen:
    """Run a query, and select a demonstration with the keys."""
    screen = await ask_and_wait(pilot)
    screen.query_one(Panes).reveal("demonstrations")
    await until(pilot, lambda: isinstance(screen.focused, Cards))
    cards = screen.query_one(Cards)
    while cards.selected != number - 1:
        await pilot.press("up" if cards.selected > number - 1 else "down")
    return screen


async def typed(pilot: Pilot[None], text: str) -> None:
    """Put a text into the box that is open and keep it."""
    await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
    pilot.app.screen.query_one(DemonstrationEditor).text = text
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


async def run_again(pilot: Pilot[None], screen: MainScreen, key: str = "ctrl+r") -> str:
    """Press a key that runs and wait for the end; gives the id of the run before."""
    before = screen.bench.run.run_id
    await pilot.press(key)
    await until(pilot, lambda: screen.bench.run.run_id != before)
    await until(pilot, lambda: not screen.bench.run.running)
    await settled(pilot)
    return before


async def test_an_edited_demonstration_makes_model_b_stale_and_runs_only_that(
    workshop: Workshop,
) -> None:
    history = History()
    async with pilot_of(workshop, open_history=lambda demo: history) as pilot:
        screen = await on_demonstration(pilot, 2)
        await pilot.press("e")
        await typed(pilot, "Task: edited by hand.")
        assert thread(screen).endswith("B 0.0 s stale") and "demonstrations edited" in thread(
            screen
        )
        assert "A stale" not in thread(screen)
        assert frames(screen)[1:] == ["1 edited, not run yet", "stale: demonstrations edited"]
        assert "Task: edited by hand." in screen.query_one(Panes).demonstrations.text
        before = await run_again(pilot, screen)
        assert len(workshop.server.chats(A)) == 1 and len(workshop.server.chats(B)) == 2
        assert "Task: edited by hand." in sent_to_b(workshop)
        assert DEMONSTRATIONS[1] not in sent_to_b(workshop)
        result = screen.bench.run.result
        assert result is not None and result.status == "complete"
        assert result.demonstrations == (
            DEMONSTRATIONS[0],
            "Task: edited by hand.",
            DEMONSTRATIONS[2],
        )
        assert result.draft == DRAFT and screen.query_one(Panes).draft.text.strip() == DRAFT
        assert "reused" in thread(screen) and "stale" not in thread(screen)
        assert frames(screen)[0] == "reused from an earlier run"
        assert "edited demonstrations were used; only Model B ran" in notice(screen)
        await until(pilot, lambda: (r := history.run(result.run_id)) and r.over)
        run = history.run(result.run_id)
        assert run is not None and run.parent == before


# Selecting and editing


async def test_keys_select_edit_remove_and_undo(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 2)
        pane, cards = screen.query_one(Panes).demonstrations, screen.query_one(Cards)
        await pilot.press("d")
        assert pane.text == f"{DEMONSTRATIONS[0]}\n\n{DEMONSTRATIONS[2]}"
        await pilot.press("down", "up", "delete")
        await until(pilot, lambda: cards.selected == 0)
        assert pane.text == DEMONSTRATIONS[2]
        assert "2 removed, not run yet" in frames(screen)[1]
        await pilot.press("enter")
        await typed(pilot, "edited")
        assert pane.text == "edited" and "1 edited, 2 removed" in frames(screen)[1]
        for left in (1, 2, 3):
            await pilot.press("u")
            await until(pilot, lambda n=left: len(cards.cards) == n)
        assert pane.text == "\n\n".join(DEMONSTRATIONS)
        assert "Undone: removed demonstration 2" in notice(screen)
        assert "stale" not in thread(screen) and "edited" not in thread(screen)
        await pilot.press("u")
        assert "nothing to undo" in notice(screen)
        assert len(workshop.server.chats()) == 2


async def test_a_click_selects_and_the_footer_edits(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        cards = screen.query_one(Cards)
        await pilot.click(cards.cards[2])
        assert cards.has_focus and cards.selected == 2
        await pilot.click(cards.cards[1].query_one("Chip"))
        assert cards.selected == 1 and cards.cards[1].has_class("-folded")
        await pilot.press("space")
        assert not cards.cards[1].has_class("-folded")
        words = {str(key.description): key for key in screen.query("FooterKey").results(FooterKey)}
        assert {"Edit", "Without it", "Remove", "Undo"} <= set(words)
        await pilot.click(words["Edit"])
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        box = pilot.app.screen.query_one(DemonstrationEditor)
        assert box.text == DEMONSTRATIONS[1]
        box.text = "by mouse"
        await pilot.click("#keep")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert "by mouse" in screen.query_one(Panes).demonstrations.text


async def test_a_card_longer_than_the_pane_is_scrolled_before_the_next_is_selected(
    workshop: Workshop,
) -> None:
    long = "\n\n".join(f"line {n}" for n in range(60))
    blocks = f"<demonstration>{long}</demonstration><demonstration>two</demonstration>"
    workshop.server.script(A, Reply(f"<answer>a</answer>{blocks}"))
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        screen.query_one(Panes).reveal("demonstrations")
        cards = screen.query_one(Cards)
        await pilot.press("home")
        await until(pilot, lambda: cards.scroll_offset.y == 0 and cards.selected == 0)
        await pilot.press("down")
        assert (cards.selected, cards.scroll_offset.y) == (0, 1)
        await pilot.press("end")
        await until(pilot, lambda: cards.scroll_offset.y == cards.max_scroll_y)
        await pilot.press("down")
        assert cards.selected == 1


async def test_leaving_the_box_keeps_what_was_typed_for_the_next_time(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        await pilot.press(*"new ", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert "not kept yet" in notice(screen) and "stale" not in thread(screen)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        box = pilot.app.screen.query_one(DemonstrationEditor)
        assert box.text == f"new {DEMONSTRATIONS[0]}"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "stale" in thread(screen))
        assert screen.edits.texts[0] == f"new {DEMONSTRATIONS[0]}"


async def test_an_empty_demonstration_is_not_kept_and_an_unchanged_one_is_no_edit(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        dialog = pilot.app.screen
        dialog.query_one(DemonstrationEditor).text = "  "
        await pilot.press("ctrl+s")
        assert "It would say nothing" in str(dialog.query_one(".foot", Static).content)
        dialog.query_one(DemonstrationEditor).text = DEMONSTRATIONS[0]
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))
        assert "Nothing was changed" in notice(screen) and not screen.edits.made


# In the user's own editor


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets what the user's editor writes."""
    script = tmp_path / "editor.py"
    script.write_text("import pathlib, sys\npathlib.Path(sys.argv[2]).write_text(sys.argv[1])\n")
    monkeypatch.delenv("VISUAL", raising=False)

    def writes(text: str) -> None:
        monkeypatch.setenv("EDITOR", f"'{sys.executable}' '{script}' '{text}'")

    writes("from outside\n")
    yield writes


def suspendable(pilot: Pilot[None]) -> None:
    pilot.app.suspend = contextlib.nullcontext  # type: ignore[method-assign, assignment]


async def test_the_users_own_editor_edits_a_demonstration(
    workshop: Workshop, editor: Callable[[str], None]
) -> None:
    async with pilot_of(workshop) as pilot:
        suspendable(pilot)
        screen = await on_demonstration(pilot, 3)
        await pilot.press("E")
        await until(pilot, lambda: screen.edits.texts[2] == "from outside")
        assert screen.query_one(Panes).demonstrations.text.endswith("from outside")
        editor(" ")
        await pilot.press("E")
        await until(pilot, lambda: "came back empty" in notice(screen))
        assert screen.edits.texts[2] == "from outside"


async def test_the_box_can_be_filled_by_the_users_own_editor(
    workshop: Workshop, editor: Callable[[str], None]
) -> None:
    async with pilot_of(workshop) as pilot:
        suspendable(pilot)
        screen = await on_demonstration(pilot, 1)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        await pilot.click("#outside")
        box = pilot.app.screen.query_one(DemonstrationEditor)
        await until(pilot, lambda: box.text == "from outside")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.edits.texts[0] == "from outside")


@pytest.mark.parametrize("key", ["E", "ctrl+o"])
async def test_where_no_editor_can_be_started_it_says_so(workshop: Workshop, key: str) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        if key == "E":
            await pilot.press("E")
            assert "No other program can be started from here." in notice(screen)
            return
        await pilot.press("e")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        await pilot.press(key)
        foot = pilot.app.screen.query_one(".foot", Static)
        assert "No other program can be started from here. Edit it here." in str(foot.content)
        await pilot.click("#leave")
        await until(pilot, lambda: isinstance(pilot.app.screen, MainScreen))


# The query and the prompts


async def slash(pilot: Pilot[None], screen: MainScreen, text: str) -> QueryBox:
    """Type a command and send it."""
    box = screen.query_one(QueryBox)
    box.focus()
    box.put(text)
    await pilot.press("enter")
    return box


@pytest.mark.parametrize("key", ["enter", "ctrl+r"])
async def test_an_edited_query_makes_everything_stale_and_remembers_its_run(
    workshop: Workshop, key: str
) -> None:
    history = History()
    async with pilot_of(workshop, open_history=lambda demo: history) as pilot:
        screen = await ask_and_wait(pilot)
        box = await slash(pilot, screen, "/edit")
        await until(pilot, lambda: box.text == QUERY)
        assert "stale" not in thread(screen)
        await pilot.press("!")
        await until(pilot, lambda: thread(screen).count("stale") == 3)
        assert "query edited" in thread(screen)
        assert all(frame.startswith("stale: query edited") for frame in frames(screen))
        before = await run_again(pilot, screen, key)
        assert screen.bench.run.query == f"{QUERY}!" and box.text == ""
        assert len(workshop.server.chats(A)) == 2
        run_id = screen.bench.run.run_id
        await until(pilot, lambda: (r := history.run(run_id)) and r.over)
        assert (run := history.run(run_id)) and run.parent == before


async def test_a_query_that_is_edited_back_makes_nothing_stale(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        box = await slash(pilot, screen, "/edit query")
        await until(pilot, lambda: box.text == QUERY)
        await pilot.press("x")
        await until(pilot, lambda: "stale" in thread(screen))
        await pilot.press("backspace")
        await until(pilot, lambda: "stale" not in thread(screen))
        await pilot.press("x")
        await until(pilot, lambda: "stale" in thread(screen))
        box.clear()
        await until(pilot, lambda: "stale" not in thread(screen))
        await pilot.press(*"another")
        await pilot.pause()
        assert "stale" not in thread(screen), "a new query is no edit of the old one"


async def test_an_edited_query_that_the_cache_knows_is_answered_from_it(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot, "Another?")
        screen = await ask_and_wait(pilot)
        box = await slash(pilot, screen, "/edit")
        await until(pilot, lambda: box.text == QUERY)
        box.put("Another?")
        await run_again(pilot, screen)
        assert screen.bench.run.cache is not None and len(workshop.server.chats(A)) == 2


async def test_slash_edit_opens_a_demonstration_by_its_number(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await slash(pilot, screen, "/edit 2")
        await typed(pilot, "two")
        assert screen.edits.texts == (DEMONSTRATIONS[0], "two", DEMONSTRATIONS[2])
        await slash(pilot, screen, "/edit 4")
        assert "There is no demonstration 4; the last one is 3." in notice(screen)
        await slash(pilot, screen, "/edit nonsense")
        assert "cannot stand there" in notice(screen)


async def test_edit_says_when_there_is_nothing_to_edit(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await slash(pilot, screen, "/edit")
        assert "no run on the screen" in notice(screen)
        await slash(pilot, screen, "/edit 1")
        assert "no finished run with demonstrations" in notice(screen)


async def test_an_edited_prompt_counts_for_the_session(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await slash(pilot, screen, "/edit b")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextDialog))
        dialog = pilot.app.screen
        box = dialog.query_one(DemonstrationEditor)
        assert box.text == screen.request_for("x").templates.as_template("b", "answer-first")
        box.text = "no hole"
        await pilot.press("ctrl+s")
        assert "{query}" in str(dialog.query_one(".foot", Static).content)
        await typed(pilot, "Mine: {demonstrations} {query}")
        assert screen.bench.session.prompt_b == "Mine: {demonstrations} {query}"
        await until(pilot, lambda: "B 0.0 s stale" in thread(screen))
        assert frames(screen)[2].startswith("stale: Model B's prompt edited")
        await run_again(pilot, screen)
        assert len(workshop.server.chats(A)) == 1 and sent_to_b(workshop).startswith("Mine: ")
        await slash(pilot, screen, "/edit a")
        await typed(pilot, "Write demonstrations for {query}")
        await until(pilot, lambda: thread(screen).count("stale") == 3)
        await slash(pilot, screen, "/edit a")
        await typed(pilot, "")
        assert screen.bench.session.prompt_a == ""
        await until(pilot, lambda: "stale" not in thread(screen))


# Choices


async def test_another_model_b_gets_the_same_demonstrations(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        screen.give("b", THINKER)
        assert "B 0.0 s stale" in thread(screen) and "A 0.0 s stale" not in thread(screen)
        await run_again(pilot, screen)
        assert len(workshop.server.chats(A)) == 1
        assert DEMONSTRATIONS[0] in workshop.server.chats(THINKER)[0].prompt
        assert "reused; only Model B ran" in notice(screen)


@pytest.mark.parametrize("keys", [["f6"], ["ctrl+t"], ["ctrl+s"]], ids=str)
async def test_a_choice_that_is_taken_back_makes_nothing_stale(
    workshop: Workshop, keys: list[str]
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await pilot.press(*keys)
        assert "stale" in thread(screen)
        await pilot.press(*keys)
        assert "stale" not in thread(screen)


async def test_a_quick_run_is_not_stale_for_having_another_method(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await slash(pilot, screen, "/quick Why?")
        await until(pilot, lambda: screen.bench.run.query == "Why?")
        await until(pilot, lambda: not screen.bench.run.running)
        assert "stale" not in thread(screen)


async def test_with_nothing_stale_the_whole_query_runs_again(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        await run_again(pilot, screen)
        assert screen.bench.run.cache is not None, "the cache knows what Model A would write"
        await run_again(pilot, screen, "f5")
        assert len(workshop.server.chats(A)) == 2


async def test_fresh_does_everything_anew_whatever_was_edited(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        await pilot.press("d")
        await run_again(pilot, screen, "f5")
        assert len(workshop.server.chats(A)) == 2
        assert screen.query_one(Panes).demonstrations.text == "\n\n".join(DEMONSTRATIONS)


# A last stage that failed or was stopped


async def test_a_failed_last_stage_is_retried_without_paying_for_the_first(
    workshop: Workshop,
) -> None:
    workshop.server.fault("error_500_oom", model=B, times=2)
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        assert screen.bench.run.error is not None
        assert "failed" in thread(screen) and "stale" not in thread(screen)
        assert frames(screen)[2] == "failed · ctrl+r tries it again"
        await run_again(pilot, screen)
        assert screen.bench.run.error is not None, "it fails again, and can be tried again"
        await run_again(pilot, screen)
        result = screen.bench.run.result
        assert result is not None and (result.status, result.answer) == ("complete", ANSWER)
        assert (result.demonstrations, result.draft) == (DEMONSTRATIONS, DRAFT)
        assert len(workshop.server.chats(A)) == 1
        assert "only Model B ran" in notice(screen)
        assert screen.query_one(QueryBox).text == ""


async def test_a_retry_without_a_server_loses_nothing(workshop: Workshop) -> None:
    workshop.server.fault("error_500_oom", model=B)
    async with pilot_of(workshop) as pilot:
        screen = await ask_and_wait(pilot)
        workshop.server.stop()
        await run_again(pilot, screen)
        assert screen.bench.run.error is not None
        panes = screen.query_one(Panes)
        assert panes.demonstrations.text == "\n\n".join(DEMONSTRATIONS)
        assert panes.draft.text.strip() == DRAFT
        assert screen.revision is not None and screen.revision.reuses


async def test_a_stopped_last_stage_is_run_again_alone(workshop: Workshop) -> None:
    workshop.server.script(
        B, [Reply("word " * 400, endless=True, token_delay=0.002), Reply(ANSWER)]
    )
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.query_one(Panes).answer.text)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.bench.run.running)
        assert frames(screen)[2].startswith("stopped · ctrl+r tries it again")
        await run_again(pilot, screen)
        assert screen.query_one(Panes).answer.text == ANSWER
        assert len(workshop.server.chats(A)) == 1


async def test_a_run_stopped_in_model_a_starts_over(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=A)
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: workshop.server.parked)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.bench.run.running)
        workshop.server.release()
        await run_again(pilot, screen)
        assert len(workshop.server.chats(A)) == 2
        assert screen.query_one(Panes).answer.text == ANSWER


# Leave one out


@pytest.mark.parametrize("way", ["x", "/without 2"])
async def test_leaving_one_out_shows_what_it_changes(workshop: Workshop, way: str) -> None:
    other = ANSWER.replace("adds all items", "takes all items")
    workshop.server.script(B, [Reply(ANSWER), Reply(other)])
    history = History()
    async with pilot_of(workshop, open_history=lambda demo: history) as pilot:
        screen = await on_demonstration(pilot, 2)
        before = screen.bench.run.run_id
        if way == "x":
            await pilot.press("x")
        else:
            await slash(pilot, screen, way)
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await until(pilot, lambda: len(pilot.app.screen.query(PartView)) == 6)
        parts = {v._part.title: v._part for v in pilot.app.screen.query(PartView)}
        assert [p.text for p in parts["Answer"].diff.pieces if p.kind != "same"] == [
            "adds",
            "takes",
        ]
        assert parts["Demonstration 2"].verdict == "only in the older run"
        assert parts["Demonstration 3"].is_same
        await pilot.press("escape")
        assert len(workshop.server.chats(A)) == 1
        assert DEMONSTRATIONS[1] not in sent_to_b(workshop) and DEMONSTRATIONS[2] in sent_to_b(
            workshop
        )
        assert "without demonstration 2" in notice(screen) and "by chance" in notice(screen)
        run_id = screen.bench.run.run_id
        await until(pilot, lambda: (r := history.run(run_id)) and r.over)
        assert (run := history.run(run_id)) and run.parent == before
        assert isinstance(screen.focused, Cards if way == "x" else QueryBox)
        screen.query_one(Panes).reveal("demonstrations")
        await pilot.press("u")
        await until(pilot, lambda: screen.bench.run.run_id == before)
        assert screen.query_one(Panes).demonstrations.text == "\n\n".join(DEMONSTRATIONS)
        assert screen.query_one(Panes).answer.text == ANSWER


async def test_a_run_is_held_to_what_model_b_says_alone(workshop: Workshop) -> None:
    workshop.server.script(B, [Reply(ANSWER), Reply("Use `sum`.")])
    history = History()
    async with pilot_of(workshop, open_history=lambda demo: history) as pilot:
        screen = await on_demonstration(pilot, 1)
        before = screen.bench.run.run_id
        await slash(pilot, screen, "/bench")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        await until(pilot, lambda: pilot.app.screen.query(PartView))
        heads = [str(head.render()) for head in pilot.app.screen.query(".run").results(Static)]
        assert all("tokens written" in head for head in heads)
        assert "handoff" in heads[0] and "raw" in heads[1]
        await pilot.press("escape")
        assert len(workshop.server.chats(A)) == 1
        assert all(text not in sent_to_b(workshop) for text in DEMONSTRATIONS)
        assert "answered alone" in notice(screen) and "by chance" in notice(screen)
        await until(pilot, lambda: (r := history.run(screen.bench.run.run_id)) and r.over)
        run = history.run(screen.bench.run.run_id)
        assert run and run.parent == before and run.result.method == "raw"


async def test_leaving_one_out_does_not_mix_with_edits(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        await pilot.press("d", "x")
        assert "Run your edits first" in notice(screen)
        assert len(workshop.server.chats(B)) == 1


async def test_leaving_out_says_why_it_cannot(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        await slash(pilot, screen, "/without 1")
        assert "no run with demonstrations" in notice(screen)
        workshop.server.fault("error_500_oom", model=B)
        await ask_and_wait(pilot)
        await slash(pilot, screen, "/without 1")
        assert "no answer yet" in notice(screen)


async def test_no_comparison_opens_over_another_screen(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        workshop.server.hold("headers", model=B)
        await pilot.press("x")
        await until(pilot, lambda: workshop.server.parked)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        workshop.server.release()
        await until(pilot, lambda: not screen.bench.run.running)
        await until(
            pilot, lambda: all(w.is_finished for w in screen.workers if w.group == "compare")
        )
        assert isinstance(pilot.app.screen, HelpScreen)


async def test_while_a_run_goes_on_nothing_is_edited(workshop: Workshop) -> None:
    workshop.server.hold("headers", model=B)
    async with pilot_of(workshop) as pilot:
        screen = await ask(pilot)
        await until(pilot, lambda: workshop.server.parked)
        screen.query_one(Panes).reveal("demonstrations")
        await pilot.press("e", "d", "x")
        assert "Stop the run first" in notice(screen)
        assert isinstance(pilot.app.screen, MainScreen) and not screen._edits
        workshop.server.release()
        await until(pilot, lambda: not screen.bench.run.running)


# What was not run is not lost


async def test_edits_that_were_not_run_are_back_with_their_run(workshop: Workshop) -> None:
    history = History()
    async with pilot_of(workshop, open_history=lambda demo: history) as pilot:
        screen = await on_demonstration(pilot, 1)
        first = screen.bench.run.run_id
        await pilot.press("d")
        screen.query_one(QueryBox).focus()
        await ask_and_wait(pilot, "Another?")
        assert "set aside" in notice(screen) and "stale" not in thread(screen)
        await until(pilot, lambda: (r := history.run(first)) and r.over)
        past = history.run(first)
        assert past is not None
        screen.show_run(past)
        await until(pilot, lambda: "stale" in thread(screen))
        assert screen.query_one(Panes).demonstrations.text == "\n\n".join(DEMONSTRATIONS[1:])
        screen.query_one(Panes).reveal("demonstrations")
        await pilot.press("u")
        assert "stale" not in thread(screen)


async def test_another_model_a_warns_that_edits_will_be_set_aside(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        await pilot.press("d")
        screen.give("a", THINKER)
        assert "sets the edits of the old ones aside" in notice(screen)
        assert frames(screen)[1] == "1 removed · stale"
        await run_again(pilot, screen)
        assert "set aside" in notice(screen)


async def test_a_fresh_start_says_that_edits_were_set_aside(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await on_demonstration(pilot, 1)
        await pilot.press("d")
        await slash(pilot, screen, "/new")
        await until(pilot, lambda: not screen.bench.run.query)
        assert "set aside" in notice(screen) and "stale" not in thread(screen)


# Runs of the history


async def test_a_run_of_the_history_is_edited_and_run_like_one_of_today(workshop: Workshop) -> None:
    history = History()
    past = made("past", QUERY, model_a=A, model_b=B)
    history.save(past)
    async with pilot_of(workshop, open_history=lambda demo: history) as pilot:
        screen = await connected(pilot)
        screen.show_run(past)
        assert "stale" not in thread(screen)
        screen.query_one(Panes).reveal("demonstrations")
        await pilot.press("d")
        await run_again(pilot, screen)
        assert workshop.server.chats(A) == []
        run_id = screen.bench.run.run_id
        await until(pilot, lambda: (r := history.run(run_id)) and r.over)
        run = history.run(run_id)
        assert run is not None and run.parent == "past"
        assert run.result.demonstrations == past.result.demonstrations[1:]
        screen.show_run(run)
        assert "A reused" in thread(screen) and "2/2 reused" in thread(screen)
        assert screen.query_one(Panes).draft.text == past.result.draft
        assert "made from an earlier run" in notice(screen)


async def test_a_run_of_the_history_with_other_models_is_stale(workshop: Workshop) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        screen.show_run(made("past", QUERY, model_a="gone:3b", model_b=B))
        assert thread(screen).count("stale") == 3
        await run_again(pilot, screen)
        assert len(workshop.server.chats(A)) == 1


async def test_leaving_one_out_of_a_run_of_the_past_says_what_is_not_known(
    workshop: Workshop,
) -> None:
    async with pilot_of(workshop) as pilot:
        screen = await connected(pilot)
        screen.show_run(made("past", QUERY, model_a=A, model_b=B))
        await slash(pilot, screen, "/without 1")
        await until(pilot, lambda: isinstance(pilot.app.screen, CompareScreen))
        assert "which that run may not have had" in notice(screen)
