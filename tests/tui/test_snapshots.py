"""One picture per state of the product. Look at each one when it changes.

The clock stands still, the cursor does not blink, the server's figures never change.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from sutra_tui.core.protocol import GenerationOptions
from sutra_tui.settings import Settings
from sutra_tui.store.remembered import Remembered
from sutra_tui.tui.widgets.panes import Panes
from sutra_tui.tui.widgets.query_box import QueryBox
from tests.ollama_server import QWEN_4B_THINKING, Reply

from .workshop import (
    ANSWER,
    QUERY,
    REPLY_A,
    STEADY_FIGURES,
    A,
    B,
    Workshop,
    ask,
    ask_and_wait,
    connected,
    main_screen,
    still,
    until,
)

WIDE, MEDIUM, NARROW, SHORT = (120, 40), (80, 24), (50, 24), (110, 18)
Step = Callable[[Pilot[None]], Awaitable[object]]
THINKER = QWEN_4B_THINKING.name
SWAPPED = Remembered(model_a=A, model_b=B)


@pytest.fixture
def picture(workshop: Workshop, snap_compare: Any) -> Callable[..., None]:
    """Takes a picture of the app after a step and compares it."""

    def take(step: Step, size: tuple[int, int] = WIDE, **changes: Any) -> None:
        async def before(pilot: Pilot[None]) -> None:
            await connected(pilot)
            main_screen(pilot).query_one(QueryBox).cursor_blink = False
            await step(pilot)
            await still(pilot)

        changes.setdefault("remembered", SWAPPED)
        app = workshop.app(**changes)
        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


async def idle(pilot: Pilot[None]) -> None:
    await connected(pilot)


async def done(pilot: Pilot[None]) -> None:
    await ask_and_wait(pilot)
    await loaded(pilot, B)


async def loaded(pilot: Pilot[None], *names: str) -> None:
    """Wait until the screen shows what the server holds in memory."""
    screen = main_screen(pilot)
    await until(pilot, lambda: {model.name for model in screen.bench.loaded} == set(names))


def later(workshop: Workshop, pilot: Pilot[None], seconds: float) -> Awaitable[None]:
    """Let the still clock jump, and wait until the screen has noticed."""
    workshop.clock.now += seconds
    thread = main_screen(pilot).query_one("ThreadLine")
    return until(pilot, lambda: thread.now == workshop.clock.now)  # type: ignore[attr-defined]


def test_idle(picture: Callable[..., None]) -> None:
    picture(idle)


def test_no_server(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.stop()
    picture(idle)


def test_no_models(picture: Callable[..., None], workshop: Workshop) -> None:
    for model in workshop.server.models:
        workshop.server.remove_model(model.name)
    picture(idle)


def test_loading(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.hold("load", model=A)

    async def step(pilot: Pilot[None]) -> None:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.bench.run.a.phase)
        await later(workshop, pilot, 3.2)

    picture(step)


def test_reading_the_prompt(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.preload(A, 4096)
    workshop.server.hold("headers", model=A)

    async def step(pilot: Pilot[None]) -> None:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.bench.run.a.phase == "reading the prompt")
        await later(workshop, pilot, 12.0)

    picture(step)


def test_thinking(picture: Callable[..., None], workshop: Workshop) -> None:
    thought = "The user wants a sum. There is a function for that."
    workshop.server.script(THINKER, Reply("Use sum.", thinking=thought, metrics=STEADY_FIGURES))
    hold = 13

    async def step(pilot: Pilot[None]) -> None:
        screen = await ask(pilot)
        workshop.server.hold(hold, model=THINKER)
        await until(pilot, lambda: screen.bench.run.b.phase == "thinking")
        await until(pilot, lambda: workshop.server.parked)
        await later(workshop, pilot, 6.0)
        await pilot.click("#answer ThinkingBlock Chip")

    workshop.server.hold(hold, model=THINKER)
    settings = Settings(reduced_motion=True, options_b=GenerationOptions(think=True))
    picture(step, model_b=THINKER, settings=settings)


def test_writing_demonstrations(picture: Callable[..., None], workshop: Workshop) -> None:
    second = REPLY_A.index("Solution: `max")
    cut = [REPLY_A[:second], REPLY_A[second:]]
    workshop.server.script(A, Reply(chunks=cut, metrics=STEADY_FIGURES))
    workshop.server.hold(1, model=A)

    async def step(pilot: Pilot[None]) -> None:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.bench.run.writing_demonstration)
        await later(workshop, pilot, 8.5)

    picture(step)


def test_writing_the_answer(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.script(B, Reply(chunks=[ANSWER[:40], ANSWER[40:]], metrics=STEADY_FIGURES))
    workshop.server.hold(1, model=B)

    async def step(pilot: Pilot[None]) -> None:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.query_one(Panes).answer.text)
        await later(workshop, pilot, 21.0)

    picture(step)


@pytest.mark.parametrize("size", [WIDE, MEDIUM, (60, 20), NARROW, SHORT], ids=str)
def test_done(picture: Callable[..., None], size: tuple[int, int]) -> None:
    picture(done, size)


def test_done_in_the_light_theme(picture: Callable[..., None]) -> None:
    picture(done, remembered=replace(SWAPPED, theme="sutra-light"))


def test_stopped(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.script(B, Reply(chunks=[ANSWER[:40], ANSWER[40:]], metrics=STEADY_FIGURES))
    workshop.server.hold(1, model=B)

    async def step(pilot: Pilot[None]) -> None:
        screen = await ask(pilot)
        await until(pilot, lambda: screen.query_one(Panes).answer.text)
        await later(workshop, pilot, 9.0)
        await pilot.press("escape")
        await until(pilot, lambda: not screen.bench.run.running)
        await loaded(pilot, B)

    picture(step)


def test_failed(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.fault("error_500_oom", model=B)

    async def step(pilot: Pilot[None]) -> None:
        await ask_and_wait(pilot)
        await loaded(pilot, *workshop.server.loaded)

    picture(step)


def test_fallen_back_to_raw(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.script(A, Reply("Sums are easy. Just add.", metrics=STEADY_FIGURES))
    picture(done)


def test_cut_at_the_limit(picture: Callable[..., None], workshop: Workshop) -> None:
    workshop.server.script(B, Reply(ANSWER[:60], done_reason="length", metrics=STEADY_FIGURES))
    picture(done)


def test_prompt_that_the_server_seems_to_have_cut(
    picture: Callable[..., None], workshop: Workshop
) -> None:
    workshop.server.script(B, Reply(ANSWER, metrics=STEADY_FIGURES, prompt_tokens=40))

    async def step(pilot: Pilot[None]) -> None:
        await ask_and_wait(pilot, f"{QUERY} " * 20)
        await loaded(pilot, B)

    picture(step)


def test_from_the_cache(picture: Callable[..., None], workshop: Workshop) -> None:
    async def step(pilot: Pilot[None]) -> None:
        screen = await ask_and_wait(pilot)
        first = screen.bench.run.run_id
        key = next(iter(workshop.cache.entries())).key
        steady(workshop, key)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: screen.bench.run.run_id != first)
        await until(pilot, lambda: not screen.bench.run.running)
        await loaded(pilot, B)

    picture(step)


def steady(workshop: Workshop, key: str) -> None:
    """Give the entry a cost that is the same on every machine."""
    entry = workshop.cache.peek(key)
    assert entry is not None
    workshop.cache.set(
        key,
        list(entry.texts),
        query=entry.query,
        model_a=entry.model_a,
        digest=entry.digest,
        template_hash=entry.template_hash,
        options=entry.options,
        draft=entry.draft,
        tokens=212,
        seconds=41.0,
    )


def test_raw(picture: Callable[..., None]) -> None:
    picture(done, remembered=replace(SWAPPED, method="raw"))


def test_demo(picture: Callable[..., None], workshop: Workshop) -> None:
    from sutra_tui.engines.demo import demo_engine

    picture(idle, engine=demo_engine("instant"))


def test_zoomed(picture: Callable[..., None]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await done(pilot)
        await pilot.press("f4")

    picture(step)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=str)
def test_model_picker(picture: Callable[..., None], size: tuple[int, int]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await pilot.press("f2")
        await pilot.pause()

    picture(step, size)


def test_help(picture: Callable[..., None]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await pilot.press("f1")
        await pilot.pause()

    picture(step)


def test_another_host(picture: Callable[..., None]) -> None:
    async def step(pilot: Pilot[None]) -> None:
        await main_screen(pilot).run_action("other_host")
        await pilot.pause()

    picture(step)


def test_wide_characters(picture: Callable[..., None], workshop: Workshop) -> None:
    demonstration = "質問: 足し算\n\n答え: 👩‍👩‍👧‍👦 は **4** 人です。"
    text = f"<answer>合計は関数 `sum` です。</answer><demonstration>{demonstration}</demonstration>"
    workshop.server.script(A, Reply(text, metrics=STEADY_FIGURES))
    workshop.server.script(
        B, Reply("| 入力 | 結果 |\n|---|---|\n| [1, 2] | 3 |\n", metrics=STEADY_FIGURES)
    )

    async def step(pilot: Pilot[None]) -> None:
        await ask_and_wait(pilot, "リストの合計は?")

    picture(step)


def test_nobody_at_the_port_is_told_apart_from_something_else(
    picture: Callable[..., None], workshop: Workshop
) -> None:
    workshop.server.fault("html_200", path="/api/version")
    picture(idle)
