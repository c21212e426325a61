"""The attached files as chips on a line or two: as much of each as there is room for.

Invariant: pure. Every file is on a chip or counted in the last one, and every chip but that one
ends with its cross.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ..core.clean import clean_line
from ..wording import file_size

if TYPE_CHECKING:
    from ..attaching import HeldFile

CROSS: Final = "✕"
GAP: Final = 1
"""Cells between two chips."""
SHORT_NAME: Final = 16
Cells = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class FileChip:
    """One chip.

    Args:
        name: The file's name, perhaps cut; what is left over for the last one.
        facts: Its size and what it costs.
        place: Of the file among all; None for the chip that counts those without one.
    """

    name: str
    facts: str = ""
    place: int | None = None

    @property
    def text(self) -> str:
        """All of it, without the cross."""
        return f" {self.name}{'  ' if self.facts else ''}{self.facts} "

    def width(self, cells: Cells) -> int:
        """Cells it takes, its cross among them."""
        return cells(self.text) + (0 if self.place is None else cells(CROSS) + 1)


Lines = tuple[tuple[FileChip, ...], ...]


def chip_lines(files: Sequence[HeldFile], width: int, most: int, cells: Cells = len) -> Lines:
    """The chips, line by line.

    Args:
        files: What is attached.
        width: Cells of a line.
        most: Lines there may be.
        cells: Measures a text.
    """
    for level in (_full, _brief, _short):
        chips = [level(file, place) for place, file in enumerate(files)]
        lines = _laid_out(chips, width, cells)
        if len(lines) <= most:
            return lines
    kept = len(chips) - 1
    while kept > 0:
        lines = _laid_out([*chips[:kept], FileChip(f"+{len(files) - kept} more")], width, cells)
        if len(lines) <= most:
            return lines
        kept -= 1
    return ((FileChip(f"{len(files)} file{'' if len(files) == 1 else 's'}"),),)


def _full(file: HeldFile, place: int) -> FileChip:
    name, tokens = clean_line(file.name, 60), file.attachment.likely_tokens
    size = file_size(file.attachment.size)
    return FileChip(name, f"{size} · about {tokens:,} tokens", place)


def _brief(file: HeldFile, place: int) -> FileChip:
    tokens = file.attachment.likely_tokens
    return FileChip(clean_line(file.name, 30), f"~{tokens:,} tokens", place)


def _short(file: HeldFile, place: int) -> FileChip:
    name = file.name.rpartition("/")[2]
    return FileChip(clean_line(name, SHORT_NAME), f"~{file.attachment.likely_tokens:,}", place)


def _laid_out(chips: Sequence[FileChip], width: int, cells: Cells) -> Lines:
    lines: list[list[FileChip]] = []
    left = 0
    for chip in chips:
        needed = chip.width(cells)
        if not lines or needed > left:
            lines.append([])
            left = width
        lines[-1].append(chip)
        left -= needed + GAP
    too_wide = any(chip.width(cells) > width for chip in chips)
    return tuple(map(tuple, lines)) + (((),) * 99 if too_wide else ())
