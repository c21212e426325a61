"""The texts of the run under the cursor, each in a card: query, answer, demonstrations, draft.

Invariant: cards are used again for the next run, so moving through the table mounts next to
nothing.
"""

from __future__ import annotations

import asyncio
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from ...core.clean import clean_line
from ...store.history import HistoryRun
from ..cache_words import MUTED
from ..history_words import stage_title
from .text_card import TextCard

MAX_CARDS: Final = 40
"""Cards shown at most: an honest run has a few, a hostile file may have a million."""
_KNOWN: Final = ("A", "parse", "B")


class HistoryDetail(VerticalScroll, can_focus=False):
    """Cards for one run."""

    DEFAULT_CSS = """
    HistoryDetail {
        scrollbar-size-vertical: 1;
        & > .more { color: $text-muted; height: auto; padding: 0 1; }
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._more = Static("", classes="more")
        self._cards: list[TextCard] = []
        self._shown = ""
        self._turn = asyncio.Lock()

    def compose(self) -> ComposeResult:
        yield self._more

    @property
    def first(self) -> TextCard | None:
        """The first card."""
        return self._cards[0] if self._cards else None

    async def show(self, run: HistoryRun | None) -> None:
        """Show a run, or none."""
        async with self._turn:
            if run is None or run.run_id != self._shown:
                self.scroll_home(animate=False)
            self._shown = run.run_id if run else ""
            found = texts(run) if run else []
            shown = found[:MAX_CARDS]
            while len(self._cards) > len(shown):
                await self._cards.pop().remove()
            while len(self._cards) < len(shown):
                card = TextCard()
                self._cards.append(card)
                await self.mount(card, before=self._more)
            for card, (heading, text) in zip(self._cards, shown, strict=True):
                await card.put(heading, text)
            hidden = len(found) - len(shown)
            self._more.update(Content(f"{hidden:,} more texts are not shown." if hidden else ""))


def texts(run: HistoryRun) -> list[tuple[Content, str]]:
    """A run's texts, raw, with what stands above each; empty ones are left out."""
    result = run.result
    found = [
        (_heading("Query", ""), result.query),
        (_heading("Answer", result.model_b), result.answer),
        *((_heading(f"Demonstration {n}", ""), t) for n, t in enumerate(result.demonstrations, 1)),
        (_heading("Draft", result.model_a), result.draft),
    ]
    for stage in result.stages:
        if stage.name not in _KNOWN:
            found.append((_heading(stage_title(stage), ""), stage.output))
        if stage.thinking:
            found.append((_heading(f"Thinking of {stage_title(stage)}", ""), stage.thinking))
    return [(heading, text) for heading, text in found if text]


def _heading(name: str, model: str) -> Content:
    by = f"  {clean_line(model, 60)}" if model else ""
    return Content.assemble((name, "bold"), (by, MUTED))
