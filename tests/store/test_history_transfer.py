"""Runs as files: out and in again, in each form, and the original system's logs."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sutra_tui.core.errors import StoreError
from sutra_tui.store.history import History, HistoryRun, RunFilter
from sutra_tui.store.history_file import InvalidHistoryFile, form_of, parse
from sutra_tui.store.history_markdown import document

from .history_support import HOSTILE, START, fill, ids, made

LINE: dict[str, Any] = {
    "timestamp": "2026-03-01T09:30:00.123456",
    "query": "Explain monads",
    "model_small": "llama3.2:3b",
    "model_large": "mistral:7b",
    "answer_a": "A box.",
    "answer_b": "A burrito.",
    "critique": "Both are vague.",
    "synthesis": "A monad is ...",
    "latencies": {"stage_1a": 4.2, "stage_1b": 5.0, "stage_2": 3.0, "stage_3": 9.5, "total": 21.7},
}


@pytest.fixture
def history(tmp_path: Path) -> Any:
    with History(tmp_path / "history.db", clock=lambda: START) as opened:
        yield opened


def three() -> list[HistoryRun]:
    hostile = made("r1", query=HOSTILE, answer=HOSTILE, started_at=START + 1, title=HOSTILE)
    return [
        made("r2", started_at=START + 2, starred=True),
        replace(hostile, result=replace(hostile.result, status="failed")),
        made("r0"),
    ]


def imported(runs: list[HistoryRun]) -> list[HistoryRun]:
    return [replace(run, source="import") for run in runs]


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_what_is_exported_can_be_imported(history: History, tmp_path: Path, form: Any) -> None:
    fill(history, *three())
    target = tmp_path / "kept"
    assert history.export(target, form) == 3
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with History() as other:
        assert other.import_(target).added == 3
        assert [other.run(name) for name in ids(other)] == imported(three())
        report = other.import_(target)
        assert (report.added, report.kept, report.unread) == (0, 3, 0)


def test_an_export_can_be_narrowed_down(history: History, tmp_path: Path) -> None:
    fill(history, *three())
    assert history.export(tmp_path / "a.jsonl", "jsonl", RunFilter(starred=True)) == 1
    assert history.export(tmp_path / "b.jsonl", "jsonl", only=three()[1:]) == 2
    lines = (tmp_path / "b.jsonl").read_text("utf-8").split("\n")[:-1]
    assert [json.loads(line)["run_id"] for line in lines] == ["r1", "r0"]


def test_long_histories_are_exported_whole(history: History, tmp_path: Path) -> None:
    fill(history, *(made(f"r{n:04}", started_at=START + n) for n in range(450)))
    assert history.export(tmp_path / "all.jsonl", "jsonl") == 450
    found = parse((tmp_path / "all.jsonl").read_bytes(), START).runs
    assert [run.run_id for run in found] == [f"r{n:04}" for n in reversed(range(450))]


def test_Z9_no_file_is_replaced_unasked_and_never_the_history(
    history: History, tmp_path: Path
) -> None:
    fill(history, made())
    (tmp_path / "there.md").write_text("mine")
    with pytest.raises(StoreError, match="there already"):
        history.export(tmp_path / "there.md", "markdown")
    assert (tmp_path / "there.md").read_text() == "mine"
    assert history.export(tmp_path / "there.md", "markdown", overwrite=True) == 1
    with pytest.raises(StoreError, match="history itself"):
        history.export(tmp_path / "history.db", overwrite=True)
    assert ids(history) == ["run-1"]


def test_S13_importing_never_replaces_a_run(history: History, tmp_path: Path) -> None:
    fill(history, made(answer="mine", starred=True))
    with History() as other:
        fill(other, made(answer="theirs"), made("new"))
        other.export(tmp_path / "theirs.json")
    report = history.import_(tmp_path / "theirs.json")
    assert (report.added, report.kept) == (1, 1)
    run = history.run("run-1")
    assert run is not None and run.result.answer == "mine" and run.starred


def test_a_run_that_was_going_on_is_over_when_it_is_imported(tmp_path: Path) -> None:
    with History() as one, History() as other:
        one.save(made(over=False, status="stopped"))
        one.export(tmp_path / "x.jsonl", "jsonl")
        other.import_(tmp_path / "x.jsonl")
        assert other.runs()[0].status(START) == "stopped" and other.runs()[0].over


# -- markdown -------------------------------------------------------------------------------------


def test_markdown_holds_every_text_and_what_was_sent() -> None:
    run = made(title="Sums & <b>", error={"message": "Cut.", "remedy": "Try again."})
    text = document(run)
    assert text.startswith("# Sums & \\<b\\>\n")
    result = run.result
    texts = [result.query, result.answer, result.draft, *result.demonstrations]
    for stage in result.stages:
        texts += [message.content for message in stage.messages] + [stage.output, stage.thinking]
    assert all(text_ in text for text_ in texts)
    for fact in ("mistral:7b", "num_ctx 4096", "Cut. Try again.", "88 tokens", "salvaged"):
        assert fact in text


def test_a_text_never_ends_the_fence_it_stands_in() -> None:
    text = document(made(answer="```python\nx\n```\n`````\n# not a heading of ours"))
    assert "``````markdown\n```python" in text
    fences = [line for line in text.splitlines() if line.startswith("``````")]
    assert len(fences) == 2


# -- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"hello", "neither a history file nor a log"),
        (b"[]", "neither a history file nor a log"),
        (b'{"format": "sutra-cache", "version": 1, "entries": []}', "not a history file"),
        (b'{"format": "sutra-history", "version": 99, "runs": []}', "newer sutra"),
        (b'{"format": "sutra-history", "version": true, "runs": []}', '"version"'),
        (b'{"format": "sutra-history", "version": 1, "runs": 3}', "runs"),
        (b'{"format": "sutra-history", "version": 1, "runs": [{}]}', "run 1:"),
        (b'{"run_id": "x"}', "line 1: field 'query'"),
        (b'{"run_id": "", "query": "x"}', "'run_id'"),
        (b'{"run_id": "x", "query": "x", "started_at": -5}', "'started_at'"),
        (b'{"run_id": "x", "query": "x", "started_at": 1e300}', "'started_at'"),
        (b'{"run_id": "x", "query": "x", "stages": [{}]}', "'name'"),
        (b'{"run_id": "x", "query": "x", "status": "great"}', "'status'"),
        (b'{"format"' + b"[" * 100_000, "not JSON"),
        (b'{"format": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"format": ' + b"9" * 100_000 + b"}", "absurdly large"),
    ],
)
def test_S13_what_is_no_history_file_changes_nothing(
    history: History, tmp_path: Path, content: bytes, reason: str
) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(content)
    with pytest.raises(InvalidHistoryFile) as caught:
        history.import_(bad)
    assert reason in caught.value.message and "Nothing was changed" in caught.value.remedy
    assert history.count() == 0


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir()])
def test_S13_what_is_no_file_is_refused(
    history: History, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "x")
    with pytest.raises(InvalidHistoryFile, match="was not imported"):
        history.import_(tmp_path / "x")


def test_names_of_files_say_their_form() -> None:
    assert [form_of(Path(name)) for name in ("a.MD", "a.json", "a.jsonl", "a.txt")] == [
        "markdown",
        "json",
        "jsonl",
        None,
    ]


# -- the original system's logs -------------------------------------------------------------------


def logs(folder: Path, *lines: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "2026-03-01.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_a_folder_of_logs_is_taken_in(history: History, tmp_path: Path) -> None:
    folder = logs(tmp_path / "logs", json.dumps(LINE), "", json.dumps({**LINE, "query": "Why?"}))
    (folder / "2026-03-02.jsonl").write_text(json.dumps({**LINE, "query": "Later"}))
    (folder / "notes.txt").write_text("no log")
    assert history.import_(folder).added == 3
    run = history.run(history.runs(RunFilter("monads"))[0].run_id)
    assert run is not None
    result = run.result
    assert (run.source, result.engine, result.method) == ("import", "original log", "council")
    assert (result.model_a, result.model_b) == ("llama3.2:3b", "mistral:7b")
    assert (result.query, result.answer, result.draft) == (
        "Explain monads",
        "A monad is ...",
        "A box.",
    )
    assert [(s.name, s.model, s.output, s.stats.wall_ms) for s in result.stages] == [
        ("first answer", "llama3.2:3b", "A box.", 4200.0),
        ("second answer", "llama3.2:3b", "A burrito.", 5000.0),
        ("critique", "llama3.2:3b", "Both are vague.", 3000.0),
        ("synthesis", "mistral:7b", "A monad is ...", 9500.0),
    ]
    assert result.latency_ms == 21_700.0 and result.token_counts == {}
    assert history.import_(folder).added == 0, "the same line is the same run"


def test_what_is_no_line_of_a_log_is_left_out_and_counted(history: History, tmp_path: Path) -> None:
    folder = logs(
        tmp_path / "logs",
        json.dumps(LINE),
        json.dumps(LINE)[:80],
        "null",
        json.dumps({**LINE, "query": " "}),
        json.dumps({**LINE, "synthesis": 5}),
        json.dumps({**LINE, "timestamp": "yesterday", "latencies": {"total": "long"}}),
        json.dumps({**LINE, "timestamp": [], "latencies": [1], "query": HOSTILE}),
    )
    report = history.import_(folder)
    assert (report.added, report.unread) == (3, 4)
    without_time = [run for run in history.runs() if run.started_at == START]
    assert len(without_time) == 2 and {run.latency_ms for run in without_time} == {0.0}


def test_logs_survive_our_own_export(history: History, tmp_path: Path) -> None:
    history.import_(logs(tmp_path / "logs", json.dumps(LINE)))
    history.export(tmp_path / "out.json")
    with History() as other:
        other.import_(tmp_path / "out.json")
        (name,) = ids(other)
        assert other.run(name) == history.run(name)
