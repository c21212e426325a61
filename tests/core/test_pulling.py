"""The fold of a server's pull report, line by line."""

from __future__ import annotations

import pytest

from sutra_tui.core.pulling import (
    MOST_LAYERS,
    WINDOW_S,
    Layer,
    PullLine,
    PullProgress,
    advance,
)

W, T = "sha256:weights", "sha256:template"
MB = 1_000_000


def fold(*steps: tuple[float, PullLine]) -> PullProgress:
    progress = PullProgress()
    for now, line in steps:
        progress = advance(progress, line, now)
    return progress


def weights(completed: int, total: int = 100 * MB) -> PullLine:
    return PullLine("pulling weights", W, total, completed)


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("pulling manifest", "asking"),
        ("verifying sha256 digest", "verifying"),
        ("writing manifest", "writing"),
        ("removing unused layers", "writing"),
        ("success", "done"),
    ],
)
def test_each_status_of_the_server_is_a_phase(status: str, phase: str) -> None:
    assert fold((0, weights(5)), (1, PullLine(status))).phase == phase


def test_words_that_are_new_to_us_change_no_phase_and_are_kept() -> None:
    progress = fold((0, weights(5)), (1, PullLine("polishing the layers")))
    assert (progress.phase, progress.said) == ("downloading", "polishing the layers")


def test_before_the_manifest_is_read_nothing_is_known_of_size() -> None:
    progress = fold((0, PullLine("pulling manifest")))
    assert (progress.fraction, progress.total, progress.speed(1), progress.eta_s(1)) == (
        None,
        0,
        None,
        None,
    )


def test_layers_are_counted_as_the_server_names_them() -> None:
    progress = fold(
        (0, weights(0)),
        (1, weights(50 * MB)),
        (2, weights(100 * MB)),
        (2, PullLine("pulling template", T, 1_000, 1_000)),
    )
    assert [layer.digest for layer in progress.layers] == [W, T]
    assert all(layer.done for layer in progress.layers)
    assert (progress.completed, progress.total) == (100 * MB + 1_000, 100 * MB + 1_000)
    assert progress.fraction == 1.0


def test_a_resumed_layer_counts_what_was_there_but_not_as_downloaded() -> None:
    progress = fold((0, weights(40 * MB)), (1, weights(50 * MB)))
    assert progress.layers == (Layer(W, 100 * MB, 50 * MB, before=40 * MB),)
    assert (progress.before, progress.downloaded, progress.missing) == (40 * MB, 10 * MB, 50 * MB)
    assert progress.fraction == 0.5
    assert progress.speed(1) == 10 * MB
    assert progress.eta_s(1) == 5.0


def test_speed_is_that_of_the_last_seconds_and_falls_while_nothing_comes() -> None:
    slow_then_fast = [(float(t), weights(t * MB)) for t in range(31)]
    slow_then_fast += [(30.0 + t, weights(30 * MB + 5 * t * MB)) for t in range(1, 11)]
    progress = fold(*slow_then_fast)
    assert progress.speed(40.0) == pytest.approx(5 * MB)
    assert progress.speed(40.0 + WINDOW_S) == pytest.approx(2.5 * MB)
    assert len(progress.samples) < 25


def test_reports_sixteen_times_a_second_keep_few_samples() -> None:
    progress = fold(*[(n / 16, weights(n * MB // 16)) for n in range(16 * 60)])
    assert progress.speed(60.0) == pytest.approx(MB, rel=0.1)
    assert len(progress.samples) < 25


def test_there_is_no_speed_while_verifying() -> None:
    progress = fold(
        (0, weights(0)), (5, weights(100 * MB)), (6, PullLine("verifying sha256 digest"))
    )
    assert progress.speed(6) is None
    assert progress.fraction == 1.0


@pytest.mark.parametrize(
    ("line", "completed", "total"),
    [
        (PullLine("pulling", W, 10, 99), 10, 10),
        (PullLine("pulling", W, -5, -9), 0, 0),
        (PullLine("pulling", W, 0, 7), 0, 0),
    ],
)
def test_figures_that_cannot_be_are_bent_into_ones_that_can(
    line: PullLine, completed: int, total: int
) -> None:
    progress = fold((0, line), (1, line))
    assert (progress.completed, progress.total) == (completed, total)
    assert progress.fraction in (None, 1.0)


def test_a_part_that_is_fetched_again_does_not_make_the_speed_negative() -> None:
    progress = fold((0, weights(50 * MB)), (1, weights(60 * MB)), (2, weights(20 * MB)))
    assert progress.speed(2) == 0
    assert progress.eta_s(2) is None


def test_a_server_cannot_name_layers_without_end() -> None:
    progress = fold(*[(0.0, PullLine("p", f"sha256:{n}", 5, 1)) for n in range(MOST_LAYERS + 50)])
    assert len(progress.layers) == MOST_LAYERS
