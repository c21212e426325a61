"""The footer of the main screen, which lets go of the keys that it does not show any more.

Invariant: it holds no more keys than it shows.
"""

from __future__ import annotations

from textual.widgets import Footer


class KeyFooter(Footer):
    """Textual's footer.

    Its keys watch `compact`, and those that are gone are dropped from the list of watchers only
    when that changes, which it never does: a dozen widgets with all they had painted would stay
    in memory at every change of the bindings.
    """

    async def recompose(self) -> None:
        """Show other keys, and forget the ones before."""
        await super().recompose()
        self.mutate_reactive(Footer.compact)
