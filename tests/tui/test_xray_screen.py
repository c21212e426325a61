"""The X-ray as a person uses it: every key, every chip, runs of all kinds, hostile text."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot

from sutra_tui.core.message import Message
from sutra_tui.core.protocol import HandoffResult, StageRecord
from sutra_tui.store.history import History
from sutra_tui.tui.screens.history import HistoryScreen
from sutra_tui.tui.screens.xray import Seen, XRayScreen
from sutra_tui.tui.widgets.chip import Chip
from sutra_tui.tui.widgets.notice_bar import NoticeBar
from sutra_tui.tui.widgets.origin_rows import OriginView
from sutra_tui.tui.widgets.query_box import QueryBox
from sutra_tui.tui.widgets.xray_facts import XRayFacts
from sutra_tui.tui.widgets.xray_table import XRayRows
from sutra_tui.tui.widgets.xray_tabs import XRayTabs, XRayTitle
from sutra_tui.tui.xray_commands import XRAY_COMMANDS
from tests.store.history_support import HOSTILE
from tests.store.history_support import made as past_run

from . import history_support as archive
from . import workshop as works
from .inspector_support import until
from .workshop import Workshop
from .xray_support import (
    ANSWER,
    DRAFT,
    QUERY,
    TEXTS,
    Run,
    app_of,
    at_rest,
    listed,
    made,
    notice,
    screen_of,
    shown,
    with_stage,
)

UNSAFE = set("\x1b\x07\u202e\x9b\0")
SENT_TO_A = [
    "I instructions",
    "S your system text",
    "I instructions",
    "Q query",
    "+ chat template",
    "r room to reply",
]
WRITTEN_BY_A = [
    "– left out",
    "R draft",
    "D demonstration 1",
    "× dropped",
    "D demonstration 2",
    "– left out",
]
SENT_TO_B = [
    "I instructions",
    "S your system text",
    "D demonstrations",
    "I instructions",
    "Q query",
    "+ chat template",
    "r room to reply",
]
GIVEN = ["D demonstration 1", "D demonstration 2", "R draft"]


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await at_rest(pilot)


def facts(pilot: Pilot[None]) -> str:
    return "\n".join(str(line) for line in screen_of(pilot).query_one(XRayFacts)._lines)


def whole_screen(pilot: Pilot[None]) -> str:
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in lines)


# -- stages and sides -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "parts"),
    [
        ("", SENT_TO_A),
        ("r", WRITTEN_BY_A),
        ("rr", SENT_TO_A),
        ("2", WRITTEN_BY_A),
        ("2r", GIVEN),
        ("3", SENT_TO_B),
        ("3r", ["T thinking", "A answer"]),
        ("31", SENT_TO_A),
    ],
)
async def test_keys_show_each_stage_from_both_sides(keys: str, parts: list[str]) -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await press(pilot, *keys)
        assert listed(pilot) == parts


@pytest.mark.parametrize(
    ("keys", "stage"),
    [(("right",), 1), (("right",) * 2, 2), (("right",) * 3, 0), (("left",), 2), (("3", "left"), 1)],
)
async def test_the_arrows_go_round_the_stages(keys: tuple[str, ...], stage: int) -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await press(pilot, *keys)
        assert screen.view.stage == stage


@pytest.mark.parametrize(
    ("chip", "parts"),
    [("#stage-2", SENT_TO_B), ("#stage-1", WRITTEN_BY_A), ("#side-out", WRITTEN_BY_A)],
)
async def test_the_mouse_shows_them_too(chip: str, parts: list[str]) -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        assert await pilot.click(chip)
        await until(pilot, lambda: listed(pilot) == parts)
        assert await pilot.click("#side-in")
        await until(pilot, lambda: not screen_of(pilot).view.is_raw)


async def test_the_chip_of_what_is_shown_changes_nothing() -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        before = screen.view
        assert await pilot.click("#side-in")
        await at_rest(pilot)
        assert screen.view.is_raw is False and screen.view.listed == before.listed


async def test_every_part_is_named_where_it_begins_and_marked_on_every_row() -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await press(pilot, "3")
        rows = shown(pilot)
        assert "S  your system text · system message" in rows
        place = rows.index("D  demonstrations · user message")
        assert rows[place + 1] == "D▌ <example-7f3a 1>"
        assert rows[rows.index("Q  query · user message") + 1] == f"Q▌ {QUERY}"
        assert all(row[1:2] in ("▌", " ") for row in rows if row)


async def test_what_was_dropped_or_left_out_says_why() -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await press(pilot, "r")
        about = {row.word: row.about for row in screen.view.listed}
        assert about["dropped"] == (
            "The second demonstration repeated an earlier one; it was left out."
        )
        assert about["left out"] == "It stood outside the tags."
        assert "".join(row.text for row in screen.view.text) == made().stages[0].output


async def test_the_facts_of_a_model_stage_and_of_the_parser() -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        said = facts(pilot)
        for words in (
            "llama3.2:3b",
            "8d42e1616fe52c0…",
            "complete, the server says",
            "about 191 of 4,096",
            " 231",
            "2.1 s",
            "121.6",
            "30.8",
            "num_ctx        4096",
            "temperature    the model's own",
            "seed           7",
        ):
            assert words in said, words
        await press(pilot, "2")
        assert "problem 1" in facts(pilot) and "left out" in facts(pilot)


# -- going to a part ------------------------------------------------------------------------------


async def test_the_text_follows_the_cursor() -> None:
    long = with_stage(made(), 0, messages=(Message("user", "word\n" * 200),))
    async with app_of(long).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await press(pilot, "3")
        await pilot.resize_terminal(120, 30)
        await press(pilot, "down", "down", "down")
        assert screen.view.cursor == 3
        rows = shown(pilot)
        view = screen.query_one(OriginView)
        at = rows.index("D  demonstrations · user message")
        top = view.scroll_offset.y
        assert top > at
        assert rows[top].startswith("I  instructions") or top == view.max_scroll_y


async def test_enter_and_a_second_click_go_to_the_text() -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await press(pilot, "down", "enter")
        assert isinstance(screen.focused, OriginView)
        await press(pilot, "j", "k", "G", "g")
        assert screen.query_one(OriginView).scroll_offset.y == 0
        assert await pilot.click(XRayRows, offset=(5, 3))
        await until(pilot, lambda: screen.view.cursor == 3)
        assert isinstance(screen.focused, XRayRows)
        assert await pilot.click(XRayRows, offset=(5, 3), times=2)
        await until(pilot, lambda: isinstance(screen.focused, OriginView))


async def test_panes_one_at_a_time_where_there_is_little_room() -> None:
    async with app_of(made()).run_test(size=(60, 20)) as pilot:
        screen = await at_rest(pilot)
        seen = []
        for _ in range(3):
            await press(pilot, "v")
            seen.append(type(screen.focused).__name__)
        assert seen == ["OriginView", "XRayFacts", "XRayRows"]
        assert await pilot.click("#tab-facts")
        await until(pilot, lambda: isinstance(screen.focused, XRayFacts))


# -- copies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["c", "u", "p"])
async def test_copies_of_a_call_make_it_again(key: str) -> None:
    run = made()
    async with app_of(run, stage="B").run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        body = screen.view.looks[2].xray.body
        assert body is not None and body["model"] == "mistral:7b"
        await pilot.press(key)
        await until(pilot, lambda: pilot.app.clipboard)
        copied = pilot.app.clipboard
        if key == "c":
            assert json.loads(copied) == body
        elif key == "u":
            words = shlex.split(copied)
            assert json.loads(words[-1]) == body
            assert "http://10.0.0.2:11434/api/chat" in words
        else:
            assert "Client(host='http://10.0.0.2:11434')" in copied
            assert compile(copied, "copied", "exec")
        await until(pilot, lambda: "clipboard" in notice(pilot))
        assert f"{len(copied):,} characters" in notice(pilot)


async def test_what_the_parser_handed_on_is_copied_as_json_and_nothing_else() -> None:
    run = made()
    async with app_of(run, stage="parse").run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        for key in ("u", "p"):
            await press(pilot, key)
            assert "calls no model" in notice(pilot) and not pilot.app.clipboard
        await pilot.press("c")
        await until(pilot, lambda: pilot.app.clipboard)
        assert json.loads(pilot.app.clipboard) == run.packet.to_dict()


async def test_a_copy_of_the_demo_says_that_it_has_no_server() -> None:
    async with app_of(made(engine="demo")).run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        assert "DEMO" in str(pilot.app.screen.query_one(XRayTitle).render())
        await pilot.press("u")
        await until(pilot, lambda: "The demo has no server" in notice(pilot))


# -- runs of all kinds ----------------------------------------------------------------------------


async def test_a_run_with_cached_demonstrations_says_that_nothing_was_sent() -> None:
    whole = made()
    cached = StageRecord("A", "llama3.2:3b", status="cached")
    run = replace(whole, stages=(cached, whole.stages[2]), cache_hit=True)
    async with app_of(run).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        assert "came from the cache" in screen.view.nothing
        await press(pilot, "c")
        assert notice(pilot) == "Nothing was sent, so nothing can be copied."
        await press(pilot, "enter")
        assert notice(pilot) == "There is no text to go to."
        await press(pilot, "3")
        assert notice(pilot) == "This run has 2 stages."
        await press(pilot, "2")
        assert listed(pilot) == SENT_TO_B


async def test_a_run_of_an_earlier_version_is_shown_without_origins() -> None:
    run = with_stage(made(), 2, messages=(Message("user", "Old prompt."),))
    async with app_of(run, stage="B").run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        assert listed(pilot)[0] == "? not known"


async def test_a_raw_run_has_one_stage() -> None:
    whole = made()
    async with app_of(replace(whole, stages=whole.stages[2:])).run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await press(pilot, "right")
        assert notice(pilot) == "This run has only one stage."


async def test_a_run_that_never_came_to_a_stage_says_so() -> None:
    async with app_of(HandoffResult("Why?")).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        assert screen.view.nothing == "This run has no stage yet."
        for key in ("r", "1", "c", "u", "v"):
            await press(pilot, key)
            assert notice(pilot) == "This run has no stage yet."


async def test_a_stage_that_is_not_there_yet_is_said() -> None:
    run = replace(made(), stages=made().stages[:1])
    async with app_of(run, stage="B", running=True).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        assert notice(pilot) == "This run has no such stage yet." and screen.view.stage == 0


async def test_a_run_that_goes_on_is_looked_into_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sutra_tui.tui.screens.xray.AGAIN_S", 0.02)
    whole = made()
    output = whole.stages[0].output
    half = output[: output.index(TEXTS[0]) + 10]
    begun = replace(
        with_stage(whole, 0, output=half, status="stopped"),
        stages=with_stage(whole, 0, output=half, status="stopped").stages[:1],
    )
    run = Run(Seen(begun, running=True))
    async with run.app().run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await press(pilot, "r")
        assert [row.about for row in screen.view.listed][-1] == "It is still being written."
        assert "going on" in str(screen.query_one(XRayTitle).render())
        await press(pilot, "down")
        run.seen = Seen(whole)
        await until(pilot, lambda: not screen.view.running)
        await at_rest(pilot)
        assert listed(pilot) == WRITTEN_BY_A and screen.view.cursor == 1
        assert len(screen.view.looks) == 3
        assert "going on" not in str(screen.query_one(XRayTitle).render())


async def test_hostile_text_is_shown_as_text() -> None:
    reply = f"<answer>{HOSTILE}</answer><demonstration>{HOSTILE}[red]x[/]</demonstration>{HOSTILE}"
    run = made(reply, query=HOSTILE)
    run = with_stage(
        run, 0, model=HOSTILE, digest=HOSTILE, done_reason=HOSTILE, options={HOSTILE: HOSTILE}
    )
    run = with_stage(run, 2, name=HOSTILE, problems=(HOSTILE,))
    async with app_of(run).run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        for keys in ("", "r", "2", "r", "3", "r"):
            await press(pilot, *keys)
            assert not UNSAFE & set(whole_screen(pilot))
            assert not UNSAFE & set("".join(shown(pilot)))
        await press(pilot, "2")
        assert any("[red]x[/]" in row for row in shown(pilot))


async def test_a_huge_prompt_comes_in_steps_and_is_all_there() -> None:
    line = "a line of the file that was attached to the query, of which there are many\n"
    messages = (Message.of("user", [("files", line * 8_000), ("query", QUERY)] * 2),)
    run = with_stage(made(), 2, messages=messages)
    async with app_of(run, stage="B").run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        assert listed(pilot)[:4] == ["F files", "Q query"] * 2
        assert len(shown(pilot)) > 16_000
        await press(pilot, "down", "down", "down")
        view = screen.query_one(OriginView)
        assert view.scroll_offset.y == view.max_scroll_y > 16_000
        await pilot.resize_terminal(60, 20)
        await at_rest(pilot)
        assert len(shown(pilot)) > 32_000


async def test_a_text_in_more_parts_than_a_person_reads_ends_with_the_rest() -> None:
    run = made("word " * 20 + "<answer>a</answer>" + "<demonstration>\nx\n</demonstration>" * 1_500)
    async with app_of(run).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await press(pilot, "r")
        assert listed(pilot)[-1] == "… the rest"
        assert "".join(row.text for row in screen.view.text) == run.stages[0].output


# -- every key ------------------------------------------------------------------------------------


def test_each_key_does_one_thing_and_says_what() -> None:
    keys = [key for command in XRAY_COMMANDS.all for key in command.key.split(",")]
    assert len(keys) == len(set(keys))
    assert all(command.help.endswith(".") for command in XRAY_COMMANDS.all)


@pytest.mark.parametrize("key", ["escape", "f12", "q"])
async def test_three_keys_close_it(key: str) -> None:
    app = app_of(made())
    async with app.run_test(size=(120, 40)) as pilot:
        await at_rest(pilot)
        await pilot.press(key)
        await until(pilot, lambda: app.is_closed)


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_two_keys_list_all_keys(key: str) -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(pilot.app.screen, CommandPalette))
        await pilot.press(*"curl")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen or pilot.app.clipboard)
        if not pilot.app.clipboard:
            await pilot.press("enter")
        await screen.run_command("show(1)")
        await at_rest(pilot)
        assert screen.view.stage == 1
        await screen.run_command("copy('curl')")
        assert "calls no model" in notice(pilot)


# -- from the other screens -----------------------------------------------------------------------


async def test_the_run_on_the_screen_is_looked_into_also_while_it_goes_on(
    workshop: Workshop,
) -> None:
    workshop.server.hold("headers", model=works.B)
    app = workshop.app()
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        main = await works.connected(pilot)
        await pilot.press("f12")
        assert str(main.query_one(NoticeBar).content) == "No run has a stage yet."
        await works.ask(pilot)
        await until(pilot, lambda: main.bench.run.b.started is not None)
        await pilot.press("f12")
        screen = await at_rest(pilot)
        assert screen.view.running and len(screen.view.looks) == 3
        assert screen.view.looks[2].xray.body == _sent(workshop, works.B)
        await pilot.press("escape")
        workshop.server.release()
        await until(pilot, lambda: not main.bench.run.running)
        main.query_one(QueryBox).put("/xray parse")
        await pilot.press("enter")
        screen = await at_rest(pilot)
        assert not screen.view.running and screen.view.stage == 1
        assert screen.view.looks[0].xray.body == _sent(workshop, works.A)
        await press(pilot, "3", "r")
        assert screen.view.listed[-1].text == works.ANSWER


def _sent(workshop: Workshop, model: str) -> dict[str, Any]:
    """The body a model's call had, without what the client library adds of its own."""
    body = dict(workshop.server.chats(model)[0].body or {})
    assert body.pop("tools", []) == []
    return body


