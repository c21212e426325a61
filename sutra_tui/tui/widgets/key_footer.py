"""The footer of every screen: the keys there is room for now, and no other keys kept.

Invariant: it holds no more keys than it shows, and they are chosen again when its width changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widgets import Footer

if TYPE_CHECKING:
    from textual.events import Resize


class KeyFooter(Footer):
    """Textual's footer.

    Its keys watch `compact`, and those that are gone are dropped from the list of watchers only
    when that changes, which it never does: a dozen widgets with all they had painted would stay
    in memory at every change of the bindings.
    """

    _width = 0

    def on_resize(self, event: Resize) -> None:
        """Ask for the keys again, which the screens choose by their width."""
        before, self._width = self._width, event.size.width
        if before not in (0, self._width):
            self.screen.refresh_bindings()

    async def recompose(self) -> None:
        """Show other keys, and forget the ones before."""
        await super().recompose()
        self.mutate_reactive(Footer.compact)
