"""What the inspector tells of an entry beside its texts: would it be a hit now, and its key.

Invariant: every word of outside text has passed `clean_line`; nothing here is markup.
"""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.reactive import reactive

from ...core.clean import clean_line
from ..asked_now import Verdict, key_parts, verdict
from ..cache_view import CacheView, Detail
from ..cache_words import MUTED, history
from .fact_lines import FactLines, indented

NAME_CELLS: Final = 10


class CacheFacts(FactLines):
    """Scrolls over the facts of `CacheView.detail`."""

    view: reactive[CacheView] = reactive(CacheView(), init=False)

    def watch_view(self) -> None:
        self.show_facts()

    def lines(self, width: int) -> list[Content]:
        detail = self.view.detail
        return facts(self.view, detail, width) if detail and width > NAME_CELLS else []


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
        lines += indented("", sentence, 2, width, "")
    lines.append(Content(""))
    if not entry.foreign:
        for part in key_parts(entry, view.asked):
            lines += indented(part.name, part.then, NAME_CELLS, width, "")
            if part.now:
                lines += indented("≠ now".rjust(7), part.now, NAME_CELLS, width, "$text-warning")
    lines += indented("key", clean_line(entry.key, 80), NAME_CELLS, width, "")
    lines.append(Content(""))
    for line in history(entry, view.now).splitlines():
        lines += indented("", line, 0, width, MUTED)
    return lines
