"""The user's settings: one frozen value, built once at the start and handed down.

Invariant: reading is total. A missing file gives the defaults; whatever is broken, unknown or out
of range is named in a warning and its default is used, so a bad file never keeps anything from
starting.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from .core.clean import clean_line
from .core.protocol import DEFAULT_COUNT, MAX_COUNT, METHODS, ORDERS, GenerationOptions
from .core.protocol import Method as MethodName
from .core.protocol import Order as OrderName

MAX_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set in `config.toml`, by the same names.

    Args:
        host: Address of the model server; empty means `OLLAMA_HOST`, then this machine. The
            environment variable goes first.
        stall_timeout_s: Longest silence between two pieces of a reply, in seconds.
        first_token_timeout_s: Longest wait for the first piece of a reply, in seconds, with the
            time to load the model and to read the prompt.
        cache_ttl_s: How long demonstrations are kept, in seconds.
        cache_max_mb: How large the demonstration cache may grow, in megabytes.
        method: The shape of a run when none is asked for.
        order: What Model A writes first when nothing is asked for.
        count: Demonstrations wanted from Model A when no number is asked for.
        options_a: How Model A generates; the table `[model_a]`.
        options_b: How Model B generates; the table `[model_b]`.
        reduced_motion: Whether the app avoids everything that moves by itself.
        theme: Name of the app's colours; empty leaves the choice to the app.
    """

    host: str = ""
    stall_timeout_s: float = 120
    first_token_timeout_s: float = 600
    cache_ttl_s: float = 3600
    cache_max_mb: int = 64
    method: MethodName = "handoff"
    order: OrderName = "answer-first"
    count: int = DEFAULT_COUNT
    options_a: GenerationOptions = field(default_factory=GenerationOptions)
    options_b: GenerationOptions = field(default_factory=GenerationOptions)
    reduced_motion: bool = False
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A setting that is a number between two limits, both allowed."""

    low: float
    high: float
    whole: bool = False

    @property
    def allowed(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:,} to {self.high:,}"

    def accepts(self, value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int if self.whole else (int, float)):
            return False
        return math.isfinite(value) and self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting that is one of a few names."""

    names: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return " or ".join(f'"{name}"' for name in self.names)

    def accepts(self, value: object) -> bool:
        return value in self.names


@dataclass(frozen=True, slots=True)
class Text:
    """A setting that is a short text."""

    longest: int = 1024

    @property
    def allowed(self) -> str:
        return f"a text in quotes, at most {self.longest:,} characters long"

    def accepts(self, value: object) -> bool:
        return isinstance(value, str) and len(value) <= self.longest


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting that is on or off."""

    allowed: str = "true or false"

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)


Rule = Number | Choice | Text | Switch

OPTION_RULES: Final[Mapping[str, Rule]] = {
    "temperature": Number(0, 2),
    "seed": Number(0, 2**31 - 1, whole=True),
    "num_ctx": Number(256, 2**24, whole=True),
    "num_predict": Number(1, 2**20, whole=True),
    "keep_alive": Number(-1, 10**7),
    "think": Switch(),
    "repeat_penalty": Number(0.1, 2),
}
"""What each field of `GenerationOptions` may be; the command line holds to the same."""

RULES: Final[Mapping[str, Rule]] = {
    "host": Text(),
    "stall_timeout_s": Number(1, 86_400),
    "first_token_timeout_s": Number(1, 86_400),
    "cache_ttl_s": Number(1, 10**9),
    "cache_max_mb": Number(1, 10_000, whole=True),
    "method": Choice(METHODS),
    "order": Choice(ORDERS),
    "count": Number(1, MAX_COUNT, whole=True),
    "reduced_motion": Switch(),
    "theme": Text(100),
}
TABLES: Final = {"model_a": "options_a", "model_b": "options_b"}
"""The tables of the file and the fields they fill."""


def load_settings(path: Path) -> tuple[Settings, list[str]]:
    """Read the settings file.

    Args:
        path: Where it is; it need not exist.

    Returns:
        The settings, and a sentence for each thing in the file that could not be used.
    """
    try:
        source = _read(path)
        data = _parse(source)
    except FileNotFoundError:
        return Settings(), []
    except (OSError, ValueError, RecursionError) as error:
        return Settings(), [f"{path.name} {_reason(error)}. All settings have their defaults."]
    reader = _Reader(path.name, source)
    values = reader.table(data, RULES, Settings(), skip=set(TABLES))
    for table, name in TABLES.items():
        values[name] = reader.options(data.get(table, {}), table)
    return replace(Settings(), **values), reader.warnings


class _Reader:
    """Checks parsed values against their rules and collects what is wrong."""

    def __init__(self, file: str, source: str) -> None:
        self._file = file
        self._source = source
        self.warnings: list[str] = []

    def options(self, data: object, table: str) -> GenerationOptions:
        if not isinstance(data, dict):
            self._warn(table, "", f"{table} is not a table; begin it with a line [{table}]")
            return GenerationOptions()
        values = self.table(data, OPTION_RULES, GenerationOptions(), table=table)
        return replace(GenerationOptions(), **values)

    def table(
        self,
        data: Mapping[str, Any],
        rules: Mapping[str, Rule],
        defaults: object,
        *,
        table: str = "",
        skip: set[str] | None = None,
    ) -> dict[str, Any]:
        """The usable values of one table."""
        values: dict[str, Any] = {}
        for key, value in data.items():
            rule = rules.get(key)
            if rule is None:
                if key not in (skip or ()):
                    self._warn(key, table, self._unknown(key, [*rules, *(skip or ())]))
            elif rule.accepts(value):
                values[key] = value
            else:
                default = _shown(getattr(defaults, key))
                self._warn(
                    key,
                    table,
                    f"{key} = {_shown(value)} cannot be used; it must be {rule.allowed}. "
                    f"The default is used ({default})",
                )
        return values

    def _unknown(self, key: str, known: list[str]) -> str:
        from difflib import get_close_matches

        close = get_close_matches(key, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"settings are {', '.join(known)}"
        return f"there is no setting {clean_line(key, 60)}; {hint}"

    def _warn(self, key: str, table: str, text: str) -> None:
        line = _line_of(self._source, key, table)
        where = f"{self._file}, line {line}" if line else self._file
        if table:
            where += f", [{table}]"
        self.warnings.append(f"{where}: {text}" + ("" if text.endswith("?") else "."))


def _read(path: Path) -> str:
    from .store.files import read_limited

    try:
        return read_limited(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError("is not UTF-8 text") from error
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ValueError(f"cannot be read: {reason}") from error


def _parse(source: str) -> dict[str, Any]:
    toml = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        data: dict[str, Any] = toml.loads(source)
    except ValueError as error:
        raise ValueError(f"is not valid TOML: {error}") from error
    return data


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return clean_line(str(error), 300)


def _shown(value: object) -> str:
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


_HEADER: Final = re.compile(r"\s*\[+\s*([^\]\s]+)\s*\]+")
_KEY: Final = re.compile(r"""\s*["']?([^"'=\s]+)["']?\s*=""")


def _line_of(source: str, key: str, table: str) -> int | None:
    """The line a key stands on, from 1; None where it is not easily found."""
    return next((number for number, found in _keys(source) if found == (table, key)), None)


def _keys(source: str) -> Iterator[tuple[int, tuple[str, str]]]:
    table = ""
    for number, line in enumerate(source.split("\n"), 1):
        if header := _HEADER.match(line):
            table = header[1]
            yield number, ("", table)
        elif key := _KEY.match(line):
            yield number, (table, key[1])
