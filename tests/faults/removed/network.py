"""Defences against the network: ways to take each away, and the test that then fails."""

from __future__ import annotations

from typing import Any

from ..defence import defence


@defence(
    "N4",
    "engines/test_ollama.py::test_N4_a_reply_that_drips_has_a_total_time",
    "a reply may take any time",
)
def total_time() -> None:
    from sutra_tui.engines.ollama import OllamaEngine

    real = OllamaEngine._take

    async def take(self: OllamaEngine, ahead: Any, seconds: float, deadline: float) -> list[Any]:
        return await real(self, ahead, seconds, float("inf"))

    OllamaEngine._take = take  # type: ignore[method-assign]


@defence(
    "N6",
    "core/test_pipeline.py::test_N6_N15_N18_an_answer_that_is_not_whole_is_not_called_complete",
    "a stream that just ends counts as complete",
)
def done_is_needed() -> None:
    from sutra_tui.core.stage import StageOutcome

    StageOutcome.__init__.__defaults__ = ("complete", *StageOutcome.__init__.__defaults__[1:])  # type: ignore[misc]


@defence(
    "N9",
    "core/test_asking_again.py::test_N9_a_busy_server_is_asked_three_times_more",
    "nobody is asked again",
)
def asking_again() -> None:
    from sutra_tui.core import asking_again as module

    module.chat = lambda engine, request: engine.chat(request)


@defence(
    "N12",
    "engines/test_wire.py::test_N12_raw_line_breaks_inside_text_are_delivered",
    "the client library splits lines where it likes",
)
def own_line_splitting() -> None:
    import re

    from sutra_tui.engines import wire

    wire._LINE_BREAKS = re.compile(rb"(?!)")


@defence(
    "N14",
    "engines/test_ollama.py::test_N5_N7_N11_N14_a_reply_that_breaks_keeps_what_came_before",
    "a line may have any length",
)
def line_cap() -> None:
    from sutra_tui.engines.wire import Limits

    Limits.__init__.__defaults__ = (2**40,) * len(Limits.__init__.__defaults__)  # type: ignore[misc]


@defence(
    "N17",
    "core/test_repetition.py::test_N17_P14_a_run_with_a_loop_says_so_and_is_neither_whole_nor_cached",
    "loops are not looked for",
)
def repetition_watch() -> None:
    from sutra_tui.core.repetition import RepetitionWatch

    RepetitionWatch.feed = lambda self, text: False  # type: ignore[method-assign]


@defence(
    "N19",
    "core/test_pipeline.py::test_N19_a_prompt_that_the_server_seems_to_have_cut_is_said",
    "the server's count of the prompt is not looked at",
)
def cut_prompt() -> None:
    from sutra_tui.core import stage

    stage.suspect_cut = lambda *args: ""


@defence(
    "N20",
    "engines/test_wire.py::test_N20_N28_answers_that_are_no_reply_are_named",
    "redirects and other answers are taken for replies",
)
def answers_are_checked() -> None:
    from sutra_tui.engines.wire import GuardTransport

    async def check(self: Any, request: Any, response: Any, body: Any) -> None:
        return None

    GuardTransport._check = check  # type: ignore[method-assign]


@defence(
    "N23",
    "engines/test_ollama.py::test_N23_Z5_a_key_travels_encrypted_or_not_at_all",
    "the key is sent over any connection",
)
def key_only_encrypted() -> None:
    from sutra_tui.engines import ollama

    ollama.is_encrypted = lambda url: True


@defence(
    "N25",
    "engines/test_ollama.py::test_N25_the_connection_is_closed_when_closing_returns_and_not_later",
    "a stream that nobody reads is left to itself",
)
def streams_are_closed() -> None:
    from sutra_tui.engines import read_ahead

    async def settle(task: Any) -> None:
        return None

    read_ahead.settle = settle


@defence(
    "X17",
    "tui/test_run_view.py::test_X17_late_events_of_another_run_change_nothing",
    "events of any run are shown",
)
def run_ids() -> None:
    from dataclasses import replace

    from sutra_tui.tui import run_fold

    real = run_fold.apply

    def apply(view: Any, event: Any, now: float) -> Any:
        return real(view, replace(event, run_id=view.run_id), now)

    run_fold.apply = apply