async def test_a_run_of_the_history_is_looked_into(workshop: Workshop) -> None:
    history = History()
    history.save(past_run("past", QUERY))
    app = workshop.app(open_history=lambda demo: history)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        await works.connected(pilot)
        await pilot.press("ctrl+l")
        await archive.at_rest(pilot)
        await pilot.press("f12")
        screen = await at_rest(pilot)
        assert screen.view.query == QUERY and len(screen.view.looks) == 3
        await pilot.press("u")
        await until(pilot, lambda: app.clipboard)
        assert "http://localhost:11434/api/chat" in app.clipboard
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, HistoryScreen))


async def test_a_run_of_the_history_without_a_stage_says_so(workshop: Workshop) -> None:
    history = History()
    run = past_run("past", QUERY)
    history.save(replace(run, result=replace(run.result, stages=())))
    app = workshop.app(open_history=lambda demo: history)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        await works.connected(pilot)
        await pilot.press("ctrl+l")
        screen = await archive.at_rest(pilot)
        await pilot.press("f12")
        assert "never came to a stage" in archive.notice(pilot) and app.screen is screen


async def test_an_opened_run_of_the_history_is_the_run_on_the_screen(workshop: Workshop) -> None:
    history = History()
    history.save(past_run("past", QUERY))
    app = workshop.app(open_history=lambda demo: history)
    async with app.run_test(size=(120, 40), notifications=True, tooltips=True) as pilot:
        main = await works.connected(pilot)
        await pilot.press("ctrl+l")
        await archive.at_rest(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: main.bench.run.query == QUERY and app.screen is main)
        await pilot.press("f12")
        screen = await at_rest(pilot)
        assert [look.xray.stage.name for look in screen.view.looks] == ["A", "parse", "B"]


async def test_the_chips_can_be_reached_with_tab(workshop: Workshop) -> None:
    async with app_of(made()).run_test(size=(120, 40)) as pilot:
        screen = await at_rest(pilot)
        chip = screen.query_one("#stage-2", Chip)
        chip.focus()
        await pilot.press("enter")
        await until(pilot, lambda: screen.view.stage == 2)
        assert screen.query_one(XRayTabs).view is screen.view
        assert isinstance(screen, XRayScreen)
        await press(pilot, "r")
        assert ANSWER.splitlines()[1] in "\n".join(shown(pilot))
        assert DRAFT not in "\n".join(shown(pilot))
