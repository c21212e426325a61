"""`sutra history`: what it shows, what it changes, what it refuses, and that runs get there."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from sutra_tui import cli, paths
from sutra_tui.core.clean import clean
from sutra_tui.headless import history_command
from sutra_tui.headless.history_arguments import FORMS
from sutra_tui.headless.history_words import HEADINGS, run_rows
from sutra_tui.headless.streams import cells
from sutra_tui.store import history_file
from sutra_tui.store.history import History, HistoryRun
from tests.ollama_server import OllamaServer
from tests.store.history_support import HOSTILE, made
from tests.store.test_history_transfer import LINE, logs
from tests.test_import_budget import HEAVY, loaded_by

Captured = pytest.CaptureFixture[str]
UNSAFE = set("\x1b\x07\u202e\x9b")
HOUR = 3600.0


@dataclass(frozen=True)
class Said:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> list[str]:
        """The table without its headings."""
        return self.out.splitlines()[1:]


Run = Callable[..., Said]


@pytest.fixture
def history(capsys: Captured) -> Run:
    """Runs `sutra history` in this process."""

    def run(*arguments: str) -> Said:
        code = cli.main(["history", *arguments])
        return Said(code, *capsys.readouterr())

    return run


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    with OllamaServer() as running:
        yield running


def keep(*runs: HistoryRun) -> None:
    """Put runs into the user's own history."""
    with History(paths.history_database()) as opened:
        for run in runs:
            opened.save(run)


def hours_ago(run_id: str, hours: float, **changes: Any) -> HistoryRun:
    at = time.time() - hours * HOUR
    return made(run_id, started_at=at, seen_at=at, **changes)


def kept() -> list[HistoryRun]:
    """What is in the user's own history, newest first."""
    if not paths.history_database().exists():
        return []
    with History(paths.history_database()) as opened:
        return list(opened.whole_runs())


# -- runs get there -------------------------------------------------------------------------------


def test_a_run_is_kept_with_every_stage(server: OllamaServer, capsys: Captured) -> None:
    assert cli.main(["run", "--host", server.host, "How?"]) == 0
    (run,) = kept()
    assert run.over and run.result.status == "complete" and run.result.query == "How?"
    assert run.result.answer == capsys.readouterr().out
    assert [stage.name for stage in run.result.stages] == ["A", "parse", "B"]


@pytest.mark.parametrize(
    "arguments",
    [["--no-history"], ["--demo", "--demo-pace", "instant"], ["--json", "--no-history"]],
)
def test_runs_that_are_not_to_be_kept_are_not(server: OllamaServer, arguments: list[str]) -> None:
    where = [] if "--demo" in arguments else ["--host", server.host]
    assert cli.main(["run", *where, *arguments, "Write a Python merge sort"]) == 0
    assert kept() == [] and not paths.history_database().exists()


def test_a_failed_run_is_kept_with_its_error(server: OllamaServer) -> None:
    server.fault("error_500_oom", model="mistral:7b")
    assert cli.main(["run", "--host", server.host, "How?"]) != 0
    (run,) = kept()
    assert run.status(time.time()) == "failed"
    assert run.error["kind"] and run.error["message"]
    assert run.result.stages[0].status == "complete" and run.result.demonstrations


def test_a_history_that_cannot_be_written_does_not_stop_the_run(
    server: OllamaServer, capsys: Captured
) -> None:
    paths.history_database().mkdir(parents=True)
    assert cli.main(["run", "--host", server.host, "How?"]) == 0
    out, err = capsys.readouterr()
    assert out and "history file" in err and "not a regular file" in err


# -- looking --------------------------------------------------------------------------------------


def test_every_command_has_a_help_and_a_function(history: Run) -> None:
    said = history("--help")
    names = {*history_command.ACTIONS, "path"}
    assert said.code == 0 and all(f"\n    {name} " in said.out for name in names)
    for name in names:
        assert "--json" in history(name, "--help").out
    assert set(FORMS) == set(history_file.FORMS)


def test_help_and_lists_load_nothing_heavy() -> None:
    assert loaded_by("history", "--help") & HEAVY == set()
    keep(made())
    assert loaded_by("history", "list") & {"textual", "rich", "ollama", "httpx"} == set()


