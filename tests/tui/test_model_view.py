"""The manager's view: sorting, filtering, the cursor, reasons and suggestions."""

from __future__ import annotations

from typing import Any

import pytest

from sutra_tui.core.memory import GB
from sutra_tui.core.protocol import LoadedModel, Memory, ModelInfo
from sutra_tui.tui import model_columns as columns
from sutra_tui.tui.model_columns import COLUMNS
from sutra_tui.tui.model_commands import MODEL_COMMANDS
from sutra_tui.tui.model_view import ModelsView, ServerView, listed
from sutra_tui.tui.pulls import Pull

TEXT = ("completion",)
MODELS = (
    ModelInfo("mistral:7b", "d1", int(4.4e9), "7.2B", "Q4_K_M", "llama", 32_768, TEXT),
    ModelInfo("llama3.2:3b", "d2", int(2e9), "3.2B", "Q4_K_M", "llama", 131_072, TEXT),
    ModelInfo("embed:latest", "d3", int(2.7e8), "137M", "F16", "bert", 2048, ("embedding",)),
    ModelInfo("big:120b-cloud", "d4", 384, remote=True, capabilities=TEXT),
)


def view(**changes: Any) -> ModelsView:
    server: dict[str, Any] = {
        "status": "up",
        "models": MODELS,
        "memory": Memory(8 * GB, int(6.5 * GB)),
        **changes.pop("server", {}),
    }
    return listed(ModelsView(ServerView(**server), **changes))


def names(shown: ModelsView) -> list[str]:
    return [row.info.name.partition(":")[0] for row in shown.rows]


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (columns.FAMILY, ["embed", "llama3.2", "mistral", "big"]),
        (columns.PARAMETERS, ["embed", "llama3.2", "mistral", "big"]),
        (columns.SIZE, ["mistral", "llama3.2", "embed", "big"]),
        (columns.CONTEXT, ["llama3.2", "mistral", "embed", "big"]),
        (columns.SPEED, ["mistral", "big", "embed", "llama3.2"]),
        (columns.LOADED, ["llama3.2", "big", "embed", "mistral"]),
    ],
)
def test_each_column_sorts_and_what_is_unknown_comes_last(column: int, order: list[str]) -> None:
    loaded = (LoadedModel("llama3.2:3b", size=GB),)
    shown = view(server={"loaded": loaded, "speeds": {"mistral:7b": 4.5}}).sorted_by(column)
    assert names(shown) == order


def test_by_name_first_and_the_same_column_again_turns_it_round() -> None:
    assert names(view()) == ["big", "embed", "llama3.2", "mistral"]
    assert names(view().sorted_by(columns.NAME)) == ["mistral", "llama3.2", "embed", "big"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("llama", ["llama3.2", "mistral"]),  # the family counts
        ("LLAMA 3.2b", ["llama3.2"]),
        ("embedding", ["embed"]),
        ("cloud", ["big"]),
        ("fits", ["llama3.2", "mistral"]),
        ("zzz", []),
        ("  ", ["big", "embed", "llama3.2", "mistral"]),
    ],
)
def test_the_filter_takes_words_of_the_row(search: str, found: list[str]) -> None:
    assert names(view(search=search)) == found


def test_the_cursor_stays_on_its_model() -> None:
    shown = view().moved(3)
    assert shown.current and shown.current.info.name == "mistral:7b"
    shown = shown.sorted_by(columns.SIZE)
    assert shown.cursor == 0
    shown = shown.changed(search="mis")
    assert shown.current and shown.current.info.name == "mistral:7b"
    gone = shown.changed(search="zzz")
    assert gone.current is None
    assert gone.changed(search="").cursor == 0


def test_roles_and_deeds_stand_in_the_row() -> None:
    shown = view(model_a="llama3.2:3b", model_b="llama3.2:3b", busy={"mistral:7b": "loading"})
    by_name = {row.info.name: row for row in shown.rows}
    assert by_name["llama3.2:3b"].roles == "AB"
    assert by_name["mistral:7b"].busy == "loading"


def test_pairs_are_suggested_only_of_what_is_missing_and_never_by_the_demo() -> None:
    assert not view().is_unsuitable
    nothing = view(server={"models": MODELS[2:]})
    assert nothing.is_unsuitable  # an embedder and a cloud model are no help
    assert nothing.suggestions
    assert not view(server={"models": (), "is_demo": True}).suggestions
    assert not view(server={"models": (), "status": "down"}).is_unsuitable
    pulled = tuple(ModelInfo(model.name) for pair in nothing.suggestions for model in pair.models)
    assert view(server={"models": pulled}).suggestions == ()


