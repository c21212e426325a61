"""The columns of the table of models: what they sort by and which of them fit a width.

Invariant: pure. Places in `COLUMNS` are what the keys 1 to 9 and 0 mean, however many columns fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .model_rows import ModelRow

GUTTER: Final = 4
"""Cells before the first column: the cursor's sign, the letters of the roles, blanks."""
NAME_ROOM: Final = 18
"""Cells the name keeps at least before another column is shown."""
_VERDICTS: Final = ("fits", "tight", "unknown", "does not fit")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table.

    Args:
        name: Its heading.
        width: Cells it takes; 0 is what is left.
        rank: Columns of a low rank are shown first when there is little room.
        value: What rows are sorted by; None sorts last, whichever way round.
        right: Numbers, aligned to the right.
        ascending: Whether it is sorted upwards when it is chosen.
    """

    name: str
    width: int
    rank: int
    value: Callable[[ModelRow], Any]
    right: bool = False
    ascending: bool = True


COLUMNS: Final = (
    Column("name", 0, 0, lambda row: row.info.name.casefold()),
    Column("family", 7, 9, lambda row: row.info.family.casefold() or None),
    Column("params", 7, 4, lambda row: _number(row.info.parameter_size), right=True),
    Column("quant", 6, 5, lambda row: row.info.quantization.casefold() or None),
    Column("size", 7, 2, lambda row: row.info.size or None, right=True, ascending=False),
    Column("context", 8, 6, lambda row: row.info.context_length, right=True, ascending=False),
    Column("can", 17, 8, lambda row: ", ".join(row.can) or None),
    Column("loaded", 14, 3, lambda row: row.held or None, ascending=False),
    Column("tok/s", 6, 7, lambda row: row.speed, right=True, ascending=False),
    Column("memory", 14, 1, lambda row: _VERDICTS.index(row.fit.verdict)),
)
NAME, FAMILY, PARAMETERS, QUANT, SIZE, CONTEXT, CAN, LOADED, SPEED, FIT = range(len(COLUMNS))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands: its place in `COLUMNS`, its first cell and its cells."""

    column: int
    start: int
    width: int


def arrange(width: int) -> tuple[Place, ...]:
    """The columns that fit, from left to right.

    Args:
        width: Cells of the table, without its scrollbar.
    """
    room = width - GUTTER - NAME_ROOM
    shown = {NAME}
    for place in sorted(range(1, len(COLUMNS)), key=lambda place: COLUMNS[place].rank):
        room -= COLUMNS[place].width + 1
        if room < 0:
            room += COLUMNS[place].width + 1
            break
        shown.add(place)
    name = max(1, min(width - GUTTER, NAME_ROOM + max(0, room)))
    places, start = [], GUTTER
    for column in sorted(shown):
        cells = name if column == NAME else COLUMNS[column].width
        places.append(Place(column, start, cells))
        start += cells + 1
    return tuple(places)


def _number(printed: str) -> float | None:
    """ "3.2B" and "137M" as numbers that compare."""
    scale = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(printed[-1:].upper())
    try:
        return float(printed[:-1]) * scale if scale else float(printed)
    except ValueError:
        return None
