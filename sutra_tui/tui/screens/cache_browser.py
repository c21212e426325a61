"""Looking at the cache: list, filter, sort, and go from pane to pane.

Invariant: nothing here changes the cache.
"""

from __future__ import annotations

from dataclasses import replace

from textual import events, on
from textual.binding import ActiveBinding
from textual.widgets import Input, TextArea

from ..cache_columns import COLUMNS
from ..cache_commands import CACHE_COMMANDS
from ..cache_keys import footer_order, reason_against
from ..cache_palette import CachePalette
from ..widgets.cache_detail import CacheDetail
from ..widgets.cache_table import CacheHeading, CacheRows
from ..widgets.cached_card import CachedCard
from ..widgets.notice_bar import NoticeBar
from ..widgets.search_line import SearchLine
from .cache_screen import CacheScreen
from .list_screen import TYPING_S


class CacheBrowser(CacheScreen):
    """See `CacheInspector`, which is the screen to use."""

    COMMANDS = {CachePalette}

    # Keys

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """The bindings as the footer wants them: those that apply, as many as fit."""
        typing = isinstance(self.focused, (Input, TextArea))
        return footer_order(super().active_bindings, self.view, self.size.width, typing=typing)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What does not apply right now does not run, by the registry's word."""
        return None if reason_against(action, parameters, self.view) else True

    def on_key(self, event: events.Key) -> None:
        """A key of ours that nobody took does not apply right now: say why."""
        for command in CACHE_COMMANDS:
            names = command.key.split(",")
            if event.key in names or (event.character and event.character in names):
                if reason := command.reason(self.view):
                    self.say(reason)
                return

    async def run_command(self, action: str) -> None:
        """What the palette does: the action, or the reason against it."""
        command = next(c for c in CACHE_COMMANDS if c.action == action)
        if reason := command.reason(self.view):
            self.say(reason)
        else:
            await self.run_action(action)

    # Messages of the widgets

    @on(CacheRows.Moved)
    def _moved(self, event: CacheRows.Moved) -> None:
        self.view = self.view.moved(event.place + (self.view.cursor if event.relative else 0))

    @on(CacheRows.PagesMissing)
    def _pages_missing(self) -> None:
        self.fetch_pages()

    @on(CacheHeading.SortWanted)
    def _sort_wanted(self, event: CacheHeading.SortWanted) -> None:
        self.action_sort(event.column)

    @on(Input.Changed, "#search")
    def _searching(self, event: Input.Changed) -> None:
        if event.value != self.view.listing.search:
            self.view = self.view.searching(event.value)
            self.list_entries(TYPING_S)

    @on(Input.Submitted, "#search")
    def _searched(self) -> None:
        self.panes.rows.focus()

    @on(CacheDetail.Shown)
    def _choose_focused(self) -> None:
        focused = self.focused
        self.panes.note_focus(focused)
        cards = (
            [w for w in focused.ancestors_with_self if isinstance(w, CachedCard)] if focused else []
        )
        name = cards[0].name_in_cache if cards else -1
        self.view = replace(self.view, chosen=name if name >= 0 else None)

    def on_descendant_focus(self) -> None:
        self._choose_focused()

    # Actions

    def action_sort(self, column: int) -> None:
        if not COLUMNS[column].sortable:
            self.say(f"The cache cannot be sorted by {COLUMNS[column].name}.")
            return
        self.view = self.view.sorted_by(column)
        self.list_entries()

    def action_sort_next(self) -> None:
        at, count = self.view.listing.column, len(COLUMNS)
        following = ((at + step) % count for step in range(1, count + 1))
        self.action_sort(next(c for c in following if COLUMNS[c].sortable))

    def action_reverse(self) -> None:
        self.action_sort(self.view.listing.column)

    def action_filter(self) -> None:
        self.query_one(SearchLine).open()

    def action_next_pane(self) -> None:
        self.panes.next_pane()

    def action_refresh(self) -> None:
        self.query_one(NoticeBar).hide()
        self.read_again()

    def action_back(self) -> None:
        search = self.query_one(SearchLine)
        if search.is_open:
            search.close()
            self.panes.rows.focus()
        else:
            self.dismiss(None)
