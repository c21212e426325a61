"""Defences of the program, each with a way to take it away and a test that must notice.

Invariant: nothing is taken away unless `SUTRA_WITHOUT` names it; `without.py` sets that for a
process of its own, and every Python process that one starts takes the same defence away.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

VARIABLE: Final = "SUTRA_WITHOUT"
DEFENCES: dict[str, Defence] = {}


@dataclass(frozen=True, slots=True)
class Defence:
    """A defence.

    Args:
        row: The row of the fault list it is for.
        test: The test that must fail without it, as pytest names it.
        what: What is taken away, in a few words.
        take_away: Does it.
    """

    row: str
    test: str
    what: str
    take_away: Callable[[], None]


def defence(row: str, test: str, what: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Enter the decorated function as the way to take a defence away."""

    def enter(take_away: Callable[[], None]) -> Callable[[], None]:
        DEFENCES[take_away.__name__] = Defence(row, f"tests/{test}", what, take_away)
        return take_away

    return enter


def apply_from_environment() -> None:
    """Take away what the environment names; called as a Python process starts."""
    if name := os.environ.get(VARIABLE):
        DEFENCES[name].take_away()


# -- text -----------------------------------------------------------------------------------------


@defence(
    "T1",
    "tui/test_stream_view.py::test_T1_no_control_character_reaches_the_terminal",
    "outside text is shown as it is",
)
def clean() -> None:
    from sutra_tui.core import clean as door

    door._TABLE.clear()


@defence(
    "T2",
    "pty/test_hostile_places.py::test_T2_T5_names_of_models_completed_in_the_query_box",
    "what is completed stands in the query box as it is",
)
def clean_boxes() -> None:
    from sutra_tui.tui.commands import choices
    from sutra_tui.tui.widgets import query_box

    query_box.clean = lambda text: text
    choices.clean_line = lambda text, limit=200: text


@defence(
    "T4",
    "core/test_clean.py::test_T4_no_control_bidi_or_unencodable_code_point_remains",
    "only ASCII controls are replaced",
)
def wide_cleaning() -> None:
    from sutra_tui.core import clean as door

    for point in [point for point in door._TABLE if point > 0x7F]:
        del door._TABLE[point]


@defence(
    "T5",
    "tui/test_markdown_rows.py::test_T5_T7_T9_text_is_shown_as_written_wherever_it_stands",
    "text is read as the screen library's markup",
)
def text_is_no_markup() -> None:
    from textual.content import Content

    from sutra_tui.tui.widgets import markdown_parse

    markdown_parse.Content = _Markup(Content)  # type: ignore[misc]