def test_the_path_alone(history: Run) -> None:
    assert history("path") == Said(0, f"{paths.history_database()}\n", "")
    assert history("path", "--json").document["exists"] is False


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["list"], 0),
        (["search", "x"], 0),
        (["show", "last"], 1),
        (["show", "abcd"], 1),
        (["delete", "abcd"], 1),
        (["export", "-"], 0),
    ],
)
def test_looking_creates_no_file(given: list[str], code: int, history: Run) -> None:
    assert history(*given).code == code
    assert not paths.data_folder().exists()


def test_the_list_has_the_newest_first_and_says_what_matters(history: Run) -> None:
    keep(
        hours_ago("old-run", 30, status="failed", model_a="", method="raw"),
        hours_ago("new-run", 2, title="Sums", starred=True, cache_hit=True),
    )
    said = history("list")
    assert (said.code, said.err) == (0, "")
    assert said.out.split("  ")[0] == "RUN"
    newest, oldest = said.rows
    models = ["llama3.2:3b", ">", "mistral:7b"]
    assert newest.split()[:-1] == (
        ["new-run", "Sums", "handoff", *models, "complete", "2", "h", "15", "s", "208"]
    )
    assert newest.endswith("starred,named,cached")
    assert "raw " in oldest and " failed " in oldest and "1 day" in oldest


def test_pages_follow_each_other(history: Run) -> None:
    keep(*(hours_ago(f"run-{n}", n + 1) for n in range(5)))
    first = history("list", "--limit", "2")
    assert [row.split()[0] for row in first.rows] == ["run-0", "run-1"]
    assert first.err == "2 of 5 runs are shown. See older ones with --before run-1.\n"
    last = history("list", "--limit", "3", "--before", "run-1")
    assert ([row.split()[0] for row in last.rows], last.err) == (["run-2", "run-3", "run-4"], "")
    assert history("list", "--before", "run-4").err == "There is nothing older.\n"
    page = history("list", "--limit", "2", "--before", "run-1", "--json").document
    assert [run["run_id"] for run in page["runs"]] == ["run-2", "run-3"] and page["total"] == 5


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["list", "--failed"], {"bad1"}),
        (["list", "--starred"], {"star"}),
        (["list", "--method", "raw"], {"star"}),
        (["list", "--model", "qwen"], {"bad1"}),
        (["search", "zebra"], {"star"}),
        (["search", "--", "--failed"], set()),
        (["search", "sum", "list", "--failed"], {"bad1"}),
    ],
)
def test_lists_can_be_narrowed_down(given: list[str], found: set[str], history: Run) -> None:
    keep(
        hours_ago("bad1", 1, status="incomplete", model_a="qwen2.5:3b"),
        hours_ago("star", 2, starred=True, method="raw", answer="A zebra."),
        hours_ago("more", 3),
    )
    said = history(*given)
    assert {row.split()[0] for row in said.rows} == found
    assert found or said.err == "No run of the history fits.\n"


def test_a_run_is_shown_whole(history: Run) -> None:
    keep(made("abcdef01", error={"message": "Cut.", "remedy": "Again."}))
    said = history("show", "abcd")
    result = made().result
    for text in (result.query, result.answer, result.draft, *result.demonstrations, "Cut. Again."):
        assert text in said.out
    assert result.stages[0].output not in said.out
    whole = history("show", "abcd", "--stages").out
    for stage in result.stages:
        assert all(text in whole for text in (stage.output, stage.thinking))
        assert all(message.content in whole for message in stage.messages)
    document = history("show", "last", "--json").document
    assert document["stages"][0]["messages"][0]["content"] == "Write."


