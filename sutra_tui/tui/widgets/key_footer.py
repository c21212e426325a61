"""The footer of every screen: the keys there is room for now, and no other keys kept.

Invariant: it is built anew only when it would show something else, its width among the reasons, and
it holds no more keys than it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from textual.widgets import Footer
from textual.widgets._footer import FooterKey

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.events import Resize


class Shown(NamedTuple):
    """One key as the footer shows it."""

    key: str
    display: str
    word: str
    action: str
    disabled: bool
    tooltip: str


class KeyFooter(Footer):
    """Textual's footer, for screens whose bindings change all the time.

    Textual's own makes every key a watcher of `compact` and builds all of them at every change of
    the bindings: milliseconds each time, mostly for the same keys, and those that are gone stay in
    memory with all they had painted.
    """

    _shown: tuple[Shown, ...] = ()
    _width = 0

    def on_resize(self, event: Resize) -> None:
        """Ask for the keys again, which the screens choose by their width."""
        before, self._width = self._width, event.size.width
        if before not in (0, self._width):
            self.screen.refresh_bindings()

    def compose(self) -> ComposeResult:
        for shown in self._shown:
            key = FooterKey(
                shown.key, shown.display, shown.word, shown.action, shown.disabled, shown.tooltip
            )
            key.set_reactive(FooterKey.compact, False)
            yield key

    async def recompose(self) -> None:
        """Show what applies now; nothing, when the screen was left in the meantime."""
        if not self.is_attached:
            return
        shown = self._to_show()
        if shown != self._shown:
            self._shown = shown
            await super().recompose()

    def _to_show(self) -> tuple[Shown, ...]:
        """The bindings that are shown, one key for each action."""
        found: dict[str, Shown] = {}
        for _, binding, enabled, tooltip in self.screen.active_bindings.values():
            if binding.show and binding.action not in found:
                found[binding.action] = Shown(
                    binding.key,
                    self.app.get_key_display(binding),
                    binding.description,
                    binding.action,
                    not enabled,
                    tooltip,
                )
        return tuple(found.values())
