"""Which tests prove which row: a test's name says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .rows import ROWS

_IDS = re.compile(r"[Tt]est_((?:[A-Z]\d+_)+)")
_DEFINED = re.compile(
    r"^(?:async def |def |class )?(?P<name>[Tt]est_(?:[A-Z]\d+_)+\w*)", re.MULTILINE
)
TESTS = Path(__file__).parents[1]


def rows_of(name: str) -> tuple[str, ...]:
    """The ids in the name of a test, `("T1", "T3")` of `test_T1_T3_what_models_say`."""
    found = _IDS.search(name)
    return tuple(found[1].rstrip("_").split("_")) if found else ()


def defined() -> Iterator[tuple[Path, str]]:
    """Every test that names a row, with its file."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for found in _DEFINED.finditer(path.read_text(encoding="utf-8")):
            yield path, found["name"]


def wanted_rows(names: list[str]) -> tuple[str, ...]:
    """Ids, of letters (`T`) and ids (`N14`); all of none.

    Raises:
        KeyError: There is no such row.
    """
    ids = tuple(row.id for row in ROWS)
    if not names:
        return ids
    found: set[str] = set()
    for name in names:
        meant = {id for id in ids if name in (id, id[0])}
        if not meant:
            raise KeyError(name)
        found |= meant
    return tuple(id for id in ids if id in found)