class _Markup:
    """Stands in for `Content` and reads markup."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __call__(self, text: str = "", spans: Any = None) -> Any:
        return self._real(text, spans) if spans else self._real.from_markup(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


@defence(
    "T8",
    "tui/test_web_link.py::test_T8_nothing_else_is_even_asked_about",
    "any address counts as a link to the web",
)
def only_web_links() -> None:
    from sutra_tui.tui import web_link

    web_link.is_web_link = lambda href: True


@defence(
    "T10",
    "tui/test_stream_view.py::test_T10_what_would_be_slow_is_shown_as_plain_text_with_a_reason",
    "everything is laid out as Markdown",
)
def markdown_gate() -> None:
    from sutra_tui.tui.widgets.markdown_gate import MarkdownGate

    MarkdownGate.feed = lambda self, piece: None  # type: ignore[method-assign]


# -- network --------------------------------------------------------------------------------------


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


# -- prompts and the cache ------------------------------------------------------------------------


@defence(
    "P10",
    "core/test_templates.py::test_P10_every_other_brace_of_a_template_survives",
    "templates are filled by str.format",
)
def own_substitution() -> None:
    from sutra_tui.core import templates

    templates.substitute = lambda text, values: text.format(**values)


@defence(
    "P11",
    "core/test_templates.py::test_P11_fences_differ_from_run_to_run",
    "every fence has the same name",
)
def random_fences() -> None:
    from sutra_tui.core import templates

    templates.secrets.token_hex = lambda length=4: "00000000"  # type: ignore[assignment]


@defence(
    "P13",
    "core/test_pipeline.py::test_P13_a_retagged_model_misses",
    "the key of the cache does not cover the model's digest",
)
def digest_in_the_key() -> None:
    from sutra_tui.core import cache_slot

    real = cache_slot.key_parts
    cache_slot.key_parts = lambda *args: {**real(*args), "digest": ""}


@defence(
    "P14",
    "core/test_pipeline.py::test_N6_N18_P14_what_a_cut_stream_completed_is_used_but_not_cached",
    "what was cut is complete, and so it is kept",
)
def only_whole_is_cached() -> None:
    from sutra_tui.core.stage import ModelStage

    real = ModelStage._verdict

    def verdict(self: Any, *args: Any) -> Any:
        events = real(self, *args)
        self.outcome.status = "complete"
        return events

    ModelStage._verdict = verdict  # type: ignore[method-assign]


# -- state ----------------------------------------------------------------------------------------


@defence(
    "S2",
    "store/test_cache_processes.py::test_S2_two_programs_lose_nothing_of_three_hundred_writes_each",
    "a program that finds the file locked does not wait",
)
def waiting_for_the_file() -> None:
    from sutra_tui.store import connection

    connection.patiently = lambda action, seconds=None: action()


@defence(
    "S1",
    "store/test_history_file.py::test_S1_killed_writers_of_a_history_lose_nothing_they_acknowledged",
    "a history is written in several transactions instead of one",
)
def one_transaction() -> None:
    from sutra_tui.store import connection, database

    def transaction(open_connection: Any, work: Any, *, seconds: float | None = None) -> Any:
        return connection.patiently(lambda: work(open_connection), seconds)

    database.transaction = transaction


@defence(
    "S3",
    "store/test_history_file.py::test_S3_while_the_file_is_held_it_is_read_and_changes_say_what_holds_them_up",
    "a file that is held counts as one that cannot be written",
)
def held_is_not_lost() -> None:
    from sutra_tui.store import database
    from sutra_tui.store.faults import Fault, classify

    def unwritable(error: Any) -> Fault:
        fault = classify(error)
        return Fault.UNWRITABLE if fault is Fault.BUSY else fault

    database.classify = unwritable


@defence(
    "S5",
    "store/test_file_damage.py::test_S5_a_damaged_file_is_moved_aside_and_work_goes_on",
    "a damaged file is deleted instead of moved aside",
)
def moved_aside() -> None:
    from pathlib import Path

    from sutra_tui.store import files

    def move_aside(path: Path, label: str, stamp: str) -> Path:
        path.unlink()
        return path

    files.move_aside = move_aside


@defence(
    "S6",
    "store/test_file_disk.py::test_S6_on_a_full_disk_the_run_goes_on_with_everything_that_was_there",
    "a full disk is an error like any other",
)
def full_disks() -> None:
    from sutra_tui.store import database
    from sutra_tui.store.faults import Fault

    database.classify = lambda error: Fault.OTHER


@defence(
    "S8",
    "store/test_file_disk.py::test_S8_what_is_not_a_file_is_refused_without_waiting",
    "whatever stands at the path is opened",
)
def only_regular_files() -> None:
    from sutra_tui.store import files

    files.stat = _With(files.stat, S_ISREG=lambda mode: True)  # type: ignore[assignment]


@defence(
    "S9",
    "store/test_file_versions.py::test_S9_everything_is_private_whatever_the_umask",
    "files are made as the umask says",
)
def private_modes() -> None:
    from pathlib import Path

    from sutra_tui.store import files

    real_open, real_mkdir = os.open, Path.mkdir
    files.os = _With(os, open=lambda path, flags, mode=0o777: real_open(path, flags, 0o666))  # type: ignore[assignment]
    Path.mkdir = lambda self, mode=0o777, **more: real_mkdir(self, 0o777, **more)  # type: ignore
    Path.chmod = lambda self, mode, **more: None  # type: ignore[method-assign,assignment]


@defence(
    "S11",
    "store/test_cache_expiry.py::test_S11_an_entry_from_the_future_is_not_served_but_shown_as_such",
    "an entry from the future is served",
)
def entries_from_the_future() -> None:
    from sutra_tui.store import cache_entry

    cache_entry.CLOCK_TOLERANCE = 1e12


@defence(
    "S16",
    "store/test_file_versions.py::test_S16_the_journal_suits_the_sqlite_and_the_disk",
    "the log is written ahead on every disk",
)
def journal_by_version() -> None:
    from sutra_tui.store import journal

    real = journal.choose_journal
    best = real((99, 0, 0), "ext4")
    journal.choose_journal = lambda version, filesystem: best


class _With:
    """A module with some names replaced."""

    def __init__(self, real: Any, **replaced: Any) -> None:
        self.__dict__.update(replaced)
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


# -- terminal, security ---------------------------------------------------------------------------


@defence(
    "X1",
    "pty/test_signals.py::test_X1_a_signal_ends_the_idle_app",
    "signals are left to what Python and Textual make of them",
)
def signals() -> None:
    from sutra_tui.tui.watch import Watch

    Watch.begin = lambda self, loop: None  # type: ignore[method-assign]
    Watch.leaving = lambda self: None  # type: ignore[method-assign]
    Watch.end = lambda self: None  # type: ignore[method-assign]


@defence(
    "X6",
    "pty/test_crash_report.py::test_X6_a_report_has_places_and_types_only",
    "reports quote the exception",
)
def reports_quote_nothing() -> None:
    from sutra_tui.tui import crash

    real = crash._frames
    crash._frames = lambda error: [*real(error), f"  {error}"]


@defence(
    "Z2",
    "core/test_attachments.py::test_Z2_the_limit_is_exact",
    "files of any size are attached",
)
def attachment_limit() -> None:
    from sutra_tui.core import attachments

    attachments.MAX_BYTES = 2**26


@defence(
    "Z3",
    "core/test_attachments.py::test_Z3_names_of_secrets_are_known",
    "files are not looked at for secrets",
)
def secrets_in_files() -> None:
    from sutra_tui.core import attachments

    attachments.secret_in = lambda name, text: None


@defence(
    "Z4",
    "core/test_request.py::test_Z4_a_cloud_model_is_never_used_without_being_allowed",
    "cloud models are models like any other",
)
def cloud_models() -> None:
    from dataclasses import replace

    from sutra_tui.core import request

    real = request.find_model
    request.is_cloud_name = lambda name: False
    request.find_model = lambda models, name, **more: real(
        [replace(model, remote=False) for model in models], name, **more
    )


@defence(
    "Z9",
    "store/test_cache_transfer.py::test_Z9_save_replaces_and_export_does_not",
    "an export replaces what is there",
)
def exports_replace_nothing() -> None:
    from sutra_tui.store import files

    real = files.write_atomically
    files.write_atomically = lambda path, pieces, overwrite: real(path, pieces, overwrite=True)
