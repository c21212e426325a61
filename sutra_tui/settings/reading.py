"""Reading `config.toml`: what is usable is taken, all the rest is named.

Invariant: reading is total. A missing file gives the defaults; whatever is broken, unknown or out
of range becomes a problem and its default is used, so a bad file never keeps anything from
starting.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..core.clean import clean_line
from .fields import FIELDS, KEYS_TABLE, TABLES, Field
from .key_names import read_keys, why_no_key
from .rules import Address, Choice, Keys
from .value import Settings

MAX_BYTES: Final = 256 * 1024
_LINE: Final = re.compile(r"at line (\d+)")

KeyPath = tuple[str, ...]


class Problem(NamedTuple):
    """Something in the file that could not be used.

    Args:
        text: What it is and what may be done, in a sentence.
        line: Where it stands, from 1; None when that is not known.
        name: The setting's full name; empty when it is the file as a whole.
    """

    text: str
    line: int | None = None
    name: str = ""

    def sentence(self, file: str) -> str:
        """With its place in front, for a list of warnings."""
        if not self.name:
            return f"{file} {self.text}"
        where = f"{file}, line {self.line}" if self.line else file
        table = self.name.rpartition(".")[0]
        if table in TABLES or self.name.startswith(f"{KEYS_TABLE}."):
            where += f", [{self.name.partition('.')[0]}]"
        return f"{where}: {self.text}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a settings file says.

    Args:
        path: Where the file is.
        settings: What is usable in it, and the defaults for the rest.
        problems: What is not.
        lines: Where each usable setting stands, by its full name.
        broken: The file is there and cannot be read as settings at all.
        exists: There is such a file.
    """

    path: Path
    settings: Settings = field(default_factory=Settings)
    problems: tuple[Problem, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    broken: bool = False
    exists: bool = True

    @property
    def warnings(self) -> list[str]:
        """A sentence for each problem."""
        return [problem.sentence(self.path.name) for problem in self.problems]


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """The settings in a file, and a sentence for each thing in it that could not be used.

    Args:
        path: Where it is; it need not exist.
    """
    reading = read_settings(path)
    return reading.settings, reading.warnings


def read_settings(path: Path) -> Reading:
    """Read a settings file.

    Args:
        path: Where it is; it need not exist.
    """
    try:
        source = read_source(path)
        data = parse(source)
        return _Reader(source, data).reading(path)
    except FileNotFoundError:
        return Reading(path, exists=False)
    except (OSError, ValueError, RecursionError) as error:
        reason = _reason(error)
        line = _LINE.search(reason)
        problem = Problem(f"{reason}. All settings have their defaults.", line and int(line[1]))
        return Reading(path, problems=(problem,), broken=True)


def read_source(path: Path) -> str:
    """The file's text.

    Raises:
        FileNotFoundError: There is none.
        ValueError: It cannot be read; the message goes on after the file's name.
    """
    from ..store.files import read_limited

    try:
        return read_limited(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8 text") from error
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ValueError(f"cannot be read: {reason}") from error


def parse(source: str) -> dict[str, Any]:
    """The file's values.

    Raises:
        ValueError: It is not TOML; the message goes on after the file's name.
    """
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        data: dict[str, Any] = toml.loads(source)
    except ValueError as error:
        raise ValueError(f"is not valid TOML: {error}") from error
    return data


class _Reader:
    """Checks parsed values against their rules and collects what is wrong."""

    def __init__(self, source: str, data: Mapping[str, Any]) -> None:
        from .lines import key_lines

        self._places = key_lines(source)
        self._data = data
        self._settings = Settings()
        self._problems: list[Problem] = []
        self._lines: dict[str, int] = {}

    def reading(self, path: Path) -> Reading:
        top = {field.key: field for field in FIELDS if not field.table}
        self._table(self._data, top, (), skip=(*TABLES, KEYS_TABLE))
        for table in TABLES:
            known = {field.key: field for field in FIELDS if field.table == table}
            if isinstance(options := self._data.get(table, {}), dict):
                self._table(options, known, (table,))
            else:
                self._no_table(table)
        if isinstance(keys := self._data.get(KEYS_TABLE, {}), dict):
            self._keys(keys, (KEYS_TABLE,))
        else:
            self._no_table(KEYS_TABLE)
        problems = sorted(self._problems, key=lambda problem: problem.line or 0)
        return Reading(path, self._settings, tuple(problems), self._lines)

    def _table(
        self,
        data: Mapping[str, Any],
        known: Mapping[str, Field],
        table: KeyPath,
        skip: tuple[str, ...] = (),
    ) -> None:
        for key, value in data.items():
            found = known.get(key)
            if found is not None:
                self._take(found, value)
            elif key not in skip:
                self._say((*table, key), unknown(key, [*known, *skip]))

    def _take(self, found: Field, value: object) -> None:
        if found.rule.accepts(value):
            self._settings = found.put(self._settings, value)
            self._note(found.name, found.path)
        else:
            self._say(found.path, f"{refusal(found, value)} {default_used(found)}")

    def _keys(self, data: Mapping[str, Any], path: KeyPath) -> None:
        """Command ids have dots: `model.a = "f2"` is two tables deep, `"model.a" = "f2"` is not."""
        for part, value in data.items():
            here = (*path, part)
            command = ".".join(here[1:])
            if isinstance(value, dict):
                self._keys(value, here)
            elif keys := read_keys(value):
                self._settings = replace(
                    self._settings, keys={**self._settings.keys, command: ",".join(keys)}
                )
                self._note(f"{KEYS_TABLE}.{command}", here)
            else:
                text = f"{clean_line(command, 60)} = {shown(value)} cannot be used"
                text += hinted(why_no_key(value)) or f"; it must be {Keys().allowed}."
                self._say(here, f"{text} The default is used.")

    def _note(self, name: str, path: KeyPath) -> None:
        if line := self._places.get(path):
            self._lines[name] = line

    def _no_table(self, table: str) -> None:
        self._say((table,), f"{table} is not a table; begin it with a line [{table}].")

    def _say(self, path: KeyPath, text: str) -> None:
        name = clean_line(".".join(path), 120)
        self._problems.append(Problem(text, self._places.get(path), name))


def unknown(name: str, known: list[str], what: str = "setting") -> str:
    """That there is no such setting, and which one was probably meant.

    Args:
        name: What was written.
        known: What there is.
        what: The kind of thing it is not.
    """
    close = nearest(name, known)
    hint = f"did you mean {close}?" if close else f"{what}s are {', '.join(known)}."
    return f"there is no {what} {clean_line(name, 60)}; {hint}"


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that a mistyped one probably stands for, or None."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, known, 1)), None)


def refusal(found: Field, value: object) -> str:
    """That a value cannot be used, and what can."""
    text = f"{found.key} = {_shown_for(found, value)} cannot be used; it must be "
    text += found.rule.allowed
    if isinstance(found.rule, Choice) and isinstance(value, str):
        close = nearest(value, list(found.rule.names))
        return f"{text}; did you mean {close}?" if close else f"{text}."
    return f"{text}."


def default_used(found: Field) -> str:
    """What counts instead."""
    default = found.default
    return f"The default is used ({found.unset if default in (None, '') else shown(default)})."


def hinted(hint: str) -> str:
    """A hint as the end of a sentence; nothing when there is none."""
    return f"; {hint}" + ("" if hint.endswith("?") else ".") if hint else ""


def shown(value: object) -> str:
    """A value the way TOML writes it, near enough and short."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{clean_line(value, 60)}"'
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "a table"
    return clean_line(str(value), 60)


def _shown_for(found: Field, value: object) -> str:
    # A refused address may hold a password.
    hidden = isinstance(found.rule, Address) and isinstance(value, str)
    return "what is there" if hidden and "@" in str(value) else shown(value)


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return clean_line(str(error), 300)
