"""One picture per state of the X-ray. Look at each one when it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from sutra_tui.core.message import Message
from sutra_tui.core.protocol import HandoffResult, StageRecord
from tests.store.history_support import HOSTILE

from .xray_support import QUERY, TEXTS, app_of, at_rest, made, with_stage

WIDE, MEDIUM, NARROW = (120, 40), (80, 24), (60, 20)
FILE = "[dependencies]\nserde = '1'\ntokio = { version = '1', features = ['full'] }\n"
EVERYTHING = (
    Message.of("system", [("instructions", "Answer the task.\n\n"), ("system", "Be brief.")]),
    Message.of("user", [("earlier", "What is a crate?")]),
    Message.of("assistant", [("earlier", "A crate is what the compiler takes at once. " * 9)]),
    Message.of(
        "user",
        [
            ("demonstrations", f"<example-7f3a 1>\n{TEXTS[0]}\n</example-7f3a 1>\n"),
            ("draft", "Use `fs::read_to_string`."),
            ("instructions", "\n\nTASK:\n"),
            ("query", QUERY + "\n\n"),
            ("files", f'<file name="Cargo.toml">\n{FILE * 60}</file>'),
        ],
    ),
)


@pytest.fixture
def picture(snap_compare: Any) -> Callable[..., None]:
    """Takes a picture after some keys and compares it."""

    def take(
        run: HandoffResult, keys: str = "", size: tuple[int, int] = WIDE, **changes: Any
    ) -> None:
        theme = changes.pop("theme", "sutra-dark")

        async def before(pilot: Pilot[None]) -> None:
            await at_rest(pilot)
            pilot.app.theme = theme
            for key in keys.split():
                await pilot.press(key)
                await at_rest(pilot)

        app = app_of(run, **changes)
        assert snap_compare(app, terminal_size=size, run_before=before)

    return take


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
def test_what_was_sent(picture: Any, size: tuple[int, int]) -> None:
    run = with_stage(made(), 2, messages=EVERYTHING)
    picture(run, "3 down down down down", size)


@pytest.mark.parametrize("size", [WIDE, MEDIUM, NARROW])
def test_what_came_back(picture: Any, size: tuple[int, int]) -> None:
    picture(made(), "r", size)


@pytest.mark.parametrize("keys", ["v", "v v"])
def test_the_other_panes_where_there_is_room_for_one(picture: Any, keys: str) -> None:
    picture(made(), f"r {keys}", NARROW)


def test_the_facts_below_the_parts(picture: Any) -> None:
    picture(made(), "v", MEDIUM)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_what_the_parser_gave(picture: Any, size: tuple[int, int]) -> None:
    picture(made(), "2 r", size)


def test_a_copy(picture: Any) -> None:
    picture(made(engine="demo"), "3 u", MEDIUM)


def test_the_light_theme(picture: Any) -> None:
    picture(with_stage(made(), 2, messages=EVERYTHING), "3", theme="sutra-light")


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_demonstrations_from_the_cache(picture: Any, size: tuple[int, int]) -> None:
    whole = made()
    cached = StageRecord("A", "llama3.2:3b", "8d42e1616fe52c0a17", status="cached")
    picture(replace(whole, stages=(cached, whole.stages[2])), "", size)


def test_a_run_that_goes_on(picture: Any) -> None:
    whole = made()
    output = whole.stages[0].output
    half = with_stage(whole, 0, output=output[: output.index(TEXTS[0]) + 40], status="stopped")
    picture(replace(half, stages=half.stages[:1]), "r", MEDIUM, running=True)


def test_no_stage_yet(picture: Any) -> None:
    picture(HandoffResult(QUERY), "", MEDIUM)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_hostile_text(picture: Any, size: tuple[int, int]) -> None:
    reply = (
        f"{HOSTILE}<answer>{HOSTILE}</answer><demonstration>{HOSTILE}[red]x[/] العربية "
        f"{'長い' * 60}</demonstration><demonstration>cut {'x' * 300}"
    )
    run = made(reply, query=HOSTILE)
    run = with_stage(run, 0, model=HOSTILE, digest=HOSTILE, done_reason=HOSTILE)
    picture(with_stage(run, 2, name=HOSTILE, problems=(HOSTILE,)), "r down", size)
