"""The columns of the table of models: what they sort by and which of them fit a width.

Invariant: pure. Places in `COLUMNS` are what the keys 1 to 9 and 0 mean, however many columns fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .model_rows import ModelRow
from .table_columns import Column, Layout, Place, fit

GUTTER: Final = 4
"""Cells before the first column: the cursor's sign, the letters of the roles, blanks."""
NAME_ROOM: Final = 18
"""Cells the name keeps at least before another column is shown."""
_VERDICTS: Final = ("fits", "tight", "unknown", "does not fit")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelColumn(Column):
    """One column of the table.

    Args:
        value: What rows are sorted by; None sorts last, whichever way round.
    """

    value: Callable[[ModelRow], Any]


COLUMNS: Final = (
    ModelColumn("name", 0, 0, value=lambda row: row.info.name.casefold()),
    ModelColumn("family", 7, 9, value=lambda row: row.info.family.casefold() or None),
    ModelColumn("params", 7, 4, right=True, value=lambda row: _number(row.info.parameter_size)),
    ModelColumn("quant", 6, 5, value=lambda row: row.info.quantization.casefold() or None),
    ModelColumn("size", 7, 2, right=True, ascending=False, value=lambda row: row.info.size or None),
    ModelColumn(
        "context", 8, 6, right=True, ascending=False, value=lambda row: row.info.context_length
    ),
    ModelColumn("can", 17, 8, value=lambda row: ", ".join(row.can) or None),
    ModelColumn("loaded", 14, 3, ascending=False, value=lambda row: row.held or None),
    ModelColumn("tok/s", 6, 7, right=True, ascending=False, value=lambda row: row.speed),
    ModelColumn("memory", 14, 1, value=lambda row: _VERDICTS.index(row.fit.verdict)),
)
NAME, FAMILY, PARAMETERS, QUANT, SIZE, CONTEXT, CAN, LOADED, SPEED, FIT = range(len(COLUMNS))


def arrange(width: int) -> tuple[Place, ...]:
    """The columns that fit a table of so many cells, without its scrollbar."""
    return fit(COLUMNS, width, gutter=GUTTER, room=NAME_ROOM)


LAYOUT: Final = Layout(COLUMNS, arrange)


def _number(printed: str) -> float | None:
    """ "3.2B" and "137M" as numbers that compare."""
    scale = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}.get(printed[-1:].upper())
    try:
        return float(printed[:-1]) * scale if scale else float(printed)
    except ValueError:
        return None
