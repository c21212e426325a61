"""Runs as files: Markdown to read, JSON and JSON lines to carry, and the original system's logs.

Invariant: our own documents are read whole or refused whole, and a refusal names the run and the
field. Logs are read line by line, as their writer left them: a line that is none is counted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NoReturn

from ..core import fields
from ..core.errors import StoreError
from . import files, history_markdown, original_logs
from .history_run import HistoryRun, run_from

Form = Literal["markdown", "json", "jsonl"]
"""Of an exported file."""
FORMS: Final[tuple[Form, ...]] = ("markdown", "json", "jsonl")
FORMAT: Final = "sutra-history"
FORMAT_VERSION: Final = 1
MAX_BYTES: Final = 1_000_000_000
"""Longest file that is taken in."""
_MAX_TIME: Final = 1e11
"""Seconds since the epoch, in the year 5138: beyond it a time is a mistake or a trick."""
_SUFFIXES: Final[dict[str, Form]] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


class InvalidHistoryFile(StoreError):
    """A file that cannot be taken in; nothing was changed."""

    kind = "invalid_history_file"


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds.

    Args:
        runs: In its order.
        unread: Lines of logs that are none.
    """

    runs: tuple[HistoryRun, ...]
    unread: int = 0


def form_of(path: Path) -> Form | None:
    """The form that a file's name asks for; None when it does not say."""
    return _SUFFIXES.get(path.suffix.lower())


def pieces(runs: Iterable[HistoryRun], form: Form) -> Iterator[str]:
    """A document, a run at a time, so that a long history is never in memory whole."""
    if form == "markdown":
        for number, run in enumerate(runs):
            yield ("\n---\n\n" if number else "") + history_markdown.document(run)
        return
    if form == "jsonl":
        for run in runs:
            yield fields.dump(run.to_dict(), None) + "\n"
        return
    yield f'{{"format": "{FORMAT}", "version": {FORMAT_VERSION}, "runs": [\n'
    for number, run in enumerate(runs):
        yield (",\n" if number else "") + fields.dump(run.to_dict(), None)
    yield "\n]}\n"


def read(path: Path, now: float) -> Document:
    """Read and check a file, or a folder of logs.

    Args:
        path: A regular file, or a folder.
        now: When runs that do not say so count as started, in seconds since the epoch.

    Raises:
        InvalidHistoryFile: It cannot be read, or is nothing that we know.
    """
    try:
        if path.is_dir():
            return _logs(path, now)
        return parse(files.read_limited(path, MAX_BYTES), now)
    except FileNotFoundError as error:
        _refuse(path, "it does not exist", error)
    except OSError as error:
        _refuse(path, error.strerror or "it cannot be read", error)
    except ValueError as error:
        _refuse(path, str(error), error)


def _refuse(path: Path, reason: str, cause: Exception) -> NoReturn:
    raise InvalidHistoryFile(
        f"{path} was not imported: {reason}.",
        "Nothing was changed; choose a file that export has written, or a folder of logs.",
    ) from cause


def _logs(folder: Path, now: float) -> Document:
    found = sorted(folder.glob("*.jsonl"))
    if not found:
        raise ValueError("there is no log (*.jsonl) in that folder")
    parts = [parse(files.read_limited(path, MAX_BYTES), now) for path in found]
    runs = tuple(run for part in parts for run in part.runs)
    return Document(runs, sum(part.unread for part in parts))


def parse(data: bytes, now: float) -> Document:
    """Check the bytes of a file; what is wrong with it is raised as `ValueError`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("it is not UTF-8 text") from error
    if text.lstrip().startswith('{"format"'):
        return _document(text)
    return _lines(text, now)


def _document(text: str) -> Document:
    document = _object(text)
    if document.get("format") != FORMAT:
        raise ValueError("it is not a history file")
    version = document.get("version")
    if type(version) is not int or version < 1:
        raise ValueError('"version" is missing or not what it should be')
    if version > FORMAT_VERSION:
        raise ValueError("it was written by a newer sutra")
    runs = fields.objects(document, "runs")
    return Document(tuple(_checked(run, f"run {n}") for n, run in enumerate(runs, 1)))


def _lines(text: str, now: float) -> Document:
    """JSON lines: runs of ours, or those that the original system logged."""
    runs: list[HistoryRun] = []
    unread = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            entry = _object(line)
        except ValueError:
            unread += 1  # cut off in the middle, as a log may be
            continue
        if "run_id" in entry:
            runs.append(_checked(entry, f"line {number}"))
        elif (logged := original_logs.run_of(entry, now)) is not None:
            runs.append(logged)
        else:
            unread += 1
    if unread and not runs:
        raise ValueError("it is neither a history file nor a log")
    return Document(tuple(runs), unread)


def _checked(data: Mapping[str, Any], place: str) -> HistoryRun:
    try:
        run = run_from(data)
        if not (0 <= run.started_at <= _MAX_TIME and 0 <= run.seen_at <= _MAX_TIME):
            raise ValueError("field 'started_at' is not a time")
        return run
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{place}: {error}") from error


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text, parse_int=_integer)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON (line {error.lineno})") from error
    return fields.as_object(found)


def _integer(digits: str) -> int:
    # Reading a number takes time quadratic in its length.
    if len(digits) > 20:
        raise ValueError("it holds an absurdly large number")
    return int(digits)
