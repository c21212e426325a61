"""The columns of the history's table, and which of them fit a width.

Invariant: pure.
"""

from __future__ import annotations

from typing import Final

from .table_columns import Column, Layout, Place, fit

GUTTER: Final = 3
"""Cells before the first column: the cursor's sign, the star or the mark to compare, a blank."""
NAME_ROOM: Final = 22
"""Cells the query keeps at least before another column is shown."""

COLUMNS: Final = (
    Column("query", 0, 0),
    Column("models", 26, 4),
    Column("method", 8, 6),
    Column("age", 6, 2, right=True),
    Column("took", 10, 3, right=True),
    Column("tokens", 7, 5, right=True),
    Column("status", 10, 1),
)
NAME, MODELS, METHOD, AGE, TOOK, TOKENS, STATUS = range(len(COLUMNS))


def arrange(width: int) -> tuple[Place, ...]:
    """The columns that fit a table of so many cells, without its frame and scrollbar."""
    return fit(COLUMNS, width, gutter=GUTTER, room=NAME_ROOM, blank=2)


LAYOUT: Final = Layout(COLUMNS, arrange)
