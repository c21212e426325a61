"""What is said of a pull before, during and after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sutra_tui.core.errors import DiskFull
from sutra_tui.core.memory import GB
from sutra_tui.core.model_details import Disk
from sutra_tui.core.protocol import Memory, ModelInfo
from sutra_tui.core.pulling import Layer, PullProgress
from sutra_tui.core.suggestions import suggested_pairs
from sutra_tui.tui.model_view import ModelsView, ServerView, listed
from sutra_tui.tui.pull_words import headline, layer_line, outlook, pair_words, warning
from sutra_tui.tui.pulls import Pull

MB = 1_000_000
DISK = Disk(35_000 * MB, 256_000 * MB, "/models")
MEMORY = Memory(8 * GB, 6 * GB)


def view(*pulled: str, disk: Disk | None = DISK, memory: Memory | None = MEMORY) -> ModelsView:
    models = tuple(ModelInfo(name, size=GB) for name in pulled)
    return listed(ModelsView(ServerView("up", models=models, disk=disk, memory=memory)))


@pytest.mark.parametrize(
    ("name", "looks", "said", "needs_yes"),
    [
        ("", view(), "Type a model's name", False),
        ("llama3.2:3b", view(), "About 2.0 GB to download. 35.0 GB free at /models.", False),
        ("llama3.2:3b", view(), "3.0 GB for a context of 4,096, and 6.4 GB is free now: it fits",
         False),
        ("mistral:7b", view(memory=Memory(8 * GB, 2 * GB)), "it does not fit", False),
        ("llama3.2:3b", view(disk=None, memory=None), "disk of the server's machine cannot be seen",
         False),
        ("llama3.2:3b", view(memory=None), "server's memory cannot be seen", False),
        ("llama3.2:3b", view(disk=Disk(MB, MB, "/models")), "more than the disk holds", True),
        ("llama3.2:3b", view("llama3.2:3b"), "pulled already", False),
        ("nobody:1b", view(), "will be known when the server has read its manifest", False),
        ("gpt-oss:120b-cloud", view(), "would leave this machine", True),
    ],
)  # fmt: skip
def test_what_is_known_before_a_pull(
    name: str, looks: ModelsView, said: str, needs_yes: bool
) -> None:
    found = outlook(name, looks)
    assert said in "\n".join(found.lines)
    assert found.needs_yes is needs_yes


def test_no_size_is_claimed_for_a_name_that_is_not_in_the_table() -> None:
    assert "to download" not in "\n".join(outlook("nobody:1b", view()).lines)


def progress(**changes: Any) -> PullProgress:
    layer = Layer("sha256:abc", 2_000 * MB, 500 * MB)
    usual = PullProgress("downloading", (layer,), samples=((0.0, 0), (50.0, 500 * MB)))
    return replace(usual, **changes)


RESUMED = progress(
    layers=(Layer("sha256:abc", 2_000 * MB, 500 * MB, before=400 * MB),),
    samples=((0.0, 0), (50.0, 100 * MB)),
)


@pytest.mark.parametrize(
    ("pull", "words"),
    [
        (Pull("m"), "asking for its manifest"),
        (Pull("m", progress()), "25% · 500 MB of 2.0 GB · 10 MB/s · 2 min 30 s left"),
        (Pull("m", RESUMED), "25% · 500 MB of 2.0 GB · 2 MB/s · 12 min 30 s left · went on from "
         "400 MB"),
        (Pull("m", progress(samples=((0.0, 500 * MB), (1.0, 500 * MB)))),
         "25% · 500 MB of 2.0 GB · nothing is coming"),
        (Pull("m", progress(phase="verifying")), "verifying what was downloaded · 2.0 GB"),
        (Pull("m", progress(phase="writing")), "writing the manifest"),
        (Pull("m", progress(phase="done"), "done"), "pulled, 2.0 GB"),
        (Pull("m", PullProgress("done"), "done"), "pulled"),
        (Pull("m", progress(), "stopped"), "stopped · 25% · 500 MB of 2.0 GB"),
        (Pull("m", PullProgress(), "failed", DiskFull("x")), "failed"),
    ],
)  # fmt: skip
def test_a_pull_in_a_line(pull: Pull, words: str) -> None:
    assert headline(pull, 50.0) == words


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (75, "25% · 500 MB of 2.0 GB · 2 MB/s · 12 min 30 s left · went on from 400 MB"),
        (60, "25% · 500 MB of 2.0 GB · 2 MB/s · 12 min 30 s left"),
        (40, "25% · 2 MB/s · 12 min 30 s left"),
        (10, "25% · 2 MB/s · 12 min 30 s left"),
    ],
)
def test_with_little_room_speed_and_time_left_are_said_first(width: int, words: str) -> None:
    assert headline(Pull("m", RESUMED), 50.0, width) == words


def test_a_very_slow_pull_is_left_in_hours() -> None:
    slow = progress(samples=((0.0, 499 * MB), (50.0, 500 * MB)))
    assert headline(Pull("m", slow), 50.0).endswith("20 KB/s · 20 h 50 min left")


def test_a_disk_that_is_too_small_is_noticed_as_soon_as_the_size_is_known() -> None:
    small = Disk(1_000 * MB, 10_000 * MB, "/models")
    assert "1.5 GB are still to come, and 1.0 GB are free" in warning(Pull("m", progress()), small)
    assert warning(Pull("m", progress()), DISK) == ""
    assert warning(Pull("m", progress()), None) == ""
    assert warning(Pull("m", progress(), "failed"), small) == ""


@pytest.mark.parametrize("width", [20, 50, 110])
def test_a_layers_bar_is_as_long_as_there_is_room(width: int) -> None:
    name, filled, empty, figures = layer_line(Layer("sha256:" + "a" * 64, 100, 25), width)
    assert name.strip() == "a" * 12
    assert round(len(filled) / (len(filled) + len(empty)), 1) in (0.2, 0.3)
    assert "of" in figures
    assert layer_line(Layer("sha256:b", 100, 100), width)[2] == ""


def test_a_pair_says_what_is_still_to_be_downloaded() -> None:
    pair = next(p for p in suggested_pairs(Memory(int(7.7 * GB), 0)) if p.a.name == "llama3.2:3b")
    title, words = pair_words(pair, view())
    assert title == f"{pair.a.name} + {pair.b.name}"
    assert words.startswith("3.9 GB to download")
    assert pair_words(pair, view("llama3.2:3b"))[1].startswith("1.9 GB to download")
