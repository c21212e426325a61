"""A model's row in words, and where the columns go."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from sutra_tui.core.memory import GB
from sutra_tui.core.moments import epoch
from sutra_tui.core.protocol import LoadedModel, Memory, ModelInfo, ModelShape
from sutra_tui.tui import model_columns as columns
from sutra_tui.tui.model_columns import COLUMNS, arrange
from sutra_tui.tui.model_rows import (
    ModelRow,
    badge,
    fit_sentence,
    loaded_words,
    model_row,
    name,
    speed_words,
    stays,
)
from sutra_tui.tui.widgets.models_table import cell

INFO = ModelInfo("llama3.2:3b", "d1", 2 * GB, "3.2B", "Q4_K_M", "llama", 131_072, ("completion",))
SHAPE = ModelShape(layers=28, kv_heads=8, head_size=128)
NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z
EVIL = "\x1b]52;c;x\x07[/][@click=app.quit]\u202ename"


def row(
    info: ModelInfo = INFO,
    *loaded: LoadedModel,
    free: float = 6.0,
    memory: Memory | None = None,
    num_ctx: int = 4096,
) -> ModelRow:
    machine = memory or Memory(8 * GB, int(free * GB))
    return model_row(info, SHAPE, num_ctx, loaded, machine)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-01T00:00:00Z", NOW),
        ("2026-01-01T02:00:00.123456789+02:00", NOW),
        ("2025-12-31T19:00:00-05:00", NOW),
        ("2026-01-01 00:00:00z", NOW),
        ("2026-01-01T00:00:00", None),
        ("2026-13-01T00:00:00Z", None),
        ("soon", None),
        ("", None),
    ],
)
def test_times_as_servers_print_them(text: str, seconds: float | None) -> None:
    assert epoch(text) == seconds


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ("2026-01-01T00:04:59.5Z", "4 min"),
        ("2026-01-01T00:00:30Z", "<1 min"),
        ("2025-12-31T23:00:00Z", "<1 min"),
        ("2318-01-20T00:00:00Z", "kept"),
        ("", ""),
    ],
)
def test_how_long_a_model_stays(ends: str, words: str) -> None:
    assert stays(LoadedModel("m", expires_at=ends), NOW) == words


def test_what_is_held_and_what_is_being_done() -> None:
    held = LoadedModel(INFO.name, size=int(2.8 * GB), expires_at="2026-01-01T00:04:59Z")
    assert loaded_words(row(), NOW) == "–"
    assert loaded_words(row(INFO, held), NOW) == "3.0 GB 4 min"
    assert loaded_words(replace(row(INFO, held), busy="unloading"), NOW) == "unloading…"


@pytest.mark.parametrize(
    ("changes", "can", "usable"),
    [
        ({}, (), True),
        ({"capabilities": ("completion", "thinking", "tools", "vision")},
         ("thinks", "tools", "sees"), True),
        ({"capabilities": ("embedding",)}, ("embedding only",), False),
        ({"capabilities": ("image",)}, ("no text",), False),
        ({"capabilities": None, "family": "nomic-bert"}, ("embedding only",), False),
        ({"remote": True}, ("cloud",), True),
        ({"name": "big:120b-cloud"}, ("cloud",), True),
    ],
)  # fmt: skip
def test_what_a_model_can_do(
    changes: dict[str, object], can: tuple[str, ...], usable: bool
) -> None:
    found = row(replace(INFO, **changes))  # type: ignore[arg-type]
    assert (found.can, found.usable) == (can, usable)


@pytest.mark.parametrize(
    ("free", "others", "word", "sentence"),
    [
        (6.0, 0, "● fits", "Free: 6.4 GB."),
        (2.95, 0, "◐ tight", "Free: 3.2 GB."),
        (1.0, 3.0, "◐ tight", "Unloading others frees 3.2 GB."),
        (1.0, 0, "○ does not fit", "A smaller context"),
    ],
)
def test_the_badge_and_the_sum_behind_it(
    free: float, others: float, word: str, sentence: str
) -> None:
    loaded = [LoadedModel("other:7b", size=int(others * GB))] if others else []
    found = row(INFO, *loaded, free=free)
    assert badge(found)[0] == word
    said = fit_sentence(found)
    assert said.startswith("Needs 3.1 GB: 2.1 weights, 0.5 cache for 4,096 tokens, 0.5 buffers.")
    assert sentence in said


def test_a_loaded_model_counts_what_it_holds_as_its_own() -> None:
    found = row(INFO, LoadedModel(INFO.name, size=3 * GB), free=0.5)
    assert found.fit.verdict == "fits"
    assert "its own included: 3.8 GB" in fit_sentence(found)


def test_the_context_is_never_taken_longer_than_the_model_was_trained_for() -> None:
    assert row(replace(INFO, context_length=2048), num_ctx=8192).fit.num_ctx == 2048


def test_memory_is_not_judged_where_that_means_nothing() -> None:
    elsewhere = row(replace(INFO, remote=True))
    embedder = row(replace(INFO, capabilities=("embedding",)))
    unseen = model_row(INFO, SHAPE, 4096, (), None)
    assert {found.fit.verdict for found in (elsewhere, embedder, unseen)} == {"unknown"}
    assert "leave this machine" in fit_sentence(elsewhere)
    assert "neither role" in fit_sentence(embedder)
    assert "cannot be seen" in fit_sentence(unseen)


@pytest.mark.parametrize(
    ("speed", "words"), [(None, "–"), (4.46, "4.5"), (9.94, "9.9"), (9.96, "10"), (31.4, "31")]
)
def test_speeds(speed: float | None, words: str) -> None:
    assert speed_words(speed) == words


def test_outside_text_is_clean_in_every_cell() -> None:
    evil = row(ModelInfo(EVIL, size=1, family=EVIL, parameter_size=EVIL, quantization=EVIL))
    for column in range(len(COLUMNS)):
        text = cell(evil, column, NOW)
        assert not {"\x1b", "\x07", "\u202e", "\n"} & set(text)
    assert "name" in name(evil)


@pytest.mark.parametrize("width", [8, 20, 40, 58, 78, 117, 160])
def test_columns_never_overlap_and_the_name_is_always_there(width: int) -> None:
    places = arrange(width)
    assert places[0].column == columns.NAME
    for one, following in pairwise(places):
        assert one.start + one.width < following.start
    assert width < 30 or places[-1].start + places[-1].width <= width


def test_whether_it_fits_is_the_last_thing_to_go_and_everything_stands_at_120() -> None:
    assert {place.column for place in arrange(117)} == set(range(len(COLUMNS)))
    assert [place.column for place in arrange(40)] == [columns.NAME, columns.FIT]
    assert columns.SIZE in {place.column for place in arrange(58)}
