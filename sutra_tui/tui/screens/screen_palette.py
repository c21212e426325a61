"""The commands of the screen below in the command palette."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

if TYPE_CHECKING:
    from .command_screen import CommandScreen


class ScreenPalette(Provider):
    """Every command with its key, and why it does not apply if it does not."""

    async def discover(self) -> Hits:
        """All of them."""
        for title, help_, action in self._entries():
            yield DiscoveryHit(title, partial(self._run, action), help=help_)

    async def search(self, query: str) -> Hits:
        """Those whose title matches."""
        matcher = self.matcher(query)
        for title, help_, action in self._entries():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), partial(self._run, action), help=help_)

    @property
    def _below(self) -> CommandScreen[object]:
        from .command_screen import CommandScreen

        assert isinstance(self.screen, CommandScreen)
        return self.screen

    def _entries(self) -> Iterable[tuple[str, str, str]]:
        return self._below.table.entries(self._below.view)

    async def _run(self, action: str) -> None:
        await self._below.run_command(action)