def test_the_xray_of_a_run_shows_each_stage_part_by_part(history: Run) -> None:
    keep(made("abcdef01"))
    said = history("show", "abcd", "--xray").out
    for line in (
        "== Stage A llama3.2:3b",
        "-- Stage A llama3.2:3b, sent",
        "[?] not known · system message · about 2 tokens · <1 % of num_ctx\nWrite.",
        "[T] thinking · came apart from the output · about 1 tokens · <1 % of num_ctx\nHm.",
        "[R] draft · about 2 tokens · <1 % of num_ctx\nAdd them.",
        "== Stage parser",
        "[D] demonstration 1 · handed on to Model B · about 5 tokens\nCount: `len(items)`",
        "num_ctx      4096",
    ):
        assert line in said, line
    first, _, last = history("show", "last", "--json", "--xray").document["xray"]
    assert first["request"]["messages"][0] == {"role": "system", "content": "Write."}
    assert (first["num_ctx"], first["parts"][0]["origin"]) == (4096, None)
    assert [piece["kind"] for piece in first["reply"]] == ["layout", "draft", "layout"]
    assert last["reply"][0]["text"] == "Use `sum(items)`."


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["show", "abc"], 2, "too little of an id"),
        (["show", "zzzz"], 1, "No run has an id"),
        (["show", "same"], 1, "The ids of 2 runs begin with"),
        (["delete", "same1", "zzzz"], 1, "No run has an id"),
        (["search", " "], 2, "nothing to search for"),
        (["import", "-"], 2, "Standard input"),
        (["lst"], 2, "Did you mean `sutra history list`?"),
        ([], 2, "Say what to do with the history."),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    given: list[str], code: int, words: str, history: Run
) -> None:
    keep(made("same1"), made("same2"))
    said = history(*given)
    assert (said.code, said.out) == (code, "") and words in said.err
    assert len(kept()) == 2


def test_hostile_text_is_inert_in_every_cell(history: Run) -> None:
    run = made("\x1b[31mid", query=HOSTILE, answer=HOSTILE, title=HOSTILE, model_a=HOSTILE)
    stages = tuple(
        replace(
            stage, model=HOSTILE, output=HOSTILE, problems=(HOSTILE,), options={HOSTILE: HOSTILE}
        )
        for stage in run.result.stages
    )
    result = replace(run.result, notices=(HOSTILE,), engine=HOSTILE, stages=stages)
    run = replace(run, result=result)
    keep(replace(run, error={"message": HOSTILE}))
    listed, shown = history("list"), history("show", "last", "--clean", "--stages")
    seen = history("show", "last", "--clean", "--xray")
    for said in (listed, shown, seen, history("show", "last", "--json"), history("list", "--json")):
        assert said.code == 0 and not UNSAFE & set(said.out)
    assert len(listed.rows) == 1 and clean(listed.out) == listed.out


@pytest.mark.parametrize("columns", [80, 100, 200])
def test_a_list_fits_a_terminal(columns: int) -> None:
    with History() as opened:
        for number in range(3):
            opened.save(made(f"run-{number}", query="日本語 " * 40, model_a="y" * 500))
        rows = run_rows(opened.runs(), 1.8e9, columns)
    assert rows[0] == HEADINGS
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    assert sum(widths) + 2 * (len(widths) - 1) <= max(columns, 112)


# -- carrying and deleting ------------------------------------------------------------------------


def test_export_and_import(history: Run, tmp_path: Path) -> None:
    keep(made("run-a", starred=True), made("run-b"))
    for name, start in (("x.md", "# How do"), ("x.json", '{"format"'), ("x.jsonl", '{"query"')):
        said = history("export", str(tmp_path / name))
        assert said.code == 0 and f"Wrote 2 runs to {tmp_path / name}." in said.err
        assert (tmp_path / name).read_text().startswith(start)
    assert history("export", str(tmp_path / "x.md")).code == 1
    one = history("export", str(tmp_path / "one"), "--form", "jsonl", "--run", "run-b", "--json")
    assert one.document["runs"] == 1
    lines = history("export", "-", "--starred").out.splitlines()
    assert [json.loads(line)["run_id"] for line in lines] == ["run-a"]
    assert history("delete", "run-a", "run-b").err == "Removed 2 runs.\n"
    assert kept() == []
    assert history("import", str(tmp_path / "x.json")).err == "Imported 2 runs.\n"
    again = history("import", str(tmp_path / "x.jsonl"), "--json")
    assert again.document["files"][0]["kept"] == 2
    assert {run.run_id for run in kept()} == {"run-a", "run-b"}


def test_the_original_systems_logs_are_found_where_they_were(history: Run) -> None:
    missing = history("import")
    assert missing.code == 1 and ".sutra" in missing.err
    logs(Path(os.environ["HOME"]) / ".sutra" / "logs", json.dumps(LINE), "half a li")
    said = history("import")
    assert said.err == "Imported 1 run. 1 line was no run and left out.\n"
    assert "Explain monads" in history("list").out


def test_another_history_file_can_be_named(history: Run, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    assert history("list", "--history", str(other)).code == 1
    with History(other) as opened:
        opened.save(made("elsewhere"))
    assert "elsewhere" in history("list", "--history", str(other)).out
    assert "elsewhere" not in history("list").out
