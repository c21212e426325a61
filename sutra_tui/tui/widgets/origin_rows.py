"""A long text in parts, each row marked with where it came from.

Invariant: what is shown is the text as it is, only cleaned; each row has its part's letter, so that
no colour is needed to read it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from ...core.clean import clean, clean_line
from ...xray_rows import XRow
from .line_wrap import breaks
from .plain_rows import TAB
from .row_view import Row, RowView

GUTTER: Final = 3
"""Cells before the text: letter, bar, blank."""
AT_ONCE: Final = 50_000
"""Characters wrapped in one go; keys come in between."""
_HEAD: Final = -1


@dataclass(slots=True)
class _Part:
    """A part as lines.

    Args:
        row: The part.
        heading: What stands above it; empty for what needs none.
        lines: Its text, cleaned.
        first: Its first row at the present width.
    """

    row: XRow
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    first: int = 0


class OriginRows(RowView):
    """The rows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"origin--{style}" for style in ("quiet", "own", "good", "wary", "bad", "asked", "head")
    }
    DEFAULT_CSS = """
    OriginRows {
        & > .origin--quiet { color: $foreground 75%; }
        & > .origin--own { color: $text-secondary; }
        & > .origin--good { color: $text-success; }
        & > .origin--wary { color: $text-warning; }
        & > .origin--bad { color: $text-error; }
        & > .origin--asked { color: $text-primary; }
        & > .origin--head { color: $foreground 75%; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[_Part] = []
        self._rows: list[tuple[int, int, int, int]] = []  # part, line, start, end

    def put(self, parts: Sequence[XRow], *, more: bool = False) -> None:
        """Show these parts; those at the beginning that are shown already stay as they are.

        Args:
            parts: The text.
            more: It is only the beginning, so what is shown beyond it may stay for now.
        """
        same = 0
        for old, new in zip(self._parts, parts, strict=False):
            if old.row != new:
                break
            same += 1
        if same == len(parts) and (more or same == len(self._parts)):
            return
        before = len(self._rows)
        first = self._parts[same].first if same < len(self._parts) else before
        del self._parts[same:], self._rows[first:]
        self._parts += [_Part(row, _heading(row), _lines(row)) for row in parts[same:]]
        if self.row_width:
            self._wrap(same)
        self.rows_changed(first, before)

    def first_row(self, part: int) -> int:
        """The row where a part begins."""
        return self._parts[part].first if part < len(self._parts) else len(self._rows)

    def clear(self) -> None:
        self.put(())

    def row_count(self) -> int:
        return len(self._rows)

    def row(self, y: int) -> Row:
        number, line, start, end = self._rows[y]
        part = self._parts[number]
        mark = part.row.mark
        style = f".origin--{mark.style}" if mark.style else ""
        if line == _HEAD:
            return self._heading_row(part, start, end, style)
        text = part.lines[line][start:end]
        content = Content.assemble(
            (f"{mark.letter}▌ ", style), (text, style if part.row.is_layout else "")
        )
        return Row(content, "" if start else "\n", margin=GUTTER)

    def _heading_row(self, part: _Part, start: int, end: int, style: str) -> Row:
        named = len(part.row.word)
        heading = Content.assemble(
            (part.heading[:named], style), (part.heading[named:], ".origin--head")
        ).stylize("bold", 0, named)
        sign = part.row.mark.letter if not start else " "
        content = Content.assemble((f"{sign}  ", style), heading[start:end])
        # It is nobody's text, so it is not copied.
        return Row(content, "", margin=len(content.plain))

    def wrap_again(self) -> None:
        self._rows = []
        self._wrap(0)

    def _wrap(self, first: int) -> None:
        width = max(2, self.row_width - GUTTER)
        for number in range(first, len(self._parts)):
            part = self._parts[number]
            part.first = len(self._rows)
            if part.heading:
                edges = [0, *breaks(part.heading, width), len(part.heading)]
                self._rows += [(number, _HEAD, a, b) for a, b in pairwise(edges)]
            for line, text in enumerate(part.lines):
                edges = [0, *breaks(text, width), len(text)]
                self._rows += [(number, line, a, b) for a, b in pairwise(edges)]


class OriginView(VerticalScroll):
    """Scrolls over a text in parts."""

    DEFAULT_CSS = """
    OriginView { overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "First", show=False),
        Binding("G", "scroll_end", "Last", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.rows = OriginRows()
        self._turn = asyncio.Lock()

    def compose(self) -> Iterator[OriginRows]:
        yield self.rows

    async def show(self, parts: Sequence[XRow]) -> None:
        """Show a text; a long one comes in several steps, between which keys are heard."""
        async with self._turn:
            length = 0
            for place, row in enumerate(parts, 1):
                length += len(row.text)
                if length >= AT_ONCE:
                    length = 0
                    self.rows.put(parts[:place], more=True)
                    await asyncio.sleep(0)
            self.rows.put(parts)

    def jump(self, part: int) -> None:
        """Bring the beginning of a part into view."""
        self.scroll_to(y=self.rows.first_row(part), animate=False)


def _heading(row: XRow) -> str:
    """What a part is and, of what was not taken, why."""
    about = f" · {clean_line(row.about, 300)}" if row.about else ""
    return "" if row.is_layout else row.word + about


def _lines(row: XRow) -> list[str]:
    """A part's lines: the break at its end only ends its last one."""
    if not row.text:
        return []
    text = clean(row.text).replace("\t", TAB)
    if row.is_layout:
        return [line for line in text.split("\n") if line.strip()]
    return text.removesuffix("\n").split("\n")
