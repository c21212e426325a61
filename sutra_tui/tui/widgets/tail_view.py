"""A scrolling view of one text that grows at its end.

Invariant: `text` is every character that was appended, unmodified, and what is shown is its
beginning: painting never waits for text, and text never waits for painting.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from itertools import count
from time import monotonic
from typing import Any, Final

from textual.containers import VerticalScroll
from textual.reactive import reactive
from textual.timer import Timer

from .row_view import RowView

WRITES_PER_SECOND: Final = 15
"""Paints of one view at most, however fast the text comes."""
REST: Final = 4
"""How long a write is followed by none, in multiples of what it took: heavy text is painted less
often, and keys and other views get the time."""

_PHASES: Final = ((number * 0.618) % 1 for number in count())
"""Where in a beat each view paints: apart, so that a key waits for one view's paint at most."""


class TailView(VerticalScroll):
    """Keeps the text, paints it with a timer that runs only while there is something to paint, and
    follows its end until the reader scrolls away, and again once the reader is back at the end.

    Args:
        rows: The views it can show its text in; all but the first start hidden.
    """

    DEFAULT_CSS = """
    TailView {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    """

    following: reactive[bool] = reactive(True, init=False)
    """Whether new text keeps the end in view; while False a marker can say that there is more."""

    def __init__(
        self,
        *rows: RowView,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(*rows, name=name, id=id, classes=classes)
        self._text = ""
        self._arrived: list[str] = []
        self._shown = 0
        self._cost = 0.0
        self._timer: Timer | None = None
        self._phase = next(_PHASES)
        self._held_at_start = False

    @property
    @abstractmethod
    def rows(self) -> RowView:
        """The view that shows the text now."""

    @abstractmethod
    def show_next(self) -> None:
        """Show the next piece of the text: take it with `take`, clean it, put it into `rows`."""

    @property
    def text(self) -> str:
        """Everything so far, exactly as it was given."""
        if self._arrived:
            self._text += "".join(self._arrived)
            self._arrived.clear()
        return self._text

    @property
    def is_behind(self) -> bool:
        """Whether there is text that is not shown yet."""
        return bool(self._arrived) or self._shown < len(self._text)

    def append(self, text: str) -> None:
        """Add text at the end. Cheap: it is shown with the next frame.

        Args:
            text: A piece as the model sent it, any length.
        """
        if text:
            self._arrived.append(text)
            self._wake()

    def set_text(self, text: str, *, follow: bool = True) -> None:
        """Replace everything.

        Args:
            text: The new text.
            follow: Show its end, as for a text that is being written; False shows its beginning,
                as for a text to be read.
        """
        self.clear()
        if not follow:
            self._held_at_start = True
            self.release_anchor()
        self.append(text)

    def clear(self) -> None:
        """Back to empty and following, at once; nothing of the old text appears later."""
        self._text, self._shown = "", 0
        self._arrived.clear()
        self._held_at_start = False
        self.rows.clear()
        self.follow()

    async def finish(self) -> None:
        """Show everything that was appended so far, without waiting for the timer."""
        while self.is_behind:
            self._write()
            await asyncio.sleep(0)

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.following = True
        if self.is_attached:
            self.scroll_end()

    def take(self, limit: int, lines: int) -> str:
        """The next piece to show; from now on it counts as shown.

        Args:
            limit: Characters at most.
            lines: Lines at most.
        """
        text = self.text
        end = self._shown + limit
        if text.count("\n", self._shown, end) > lines:
            end = self._shown
            for _ in range(lines):
                end = text.index("\n", end) + 1
        piece = text[self._shown : end]
        self._shown += len(piece)
        return piece

    def start_over(self) -> None:
        """Count nothing as shown: the text moves to other `rows`."""
        self._shown = 0
        self._wake()

    def on_mount(self) -> None:
        """Show what was appended before there was a screen."""
        self._wake()

    def on_resize(self) -> None:
        """The view has a new size."""
        self._after_layout()

    def watch_virtual_size(self) -> None:
        """What it shows has a new size; the view's own is known only after this."""
        self.call_next(self._after_layout)

    def _wake(self) -> None:
        """Paint at the next beat."""
        if self._timer is None and self.is_attached:
            beat = 1 / WRITES_PER_SECOND
            rest = self._cost * REST
            since = (monotonic() + rest + self._phase * beat) % beat
            self._timer = self.set_timer(rest + beat - since, self._tick)

    def _tick(self) -> None:
        self._timer = None
        if self.is_behind:
            began = monotonic()
            self._write()
            self._cost = monotonic() - began
            self._wake()

    def _write(self) -> None:
        self.show_next()
        if self.following:
            self._foresee_end()
        if self._held_at_start and not self.is_behind:
            self.call_after_refresh(self._let_go)

    def _after_layout(self) -> None:
        if self.following:
            self.follow()
        else:
            self._notice_end()

    def _foresee_end(self) -> None:
        """Scroll to where the end will be, so that the frame that grows shows it already.

        `Widget.anchor` would do this too, but pushes a text shorter than the view to its bottom.
        """
        if self.show_vertical_scrollbar:
            end = max(0, self.rows.row_count() - self.container_size.height)
            self.set_scroll(None, end)
            self.set_reactive(TailView.scroll_target_y, end)
            self.vertical_scrollbar.position = end

    def _let_go(self) -> None:
        """A text shown from its beginning is complete: if all of it is in view, follow it."""
        self._held_at_start = False
        self._notice_end()

    def _notice_end(self) -> None:
        if not self.following and not self._held_at_start and self.scroll_y >= self.max_scroll_y:
            self.follow()

    def release_anchor(self) -> None:
        """The reader scrolls: stay where they are."""
        super().release_anchor()
        self.following = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow again once the reader is back at the end."""
        super().watch_scroll_y(old_value, new_value)
        self.call_next(self._notice_end)  # not now: an animation may be what moved it

    def scroll_to(self, x: float | None = None, y: float | None = None, **options: Any) -> None:
        """Scroll at once: an animation towards an end that moves away never gets there."""
        options.update(animate=False, immediate=True)
        super().scroll_to(x, y, **options)
        self._notice_end()

    def scroll_end(self, **options: Any) -> None:
        """Scroll to the end at once, see `scroll_to`."""
        options.update(animate=False, immediate=True)
        super().scroll_end(**options)
        self._notice_end()
