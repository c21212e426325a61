"""`sutra history`: from the command line to what it does.

Invariant: results go to standard output and nothing else does; a failure is a `SutraError`. No file
is replaced unasked, and a file is taken in whole or not at all.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Final

from ..core.errors import InvalidRequest, StoreError
from ..store import history_file
from ..store.history import HistoryRun
from ..store.history_file import Form
from ..store.history_transfer import ImportedRuns
from . import history_words as words
from . import history_xray
from .faces import in_safe_json
from .history_job import Job, OpenHistory, opened
from .history_words import runs_in_words
from .store_job import write_path
from .streams import Output, Voice
from .table import table

EMPTY: Final = 'The history is empty. Ask something: sutra run "QUESTION".'
STANDARD_STREAM: Final = "-"


def history_command(
    args: argparse.Namespace,
    path: Path,
    logs: Path,
    open_history: OpenHistory,
    output: Output,
    voice: Voice,
) -> None:
    """Do what was asked with the history.

    Args:
        args: The parsed command line of `sutra history`.
        path: The history file.
        logs: Where the original system kept its logs.
        open_history: Opens the history; not called when only its path is asked for.
        output: Where results go.
        voice: Where remarks go.

    Raises:
        SutraError: It could not be done, or the result cannot be written.
    """
    path = path.absolute()
    if args.action == "path":
        write_path(path, output, as_json=args.json)
        return
    creates = args.action == "import"
    if creates and not args.files:
        args.files = [str(logs)]
    with opened(args, path, open_history, output, voice, creates=creates) as job:
        ACTIONS[args.action](job)


def list_runs(job: Job) -> None:
    """Write one page of the runs that were asked for.

    Raises:
        InvalidRequest: They were to say something, but there is no word.
        UnknownRun: The run that they are to be older than is not there.
    """
    args, filter = job.args, job.filter
    if args.action == "search" and not filter.search.strip():
        raise InvalidRequest(
            "There is nothing to search for.", "Give a word: sutra history search TEXT."
        )
    after = None
    if args.before is not None:
        after = job.history.mark_of(job.find(args.before).run_id)
    total = job.history.count(filter)
    runs = job.history.runs(filter, after, 0, args.limit + 1)
    following, runs = runs[args.limit :], runs[: args.limit]
    if args.json:
        shown = [words.summary_document(run, job.now) for run in runs]
        job.write_json(
            {"total": total, "limit": args.limit, "filter": asdict(filter), "runs": shown}
        )
    elif runs:
        columns = shutil.get_terminal_size().columns if job.output.is_terminal else None
        job.output.write(table(words.run_rows(runs, job.now, columns)))
    if not total:
        job.voice.say(EMPTY if filter.is_open else "No run of the history fits.")
    elif not runs:
        job.voice.say("There is nothing older.")
    elif following:
        following_id = runs[-1].run_id
        job.voice.say(
            f"{len(runs):,} of {total:,} runs are shown. See older ones with --before"
            f" {following_id}."
        )


def show(job: Job) -> None:
    """Write one run whole. Raises as `Job.find`."""
    run = job.find(job.args.run)
    if job.args.json:
        said = {"xray": history_xray.document(run)} if job.args.xray else {}
        job.write_json({**run.to_dict(), "status": run.status(job.now), **said})
        return
    job.output.write_trusted(table(words.facts(run, job.now)))
    if job.args.xray:
        _show_xray(job, run)
        return
    for title, text in words.texts(run, stages=job.args.stages):
        job.output.write_trusted(f"\n{title}\n")
        job.output.write(text if text.endswith("\n") else text + "\n")


def _show_xray(job: Job, run: HistoryRun) -> None:
    for heading, told, text in history_xray.parts(run):
        job.output.write_trusted(f"\n{heading}\n{told}")
        if text:
            job.output.write(text if text.endswith("\n") else text + "\n")


def export(job: Job) -> None:
    """Write runs to a file, or to standard output.

    Raises:
        StoreError: The file cannot be written, or is there already.
        UnknownRun: A run that was named is not there.
    """
    args = job.args
    named = [job.find(typed) for typed in args.run]
    if args.file == STANDARD_STREAM:
        _export_to_output(job, args.form or "jsonl", named)
        return
    target = Path(args.file)
    if not args.force and os.path.lexists(target):
        raise StoreError(f"{target} is there already.", "Add --force to replace it.")
    form = args.form or history_file.form_of(target) or "json"
    number = job.history.export(target, form, job.filter, only=named or None, overwrite=args.force)
    if args.json:
        job.write_json({"file": str(target), "form": form, "runs": number})
    job.voice.say(f"Wrote {runs_in_words(number)} to {target}.")


def _export_to_output(job: Job, form: Form, named: list[HistoryRun]) -> None:
    for piece in history_file.pieces(named or job.history.whole_runs(job.filter), form):
        if form == "markdown":
            job.output.write(piece)
        else:
            job.output.write_trusted(in_safe_json(piece, job.output))


def take_in(job: Job) -> None:
    """Take in the runs of files, or logs.

    Raises:
        InvalidHistoryFile: One is not such a file; what came before it was taken in.
        InvalidRequest: Standard input was named.
    """
    if STANDARD_STREAM in job.args.files:
        raise InvalidRequest(
            "Standard input cannot be imported.", "Write it to a file and import that."
        )
    job.require_disk()
    reports = {name: job.history.import_(name) for name in job.args.files}
    added, kept, unread = map(sum, zip(*map(astuple, reports.values()), strict=True))
    files = [{"file": name, **asdict(report)} for name, report in reports.items()]
    job.report(in_words(ImportedRuns(added, kept, unread)), {"files": files})


def in_words(report: ImportedRuns) -> str:
    """What an import did, and what it left out and why."""
    parts = [f"Imported {runs_in_words(report.added)}"]
    if report.kept:
        parts.append(f"{runs_in_words(report.kept)} that you have already stayed as they are")
    if report.unread:
        lines = "1 line was" if report.unread == 1 else f"{report.unread:,} lines were"
        parts.append(f"{lines} no run and left out")
    return ". ".join(parts) + "."


def delete(job: Job) -> None:
    """Remove the named runs.

    Raises:
        UnknownRun: One of them is not there; nothing was removed then.
    """
    found = {run.run_id: run for run in map(job.find, job.args.runs)}
    job.require_disk()
    gone = [run.run_id for run in job.history.delete(found)]
    job.report(f"Removed {runs_in_words(len(gone))}.", {"deleted": gone})


ACTIONS: Final[dict[str, Callable[[Job], None]]] = {
    "list": list_runs,
    "search": list_runs,
    "show": show,
    "export": export,
    "import": take_in,
    "delete": delete,
}
