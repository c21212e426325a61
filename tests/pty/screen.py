"""What a person would see: a grid of cells with a second screen behind it.

Invariant: only what the app may send is understood. Everything else leaves no trace here, so a
test that looks for strange sequences looks at the bytes.
"""

from __future__ import annotations

from rich.cells import cell_len

from .sequences import Token


class Screen:
    """A terminal's two screens.

    Args:
        columns: Width.
        rows: Height.
    """

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns or 80, rows or 24  # as the app takes it
        self.alternate = False
        self.modes: dict[str, bool] = {}
        """Private modes by number, as they were set last."""
        self._x = self._y = 0
        self._grid = self._empty()
        self._behind = (self._empty(), 0, 0)

    def resize(self, columns: int, rows: int) -> None:
        """Take another size; what is on the screens is lost."""
        self.columns, self.rows = columns or 80, rows or 24
        self._grid = self._empty()
        self._behind = (self._empty(), 0, 0)
        self._x = self._y = 0

    @property
    def lines(self) -> list[str]:
        """The rows as text, without the blanks at their ends."""
        return ["".join(row).rstrip() for row in self._grid]

    @property
    def text(self) -> str:
        """Everything on the screen."""
        return "\n".join(self.lines)

    def apply(self, token: Token) -> None:
        """Do what one token says."""
        if token.kind == "text":
            for character in token.raw:
                self._put(character)
        elif token.kind == "CSI H":
            row, _, column = token.arguments.partition(";")
            self._y = min(int(row or 1), self.rows) - 1
            self._x = min(int(column or 1), self.columns) - 1
        elif token.kind == "C0 0d":
            self._x = 0
        elif token.kind == "C0 0a":
            self._down()
        elif token.kind.startswith("CSI ?") and token.kind[-1] in "hl":
            self._set_mode(token.arguments, token.kind[-1] == "h")

    def _set_mode(self, number: str, on: bool) -> None:
        self.modes[number] = on
        if number == "1049" and on != self.alternate:
            self.alternate = on
            here = (self._grid, self._x, self._y)
            self._grid, self._x, self._y = self._behind
            self._behind = here
            if on:
                self._grid = self._empty()

    def _put(self, character: str) -> None:
        width = cell_len(character)
        row = self._grid[self._y]
        if width == 0:  # belongs to the character before
            row[max(0, self._x - 1)] += character
            return
        if self._x + width > self.columns:
            if not self.modes.get("7", True):
                return
            self._x = 0
            self._down()
            row = self._grid[self._y]
        row[self._x] = character
        for rest in range(1, min(width, self.columns - self._x)):
            row[self._x + rest] = ""
        self._x += width

    def _down(self) -> None:
        if self._y < self.rows - 1:
            self._y += 1
        else:
            del self._grid[0]
            self._grid.append([" "] * self.columns)

    def _empty(self) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(self.rows)]
