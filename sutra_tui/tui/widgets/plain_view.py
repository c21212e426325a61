"""Plain text that scrolls and grows, for what is not Markdown: thinking, raw output.

Invariant: what is shown is the text as written, only cleaned; nothing in it is markup.
"""

from __future__ import annotations

from typing import Final

from ...core.clean import clean
from .plain_rows import PlainRows
from .tail_view import TailView

PLAIN_WRITE: Final = 100_000
"""Most characters wrapped in one frame; a longer text arrives over several frames."""
PLAIN_LINES: Final = 10_000


class PlainView(TailView):
    """A scrolling view of one untrusted plain text."""

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        self._rows = PlainRows()
        super().__init__(self._rows, name=name, id=id, classes=classes)

    @property
    def rows(self) -> PlainRows:
        """The view that shows the text."""
        return self._rows

    def show_next(self) -> None:
        """Show the next piece."""
        self._rows.append(clean(self.take(PLAIN_WRITE, PLAIN_LINES)))
