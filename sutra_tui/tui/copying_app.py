"""An app whose every copy goes through the copying room, Textual's own copies included.

Invariant: what was done with a copy is said, once.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.app import App

from .clipboard import Clipboard


class CopyingApp(App[None], inherit_bindings=False):
    """See the module; `SutraApp` is the app to use."""

    copier = Clipboard()
    """Takes what is copied; this one knows no way but the terminal."""

    def copy(self, what: str, text: str, say: Callable[[str], None] | None = None) -> None:
        """Copy a text by the ways there are.

        Args:
            what: What it is, for the sentence: "answer".
            text: The text.
            say: Shows the sentence that says what was done; None shows it over the screen.
        """
        say = say or self._say_copied
        self._clipboard = text  # what Textual's text boxes paste

        async def work() -> None:
            say(await self.copier.copy(what, text, self._send))

        self.run_worker(work(), group="copy", exit_on_error=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Textual's own copying, of what is selected."""
        self.copy("selection", text)

    def _say_copied(self, said: str) -> None:
        self.notify(said, timeout=4, markup=False)

    def _send(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)
