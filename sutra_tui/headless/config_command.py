"""`sutra config`: where the settings are, what counts, and what is wrong with them.

Invariant: nothing is written here, and what is asked for goes to standard output.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..core.clean import clean_line
from ..settings import Field, Problem, Reading
from ..settings.effective import Effective, effective
from .exits import FAILED, OK
from .faces import to_json
from .streams import Output, Voice
from .table import table

HEADINGS: Final = ("SETTING", "VALUE", "FROM")


@dataclass(frozen=True, slots=True)
class Settled:
    """What the command line hands to `sutra config`.

    Args:
        reading: The settings file.
        overrides: What goes before it, by full name: source and value.
        keys: The keys of the app's commands as settings.
    """

    reading: Reading
    overrides: Mapping[str, tuple[str, Any]]
    keys: Sequence[Field]


def config_command(args: argparse.Namespace, settled: Settled, output: Output, voice: Voice) -> int:
    """Do what was asked.

    Args:
        args: The parsed command line of `sutra config`.
        settled: The settings.
        output: Where results go.
        voice: Where remarks go.

    Returns:
        The exit code.
    """
    if args.action == "validate":
        return _validate(settled, output, voice, as_json=args.json)
    if args.action == "show":
        _show(settled, output, voice, as_json=args.json)
    else:
        _path(settled.reading, output, as_json=args.json)
    return OK


def _path(reading: Reading, output: Output, *, as_json: bool) -> None:
    if as_json:
        document = {"path": str(reading.path), "exists": reading.exists}
        output.write_trusted(to_json(document, output, indent=2) + "\n")
    else:
        output.write(f"{reading.path}\n")


def _show(settled: Settled, output: Output, voice: Voice, *, as_json: bool) -> None:
    reading = settled.reading
    rows = effective(reading, settled.overrides, settled.keys)
    if as_json:
        document = {
            "path": str(reading.path),
            "exists": reading.exists,
            "settings": [_row(row) for row in rows],
            "problems": [_problem(problem) for problem in reading.problems],
        }
        output.write_trusted(to_json(document, output, indent=2) + "\n")
        return
    voice.say_all(reading.warnings)
    cells = [(row.field.name, clean_line(row.shown, 80), row.source) for row in rows]
    output.write(table([HEADINGS, *cells]))


def _validate(settled: Settled, output: Output, voice: Voice, *, as_json: bool) -> int:
    reading = settled.reading
    problems = reading.problems
    if as_json:
        document = {
            "path": str(reading.path),
            "exists": reading.exists,
            "valid": not problems,
            "problems": [_problem(problem) for problem in problems],
        }
        output.write_trusted(to_json(document, output, indent=2) + "\n")
    elif problems:
        output.write("".join(f"{sentence}\n" for sentence in reading.warnings))
    elif reading.exists:
        voice.say(f"{reading.path.name} is all right.")
    else:
        voice.say(f"There is no {reading.path.name}, so all settings have their defaults.")
    return FAILED if problems else OK


def _row(row: Effective) -> dict[str, Any]:
    return {
        "name": row.field.name,
        "value": row.value if row.value != "" else None,
        "shown": row.shown,
        "source": row.source,
        "line": row.line,
        "allowed": row.field.rule.allowed,
        "about": row.field.about,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "name": problem.name, "text": problem.text}
