"""What the inspector tells of an entry beside its texts: would it be a hit now, and its key.

Invariant: every word of outside text has passed `clean_line`; nothing here is markup.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from ...core.clean import clean_line
from ..asked_now import Verdict, key_parts, verdict
from ..cache_view import CacheView, Detail
from ..cache_words import MUTED, history
from .line_wrap import breaks

NAME_CELLS: Final = 10


class CacheFacts(VerticalScroll):
    """Scrolls over the facts of `CacheView.detail`."""

    DEFAULT_CSS = """
    CacheFacts {
        scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        & > Static { height: auto; }
    }
    """

    view: reactive[CacheView] = reactive(CacheView(), init=False)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: list[Content] = []

    def compose(self) -> ComposeResult:
        yield Static("")

    def watch_view(self) -> None:
        self._show()

    def on_resize(self) -> None:
        self._show()

    def _show(self) -> None:
        detail, width = self.view.detail, self.scrollable_content_region.width - 1
        lines = facts(self.view, detail, width) if detail and width > NAME_CELLS else []
        if lines != self._lines:
            self._lines = lines
            self.query_one(Static).update(Content("\n").join(lines))


def verdict_line(found: Verdict) -> Content:
    """Whether an entry would be a hit, in one line."""
    if found.hit:
        return Content.styled("● would be a hit now", "$text-success")
    return Content.assemble(("○ no hit now: ", "$text-warning"), found.why[0] if found.why else "")


def facts(view: CacheView, detail: Detail, width: int) -> list[Content]:
    """Everything about an entry but its texts.

    Args:
        view: What would be asked now, and the time.
        detail: The entry.
        width: Cells of a line.
    """
    entry = detail.entry
    found = verdict(entry, detail.served, view.asked, view.now)
    style = "bold $text-success" if found.hit else "bold $text-warning"
    lines = [Content.styled("● Would be a hit now" if found.hit else "○ No hit now", style)]
    for sentence in found.why:
        lines += _indented("", sentence, 2, width, "")
    lines.append(Content(""))
    if not entry.foreign:
        for part in key_parts(entry, view.asked):
            lines += _indented(part.name, part.then, NAME_CELLS, width, "")
            if part.now:
                lines += _indented("≠ now".rjust(7), part.now, NAME_CELLS, width, "$text-warning")
    lines += _indented("key", clean_line(entry.key, 80), NAME_CELLS, width, "")
    lines.append(Content(""))
    for line in history(entry, view.now).splitlines():
        lines += _indented("", line, 0, width, MUTED)
    return lines


def _indented(name: str, text: str, indent: int, width: int, style: str) -> list[Content]:
    """A name and a text beside it, which goes on below itself."""
    edges = [0, *breaks(text, max(2, width - indent)), len(text)]
    return [
        Content.assemble(
            (name.ljust(indent) if start == 0 else " " * indent, style or MUTED),
            (text[start:end].rstrip(), style),
        )
        for start, end in pairwise(edges)
    ]
