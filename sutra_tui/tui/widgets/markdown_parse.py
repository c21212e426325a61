"""Markdown of a model into a flat list of leaves: text, headings, code, tables, rules.

Invariant: nothing is hidden and nothing is fetched. What is not Markdown a terminal can show (HTML,
entities, link definitions, links that do not lead to the web) stays visible as written, and no
text is ever read as console markup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal, cast

from textual.content import Content, Span
from textual.style import Style

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

BULLETS: Final = ("• ", "◦ ", "▪ ")
QUOTE_BAR: Final = "▌ "
_INLINE_STYLES: Final = {
    "strong_open": ".markdown--strong",
    "em_open": ".markdown--em",
    "s_open": ".markdown--strike",
}
Alignment = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table's cells, the header row first; every row has as many cells as `alignments`."""

    rows: tuple[tuple[Content, ...], ...]
    alignments: tuple[Alignment, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One piece of a document that holds text itself, with what its containers put before it.

    Args:
        kind: How it is laid out.
        content: Its text, styled; code is not coloured yet.
        marker: What stands before its first row: bullets, numbers, quote bars.
        indent: What stands before its other rows, as wide as `marker`.
        spaced: Whether it wants an empty row above.
        gap: What stands in that empty row: the bars of quotes that go on.
        language: For code, the first word after the fence.
        table: For tables, the cells.
    """

    kind: Literal["text", "heading", "code", "table", "rule"]
    content: Content = field(default_factory=Content)
    marker: Content = field(default_factory=Content)
    indent: Content = field(default_factory=Content)
    spaced: bool = True
    gap: Content = field(default_factory=Content)
    language: str = ""
    table: Table | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level piece of a document.

    Args:
        start: The line it begins at, from 0.
        leaves: What is in it.
    """

    start: int
    leaves: tuple[Leaf, ...]


def _parser() -> MarkdownIt:
    from .markdown_grammar import parser  # with the first text: the first frame does without

    return parser()


class Reader:
    """Reads a growing text again and again; inline text it met the last time is not parsed anew."""

    def __init__(self) -> None:
        self._known: dict[str, Content] = {}
        self._met: dict[str, Content] = {}

    def read(self, source: str) -> list[Block]:
        """Parse cleaned Markdown.

        Args:
            source: The text, from the beginning of a top-level block.

        Returns:
            Its top-level blocks in order.
        """
        self._known, self._met = self._met, {}
        blocks: list[Block] = []
        group: list[Token] = []
        for token in _parser().parse(source):
            group.append(token)
            if token.level == 0 and token.nesting <= 0:
                start = group[0].map[0] if group[0].map else 0
                blocks.append(Block(start, _Walker(self.inline).walk(group)))
                group = []
        return blocks

    def inline(self, token: Token) -> Content:
        """The text of an inline token with its styles."""
        text = token.content
        content = self._met.get(text) or self._known.get(text)
        if content is None:
            content = inline(text)
        self._met[text] = content
        return content


@dataclass(slots=True)
class _Container:
    """A quote or list item that is open: what it puts before rows, and whether it did so yet."""

    marker: Content
    indent: Content
    started: bool = False


class _Walker:
    """Turns the tokens of one top-level block into leaves."""

    def __init__(self, inline: Callable[[Token], Content]) -> None:
        self.leaves: list[Leaf] = []
        self._inline = inline
        self._open: list[_Container] = []
        self._lists = 0

    def walk(self, tokens: Sequence[Token]) -> tuple[Leaf, ...]:
        """Take all tokens of the block."""
        rest = iter(tokens)
        for token in rest:
            if token.type == "table_open":
                self._add(Leaf("table", table=self._table(rest)))
            elif token.type == "heading_open":
                self._add(Leaf("heading", self._heading(next(rest), token.tag)))
            elif token.type == "paragraph_open":
                self._add(Leaf("text", self._inline(next(rest)), spaced=not token.hidden))
            elif token.type in {"fence", "code_block"}:
                language = (token.info.split() or [""])[0].lower()
                self._add(Leaf("code", Content(token.content.rstrip("\n")), language=language))
            elif token.type == "hr":
                self._add(Leaf("rule"))
            elif not self._nest(token) and token.content:
                self._add(Leaf("text", Content(token.content)))
        return tuple(self.leaves)

    def _nest(self, token: Token) -> bool:
        """Open or close a container; False when the token does neither."""
        if token.type == "blockquote_open":
            bar = Content.styled(QUOTE_BAR, ".markdown--marker")
            self._open.append(_Container(bar, bar))
        elif token.type in {"bullet_list_open", "ordered_list_open"}:
            self._lists += 1
        elif token.type in {"bullet_list_close", "ordered_list_close"}:
            self._lists -= 1
        elif token.type == "list_item_open":
            bullet = BULLETS[(self._lists - 1) % len(BULLETS)]
            marker = f"{token.info}{token.markup} " if token.info else bullet
            styled = Content.styled(marker, ".markdown--marker")
            self._open.append(_Container(styled, Content(" " * len(marker))))
        elif token.type in {"blockquote_close", "list_item_close"}:
            if not self._open[-1].started:
                self._add(Leaf("text", spaced=False))  # an empty item still shows its bullet
            self._open.pop()
        else:
            return False
        return True

    def _add(self, leaf: Leaf) -> None:
        """Put the leaf into the containers that are open."""
        first = not self.leaves
        marker = [c.indent if c.started else c.marker for c in self._open]
        gap = [c.indent for c in self._open if c.started]
        for container in self._open:
            container.started = True
        placed = replace(
            leaf,
            spaced=leaf.spaced or first,
            marker=Content("").join(marker),
            indent=Content("").join(c.indent for c in self._open),
            gap=Content("").join(gap),
        )
        self.leaves.append(placed)

    def _heading(self, token: Token, tag: str) -> Content:
        style = f".markdown--{tag}" if tag in {"h1", "h2"} else ".markdown--heading"
        return self._inline(token).stylize_before(style)

    def _table(self, rest: Iterator[Token]) -> Table:
        """Read a table's cells up to its end."""
        rows: list[list[Content]] = []
        alignments: list[Alignment] = []
        for token in rest:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                style = str(token.attrs.get("style", ""))
                ends = {"text-align:right": "right", "text-align:center": "center"}
                alignments.append(cast(Alignment, ends.get(style, "left")))
            elif token.type == "inline":
                rows[-1].append(self._inline(token))
        return Table(tuple(tuple(row) for row in rows), tuple(alignments))


def inline(source: str) -> Content:
    """Inline Markdown with its styles; line breaks stay where the model put them."""
    tokens: list[Token] = []
    parser = _parser()
    parser.inline.parse(source, parser, {}, tokens)
    text: list[str] = []
    spans: list[Span] = []
    opened: list[tuple[int, str | Style]] = []
    position = 0
    for child in tokens:
        piece = child.content
        if child.type in {"softbreak", "hardbreak"}:
            piece = "\n"
        elif child.type == "image":
            piece = f"[image: {piece}]"
            spans.append(Span(position, position + len(piece), _link(child.attrs.get("src"))))
        elif child.type == "code_inline":
            spans.append(Span(position, position + len(piece), ".markdown--code-inline"))
        elif child.type == "link_open":
            opened.append((position, _link(child.attrs.get("href"))))
        elif child.type in _INLINE_STYLES:
            opened.append((position, _INLINE_STYLES[child.type]))
        elif child.nesting < 0 and opened:
            start, style = opened.pop()
            spans.append(Span(start, position, style))
        text.append(piece)
        position += len(piece)
    return Content("".join(text).expandtabs(4), spans)


def _link(href: object) -> Style:
    """What makes text clickable: the view's own action, never text that is parsed as one."""
    return Style(underline=True) + Style.from_meta({"@click": ("open_link", (str(href),))})
