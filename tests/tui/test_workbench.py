"""The main screen as a value: what can be chosen, and which choices stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sutra_tui.core.memory import GB
from sutra_tui.core.protocol import LoadedModel, Memory, ModelInfo
from sutra_tui.tui.workbench import Server, ServerStatus, Workbench

SMALL = ModelInfo("small:3b", size=2 * GB)
LARGE = ModelInfo("large:7b", size=4 * GB)
OTHER = ModelInfo("other:1b", size=GB)
EMBED = ModelInfo("embed:latest", size=GB // 4, capabilities=("embedding",))
CLOUD = ModelInfo("huge:cloud", remote=True)
ALL = (SMALL, LARGE, OTHER, EMBED, CLOUD)
UP = Server("localhost:11434", "up", "0.33.2")
NOTHING = ("", "")


def test_an_untouched_workbench_is_connecting_and_promises_nothing() -> None:
    bench = Workbench()
    assert bench.server.status == "connecting"
    assert not bench.ready
    assert not bench.is_empty
    assert bench.choosable == ()


def test_only_models_that_write_text_can_be_chosen() -> None:
    assert Workbench(models=ALL).choosable == (SMALL, LARGE, OTHER, CLOUD)


@pytest.mark.parametrize(
    ("status", "models", "empty"),
    [
        ("up", (), True),
        ("up", (EMBED,), True),
        ("up", (SMALL,), False),
        ("down", (), False),
        ("connecting", (), False),
    ],
)
def test_when_there_is_nothing_to_run(
    status: ServerStatus, models: tuple[ModelInfo, ...], empty: bool
) -> None:
    assert Workbench(server=Server(status=status), models=models).is_empty is empty


@pytest.mark.parametrize(
    ("status", "a", "b", "ready"),
    [
        ("up", "small:3b", "large:7b", True),
        ("up", "small:3b", "small:3b", True),
        ("up", "small:3b", "", False),
        ("up", "", "large:7b", False),
        ("down", "small:3b", "large:7b", False),
        ("connecting", "small:3b", "large:7b", False),
    ],
)
def test_when_a_query_could_be_run(status: ServerStatus, a: str, b: str, ready: bool) -> None:
    assert Workbench(server=Server(status=status), model_a=a, model_b=b).ready is ready


def test_what_is_known_of_a_model() -> None:
    bench = Workbench(models=ALL, loaded=(LoadedModel("small:3b"),))
    assert bench.info("large:7b") is LARGE
    assert bench.info("gone:7b") is None
    assert bench.is_loaded("small:3b")
    assert not bench.is_loaded("large:7b")


@pytest.mark.parametrize(
    ("chosen", "models", "preferred", "pair"),
    [
        (NOTHING, ALL, NOTHING, ("small:3b", "large:7b")),
        (NOTHING, ALL, ("other:1b", "small:3b"), ("other:1b", "small:3b")),
        (NOTHING, ALL, ("gone:1b", "small:3b"), ("small:3b", "large:7b")),
        (("other:1b", "large:7b"), ALL, ("small:3b", "large:7b"), ("other:1b", "large:7b")),
        (("other:1b", "large:7b"), (SMALL, LARGE), NOTHING, ("small:3b", "large:7b")),
        (("huge:cloud", "large:7b"), ALL, NOTHING, ("huge:cloud", "large:7b")),
        (("embed:latest", "large:7b"), ALL, NOTHING, ("small:3b", "large:7b")),
        (("small:3b", "large:7b"), (OTHER,), NOTHING, ("other:1b", "other:1b")),
        (("small:3b", "large:7b"), (EMBED, CLOUD), NOTHING, NOTHING),
        (("small:3b", "large:7b"), (), ("small:3b", "large:7b"), NOTHING),
    ],
    ids=[
        "nothing chosen yet",
        "the pair used last",
        "the pair used last is gone",
        "a choice stands against any preference",
        "a chosen model was removed",
        "a cloud model that the user chose stands",
        "a model that cannot write",
        "one model left for both",
        "nothing that may be picked",
        "nothing at all",
    ],
)
def test_which_pair_is_chosen_after_the_server_listed_its_models(
    chosen: tuple[str, str],
    models: tuple[ModelInfo, ...],
    preferred: tuple[str, str],
    pair: tuple[str, str],
) -> None:
    before = Workbench(server=UP, model_a=chosen[0], model_b=chosen[1], count=5)
    after = before.with_models(models, preferred)
    assert after == replace(before, models=models, model_a=pair[0], model_b=pair[1])


def test_a_model_too_large_for_the_machine_is_not_picked_by_itself() -> None:
    giant = ModelInfo("giant:70b", size=40 * GB)
    bench = Workbench(server=UP, memory=Memory(8 * GB, 6 * GB))
    after = bench.with_models((SMALL, LARGE, giant), NOTHING)
    assert (after.model_a, after.model_b) == ("small:3b", "large:7b")