def pull(model: str, state: Any) -> Pull:
    return Pull(model, state=state)


def test_keys_mean_the_pull_with_the_focus_else_the_first_they_apply_to() -> None:
    states = ("done", "failed", "running", "stopped", "running")
    pulls = tuple(pull(name, state) for name, state in zip("abcde", states, strict=True))
    shown = view(pulls=pulls)
    assert (shown.running_pull, shown.resumable_pull) == (pulls[2], pulls[1])
    assert view(pulls=pulls, pull_chosen="e").running_pull == pulls[4]
    assert view(pulls=pulls, pull_chosen="d").resumable_pull == pulls[3]
    assert view(pulls=pulls, pull_chosen="d").running_pull == pulls[2]
    assert view(pulls=pulls[:1]).running_pull is None


@pytest.mark.parametrize(
    ("command", "changes", "why"),
    [
        ("manager.set_a", {"cursor": 1}, "writes no text"),
        ("manager.set_a", {"running": True, "cursor": 3}, "run is going on"),
        ("manager.set_b", {"search": "zzz"}, "no model under the cursor"),
        ("manager.load", {"cursor": 0}, "nothing to load"),
        ("manager.load", {"cursor": 3, "server": {"loaded": (LoadedModel("mistral:7b"),)}},
         "loaded already"),
        ("manager.load", {"cursor": 3, "busy": {"mistral:7b": "deleting"}}, "It is deleting"),
        ("manager.unload", {"cursor": 3}, "not loaded"),
        ("manager.pull", {"server": {"is_demo": True}}, "built-in demo"),
        ("manager.pull", {"server": {"status": "down"}}, "no server"),
        ("manager.delete", {"server": {"is_demo": True}}, "built-in demo"),
        ("manager.delete", {"running": True}, "run is going on"),
        ("manager.stop_pull", {}, "Nothing is being pulled"),
        ("manager.resume_pull", {"pulls": (pull("b", "running"),)}, "No pull was stopped"),
        ("manager.forget_pull", {"pulls": (pull("b", "running"),)}, "is over"),
        ("manager.filter", {"server": {"models": ()}}, "not several"),
    ],
)  # fmt: skip
def test_what_does_not_apply_says_why(command: str, changes: dict[str, Any], why: str) -> None:
    found = next(c for c in MODEL_COMMANDS.all if c.id == command)
    reason = found.reason(view(**changes))
    assert reason is not None
    assert why in reason


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("manager.set_a", {"cursor": 0}),  # a cloud model, after a yes
        ("manager.load", {"cursor": 3}),
        ("manager.unload", {"cursor": 3, "busy": {"mistral:7b": "loading"}}),
        ("manager.unload", {"cursor": 3, "server": {"loaded": (LoadedModel("mistral:7b"),)}}),
        ("manager.delete", {"cursor": 1}),
        ("manager.resume_pull", {"pulls": (pull("b", "stopped"),)}),
        ("manager.forget_pull", {"pulls": (pull("b", "done"),)}),
    ],
)
def test_what_applies_applies(command: str, changes: dict[str, Any]) -> None:
    assert command in MODEL_COMMANDS.applicable(view(**changes))


def test_every_command_has_a_key_of_its_own_and_every_column_a_digit() -> None:
    keys = [key for command in MODEL_COMMANDS.all for key in command.key.split(",")]
    assert len(keys) == len(set(keys))
    assert all(command.title and command.help for command in MODEL_COMMANDS.all)
    assert len(COLUMNS) == 10


def test_with_a_server_for_each_role_a_model_plays_only_the_role_of_its_server() -> None:
    both = {"model_a": "llama3.2:3b", "model_b": "llama3.2:3b", "cursor": 2}
    at_b = view(role="b", **both)
    assert at_b.current is not None
    assert at_b.current.roles == "B"
    commands = {command.id: command for command in MODEL_COMMANDS.all}
    assert "v shows its models" in (commands["manager.set_a"].reason(at_b) or "")
    assert commands["manager.set_b"].reason(at_b) is None
    assert commands["manager.other_server"].reason(at_b) is None
    assert commands["manager.other_server"].reason(view(**both)) is not None
