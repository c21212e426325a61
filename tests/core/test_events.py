"""What a run says, as JSON: every kind of event has a name of its own and loses nothing."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from sutra_tui.core import events
from sutra_tui.core.errors import ServerUnreachable
from sutra_tui.core.events import (
    CacheHit,
    DemonstrationDropped,
    DemonstrationFound,
    Event,
    MovedToThinking,
    Notice,
    Phase,
    Planned,
    RawText,
    RunFailed,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    Token,
    to_dict,
)
from sutra_tui.core.memory import Footprint
from sutra_tui.core.message import Message
from sutra_tui.core.plan import RolePlan, RunPlan
from sutra_tui.core.protocol import HandoffResult, StageRecord, StageStats

RESULT = HandoffResult("q", "Vec<u8>", stages=(StageRecord("B", stats=StageStats(load_ms=2.5)),))
SAID: dict[str, Event] = {
    "run_started": RunStarted("r", "q", "handoff", "a", "b", "ollama"),
    "planned": Planned("r", RunPlan((RolePlan("A", "m", "d" * 64, Footprint(5, 3)),), "fits")),
    "stage_started": StageStarted(
        "r", "A", "m", "d" * 64, (Message("user", "q"),), {"num_ctx": 4096, "stop": ("x",)}, 12
    ),
    "phase": Phase("r", "A", "loading", "mmap"),
    "token": Token("r", "A", "demonstration", " <b>\u202e日本", 2),
    "moved_to_thinking": MovedToThinking("r", "B"),
    "raw_text": RawText("r", "A", "<answer>"),
    "demonstration_found": DemonstrationFound("r", 1, "Q: 1\nA: 1"),
    "demonstration_dropped": DemonstrationDropped("r", 1, "it is a copy"),
    "cache_hit": CacheHit("r", "k" * 64, 3.5, 1200.0, 88, pinned=True),
    "notice": Notice("r", "prompt_cut", "The server cut it.", "B"),
    "stage_finished": StageFinished("r", "B", "incomplete", StageStats(1.0, 2), "length", ("cut",)),
    "run_finished": RunFinished("r", RESULT),
    "run_failed": RunFailed("r", ServerUnreachable("Nobody answers.", "Start it."), RESULT),
}


def kinds() -> set[type[Event]]:
    return {
        kind
        for kind in vars(events).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }


def test_the_table_below_has_every_kind_of_event() -> None:
    assert {type(event) for event in SAID.values()} == kinds()


@pytest.mark.parametrize(("name", "event"), SAID.items())
def test_an_event_is_named_and_survives_json(name: str, event: Event) -> None:
    data = to_dict(event)
    assert data["event"] == name
    assert data["run_id"] == "r"
    assert set(data) == {"event", *(field.name for field in fields(event))}
    assert json.loads(json.dumps(data, allow_nan=False)) == data


def test_the_exact_text_of_a_piece_is_in_its_event() -> None:
    assert to_dict(SAID["token"])["text"] == " <b>\u202e日本"


def test_a_failure_says_what_happened_what_to_do_and_what_there_was() -> None:
    data = to_dict(SAID["run_failed"])
    assert data["error"] == {
        "kind": "unreachable",
        "message": "Nobody answers.",
        "remedy": "Start it.",
    }
    assert HandoffResult.from_dict(data["result"]) == RESULT


def test_a_model_kept_for_ever_is_no_number_that_json_lacks() -> None:
    started = StageStarted("r", "A", options={"keep_alive": float("inf")})
    assert to_dict(started)["options"] == {"keep_alive": None}
