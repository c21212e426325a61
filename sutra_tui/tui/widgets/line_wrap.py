"""Where to break a line of text so that each row fits a number of terminal cells.

Invariant: rows are cut greedily from the left, so text added at the end changes the last row only;
and a row never ends inside a grapheme (of sane length) that the terminal would draw as one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from rich.cells import get_character_cell_size

MAX_STACK: Final = 16
"""Characters per cell at most: text that stacks marks without end is cut into rows all the same."""
_JOINER: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"


@cache
def _runs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Runs of characters one cell wide, and two; compiled on first use, after the first frame."""
    narrow = "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482]+"
    wide = "[\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]+"
    return re.compile(narrow), re.compile(wide)


def breaks(text: str, width: int, *, start: int = 0, words: bool = True) -> list[int]:
    """Offsets at which a new row begins.

    Args:
        text: One line, without newlines and tabs.
        width: Cells per row, at least 2.
        start: Where to begin; must itself be the beginning of a row.
        words: Prefer breaking after a space; False breaks exactly where the row is full.

    Returns:
        Offsets greater than `start`, ascending; empty when the rest fits one row.
    """
    offsets: list[int] = []
    narrow = text.isascii()
    length = len(text)
    while True:
        full = start + width if narrow else _fit(text, start, width)
        if full >= length:
            return offsets
        start = _word_break(text, start, full) if words else full
        if start >= length:
            return offsets
        offsets.append(start)


def _word_break(text: str, start: int, full: int) -> int:
    """The break nearest before `full`, where the row is full; a space there hangs over the edge."""
    if text[full] == " ":
        return full + 1
    if not text.isascii() and get_character_cell_size(text[full]) == 2:
        return full  # scripts with wide characters break anywhere
    space = text.rfind(" ", start + 1, full)
    return full if space < 0 else space + 1


def _fit(text: str, start: int, width: int) -> int:
    """Offset after the last grapheme of `text[start:]` that fits; always at least one."""
    narrow, wide = _runs()
    if run := narrow.match(text, start, start + width + 1):
        if run.end() - start > width:
            return start + width
    elif (run := wide.match(text, start, start + width)) and run.end() - start > width // 2:
        return start + width // 2
    cells = 0
    last_size = 0
    base = start
    joined = False
    limit = min(len(text), start + width * MAX_STACK)
    for index in range(start, limit):
        character = text[index]
        if joined:
            joined = False
            continue
        if character == _JOINER:
            joined = True
            continue
        if character == _EMOJI_STYLE:
            # It widens some narrow characters; counting it for all never overflows a row.
            size = 1 if last_size == 1 else 0
            last_size = 0
        elif size := get_character_cell_size(character):
            base, last_size = index, size
        cells += size
        if cells > width:
            return base if base > start else index + 1
    return limit
