"""What counts in the end, and where it comes from.

Invariant: pure; one list that `sutra config show` prints and the settings screen shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .fields import FIELDS, Field
from .reading import Reading

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting as it counts.

    Args:
        field: Which one.
        value: What counts; None or an empty text is `field.unset`.
        source: Where it comes from: "default", "line 3", "OLLAMA_HOST", "--host".
        line: Its line in the file, also where something else goes first; None when it is not there.
    """

    field: Field
    value: Any
    source: str = DEFAULT
    line: int | None = None

    @property
    def shown(self) -> str:
        """The value in words."""
        return words_for(self.field, self.value)


def effective(
    reading: Reading,
    overrides: Mapping[str, tuple[str, Any]],
    more: Sequence[Field] = (),
) -> tuple[Effective, ...]:
    """Every setting as it counts.

    Args:
        reading: The file.
        overrides: By full name, what goes before the file: its source and the value.
        more: Settings of a table that depends on the app: the keys of its commands.
    """
    return tuple(_effective(field, reading, overrides) for field in (*FIELDS, *more))


def words_for(field: Field, value: Any) -> str:
    """A setting's value in words, as it is typed too."""
    if value is None or value == "":
        return field.unset or "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _effective(
    field: Field, reading: Reading, overrides: Mapping[str, tuple[str, Any]]
) -> Effective:
    line = reading.lines.get(field.name)
    if field.name in overrides:
        source, value = overrides[field.name]
        return Effective(field, value, source, line)
    value = field.of(reading.settings)
    return Effective(field, value, f"line {line}" if line else DEFAULT, line)
