"""The inspector's registry in the command palette."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.keys import format_key

from .cache_commands import CACHE_COMMANDS
from .wishes import with_keys

if TYPE_CHECKING:
    from .screens.cache_inspector import CacheInspector


class CachePalette(Provider):
    """Every command with its key, and why it does not apply if it does not."""

    async def discover(self) -> Hits:
        """All of them."""
        for title, help_, action in self._commands():
            yield DiscoveryHit(title, partial(self._run, action), help=help_)

    async def search(self, query: str) -> Hits:
        """Those whose title matches."""
        matcher = self.matcher(query)
        for title, help_, action in self._commands():
            if (score := matcher.match(title)) > 0:
                yield Hit(score, matcher.highlight(title), partial(self._run, action), help=help_)

    @property
    def _inspector(self) -> CacheInspector:
        from .screens.cache_inspector import CacheInspector

        assert isinstance(self.screen, CacheInspector)
        return self.screen

    def _commands(self) -> Iterable[tuple[str, str, str]]:
        inspector = self._inspector
        view = inspector.view
        for command in with_keys(CACHE_COMMANDS, _keys(inspector)):
            if command.action == "app.command_palette":
                continue
            reason = command.reason(view)
            title = f"{command.title} ({format_key(command.key.partition(',')[0])})"
            title = f"{title} · not now" if reason else title
            yield title, reason or command.help, command.action

    async def _run(self, action: str) -> None:
        await self._inspector.run_command(action)


def _keys(inspector: CacheInspector) -> Mapping[str, str]:
    """The keys that the user gave to commands."""
    keys: Mapping[str, str] = getattr(inspector.app, "keys", {})
    return keys
