"""Text of all scripts in every place: cells are counted right, so that no border is shifted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widget import Widget

from sutra_tui.tui.screens.main import MainScreen
from sutra_tui.tui.widgets.chain_bar import ChainBar
from sutra_tui.tui.widgets.frame import Frame
from sutra_tui.tui.widgets.query_box import QueryBox
from tests.ollama_server import LLAMA_3B, MISTRAL_7B, Reply

from .test_snapshots import picture
from .workshop import (
    DRAFT,
    REPLY_A,
    STEADY_FIGURES,
    A,
    B,
    Workshop,
    ask_and_wait,
    connected,
    still,
    until,
)

__all__ = ["picture"]
WORDS = "日本語 한국어 👩‍💻 🇫🇷 ❤️ 👍🏽 שלום مرحبا कि é ﷽"
WIDE_A, WIDE_B = "模型小さい:3b", "큰모델👍🏽:7b"
QUERY = f"What is {WORDS}?"
ANSWER = f"""\
# {WORDS}

| 名前 | 👩‍💻 |
|---|---|
| שלום | 値 |
| {WORDS} | x |

- {WORDS} {WORDS}
- 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字

```python
print("{WORDS}")  # 注釈
```
"""
REPLY = REPLY_A.replace(DRAFT, f"{WORDS}\n\n{WORDS} {WORDS}").replace("Task:", f"Task {WORDS}:")
SIDES = set("│┃╭╮╰╯┌┐└┘├┤")


@pytest.fixture
def wide(workshop: Workshop) -> Workshop:
    """Models that answer in all scripts, and two with wide names, which no server runs."""
    server = workshop.server
    server.script(A, Reply(REPLY, metrics=STEADY_FIGURES, prompt_tokens=99))
    server.script(B, Reply(ANSWER, metrics=STEADY_FIGURES, prompt_tokens=99))
    server.add_model(replace(LLAMA_3B, name=WIDE_A))
    server.add_model(replace(MISTRAL_7B, name=WIDE_B))
    return workshop


def rows(pilot: Pilot[None]) -> list[str]:
    """The screen's rows, as they are written to a terminal."""
    strips = pilot.app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def at(row: str, column: int) -> str:
    """What stands in one cell; empty for the second half of a wide character."""
    place = 0
    for index in range(len(row)):
        if cell_len(row[:index]) == column and cell_len(row[index]):
            place = index
            return row[place]
    return ""


def check(pilot: Pilot[None]) -> None:
    """Every row has the width of the screen, and every frame its sides where they belong."""
    width = pilot.app.size.width
    found = rows(pilot)
    assert {cell_len(row) for row in found} == {width}
    framed = [w for w in pilot.app.screen.query(Widget) if w.styles.border.right[0] == "round"]
    seen = 0
    for widget in framed:
        region = widget.region.intersection(pilot.app.screen.region)
        if not widget.display or not region.area or region != widget.region:
            continue
        seen += 1
        for y in range(region.y, region.bottom):
            assert at(found[y], region.x) in SIDES, f"left of {widget}: {found[y]}"
            assert at(found[y], region.right - 1) in SIDES, f"right of {widget}: {found[y]}"
    assert seen or not framed


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_frames_stay_straight_around_every_script(
    wide: Workshop, size: tuple[int, int]
) -> None:
    app = wide.app(model_a=A, model_b=B)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await ask_and_wait(pilot, QUERY)
        assert screen.bench.run.result is not None
        assert screen.bench.run.result.answer == ANSWER and screen.bench.run.found == 3
        screen.query_one(QueryBox).put(WORDS * 4)
        await still(pilot)
        check(pilot)
        for _ in range(3):
            await pilot.press("f4")
            await pilot.pause()
            check(pilot)
        assert len(screen.query(Frame)) == 3


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_the_choice_of_models_stays_straight(wide: Workshop, size: tuple[int, int]) -> None:
    app = wide.app(model_a=WIDE_A, model_b=WIDE_B)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = await connected(pilot)
        await still(pilot)
        check(pilot)
        chips = "".join(str(chip.render()) for chip in screen.query_one(ChainBar).query("Chip"))
        assert WIDE_A in chips and WIDE_B in chips


@pytest.mark.parametrize(
    ("key", "shown"),
    [("f2", WIDE_A), ("ctrl+o", WIDE_B), ("f7", "日本語"), ("ctrl+l", "日本語"), ("ctrl+g", A)],
)
async def test_other_screens_stay_straight_too(wide: Workshop, key: str, shown: str) -> None:
    app = wide.app(model_a=A, model_b=B)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await ask_and_wait(pilot, QUERY)
        await pilot.press(key)
        await until(pilot, lambda: not isinstance(app.screen, MainScreen))
        await still(pilot)
        check(pilot)
        assert shown in "".join(rows(pilot))


def test_every_script(picture: Callable[..., None], wide: Workshop) -> None:
    async def step(pilot: Pilot[None]) -> None:
        screen = await ask_and_wait(pilot, QUERY)
        screen.query_one(QueryBox).put(WORDS)
        await pilot.press("f4")

    picture(step, (80, 24), model_a=A, model_b=B)
