"""Shows growing Markdown with one widget.

Invariant: what is on the screen is what the whole text would give in one piece, whatever chunks it
came in; and each write costs the new text plus the last top-level block or two, because blocks
before those can no longer change.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message

from .code_colour import CodeColour
from .row_view import Row, RowView
from .web_links import is_web_link

if TYPE_CHECKING:
    from .markdown_parse import Block, Leaf, Reader


class MarkdownRows(RowView):
    """The rows of an append-only cleaned Markdown text. A click on a link posts `LinkClicked`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "markdown--code",
        "markdown--code-inline",
        "markdown--em",
        "markdown--h1",
        "markdown--h2",
        "markdown--heading",
        "markdown--marker",
        "markdown--rule",
        "markdown--strike",
        "markdown--strong",
    }
    DEFAULT_CSS = """
    MarkdownRows {
        & > .markdown--h1 { color: $text-primary; text-style: bold underline; }
        & > .markdown--h2 { color: $text-primary; text-style: bold; }
        & > .markdown--heading { text-style: bold italic; }
        & > .markdown--strong { text-style: bold; }
        & > .markdown--em { text-style: italic; }
        & > .markdown--strike { text-style: strike; }
        & > .markdown--code { background: $foreground 6%; }
        & > .markdown--code-inline { color: $text-warning; background: $foreground 6%; }
        & > .markdown--marker { color: $text-primary; }
        & > .markdown--rule { color: $foreground 40%; }
    }
    """

    class LinkClicked(Message):
        """A link to the web was clicked.

        Args:
            href: Where it leads, http or https with a host.
        """

        def __init__(self, href: str) -> None:
            super().__init__()
            self.href = href

    def __init__(self) -> None:
        super().__init__()
        self._settled: list[Leaf] = []
        self._growing: list[Leaf] = []
        self._source = ""
        self._rows: list[Row] = []
        self._settled_rows = 0
        self._reader: Reader | None = None
        self._colour = CodeColour()
        self._laid_out: list[tuple[Leaf, list[Row]]] = []

    @property
    def unsettled(self) -> int:
        """Characters that every further write parses again."""
        return len(self._source)

    def append(self, text: str) -> None:
        """Add cleaned text at the end."""
        if not text:
            return
        if self._reader is None:
            from .markdown_parse import Reader  # an empty screen does without

            self._reader = Reader()
        self._source += text
        blocks = self._reader.read(self._source)
        settled = self._count_settled(blocks)
        new = [self._painted(leaf) for block in blocks[:settled] for leaf in block.leaves]
        growing = [leaf for block in blocks[settled:] for leaf in block.leaves]
        growing = [self._painted(leaf) for leaf in growing[:-1]] + [
            self._painted(leaf, growing=True) for leaf in growing[-1:]
        ]
        if settled:
            self._drop_lines(blocks[settled].start)
        self._show(new, growing)

    def clear(self) -> None:
        """Back to empty."""
        before = len(self._rows)
        self._settled, self._growing, self._rows, self._laid_out = [], [], [], []
        self._source, self._settled_rows = "", 0
        self.rows_changed(0, before)

    def finish(self) -> None:
        """Colour the end of a code block that was waiting to grow; more text may still come."""
        self._show([], [self._painted(leaf) for leaf in self._growing])

    def row_count(self) -> int:
        """Rows at the present width."""
        return len(self._rows)

    def row(self, y: int) -> Row:
        """Row `y`."""
        return self._rows[y]

    def wrap_again(self) -> None:
        """Lay out everything at `row_width`."""
        self._rows, self._laid_out = [], []
        above = None
        for leaf in self._settled:
            self._add_rows(above, leaf)
            above = leaf
        self._settled_rows = len(self._rows)
        self._add_growing()

    def action_open_link(self, href: str) -> None:
        """What a click on a link runs."""
        if is_web_link(href):
            self.post_message(self.LinkClicked(href))

    def _count_settled(self, blocks: list[Block]) -> int:
        """How many blocks no further text can change.

        Where a block begins is decided by its first line and, for tables and underlined headings,
        the line after it. So the last block that has both of them whole closes all before it.
        """
        whole_lines = self._source.count("\n")
        for number in range(len(blocks) - 1, 0, -1):
            if blocks[number].start + 2 <= whole_lines:
                return number
        return 0

    def _drop_lines(self, count: int) -> None:
        offset = 0
        for _ in range(count):
            offset = self._source.index("\n", offset) + 1
        self._source = self._source[offset:]

    def _show(self, settled: list[Leaf], growing: list[Leaf]) -> None:
        """Append rows of leaves that are settled now, and replace those of the growing ones."""
        first = self._settled_rows
        before = self._rows[first:]
        del self._rows[first:]
        for leaf in settled:
            self._add_rows(self._settled[-1] if self._settled else None, leaf)
            self._settled.append(leaf)
        self._settled_rows = len(self._rows)
        self._growing = growing
        self._add_growing()
        same = count_same(before, self._rows[first:])
        self.rows_changed(first + same, first + len(before))

    def _add_growing(self) -> None:
        """Most of a growing list is what it was at the last write, and so are its rows."""
        known, self._laid_out = self._laid_out, []
        above = self._settled[-1] if self._settled else None
        for number, leaf in enumerate(self._growing):
            rows = None
            if number < len(known) and is_same(leaf, known[number][0]):
                rows = known[number][1]
            self._laid_out.append((leaf, self._add_rows(above, leaf, rows)))
            above = leaf

    def _painted(self, leaf: Leaf, *, growing: bool = False) -> Leaf:
        if leaf.kind != "code":
            return leaf
        content = self._colour.paint(leaf.content.plain, leaf.language, growing=growing)
        return replace(leaf, content=content)

    def _add_rows(self, above: Leaf | None, leaf: Leaf, rows: list[Row] | None = None) -> list[Row]:
        """Append the rows of a leaf, those given if it was laid out before; return them."""
        if not self.row_width:
            return []
        from .markdown_layout import leaf_rows, wants_gap

        if wants_gap(above, leaf):
            self._rows.append(Row(leaf.gap))
        if rows is None:
            rows = leaf_rows(leaf, self.row_width)
        self._rows += rows
        return rows


def is_same(leaf: Leaf, other: Leaf) -> bool:
    """Whether two text leaves are laid out alike; the reader keeps the content of known text."""
    return (
        leaf.kind == other.kind == "text"
        and leaf.content is other.content
        and leaf.marker.is_same(other.marker)
        and leaf.indent.is_same(other.indent)
    )


def count_same(before: list[Row], after: list[Row]) -> int:
    """How many rows at the beginning are painted alike."""
    pairs = enumerate(zip(before, after, strict=False))
    same = (n for n, (a, b) in pairs if a.fill != b.fill or not a.content.is_same(b.content))
    return next(same, min(len(before), len(after)))
